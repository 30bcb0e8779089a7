"""Triggers: what a deferred task waits for, until its first event."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any

from mwaa_kit.engine.airflow3.versions import pack_kwargs, unpack_kwargs, with_event
from mwaa_kit.engine.protocol import Deferral
from mwaa_kit.engine.streams import format_error, last_line

_LOOK_SECONDS = 0.1
"""How often a waiting trigger looks whether the run was cancelled."""


_FAIL = "__fail__"
"""The method of a task that is resumed only to fail: ``airflow.sdk.bases.operator.TRIGGER_FAIL_REPR``."""


class _TooLateError(Exception):
    """The deferral's own time limit passed."""


def fire(deferral: Deferral, cancelled: Callable[[], bool]) -> Deferral:
    """Run the trigger until its first event, in an event loop on a thread of its own.

    A thread, since a kernel's main thread already has a running loop. A trigger that fails, or whose time is over, resumes
    the task as well, so that the task fails by itself, with its callbacks and retries; Airflow's triggerer does the same.
    """
    result: list[Any] = []
    failure: list[BaseException] = []

    left = threading.Event()

    def wait() -> None:
        try:
            result.append(asyncio.run(_first_event(deferral, lambda: left.is_set() or cancelled())))
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
        return replace(deferral, next_method=_FAIL, next_kwargs=pack_kwargs(_explain(failure[0])))
    return replace(deferral, next_kwargs=with_event(deferral.next_kwargs, result[0]))


def _explain(error: BaseException) -> dict[str, Any]:
    """Return what tells the resumed task why it fails."""
    if isinstance(error, KeyboardInterrupt):
        raise error
    if isinstance(error, _TooLateError):
        return {"error": "Trigger timeout"}
    return {"error": f"Trigger failure: {last_line(error)}", "traceback": format_error(error).splitlines()}


async def _first_event(deferral: Deferral, cancelled: Callable[[], bool]) -> Any:
    """Return the payload of the trigger's first event.

    What a trigger calls by ``sync_to_async`` gets a thread of its own: the one that all share would be gone in a fork.
    """
    from asgiref import sync

    own_thread: Any = sync.ThreadSensitiveContext
    async with own_thread():
        return await _wait_for_event(deferral, cancelled)


async def _wait_for_event(deferral: Deferral, cancelled: Callable[[], bool]) -> Any:
    trigger = _build(deferral)
    events = trigger.run()
    first = asyncio.ensure_future(events.__anext__())
    deadline = (
        None if deferral.timeout_seconds is None else asyncio.get_running_loop().time() + deferral.timeout_seconds
    )
    try:
        while not first.done():
            await asyncio.wait({first}, timeout=_LOOK_SECONDS)
            if cancelled():
                raise KeyboardInterrupt
            if deadline is not None and asyncio.get_running_loop().time() > deadline and not first.done():
                raise _TooLateError
        return first.result().payload
    finally:
        first.cancel()
        await trigger.cleanup()


def _build(deferral: Deferral) -> Any:
    module, _, name = deferral.classpath.rpartition(".")
    return getattr(import_module(module), name)(**unpack_kwargs(deferral.trigger_kwargs))
