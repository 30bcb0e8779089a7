"""The scheduler here, the tasks there: an engine and an executor that are a worker in a target's interpreter."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from mwaa_kit.engine.jobs import Job, state_after_failure
from mwaa_kit.engine.protocol import Deferral, Insightful, RunInfo, TaskInsight, TaskOutcome, TaskRequest, TaskServices
from mwaa_kit.errors import WorkerError, WrongUsageError
from mwaa_kit.model.run import TaskKey, XCom
from mwaa_kit.model.spec import DagSpec, LoadedFile
from mwaa_kit.targets.workers import Worker, borrowed


@contextlib.contextmanager
def worker_engine(python: str, *, name: str = "") -> Iterator[WorkerEngine]:
    """Yield the engine of another interpreter, for one run; the worker behind it is kept warm.

    Parameters
    ----------
    name
        Which Airflow home it gets; empty leaves it this process's own.
    """
    with borrowed(python, name=name) as worker:
        worker.open_session()
        yield WorkerEngine(worker)


class WorkerEngine:
    """An Airflow in another process, behind the protocol of engines."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.airflow_version = worker.airflow_version

    def try_load(self, path: str, services: TaskServices | None = None) -> LoadedFile:
        """Import a Dag file in a child of the session first: a problem tells when it ended Python or took too long."""
        self.worker.services = services
        loaded: LoadedFile = self.worker.ask("trial", path=os.path.abspath(path))
        return loaded

    def load(self, path: str, services: TaskServices | None = None, taken: Collection[str] = ()) -> LoadedFile:
        """Import a Dag file there; its Dags can be run afterwards."""
        self.worker.services = services
        loaded: LoadedFile = self.worker.ask("load", path=os.path.abspath(path), taken=list(taken))
        return loaded

    def adopt(self, dag: object) -> DagSpec:
        """Refuse: an object of this interpreter is not in another."""
        raise WrongUsageError(
            "a Dag object lives in this kernel only, so it cannot be run by a worker",
            hint="save the notebook and give its path, or leave --mode and --target out",
        )

    def describe_run(self, dag_id: str, when: datetime | None, now: datetime, conf: Mapping[str, Any]) -> RunInfo:
        """Work out run id and data interval there."""
        found: RunInfo = self.call("describe_run", dag_id, when, now, dict(conf))
        return found

    def look_into(self, dag_id: str) -> Mapping[str, TaskInsight]:
        """Return what can be seen in each task there."""
        found: Mapping[str, TaskInsight] = self.call("look_into", dag_id)
        return found

    def write_value(self, value: object) -> Any:
        """Turn an object into what Airflow stores of it, by the Airflow that is here where it is not JSON."""
        with contextlib.suppress(TypeError, ValueError):
            if json.loads(json.dumps(value, allow_nan=False)) == value:
                return value
        from mwaa_kit.engine.opening import open_engine

        engine = open_engine()
        return engine.write_value(value) if isinstance(engine, Insightful) else value

    def list_runs(
        self, dag_id: str, first: datetime, last: datetime, conf: Mapping[str, Any], limit: int
    ) -> tuple[RunInfo, ...]:
        """List the runs of a range of dates there."""
        return tuple(self.call("list_runs", dag_id, first, last, dict(conf), limit))

    def call(self, name: str, *arguments: Any) -> Any:
        """Call a method of the engine there."""
        return self.worker.ask("call", name=name, arguments=arguments)

    def run_task(self, request: TaskRequest, services: TaskServices) -> TaskOutcome:
        """Run one task there, and wait for it."""
        executor = WorkerExecutor(self.worker, services, 1, timeouts={})
        executor.submit(Job(request))
        return executor.wait(None)[0][1]

    def fire(
        self, deferral: Deferral, request: TaskRequest, services: TaskServices, cancelled: Callable[[], bool]
    ) -> Deferral:
        """Wait for a trigger there."""
        executor = WorkerExecutor(self.worker, services, 1, timeouts={})
        executor.submit(Job(request, deferral))
        return executor.wait(None)[0][1].deferral or deferral

    def read_value(self, stored: Any) -> object:
        """Return a value that is JSON as it is; another by the Airflow that is here, where it can read it."""
        if XCom("", -1, "", stored).is_json:
            return stored
        from mwaa_kit.engine.opening import open_engine

        try:
            return open_engine().read_value(stored)
        except Exception:  # no Airflow here, or a class that only the target has: its stored form is all there is
            return stored


class WorkerExecutor:
    """Runs up to `jobs` task instances at once, each in a child of the worker's session."""

    def __init__(
        self,
        worker: Worker,
        services: TaskServices,
        jobs: int,
        *,
        timeouts: Mapping[str, float],
        memory_bytes: int = 0,
    ) -> None:
        self._worker = worker
        self._services = services
        self._jobs = jobs
        self._timeouts = timeouts
        self._memory_bytes = memory_bytes
        self._running: dict[int, Job] = {}

    @property
    def free(self) -> int:
        """How many more jobs it can take now."""
        return self._jobs - len(self._running)

    @property
    def busy(self) -> bool:
        """Whether it has jobs that are not given back yet."""
        return bool(self._running)

    def submit(self, job: Job) -> None:
        """Send a job to the worker."""
        limit = self._timeouts.get(job.request.task_id) if job.deferral is None else None
        number = self._worker.begin(
            "run", services=self._services, job=job, timeout_seconds=limit, memory_bytes=self._memory_bytes
        )
        self._running[number] = job

    def wait(self, timeout_seconds: float | None) -> list[tuple[Job, TaskOutcome]]:
        """Answer the tasks' questions until one ends, or the time is over; a worker that dies ends all."""
        try:
            answers = self._worker.wait(timeout_seconds, self._running)
        except WorkerError as error:
            return self._all_died(str(error))
        ended = []
        for answer in answers:
            job = self._running.pop(answer.request, None)
            if job is None:
                continue
            if answer.error:
                raise answer.error
            ended.append((job, answer.value))
        return ended

    def _all_died(self, reason: str) -> list[tuple[Job, TaskOutcome]]:
        """End every job, for the process that ran them is gone; without one there is nobody to run the rest."""
        if not self._running:
            raise WorkerError(reason)
        ended = []
        for job in self._running.values():
            self._services.log(job.key, job.request.try_number, "error", reason)
            ended.append((job, TaskOutcome(state_after_failure(job.request), reason)))
        self._running.clear()
        return ended

    def cancel(self, chosen: Collection[TaskKey] | None = None) -> list[Job]:
        """Stop every job, or those of the chosen instances."""
        stopped = {number: job for number, job in self._running.items() if chosen is None or job.key in chosen}
        if stopped:
            with contextlib.suppress(WorkerError):
                self._worker.ask("cancel", requests=list(stopped))
                self._worker.forget(stopped)
        for number in stopped:
            del self._running[number]
        return list(stopped.values())

    def close(self) -> None:
        """Stop what still runs."""
        self.cancel()
