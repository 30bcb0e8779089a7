"""The routes: each reads a request, has one thing done, and shows the answer."""

from __future__ import annotations

from typing import Any

from tornado.web import authenticated

from mwaa_kit.errors import MwaaKitError
from mwaa_kit.server.base import KitHandler, UnknownJobError
from mwaa_kit.server.benches import ToldError
from mwaa_kit.server.hello import hello
from mwaa_kit.server.jobs import RUNNING, Job, envelope

_SLOW_SECONDS = 300.0


class HelloHandler(KitHandler):
    """Who is here."""

    path_in_contract = "/hello"

    @authenticated
    async def get(self) -> None:
        """Tell the versions, and whether they fit the front end's."""
        given = self.given()
        busy = sum(job.state == RUNNING for job in self.jobs)
        self.tell(hello(given.get("version"), given.get("wire"), busy=busy))


class LiveHandler(KitHandler):
    """What the notebook in the editor says."""

    path_in_contract = "/live"
    work = "live"

    @authenticated
    async def post(self) -> None:
        """Answer for the newest text; a request that a newer one overtook is told so."""
        given = self.given()
        overtaken = self.desk.overtakes(f"{self.work} {given['path']}")
        self.tell(await self._ask(given, overtaken))

    async def _ask(self, given: dict[str, Any], overtaken: Any) -> Any:
        return await self.desk.ask(self.work, given, seconds=20.0, overtaken=overtaken)


class LiveAirflowHandler(LiveHandler):
    """What Airflow makes of the notebook in the editor."""

    path_in_contract = "/live/airflow"
    work = "live_airflow"

    async def _ask(self, given: dict[str, Any], overtaken: Any) -> Any:
        return await self.workshop.ask(self.work, given, overtaken=overtaken)


class EditsHandler(KitHandler):
    """New cell texts for what was asked for in the panel."""

    path_in_contract = "/edits"

    @authenticated
    async def post(self) -> None:
        """Answer with the texts; nothing is written."""
        self.tell(await self.desk.ask("edits", self.given(), seconds=20.0))


class AskHandler(KitHandler):
    """A question that is answered by one thing the workshop can do."""

    work = ""

    async def ask(self, **from_path: str) -> None:
        """Have it done in a child of the workshop."""
        self.tell(await self.workshop.ask(self.work, self.given(**from_path), seconds=_SLOW_SECONDS))


class _GetHandler(AskHandler):
    @authenticated
    async def get(self, **from_path: str) -> None:
        """Answer."""
        await self.ask(**from_path)


class _PostHandler(AskHandler):
    @authenticated
    async def post(self, **from_path: str) -> None:
        """Answer."""
        await self.ask(**from_path)


class JobsHandler(KitHandler):
    """All jobs."""

    path_in_contract = "/jobs"

    @authenticated
    async def get(self) -> None:
        """List them, newest first."""
        self.given()
        self.tell({"jobs": [job.to_dict() for job in self.jobs]})


class RunsHandler(KitHandler):
    """Runs."""

    path_in_contract = "/runs"

    @authenticated
    async def get(self) -> None:
        """List those of this server, newest first."""
        path = self.given().get("path")
        found = (job for job in self.jobs if job.kind == "run" and path in (None, job.request.get("path")))
        self.tell({"jobs": [job.to_dict() for job in found]})

    @authenticated
    async def post(self) -> None:
        """Start one."""
        given = self.given()
        grace = given.pop("grace_seconds", 10.0)
        self.tell(self.jobs.start(Job("run", given, grace_seconds=grace)).to_dict(), 202)


class JobHandler(KitHandler):
    """One job."""

    path_in_contract = "/jobs/{id}"
    kind: str | None = None

    @authenticated
    async def get(self, **from_path: str) -> None:
        """Tell how far it came."""
        given = self.given(**from_path)
        job = self.job(given["id"], kind=self.kind)
        self.tell(detail(job, int(given.get("events", 0))))

    @authenticated
    async def delete(self, **from_path: str) -> None:
        """Cancel it."""
        job = self.job(self.given(**from_path)["id"], kind=self.kind)
        job.cancel()
        self.tell(job.to_dict(), 202)


class RunHandler(JobHandler):
    """One run: of this server, or a recorded one."""

    path_in_contract = "/runs/{id}"
    kind = "run"

    @authenticated
    async def get(self, **from_path: str) -> None:
        """Tell how far it came, or how it ended."""
        given = self.given(**from_path)
        job = self.jobs.find(given["id"])
        if job is not None or "path" not in given:
            self.tell(detail(self.job(given["id"], kind="run"), int(given.get("events", 0))))
            return
        found = await self.workshop.ask("recorded_run", {**given, "run_id": given["id"]})
        events = enumerate(found["events"], start=1)
        told = {"job": None, "task_instances": found["task_instances"], "xcoms": found["xcoms"]}
        self.tell({**told, "events": [envelope("0" * 12, "run", number, event) for number, event in events]})


class AnswerHandler(KitHandler):
    """What a person tells a task that asked."""

    path_in_contract = "/runs/{id}/answer"

    @authenticated
    async def post(self, **from_path: str) -> None:
        """Hand it to the run, which says by an event what came of it."""
        given = self.given(**from_path)
        job = self.job(given["id"], kind="run")
        task_id = given["task_id"]
        if not job.hand_in(task_id, given.get("map_index", -1), given.get("options", []), given.get("params", {})):
            raise UnknownJobError(f"task {task_id!r} asks nothing now", hint="it was answered already, or has ended")
        self.tell(job.to_dict(), 202)


class _OfRunHandler(KitHandler):
    """A question about a run, answered from its record."""

    work = ""

    @authenticated
    async def get(self, **from_path: str) -> None:
        """Answer."""
        given = self.given(**from_path)
        about = {"run_id": given["id"]}
        if "path" not in given:
            job = self.job(given["id"], kind="run")
            if job.run_id is None:
                raise UnknownJobError("the run has not begun yet, or never did", path=str(job.request["path"]))
            about = {"path": job.request["path"], "run_id": job.run_id}
        self.tell(await self.workshop.ask(self.work, {**given, **about}))


class PublishHandler(KitHandler):
    """Publishing."""

    path_in_contract = "/publish"

    @authenticated
    async def post(self) -> None:
        """Start it."""
        self.tell(self.jobs.start(Job("publish", self.given())).to_dict(), 202)


class PracticeHandler(KitHandler):
    """The practice MWAA."""

    path_in_contract = "/practice"

    @authenticated
    async def get(self) -> None:
        """Tell what is running."""
        self.given()
        self.tell(await self.workshop.ask("practice_status", {}))

    @authenticated
    async def post(self) -> None:
        """Start, stop or reset it."""
        self.tell(self.jobs.start(Job("practice", self.given())).to_dict(), 202)


def detail(job: Job, events: int) -> dict[str, Any]:
    """Return the ``RunDetail`` of a job: what a page wants that opens in the middle of it."""
    answer = job.answer if job.kind == "run" and isinstance(job.answer, dict) else {}
    instances = answer.get("task_instances") or list(job.task_instances.values())
    newest = job.events_after(max(0, job.last - events), events) if events else []
    return {"job": job.to_dict(), "task_instances": instances, "xcoms": answer.get("xcoms", []), "events": newest}


class AbsentHandler(KitHandler):
    """Whatever else is asked for below our name."""

    @authenticated
    async def get(self) -> None:
        """Say that it is not there."""
        raise ToldError(404, MwaaKitError("there is no such route", hint="see openapi.json").to_dict())

    post = get
    delete = get


_QUESTIONS: tuple[tuple[type[KitHandler], str, str], ...] = (
    (_GetHandler, "/runs/recorded", "recorded_runs"),
    (_OfRunHandler, "/runs/{id}/values", "values"),
    (_OfRunHandler, "/runs/{id}/value", "value"),
    (_OfRunHandler, "/runs/{id}/card", "card"),
    (_PostHandler, "/check", "check"),
    (_PostHandler, "/plan", "plan"),
    (_GetHandler, "/environments", "environments"),
    (_GetHandler, "/environments/{name}", "environment"),
    (_GetHandler, "/schedule", "schedule"),
    (_GetHandler, "/targets", "targets"),
    (_GetHandler, "/templates", "templates"),
    (_GetHandler, "/templates/{name}", "template"),
    (_PostHandler, "/tutorials", "tutorials"),
)
"""How each is asked, its path in the contract, and what answers it in the workshop."""

HANDLERS: tuple[type[KitHandler], ...] = (  # the first that fits answers: /runs/recorded is no /runs/{id}
    *(type(f"{work}_handler", (kind,), {"path_in_contract": path, "work": work}) for kind, path, work in _QUESTIONS),
    *(HelloHandler, LiveHandler, LiveAirflowHandler, EditsHandler, RunsHandler, AnswerHandler, RunHandler),
    *(JobsHandler, JobHandler, PublishHandler, PracticeHandler),
)
