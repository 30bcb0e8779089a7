"""A warm process: it waits with everything imported, and does what the server asks, here or in a forked child.

``python -m mwaa_kit.server.warm CONTROL [--airflow]`` is started by the server in its root folder. Each request comes as
one byte with one socket attached: ``h`` (here: one after another, with the caches of what was parsed before) or ``f`` (in
a forked child, as many at once as are asked). Over that socket goes one JSON line ``{"do": …, "given": …}``; back come
lines of ``{"told": …}`` and at last one ``{"answer": …}`` or ``{"error": …, "status": 404}``. Meanwhile more lines may come:
what a person answered to a task of the run.

Notes
-----
A child is forked from a process in which Airflow is imported already, so a run begins in some 30 ms instead of 4 s; it
leads its own session, so that it can be ended with all it started, whatever holds its GIL. When the server goes away, the
control socket closes: the children are interrupted, and killed after a grace. Where a process must not be forked (macOS),
the server starts ``--one`` for each request instead.

What user code prints goes nowhere from here (a run's own output is in its log): a server's log is no place for it.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

from mwaa_kit.errors import (
    EnvironmentUnreachableError,
    MissingInputError,
    MwaaKitError,
    RefusedError,
    UnknownDagError,
    UnknownEnvironmentError,
    UnknownRunError,
    UnknownTargetError,
    UnknownTaskError,
)

HERE, FORKED = b"h", b"f"
_GRACE_SECONDS = 5.0
_TIDY_FIRST, _TIDY_EVERY = 3, 100
_ABSENT = (
    *(MissingInputError, UnknownDagError, UnknownTaskError, UnknownRunError, UnknownEnvironmentError),
    UnknownTargetError,
)


class Talk:
    """What goes back and forth while a request is being done."""

    def __init__(self, conversation: socket.socket, say: Callable[[dict[str, Any]], None]) -> None:
        self._conversation, self._say = conversation, say
        self._heard = b""

    def __call__(self, event: dict[str, Any]) -> None:
        """Tell how far it is."""
        self._say({"told": event})

    def hear(self) -> Any:
        """Return the next message that has come meanwhile; None when there is none."""
        with contextlib.suppress(BlockingIOError):
            self._heard += self._conversation.recv(1 << 20, socket.MSG_DONTWAIT)
        line, newline, rest = self._heard.partition(b"\n")
        if not newline:
            return None
        self._heard = rest
        return json.loads(line)


def main(arguments: list[str]) -> int:
    """Serve until the server goes away."""
    control = socket.socket(fileno=int(arguments[0]))
    log = _hush()
    if "--one" in arguments:
        _answer(control, log)
        return 0
    if "--airflow" in arguments:
        _import_airflow()
    children: set[int] = set()
    answered = 0
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at the server's terminal is the server's to handle
    signal.signal(signal.SIGCHLD, lambda number, frame: _bury(children, control))
    while True:
        how, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not how or not descriptors:
            break
        with socket.socket(fileno=descriptors[0]) as conversation:
            if how == HERE:
                _answer(conversation, log)
                answered += 1
            else:
                children.add(_fork(conversation, control, log))
        if how == HERE and answered % _TIDY_EVERY == _TIDY_FIRST:
            _tidy()
    _end(children)
    return 0


def status_of(error: MwaaKitError) -> int:
    """Return the HTTP status for what stopped us: 400 wrong input, 403 refused, 404 absent, 503 unreachable."""
    if isinstance(error, _ABSENT):
        return 404
    if isinstance(error, RefusedError):
        return 403
    return 503 if isinstance(error, EnvironmentUnreachableError) else 400


def _tidy() -> None:
    """Keep what is remembered of each cell out of the garbage collector's sight: looking through it took a fifth of a look."""
    gc.collect()
    gc.freeze()


def _hush() -> int:
    """Lead standard output and error to nowhere; return where our own mistakes are reported."""
    log = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return log


def _import_airflow() -> None:
    """Import Airflow now, and what a run needs; where there is none, each request says so."""
    with contextlib.suppress(MwaaKitError):
        from mwaa_kit.verbs.warming import warm_up

        warm_up()


def _fork(conversation: socket.socket, control: socket.socket, log: int) -> int:
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    pid = os.fork()
    if pid == 0:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        control.close()
        code = 1
        try:
            _answer(conversation, log)
            code = 0
        finally:
            os._exit(code)
    signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
    return pid


def _answer(conversation: socket.socket, log: int) -> None:
    """Do one request."""
    from mwaa_kit.server.work import WORK

    with conversation.makefile("rwb") as stream:

        def say(message: dict[str, Any]) -> None:
            stream.write(json.dumps(message, ensure_ascii=True, default=str).encode() + b"\n")
            stream.flush()

        try:
            request = json.loads(stream.readline())
            say({"pid": os.getpid()})
            say({"answer": WORK[request["do"]](request["given"], Talk(conversation, say))})
        except MwaaKitError as error:
            say({"error": error.to_dict(), "status": status_of(error)})
        except KeyboardInterrupt:
            message = {"name": "CancelledError", "message": "cancelled", "path": None, "hint": None}
            say({"error": message, "status": 403})
        except (BrokenPipeError, ConnectionError):
            return  # nobody waits for it any more
        except Exception as error:
            text = "".join(traceback.format_exception(error))
            os.write(log, f"[mwaa-kit] a mistake of ours:\n{text}".encode("utf-8", "replace"))
            say({"error": own_mistake(type(error).__name__), "status": 500})


def own_mistake(name: str) -> dict[str, Any]:
    """Return the error that stands for a bug of ours; its text stays in the server's log."""
    return {
        "name": name,
        "message": "this is a mistake in mwaa-kit, not in your work",
        "path": None,
        "hint": "the details are in the log of the Jupyter server; please report them",
    }


def _bury(children: set[int], control: socket.socket) -> None:
    """Collect the children that ended, and tell the server how."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        children.discard(pid)
        with contextlib.suppress(OSError):
            control.sendall(json.dumps({"pid": pid, "code": os.waitstatus_to_exitcode(status)}).encode() + b"\n")


def _end(children: set[int]) -> None:
    """Interrupt the children, so that their teardowns run; kill those that do not end."""
    for number in (signal.SIGINT, signal.SIGKILL):
        for pid in tuple(children):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, number) if number == signal.SIGKILL else os.kill(pid, number)
        deadline = time.monotonic() + _GRACE_SECONDS
        while children and time.monotonic() < deadline:
            time.sleep(0.05)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
