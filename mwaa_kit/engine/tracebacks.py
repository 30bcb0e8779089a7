"""What a task raised, as text: the user's part of the traceback, and the one line that says it."""

from __future__ import annotations

import traceback

_AIRFLOW_FRAMES = (
    "/mwaa_kit/engine/",
    "/airflow/sdk/",
    "/airflow/models/",
    "/airflow/utils/",
    "/airflow/decorators/",
    "/airflow/operators/python.py",
    "/airflow/serialization/",
    "/airflow/providers/standard/operators/python.py",
    "/airflow/providers/standard/decorators/",
)


def user_frames(error: BaseException) -> list[traceback.FrameSummary]:
    """Return the frames of an exception's traceback that are not Airflow's or the kit's own machinery."""
    frames = traceback.extract_tb(error.__traceback__)
    users = [frame for frame in frames if not any(part in frame.filename for part in _AIRFLOW_FRAMES)]
    return users or list(frames)


def format_error(error: BaseException) -> str:
    """Format an exception with the user's part of its traceback, causes included."""
    parts = []
    if error.__cause__ is not None:
        parts.append(format_error(error.__cause__))
        parts.append("\nThe above exception was the direct cause of the following exception:\n")
    parts.append("Traceback (most recent call last):")
    parts += [line.rstrip("\n") for line in traceback.format_list(user_frames(error))]
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
