"""Airflow's REST API of one environment, through InvokeRestApi.

Notes
-----
InvokeRestApi takes paths of at most 64 characters; a dag_id with a run_id and a task_id often needs more. Longer paths go to
the web server itself, after a web login. Where that is out of reach (a private web server), the error says so.

References
----------
Amazon MWAA User Guide, "Using the Apache Airflow REST API": the service adds the version prefix; errors of Airflow arrive
as HTTP 400 with the true status in ``RestApiStatusCode``; at most 100 entries a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from mwaa_kit import aws
from mwaa_kit.errors import EnvironmentUnreachableError, RefusedError
from mwaa_kit.operating.web import WebDoor

if TYPE_CHECKING:
    from mypy_boto3_mwaa import MWAAClient

Method = Literal["GET", "POST", "PATCH", "DELETE"]

LONGEST_PATH = 64
PAGE_SIZE = 100


class AirflowRefusedError(RefusedError):
    """Airflow answered a request with an error.

    Parameters
    ----------
    status
        Airflow's own HTTP status.
    detail
        What it said about it.
    """

    def __init__(self, request: str, status: int, detail: str) -> None:
        hint = "try again in a minute" if status >= 500 else "look at the Dag in Airflow's own web interface"
        super().__init__(f"Airflow answered {request} with {status}: {detail}", hint=hint)
        self.status = status
        self.detail = detail


class AirflowBusyError(AirflowRefusedError):
    """Airflow could not answer just now (a status of 500 and more); whoever waits asks again."""

    exit_code = EnvironmentUnreachableError.exit_code


class AirflowRest:
    """A small client of Airflow's REST API (``/api/v2``).

    Parameters
    ----------
    client
        A boto3 client of the ``mwaa`` service.
    environment
        What the user calls the environment, for messages.
    mwaa
        Its name on Amazon MWAA.
    web
        The way for long paths.
    """

    def __init__(self, client: MWAAClient, environment: str, mwaa: str, web: WebDoor | None = None) -> None:
        self._client = client
        self._environment = environment
        self._mwaa = mwaa
        self._web = web or WebDoor(client, environment, mwaa)

    def get(self, path: str, query: Mapping[str, object] | None = None) -> Any:
        """Return what is at `path`."""
        return self._call("GET", path, query, None)

    def post(self, path: str, body: Mapping[str, object]) -> Any:
        """Send `body` to `path`."""
        return self._call("POST", path, None, body)

    def patch(self, path: str, body: Mapping[str, object], query: Mapping[str, object] | None = None) -> Any:
        """Change what is at `path`."""
        return self._call("PATCH", path, query, body)

    def find(self, path: str, query: Mapping[str, object] | None = None) -> Any | None:
        """Return what is at `path`, or None when Airflow has nothing there."""
        try:
            return self.get(path, query)
        except AirflowRefusedError as error:
            if error.status == 404:
                return None
            raise

    def list(self, path: str, key: str, query: Mapping[str, object] | None = None) -> tuple[dict[str, Any], ...]:
        """Return all entries of a collection, page by page."""
        entries: list[dict[str, Any]] = []
        while True:
            answer = self.get(path, {**(query or {}), "limit": PAGE_SIZE, "offset": len(entries)})
            entries += answer[key]
            if not answer[key] or len(entries) >= answer["total_entries"]:
                return tuple(entries)

    def search(self, path: str, key: str, body: Mapping[str, object]) -> tuple[dict[str, Any], ...]:
        """Return all entries that a ``…/list`` request finds; it carries its filters in the body, so its path is short."""
        entries: list[dict[str, Any]] = []
        while True:
            answer = self.post(path, {**body, "page_limit": PAGE_SIZE, "page_offset": len(entries)})
            entries += answer[key]
            if not answer[key] or len(entries) >= answer["total_entries"]:
                return tuple(entries)

    def _call(
        self, method: Method, path: str, query: Mapping[str, object] | None, body: Mapping[str, object] | None
    ) -> Any:
        if len(path) > LONGEST_PATH:
            status, answer = self._web.call(method, path, query, body)
        else:
            status, answer = self._invoke(method, path, query, body)
        if status >= 400:
            refusal = AirflowBusyError if status >= 500 else AirflowRefusedError
            raise refusal(f"{method} {path}", status, _detail(answer))
        return answer

    def _invoke(
        self, method: Method, path: str, query: Mapping[str, object] | None, body: Mapping[str, object] | None
    ) -> tuple[int, Any]:
        optional: dict[str, Any] = {}
        if query:
            optional["QueryParameters"] = dict(query)
        if body is not None:
            optional["Body"] = dict(body)
        refusals = (
            self._client.exceptions.RestApiClientException,
            self._client.exceptions.RestApiServerException,
        )
        with aws.translated(self._environment):
            try:
                answer = self._client.invoke_rest_api(Name=self._mwaa, Path=path, Method=method, **optional)
            except refusals as error:
                said: Any = error.response
                return int(said.get("RestApiStatusCode", 500)), said.get("RestApiResponse", "")
        return int(answer["RestApiStatusCode"]), answer["RestApiResponse"]


def segment(text: str) -> str:
    """Write an id as one segment of a path: ``/``, ``?`` and the like are escaped."""
    return quote(text, safe="~:+@!$'()*,;=-._ ")


def _detail(answer: object) -> str:
    """Return what an error answer says, in one line."""
    said = answer.get("detail", answer) if isinstance(answer, dict) else answer
    if isinstance(said, list):  # FastAPI's validation errors
        said = "; ".join(str(entry.get("msg", entry)) if isinstance(entry, dict) else str(entry) for entry in said)
    return " ".join(str(said).split())
