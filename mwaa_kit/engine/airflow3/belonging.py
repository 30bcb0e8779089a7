"""To each task its own supervisor and context, which Airflow's runner keeps for its whole process.

Notes
-----
The runner was written for a process of its own; tasks in threads would take each other's supervisor and current context.
A thread that a task starts without its context asks as the task that began last.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from mwaa_kit.engine.airflow3.supervising import Supervisor
from mwaa_kit.engine.sharing import Together

_asked: ContextVar[Supervisor | None] = ContextVar("mwaa_kit_supervisor", default=None)
_supervisors: list[Supervisor] = []


class _Switch:
    """Hands each request to the supervisor of the task that asks."""

    socket = None

    def send(self, msg: Any) -> Any:
        return (_asked.get() or _supervisors[-1]).send(msg)

    async def asend(self, msg: Any) -> Any:
        return self.send(msg)


@contextlib.contextmanager
def supervised(supervisor: Supervisor) -> Iterator[None]:
    """Put our supervisor where Airflow looks for one."""
    with _switching:
        token = _asked.set(supervisor)
        _supervisors.append(supervisor)
        try:
            yield
        finally:
            _supervisors.remove(supervisor)
            _asked.reset(token)


@contextlib.contextmanager
def _own_comms() -> Iterator[None]:
    from airflow.sdk.execution_time import task_runner

    missing = object()
    before = getattr(task_runner, "SUPERVISOR_COMMS", missing)
    setattr(task_runner, "SUPERVISOR_COMMS", _Switch())
    try:
        yield
    finally:
        if before is missing:
            del task_runner.SUPERVISOR_COMMS
        else:
            setattr(task_runner, "SUPERVISOR_COMMS", before)


_switching = Together(_own_comms)


class _ContextsOfThisThread(threading.local):
    """A list for each thread, in place of Airflow's one list of current contexts."""

    def __init__(self) -> None:
        self._contexts: list[Any] = []

    def append(self, context: Any) -> None:
        self._contexts.append(context)

    def pop(self) -> Any:
        return self._contexts.pop()

    def __getitem__(self, index: int) -> Any:
        return self._contexts[index]

    def __len__(self) -> int:
        return len(self._contexts)


@contextlib.contextmanager
def _own_contexts() -> Iterator[None]:
    """Replace the list in each of Airflow's modules that holds it; not where all tasks run on the main thread.

    There, threads that a task starts find its context, as in production.
    """
    if threading.current_thread() is threading.main_thread():
        yield
        return
    from airflow.sdk.definitions._internal import contextmanager
    from airflow.sdk.execution_time import context

    holders = [one for one in (contextmanager, context) if hasattr(one, "_CURRENT_CONTEXT")]
    before = contextmanager._CURRENT_CONTEXT
    contexts = _ContextsOfThisThread()
    for holder in holders:
        setattr(holder, "_CURRENT_CONTEXT", contexts)
    try:
        yield
    finally:
        for holder in holders:
            setattr(holder, "_CURRENT_CONTEXT", before)


own_context = Together(_own_contexts)
