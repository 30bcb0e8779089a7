"""What a task raised, as text: the user's part of the traceback, and the one line that says it.

Notes
-----
Where Airflow itself refuses, as a branch that is none or a value that cannot travel, there is no line of the user's to
show, and the frames of Airflow say nothing about the slip: then the words stand alone. Any other error without a line
of the user's own is shown with all its frames, for it may be a bug of Airflow's or of the kit.
"""

from __future__ import annotations

import traceback

_KIT = "/mwaa_kit/engine/"
_AIRFLOW_FRAMES = (
    _KIT,
    "/airflow/sdk/",
    "/airflow/models/",
    "/airflow/utils/",
    "/airflow/decorators/",
    "/airflow/operators/python.py",
    "/airflow/serialization/",
    "/airflow/providers/standard/operators/python.py",
    "/airflow/providers/standard/decorators/",
)

_HANDS_ON = frozenset({"_push_xcom_if_needed", "xcom_push", "serialize_value"})
"""Functions of Airflow 3 and 2 that turn what a task returned into an XCom, and refuse what cannot be one."""


def user_frames(error: BaseException) -> list[traceback.FrameSummary]:
    """Return the frames of an exception that are not machinery of Airflow or the kit; none where these refuse in words."""
    frames = list(traceback.extract_tb(error.__traceback__))
    refused = _is_refusal(error, frames)
    by_the_kit = refused and _KIT in frames[-1].filename
    foreign = (*_AIRFLOW_FRAMES, "/airflow/providers/") if by_the_kit else _AIRFLOW_FRAMES
    users = [frame for frame in frames if not any(part in frame.filename for part in foreign)]
    return users if users or refused else frames


def _is_refusal(error: BaseException, frames: list[traceback.FrameSummary]) -> bool:
    """Whether Airflow, or the kit in its place, says no in words of its own."""
    says_no = type(error).__module__.startswith("airflow.")
    return bool(frames) and (says_no or any(frame.name in _HANDS_ON for frame in frames))


def format_error(error: BaseException) -> str:
    """Format an exception with the user's part of its traceback, causes included."""
    parts = []
    if error.__cause__ is not None:
        parts.append(format_error(error.__cause__))
        parts.append("\nThe above exception was the direct cause of the following exception:\n")
    if frames := user_frames(error):
        parts.append("Traceback (most recent call last):")
        parts += [line.rstrip("\n") for line in traceback.format_list(frames)]
    parts.append(_said(error))
    return "\n".join(parts)


def last_line(error: BaseException) -> str:
    """Return ``ValueError: no rows``; also of an exception that cannot say what it is."""
    if type(error).__name__ == "PapermillExecutionError":
        return _in_its_notebook(error)
    return _said(error)


def _said(error: BaseException) -> str:
    return "".join(traceback.format_exception_only(type(error), error)).strip()


def _in_its_notebook(error: BaseException) -> str:
    """Return what went wrong in a notebook that papermill ran, and in which of its cells; papermill says a page."""
    name, value, count, source = (getattr(error, key, "") for key in ("ename", "evalue", "exec_count", "source"))
    first = next((line for line in str(source).splitlines() if line.strip() and not line.startswith("#")), "")
    return f"{name}: {value} (in the notebook, In [{count}]: {first})"
