"""A job: one try of a task instance, or one wait for a trigger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

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


def perform(engine: Engine, job: Job, services: TaskServices, cancelled: Callable[[], bool]) -> TaskOutcome:
    """Do a job in this process."""
    if job.deferral is None:
        return engine.run_task(job.request, services)
    return TaskOutcome(RESUMED, deferral=engine.fire(job.deferral, job.request, services, cancelled))


def state_after_failure(request: TaskRequest) -> str:
    """Return ``up_for_retry`` while tries are left, else ``failed``."""
    return UP_FOR_RETRY if request.try_number <= request.max_tries else FAILED
