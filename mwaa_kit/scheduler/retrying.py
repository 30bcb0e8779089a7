"""How long a task waits before its next try."""

from __future__ import annotations

import hashlib
import math
from datetime import datetime, timedelta

from mwaa_kit.model.spec import TaskSpec

MAX_RETRY_DELAY_SECONDS = 24 * 60 * 60
"""Airflow's ``core.max_task_retry_delay``."""


def retry_delay(
    task: TaskSpec,
    try_number: int,
    asked: float | None = None,
    *,
    dag_id: str = "",
    logical_date: datetime | None = None,
) -> timedelta:
    """Return the wait after a failed try.

    Parameters
    ----------
    try_number
        Of the try that failed, from 1.
    asked
        Seconds that the task's own retry policy asked for.

    Notes
    -----
    A growing delay is spread by a hash of the task instance, up to twice its length, so that many do not retry at once:
    the very one that Airflow computes.

    References
    ----------
    ``airflow.models.taskinstance.TaskInstance.next_retry_datetime``.
    """
    if asked is not None:
        return timedelta(seconds=asked)
    if task.retry_multiplier in (0.0, 1.0) or task.retry_multiplier < 0:
        return timedelta(seconds=task.retry_delay_seconds)
    try:
        least = max(1, math.ceil(task.retry_delay_seconds * task.retry_multiplier ** (try_number - 1)))
    except OverflowError:
        least = MAX_RETRY_DELAY_SECONDS
    name = f"{dag_id}#{task.task_id}#{logical_date}#{try_number}"
    spread = int(hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest(), 16) % least
    ceiling = min(MAX_RETRY_DELAY_SECONDS, task.max_retry_delay_seconds or MAX_RETRY_DELAY_SECONDS)
    return timedelta(seconds=min(least + spread, ceiling))
