"""Keep the kernel as it was: Airflow comes in, and tasks run, without leaving their mark on the user's session."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import threading
import warnings
from collections.abc import Iterator
from typing import Any

from mwaa_kit.engine.opening import installed_airflow, open_engine
from mwaa_kit.engine.protocol import Engine
from mwaa_kit.scheduler.interrupts import interrupts_wait


def waits_for_airflow() -> str | None:
    """Return the version of the Airflow that is still to be imported; None when it is there, or there is none."""
    return None if open_engine.cache_info().currsize else installed_airflow()


def start_engine() -> Engine:
    """Open the engine. The first time in a kernel this imports Airflow and takes seconds.

    Notes
    -----
    An import that is broken off leaves Airflow half there, and the kernel would have to be restarted; so an interrupt waits
    until the import is done. Airflow also configures the root logger and how warnings are shown, which are the user's.
    """
    with interrupts_wait(), _own_logging():
        return open_engine()


@contextlib.contextmanager
def _own_logging() -> Iterator[None]:
    """Give the root logger and the way of warnings back."""
    root = logging.getLogger()
    handlers, level, show = root.handlers[:], root.level, warnings.showwarning
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        warnings.showwarning = show


@contextlib.contextmanager
def own_alarm() -> Iterator[None]:
    """Give the handler of SIGALRM back: Airflow sets its own, to stop what takes too long, and leaves it there."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGALRM)
    try:
        yield
    finally:
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def tasks_may_run() -> Iterator[None]:
    """Let tasks have an event loop of their own: the kernel's is busy with this very cell.

    Airflow runs ``async def`` tasks on the thread's loop, and cannot when that one is running already.
    """
    running: Any = asyncio.events._get_running_loop()
    if running is None:
        yield
        return
    asyncio.events._set_running_loop(None)
    asyncio.set_event_loop(None)
    try:
        yield
    finally:
        asyncio.set_event_loop(running)
        asyncio.events._set_running_loop(running)
