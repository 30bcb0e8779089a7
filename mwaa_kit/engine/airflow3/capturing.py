"""Everything a task writes, line by line, to one place: log records, structlog events, and what it prints.

Notes
-----
Airflow's default structlog renderer prints tracebacks with all local variables, which costs a tenth of a second for each
failure and can print secrets. While a task runs, records are rendered here instead: one line each, with the user's part
of a traceback, and with Airflow's own secrets masker over everything.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

from mwaa_kit.engine.sharing import Together
from mwaa_kit.engine.streams import Write, bounded, current_output, routed, write_lines
from mwaa_kit.engine.tracebacks import format_error

_NOISE = ("::group::", "::endgroup::", "Stats instance was created in PID")
"""Markers by which Airflow's own interface folds its logs, and what 3.2 writes in each fork: nothing to a reader of lines."""

_UNTOLD = frozenset({"timestamp", "logger", "ti", "__level_override", "category", "filename", "lineno"})
"""Fields of structlog events that Airflow adds for itself."""


@contextlib.contextmanager
def captured(write: Write) -> Iterator[Any]:
    """Send all that is written inside the block to `write`; yield the structlog logger that Airflow's runner wants."""
    import structlog

    redact = redactor()
    within = bounded(write)

    def write_masked(level: str, line: str) -> None:
        if not line.startswith(_NOISE):
            within(level, redact(line))

    with routed(write_masked), _structlog:
        yield structlog.get_logger("task")


@contextlib.contextmanager
def _own_structlog() -> Iterator[None]:
    """Have structlog hand its events to the task that logs them."""
    import structlog

    before = structlog.get_config()
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, _render],
        wrapper_class=_wrapper_class(),
        logger_factory=structlog.ReturnLoggerFactory(),
        cache_logger_on_first_use=False,
    )
    try:
        yield
    finally:
        structlog.configure(**before)


_structlog = Together(_own_structlog)


def _render(_logger: Any, _method: str, event: dict[str, Any]) -> str:
    """The last structlog processor: it writes the event and returns nothing to print."""
    output = current_output()
    if output is None:
        return ""
    level = str(event.pop("level", "info"))
    message = str(event.pop("event", ""))
    error = event.pop("exc_info", None)
    arguments = event.pop("positional_args", ())
    if arguments:
        with contextlib.suppress(TypeError, ValueError):
            message = message % tuple(arguments)
    details = " ".join(f"{key}={value}" for key, value in event.items() if key not in _UNTOLD)
    write_lines(output.write_line, level, f"{message} {details}".rstrip())
    if error:
        current = error if isinstance(error, BaseException) else sys.exc_info()[1]
        if current is not None:
            write_lines(output.write_line, level, format_error(current))
    return ""


@functools.cache
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
    masker = _find_masker()()
    return lambda line: str(masker.redact(line))


@functools.cache
def _find_masker() -> Any:
    """Return the function that returns the masker of this process; to look where it is takes longer than to call it."""
    try:
        from airflow.sdk._shared.secrets_masker import _secrets_masker
    except ImportError:  # before 3.1 it lived beside the task runner
        from airflow.sdk.execution_time.secrets_masker import _secrets_masker
    return _secrets_masker
