"""`Pulsed`: an executor that lets somebody look in a few times a second while it waits.

A clock on the terminal goes on although nothing happens in the run. A thread would do it too, but a process that forks its
tasks had better have none.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

from mwaa_kit.engine.jobs import Job
from mwaa_kit.engine.protocol import TaskOutcome
from mwaa_kit.model.run import TaskKey
from mwaa_kit.scheduler.executors import Executor

INTERVAL_SECONDS = 0.2


class Pulsed:
    """Does what `executor` does, and calls `pulse` whenever it has waited for a while."""

    def __init__(self, executor: Executor, pulse: Callable[[], None]) -> None:
        self._executor = executor
        self._pulse = pulse

    @property
    def free(self) -> int:
        """How many more jobs it can take now."""
        return self._executor.free

    @property
    def busy(self) -> bool:
        """Whether it has jobs that are not given back yet."""
        return self._executor.busy

    def submit(self, job: Job) -> None:
        """Take a job."""
        self._executor.submit(job)

    def wait(self, timeout_seconds: float | None) -> list[tuple[Job, TaskOutcome]]:
        """Return jobs that ended, waiting for one at most so long; None waits as long as it takes."""
        deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
        while True:
            rest = INTERVAL_SECONDS if deadline is None else max(0.0, deadline - time.monotonic())
            ended = self._executor.wait(min(rest, INTERVAL_SECONDS))
            self._pulse()
            over = deadline is not None and time.monotonic() >= deadline
            if ended or over or (deadline is None and not self._executor.busy):
                return ended

    def cancel(self, chosen: Collection[TaskKey] | None = None) -> list[Job]:
        """Stop every job, or those of the chosen instances, and return those that were running."""
        return self._executor.cancel(chosen)

    def close(self) -> None:
        """Leave nothing behind."""
        self._executor.close()
