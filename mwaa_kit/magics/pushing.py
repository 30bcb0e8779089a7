"""Tell the Dag panel of JupyterLab how a run in this kernel goes on, by the comm `mwaa.dag`, which is only pushed on.

Messages to the front end pass while a cell runs; messages from it wait for the cell. So the panel asks nothing here: it
cancels by the kernel's own interrupt, which always arrives. (A second comm for questions, answered on a subshell, would only
repeat what the events have said.) A front end without the panel closes the comm, and nothing more is sent.

Such an interrupt may come while events are handed over, as a task that prints does it from its own ``print``: it waits until
they are, so that the panel misses none, and gets none twice.
"""

from __future__ import annotations

import contextlib
import contextvars
import threading
import time
from collections.abc import Callable
from typing import Any

from mwaa_kit.model.run import DagRun, Event
from mwaa_kit.scheduler.interrupts import interrupts_wait

TARGET = "mwaa.dag"
_PAUSE_SECONDS = 0.05
_LONGEST_MESSAGE = 2_000


class PanelPush:
    """Sends the events of a run, bundled to at most twenty messages a second.

    Parameters
    ----------
    send
        Takes the data of one message.
    """

    def __init__(self, send: Callable[[dict[str, Any]], None], close: Callable[[], None]) -> None:
        self._send, self._close = send, close
        self._waiting: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._sent_at = 0.0

    def __call__(self, event: Event) -> None:
        """Take one event; it is sent at once, or with its neighbours very soon."""
        told = event.to_dict()
        if isinstance(message := told.get("message"), str):
            told["message"] = message[:_LONGEST_MESSAGE]
        with self._lock:
            self._waiting.append(told)
            rest = self._sent_at + _PAUSE_SECONDS - time.monotonic()
            if rest > 0 and self._timer is None:
                run = contextvars.copy_context().run
                self._timer = threading.Timer(rest, run, (self._flush,))
                self._timer.daemon = True
                self._timer.start()
        if rest <= 0:
            self._flush()

    def finish(self, run: DagRun) -> None:
        """Say how the run ended; the values stay here."""
        self._flush()
        self._send({"events": [{**run.to_dict(), "xcoms": []}]})
        self._close()

    def _flush(self) -> None:
        with interrupts_wait():
            with self._lock:
                bundle, self._waiting = self._waiting, []
                if self._timer is not None:
                    self._timer.cancel()
                    self._timer = None
                self._sent_at = time.monotonic()
            if bundle:
                self._send({"events": bundle})


def push_to_panel(shell: Any) -> PanelPush:
    """Open the comm of this kernel; where there is none, as in a terminal, nothing is sent."""
    comm = _open(shell)
    if comm is None:
        return PanelPush(lambda data: None, lambda: None)
    closed = threading.Event()
    comm.on_close(lambda message: closed.set())

    def send(data: dict[str, Any]) -> None:
        if not closed.is_set():
            with contextlib.suppress(Exception):  # a front end that went away must not end a run
                comm.send(data)

    return PanelPush(send, lambda: None if closed.is_set() else comm.close())


def _open(shell: Any) -> Any:
    if getattr(shell, "kernel", None) is None:
        return None
    from comm import create_comm

    return create_comm(target_name=TARGET, data={})
