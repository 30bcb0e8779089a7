"""Tell a task to stop where it runs in this process: its ``on_kill``, which Airflow calls when it ends a task's own process.

Without it an operator's command goes on by itself: ``BashOperator`` starts it in a session of its own, which a Ctrl-C at the
terminal does not reach.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

_running: dict[int, Callable[[], None]] = {}


@contextlib.contextmanager
def killable(instance: Any, write: Callable[[str, str], None]) -> Iterator[Callable[[], None]]:
    """While a task runs in this thread, let others kill it; yield what kills it, once however often it is called.

    Parameters
    ----------
    instance
        Airflow's task instance; its ``task`` is another object once the runner has prepared it.
    write
        Takes the level and the words of what went wrong in it.
    """
    unkilled = [instance]

    def kill_once() -> None:
        while unkilled:
            try:
                unkilled.pop().task.on_kill()
            except Exception as error:
                write("error", f"on_kill failed: {type(error).__name__}: {error}")

    me, before = threading.get_ident(), _running.get(threading.get_ident())
    _running[me] = kill_once
    try:
        yield kill_once
    except BaseException as error:
        if not isinstance(error, Exception):
            kill_once()
        raise
    finally:
        if before is None:
            del _running[me]
        else:
            _running[me] = before


def kill_in(thread: int | None) -> None:
    """Kill the task that runs in a thread, if there is one."""
    if kill := _running.get(thread or 0):
        kill()
