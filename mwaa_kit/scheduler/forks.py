"""`ForkExecutor`: each job in a process of its own, forked from this warm one."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from mwaa_kit.engine.children import Child, Children
from mwaa_kit.engine.forked import SILENT
from mwaa_kit.engine.jobs import Job
from mwaa_kit.engine.protocol import Engine, TaskOutcome, TaskServices
from mwaa_kit.model.run import TaskKey


class ForkExecutor:
    """Runs up to `jobs` task instances at once, each in a forked child.

    Parameters
    ----------
    timeouts
        The ``execution_timeout`` of each task that has one, in seconds.
    memory_bytes
        How much more address space a task may take; 0 sets no limit.
    """

    def __init__(
        self,
        engine: Engine,
        services: TaskServices,
        jobs: int,
        *,
        timeouts: dict[str, float] | None = None,
        memory_bytes: int = 0,
    ) -> None:
        self._services = services
        self._jobs = jobs
        self._timeouts = timeouts or {}
        self._children = Children(engine, self._answer, memory_bytes=memory_bytes)

    def _answer(self, child: Child, number: int, name: str, arguments: tuple[Any, ...]) -> None:
        answer = getattr(self._services, name)(*arguments)
        if name not in SILENT:
            child.answer(number, answer)

    @property
    def free(self) -> int:
        """How many more children may be started."""
        return self._jobs - len(self._children.running)

    @property
    def busy(self) -> bool:
        """Whether a child is running."""
        return bool(self._children.running)

    def submit(self, job: Job) -> None:
        """Fork a child for a job."""
        limit = self._timeouts.get(job.request.task_id) if job.deferral is None else None
        self._children.start(job, timeout_seconds=limit)

    def wait(self, timeout_seconds: float | None) -> list[tuple[Job, TaskOutcome]]:
        """Answer the children's questions until one ends, or the time is over."""
        return self._children.serve(timeout_seconds)[0]

    def cancel(self, chosen: Collection[TaskKey] | None = None) -> list[Job]:
        """Ask every child, or those of the chosen instances, to stop, then make it."""
        return self._children.cancel(lambda child: chosen is None or child.job.key in chosen)

    def close(self) -> None:
        """Kill what still runs."""
        self._children.close()
