"""What every route shares: who may ask, what a request may hold, and how an error is told."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Mapping
from typing import Any, cast

from jupyter_server.base.handlers import APIHandler
from tornado.web import HTTPError

from mwaa_kit.errors import MissingInputError, MwaaKitError, WrongUsageError
from mwaa_kit.server.benches import Bench, ToldError
from mwaa_kit.server.contract import need_request
from mwaa_kit.server.jobs import Job, Jobs
from mwaa_kit.server.places import need_inside
from mwaa_kit.server.warm import own_mistake, status_of

BODY_BYTES = 32 << 20


class UnknownJobError(MissingInputError):
    """An id that no job of this server has."""


class KitHandler(APIHandler):
    """A route of the extension.

    Jupyter's handler refuses foreign origins and, where a cookie logs a user in, changes without the XSRF header; each
    method is ``@authenticated``. Here the request is held against the contract.
    """

    path_in_contract = ""

    def initialize(self, *, desk: Bench, workshop: Bench, jobs: Jobs) -> None:
        """Take the two warm processes and the jobs."""
        self.desk, self.workshop, self.jobs = desk, workshop, jobs

    def given(self, **from_path: str) -> dict[str, Any]:
        """Return what was asked for, parameters and body in one, with every path inside the server's root folder.

        Raises
        ------
        WrongUsageError
            If it does not fit the contract.
        """
        if len(self.request.body) > BODY_BYTES:
            raise WrongUsageError(f"a request may have {BODY_BYTES >> 20} MB", hint="clear the notebook's outputs")
        body = self._body()
        query = self.request.query_arguments
        texts = {name: self.get_query_argument(name) for name in query if name not in ("token", "no_track_activity")}
        texts |= from_path
        need_request((self.request.method or "").lower(), self.path_in_contract, texts, body)
        asked = {**(body if isinstance(body, dict) else {}), **texts}
        for key in ("path", "paths"):
            if isinstance(asked.get(key), str):
                asked[key] = self.inside(asked[key])
            elif isinstance(asked.get(key), list):
                asked[key] = [self.inside(path) for path in asked[key]]
        return asked

    def _body(self) -> Any:
        if not self.request.body:
            return None
        kind = self.request.headers.get("Content-Type", "application/json").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise WrongUsageError("the body is not application/json")
        try:
            return json.loads(self.request.body)
        except (ValueError, RecursionError) as error:
            raise WrongUsageError("the body is not JSON") from error

    def inside(self, path: str) -> str:
        """Return a path, which must lie in the folder that this server serves."""
        root = getattr(self.contents_manager, "root_dir", "") or self.settings["server_root_dir"]
        return need_inside(path, root, hidden=bool(self.contents_manager.allow_hidden))

    def job(self, job_id: str, *, kind: str | None = None) -> Job:
        """Return a job.

        Raises
        ------
        UnknownJobError
            If this server has none of that id.
        """
        found = self.jobs.find(job_id)
        if found is None or kind not in (None, found.kind):
            raise UnknownJobError(
                f"there is no {kind or 'job'} {job_id!r}", hint="it may be of an earlier server: see /runs/recorded"
            )
        return found

    def tell(self, answer: Any, status: int = 200) -> None:
        """Answer with JSON that no page can take for anything else."""
        self.set_status(status)
        self.set_header("Cache-Control", "no-store")
        self.finish(json.dumps(answer, ensure_ascii=True))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Tell what stopped us, as the command line does with ``--json``."""
        error = (kwargs.get("exc_info") or (None, None))[1]
        told, status = _told(error, status_code)
        self.set_status(status)
        self.set_header("Cache-Control", "no-store")
        self.finish(json.dumps({"error": told}))

    def log_exception(self, *about: Any) -> None:
        """Log only what is a mistake of ours: a refused request is none."""
        if not isinstance(about[1], MwaaKitError | ToldError):
            super().log_exception(*about)

    def prepare(self) -> Awaitable[None]:  # type: ignore[override]
        """Refuse whom Jupyter refuses."""
        return cast("Awaitable[None]", super().prepare())


def _told(error: BaseException | None, status: int) -> tuple[Mapping[str, Any], int]:
    if isinstance(error, ToldError):
        return error.error, error.status
    if isinstance(error, MwaaKitError):
        return error.to_dict(), status_of(error)
    if isinstance(error, HTTPError):
        message = error.log_message or error.reason or "refused"
        hint = "log in again, or reload the page" if status in (401, 403) else None
        return {"name": "HttpError", "message": message, "path": None, "hint": hint}, status
    return own_mistake(type(error).__name__), 500
