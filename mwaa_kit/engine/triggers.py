"""Waiting for a trigger: what a deferred task waits for, until its first event."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable
from datetime import UTC
from typing import Any

from mwaa_kit.engine.kinds import is_a
from mwaa_kit.engine.tracebacks import format_error, last_line

_LOOK_SECONDS = 0.1
"""How often a waiting trigger looks whether the run was cancelled."""

FAIL = "__fail__"
"""The method of a task that is resumed only to fail: Airflow's ``TRIGGER_FAIL_REPR``."""


class TooLateError(Exception):
    """The deferral's own time limit passed."""


def wait_for_event(build: Callable[[], Any], timeout_seconds: float | None, cancelled: Callable[[], bool]) -> Any:
    """Return the payload of a trigger's first event, waiting in an event loop on a thread of its own.

    A thread, since a kernel's main thread already has a running loop.

    Parameters
    ----------
    build
        Makes the trigger, in that loop.

    Raises
    ------
    BaseException
        Whatever the trigger raised; `TooLateError` when its time is over.
    """
    result: list[Any] = []
    failure: list[BaseException] = []
    left = threading.Event()

    def wait() -> None:
        try:
            result.append(asyncio.run(_first_event(build, timeout_seconds, lambda: left.is_set() or cancelled())))
        except BaseException as error:  # carried over to the waiting thread
            failure.append(error)

    context = contextvars.copy_context()  # what the trigger writes and asks belongs to the task
    thread = threading.Thread(target=lambda: context.run(wait), name="mwaa-kit-trigger", daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(_LOOK_SECONDS)
    finally:
        left.set()  # Ctrl-C ends the waiting here; the trigger must not go on behind it
    if failure:
        raise failure[0]
    return result[0]


def hasten(trigger: Any) -> Any:
    """Let the moment have come that a trigger waits for; that of a person's answer, before 3.3, too."""
    if is_a(trigger, "DateTimeTrigger"):
        trigger.moment = min(trigger.moment, type(trigger.moment).now(trigger.moment.tzinfo))
    if getattr(trigger, "timeout_datetime", None):
        trigger.timeout_datetime = min(trigger.timeout_datetime, type(trigger.timeout_datetime).now(UTC))
    return trigger


def explain(error: BaseException) -> dict[str, Any]:
    """Return what tells the resumed task why it fails."""
    if isinstance(error, KeyboardInterrupt):
        raise error
    if isinstance(error, TooLateError):
        return {"error": "Trigger timeout"}
    if is_a(error, "AirflowFailException"):  # it was told in words, such as by us
        return {"error": str(error)}
    return {"error": f"Trigger failure: {last_line(error)}", "traceback": format_error(error).splitlines()}


async def _first_event(build: Callable[[], Any], timeout_seconds: float | None, cancelled: Callable[[], bool]) -> Any:
    """Return the payload of the trigger's first event.

    What a trigger calls by ``sync_to_async`` gets a thread of its own: the one that all share would be gone in a fork.
    """
    from asgiref import sync

    own_thread: Any = sync.ThreadSensitiveContext
    async with own_thread():
        return await _wait(build, timeout_seconds, cancelled)


async def _wait(build: Callable[[], Any], timeout_seconds: float | None, cancelled: Callable[[], bool]) -> Any:
    trigger = build()
    first = asyncio.ensure_future(trigger.run().__anext__())
    deadline = None if timeout_seconds is None else asyncio.get_running_loop().time() + timeout_seconds
    try:
        while not first.done():
            await asyncio.wait({first}, timeout=_LOOK_SECONDS)
            if cancelled():
                raise KeyboardInterrupt
            if deadline is not None and asyncio.get_running_loop().time() > deadline and not first.done():
                raise TooLateError
        return first.result().payload
    finally:
        first.cancel()
        await trigger.cleanup()
