"""Executors: the hands that run what the scheduler says is ready.

A job is one try of a task instance, or one wait for a trigger. An executor takes jobs and gives back how they ended, in
the order in which they end.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from mwaa_kit.engine.protocol import Deferral, Engine, TaskOutcome, TaskRequest, TaskServices
from mwaa_kit.model.run import FAILED, UP_FOR_RETRY, TaskKey

RESUMED = "resumed"
"""The outcome of a trigger that fired; never shown to a user."""


@dataclass(frozen=True)
class Job:
    """One thing to do.

    Parameters
    ----------
    deferral
        Set when the job is to wait for a trigger; else the request is to be run.
    """

    request: TaskRequest
    deferral: Deferral | None = None

    @property
    def key(self) -> TaskKey:
        """The task instance it belongs to."""
        return self.request.key


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

    def cancel(self) -> list[Job]:
        """Stop every job and return those that were running."""

    def close(self) -> None:
        """Leave nothing behind."""


def perform(engine: Engine, job: Job, services: TaskServices, cancelled: Callable[[], bool]) -> TaskOutcome:
    """Do a job in this process."""
    if job.deferral is None:
        return engine.run_task(job.request, services)
    return TaskOutcome(RESUMED, deferral=engine.fire(job.deferral, job.request, services, cancelled))


def state_after_failure(request: TaskRequest) -> str:
    """Return ``up_for_retry`` while tries are left, else ``failed``."""
    return UP_FOR_RETRY if request.try_number <= request.max_tries else FAILED


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

    def cancel(self) -> list[Job]:
        """Return the job that was interrupted."""
        stopped = list(self._waiting)
        self._waiting.clear()
        return stopped

    def close(self) -> None:
        """Nothing to leave behind."""


def _sleep(seconds: float) -> None:
    import time

    with contextlib.suppress(ValueError):  # a negative rest
        time.sleep(seconds)
