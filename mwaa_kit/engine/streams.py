"""What tasks print and log, line by line, each to its own log, also when several run in threads of one process.

Notes
-----
``sys.stdout``, ``sys.stderr`` and the root logger belong to the whole process. While a task runs they are routed: what
its thread writes becomes lines of its log, and so does what a thread writes that a task started. Threads that were there
before, and whoever listens to the run, write where they always did.

A task cannot flood the run: after `LOG_BYTES` of one try its lines are dropped, with a note that says so.

A ``breakpoint()`` must reach the user's terminal or cell. From there on to its end the task's output is not routed.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

from mwaa_kit.engine.sharing import Together
from mwaa_kit.engine.tracebacks import format_error

Write = Callable[[str, str], None]
"""Takes a level and one line."""

LOG_BYTES = 10 * 1024 * 1024
"""How much of one try's log is kept, each line counted with what it costs beside its text."""

_LINE_COST = 100

LINE_BYTES = 64 * 1024
"""A longer line is told in pieces of this size."""


def bounded(write: Write, limit: int = LOG_BYTES) -> Write:
    """Return a `write` that takes so many characters, says that it has had enough, and drops the rest."""
    left = limit

    def within(level: str, line: str) -> None:
        nonlocal left
        if left < 0:
            return
        left -= len(line) + _LINE_COST
        if left < 0:
            write("warning", f"the log of this try is longer than {limit >> 20} MB: the rest is not kept")
            return
        write(level, line)

    return within


class TaskOutput:
    """The output of one task: takes text, hands over whole lines."""

    def __init__(self, write: Write) -> None:
        self.write_line = write
        self.released = False
        self._rest = {"info": "", "error": ""}
        self._turn = threading.RLock()

    def take(self, level: str, text: str) -> None:
        """Take a piece of text that was printed."""
        with self._turn:
            *lines, rest = (self._rest[level] + text).split("\n")
            while len(rest) > LINE_BYTES:
                lines.append(rest[:LINE_BYTES])
                rest = rest[LINE_BYTES:]
            self._rest[level] = rest
            for line in lines:
                self.write_line(level, line)

    def finish(self) -> None:
        """Hand over what was not ended by a newline."""
        for level, rest in self._rest.items():
            if rest:
                self.write_line(level, rest)
                self._rest[level] = ""


_OUTSIDE = TaskOutput(lambda level, line: None)
_OUTSIDE.released = True

_current: ContextVar[TaskOutput | None] = ContextVar("mwaa_kit_task_output", default=None)
_active: list[TaskOutput] = []
_outsiders: set[int | None] = set()


def current_output() -> TaskOutput | None:
    """Return the output of the task that this thread works for; None when it works for none."""
    found = _current.get()
    if found is None and _active and threading.get_ident() not in _outsiders:
        found = _active[-1]
    return None if found is None or found.released else found


@contextlib.contextmanager
def routed(write: Write) -> Iterator[None]:
    """Send what this thread writes inside the block to `write`."""
    output = TaskOutput(write)
    with _routing:
        token = _current.set(output)
        _active.append(output)
        try:
            yield
        finally:
            _active.remove(output)
            _current.reset(token)
            output.finish()


def tell_outside(listen: Callable[[Any], None], told: Any) -> None:
    """Call `listen` with this thread writing where it always did: for whoever listens to a run.

    A task that prints is what calls this, and an interrupt may come at any step. A context manager could be left half
    entered by one; here the task's output is its own again whatever happens.
    """
    before = _current.get()
    try:
        _current.set(_OUTSIDE)
        listen(told)
    finally:
        _current.set(before)


def flush_output() -> None:
    """Write out what is held back; a stream that is closed, or that somebody put another in place of, holds nothing."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(ValueError, OSError, AttributeError):
            stream.flush()


class _Stream:
    """Stands in for a standard stream: routes what tasks write, and is the real stream in all else."""

    def __init__(self, real: Any, level: str) -> None:
        self._real = real
        self._level = level

    def write(self, text: str) -> int:
        output = current_output()
        if output is None:
            return int(self._real.write(text) or 0)
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        output.take(self._level, text)
        return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        if current_output() is None:
            self._real.flush()

    def close(self) -> None:
        """A task closes its own output at most, which needs no closing."""
        if current_output() is None:
            self._real.close()

    def isatty(self) -> bool:
        return current_output() is None and bool(self._real.isatty())

    def fileno(self) -> int:
        """A program that a task starts with this stream writes beside the run's own output, not into it."""
        return int(self._real.fileno()) if current_output() is None else int(_real_stderr().fileno())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class _RecordHandler(logging.Handler):
    """Hands log records over as lines; those of no task go to the handlers that were there before."""

    def __init__(self, before: list[logging.Handler]) -> None:
        super().__init__(logging.INFO)
        self._before = before

    def emit(self, record: logging.LogRecord) -> None:
        output = current_output()
        if output is None:
            for handler in self._before:
                if record.levelno >= handler.level:
                    handler.handle(record)
            return
        try:
            message = record.getMessage()
        except (TypeError, ValueError):  # a record whose arguments do not fit its text must not end the task
            message = str(record.msg)
        if record.exc_info and record.exc_info[1]:
            message += "\n" + format_error(record.exc_info[1])
        write_lines(output.write_line, record.levelname.lower(), message)


@contextlib.contextmanager
def _routing_streams() -> Iterator[None]:
    """Put our streams, log handler and breakpoint hook where the process has its own."""
    root = logging.getLogger()
    kept = (root.handlers[:], root.level, sys.stdout, sys.stderr, sys.breakpointhook)
    _outsiders.update(thread.ident for thread in threading.enumerate())
    _outsiders.discard(None)
    root.handlers[:] = [_RecordHandler(kept[0])]
    _set_level(root, min(root.level or logging.INFO, logging.INFO))
    sys.stdout, sys.stderr = _Stream(sys.stdout, "info"), _Stream(sys.stderr, "error")
    if sys.breakpointhook is not pass_over_breakpoint:
        sys.breakpointhook = functools.partial(_stop_here, kept[-1])
    try:
        yield
    finally:
        root.handlers[:], level, sys.stdout, sys.stderr, sys.breakpointhook = kept
        _set_level(root, level)
        _outsiders.clear()


_routing = Together(_routing_streams)


def _set_level(root: logging.Logger, level: int) -> None:
    """Set a logger's level; only when it differs, since setting it empties every logger's cache."""
    if root.level != level:
        root.setLevel(level)


def _real_stderr() -> Any:
    return getattr(sys.stderr, "_real", sys.stderr)


def _stop_here(before: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """Let ``breakpoint()`` in a task stop in the debugger of the terminal or the kernel.

    Parameters
    ----------
    before
        The process's own hook. A kernel's is for JupyterLab's debugger, and does nothing while that is not attached.
    """
    output = current_output()
    if output is not None and threading.current_thread() is not threading.main_thread():
        return pass_over_breakpoint()
    if output is not None:
        output.finish()
        output.released = True
    debugger = sys.modules.get("debugpy")
    attached = debugger is not None and debugger.is_client_connected()
    own = before is not sys.__breakpointhook__ and (attached or "debugpy" not in getattr(before, "__name__", ""))
    if own or os.environ.get("PYTHONBREAKPOINT") or arguments or options:
        return before(*arguments, **options)
    import pdb

    return pdb.Pdb().set_trace(sys._getframe().f_back)


def pass_over_breakpoint(*_arguments: Any, **_options: Any) -> None:
    """Say that a debugger cannot stop here: nobody could type into it."""
    output = current_output()
    write = output.write_line if output else lambda level, line: None
    write("warning", "breakpoint() is passed over: a debugger can stop in mode 'inline' only")


def write_lines(write: Write, level: str, message: str) -> None:
    """Hand a message over line by line."""
    for line in message.splitlines() or [""]:
        write(level, line)
