"""Executors: the hands that run what the scheduler says is ready.

A job is one try of a task instance, or one wait for a trigger. An executor takes jobs and gives back how they ended, in
the order in which they end.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Collection
from typing import Protocol

from mwaa_kit.engine.jobs import RESUMED, Job, perform, state_after_failure
from mwaa_kit.engine.protocol import Engine, TaskOutcome, TaskServices
from mwaa_kit.model.run import TaskKey

__all__ = ["RESUMED", "Executor", "InlineExecutor", "Job", "perform", "state_after_failure"]


class Executor(Protocol):
    """Runs jobs."""

    @property
    def free(self) -> int:
        """How many more jobs it can take now."""

    @property
    def busy(self) -> bool:
        """Whether it has jobs that are not given back yet."""

    def submit(self, job: Job) -> None:
        """Take a job."""

    def wait(self, timeout_seconds: float | None) -> list[tuple[Job, TaskOutcome]]:
        """Return jobs that ended, waiting for one at most so long; None waits as long as it takes."""

    def cancel(self, chosen: Collection[TaskKey] | None = None) -> list[Job]:
        """Stop every job, or those of the chosen instances, and return those that were running."""

    def close(self) -> None:
        """Leave nothing behind."""


class InlineExecutor:
    """Runs one job at a time, here: the fastest, and a debugger can stop in a task."""

    def __init__(self, engine: Engine, services: TaskServices) -> None:
        self._engine = engine
        self._services = services
        self._waiting: deque[Job] = deque()

    @property
    def free(self) -> int:
        """One: tasks run one after another."""
        return 1 - len(self._waiting)

    @property
    def busy(self) -> bool:
        """Whether a job waits to be run by :meth:`wait`."""
        return bool(self._waiting)

    def submit(self, job: Job) -> None:
        """Take a job."""
        self._waiting.append(job)

    def wait(self, timeout_seconds: float | None) -> list[tuple[Job, TaskOutcome]]:
        """Run the job that waits; without one, sleep for the given time."""
        if not self._waiting:
            _sleep(timeout_seconds or 0.0)
            return []
        job = self._waiting[0]
        outcome = perform(self._engine, job, self._services, lambda: False)
        if outcome.interrupted:
            raise KeyboardInterrupt
        self._waiting.popleft()
        return [(job, outcome)]

    def cancel(self, chosen: Collection[TaskKey] | None = None) -> list[Job]:
        """Return the job that was interrupted."""
        stopped = [job for job in self._waiting if chosen is None or job.key in chosen]
        self._waiting = deque(job for job in self._waiting if job not in stopped)
        return stopped

    def close(self) -> None:
        """Nothing to leave behind."""


def _sleep(seconds: float) -> None:
    import time

    with contextlib.suppress(ValueError):  # a negative rest
        time.sleep(seconds)
