"""Everything a task writes, line by line, to one place: log records, structlog events, and what it prints.

Notes
-----
Airflow's default structlog renderer prints tracebacks with all local variables, which costs a tenth of a second for each
failure and can print secrets. While a task runs, records are rendered here instead: one line each, with the user's part
of a traceback, and with Airflow's own secrets masker over everything.
"""

from __future__ import annotations

import contextlib
import io
import logging
import sys
import traceback
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any

Write = Callable[[str, str], None]
"""Takes a level and one line."""

_AIRFLOW_FRAMES = (
    "/airflow/sdk/",
    "/airflow/models/",
    "/airflow/utils/",
    "/airflow/serialization/",
    "/airflow/providers/standard/operators/python.py",
    "/airflow/providers/standard/decorators/",
)

_NOISE = ("::group::", "::endgroup::")
"""Markers by which Airflow's own interface folds its logs; they say nothing to a reader of lines."""


_UNTOLD = frozenset({"timestamp", "logger", "ti", "__level_override", "category", "filename", "lineno"})
"""Fields of structlog events that Airflow adds for itself."""


class _LineWriter(io.TextIOBase):
    """A text stream that hands over whole lines."""

    def __init__(self, write: Write, level: str) -> None:
        self._write = write
        self._level = level
        self._rest = ""

    def write(self, text: str) -> int:
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._write(self._level, line)
        return len(text)

    def writable(self) -> bool:
        return True

    def finish(self) -> None:
        """Hand over what was not ended by a newline."""
        if self._rest:
            self._write(self._level, self._rest)
            self._rest = ""


class _RecordHandler(logging.Handler):
    """Hands log records over as lines."""

    def __init__(self, write: Write) -> None:
        super().__init__(logging.INFO)
        self._write = write

    def emit(self, record: logging.LogRecord) -> None:
        try:
            message = record.getMessage()
        except (TypeError, ValueError):  # a record whose arguments do not fit its text must not end the task
            message = str(record.msg)
        if record.exc_info and record.exc_info[1]:
            message += "\n" + format_error(record.exc_info[1])
        write_lines(self._write, record.levelname.lower(), message)


@contextlib.contextmanager
def captured(write: Write) -> Iterator[Any]:
    """Send all that is written inside the block to `write`; yield the structlog logger that Airflow's runner wants."""
    import structlog

    redact = redactor()

    root = logging.getLogger()
    kept = (root.handlers[:], root.level, sys.stdout, sys.stderr, structlog.get_config())

    def write_masked(level: str, line: str) -> None:
        if not line.startswith(_NOISE):
            write(level, redact(line))

    out, err = _LineWriter(write_masked, "info"), _LineWriter(write_masked, "error")
    root.handlers[:] = [_RecordHandler(write_masked)]
    _set_level(root, min(root.level or logging.INFO, logging.INFO))
    sys.stdout, sys.stderr = out, err
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, _render(write_masked)],
        wrapper_class=_wrapper_class(),
        logger_factory=structlog.ReturnLoggerFactory(),
        cache_logger_on_first_use=False,
    )
    try:
        yield structlog.get_logger("task")
    finally:
        out.finish()
        err.finish()
        root.handlers[:], level, sys.stdout, sys.stderr, config = kept
        _set_level(root, level)
        structlog.configure(**config)


def _set_level(root: logging.Logger, level: int) -> None:
    """Set a logger's level; only when it differs, since setting it empties every logger's cache."""
    if root.level != level:
        root.setLevel(level)


def write_lines(write: Write, level: str, message: str) -> None:
    """Hand a message over line by line."""
    for line in message.splitlines() or [""]:
        write(level, line)


def _render(write: Write) -> Callable[[Any, str, dict[str, Any]], str]:
    """Return the last structlog processor: it writes the event and returns nothing to print."""

    def render(_logger: Any, _method: str, event: dict[str, Any]) -> str:
        level = str(event.pop("level", "info"))
        message = str(event.pop("event", ""))
        error = event.pop("exc_info", None)
        arguments = event.pop("positional_args", ())
        if arguments:
            with contextlib.suppress(TypeError, ValueError):
                message = message % tuple(arguments)
        details = " ".join(f"{key}={value}" for key, value in event.items() if key not in _UNTOLD)
        write_lines(write, level, f"{message} {details}".rstrip())
        if error:
            current = error if isinstance(error, BaseException) else sys.exc_info()[1]
            if current is not None:
                write_lines(write, level, format_error(current))
        return ""

    return render


def _wrapper_class() -> Any:
    """Return structlog's filtering logger with the two methods of standard loggers that operators call."""
    import structlog

    base = structlog.make_filtering_bound_logger(logging.INFO)

    class TaskLogger(base):  # type: ignore[misc, valid-type]
        """A structlog logger that can stand in for a standard one."""

        name = "task"

        def getEffectiveLevel(self) -> int:
            """Return the level from which lines are shown."""
            return logging.INFO

        def isEnabledFor(self, level: int) -> bool:
            """Whether a line of this level is shown."""
            return level >= logging.INFO

    return TaskLogger


def redactor() -> Callable[[str], str]:
    """Return Airflow's own masking of the secrets it knows."""
    try:
        from airflow.sdk._shared.secrets_masker import _secrets_masker
    except ImportError:  # before 3.1 it lived beside the task runner
        from airflow.sdk.execution_time.secrets_masker import _secrets_masker
    masker = _secrets_masker()
    return lambda line: str(masker.redact(line))


def user_frames(trace: TracebackType | None) -> list[traceback.FrameSummary]:
    """Return the frames of a traceback that are not Airflow's own machinery."""
    frames = traceback.extract_tb(trace)
    users = [frame for frame in frames if not any(part in frame.filename for part in _AIRFLOW_FRAMES)]
    return users or list(frames)


def format_error(error: BaseException) -> str:
    """Format an exception with the user's part of its traceback, causes included."""
    parts = []
    if error.__cause__ is not None:
        parts.append(format_error(error.__cause__))
        parts.append("\nThe above exception was the direct cause of the following exception:\n")
    parts.append("Traceback (most recent call last):")
    parts += [line.rstrip("\n") for line in traceback.format_list(user_frames(error.__traceback__))]
    parts.append(last_line(error))
    return "\n".join(parts)


def last_line(error: BaseException) -> str:
    """Return ``ValueError: no rows``."""
    return "".join(traceback.format_exception_only(type(error), error)).strip()
