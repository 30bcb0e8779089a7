"""A Dag's own callbacks, at the end of its run.

References
----------
``airflow.models.dagrun.DagRun.execute_dag_callbacks``.
"""

from __future__ import annotations

from typing import Any

from mwaa_kit.engine.streams import Write, write_lines
from mwaa_kit.engine.tracebacks import format_error


def call_back(dag: Any, kind: str, reason: str, context: Any, write: Write) -> None:
    """Run what a Dag has for an end of this kind; one that fails is told, and the next one runs all the same.

    Parameters
    ----------
    kind
        ``success`` or ``failure``.
    context
        That of the last task instance that ended so.
    """
    context["reason"] = reason
    context["dag"] = dag
    found = getattr(dag, f"on_{kind}_callback") or []
    for callback in found if isinstance(found, list | tuple) else [found]:
        name = getattr(callback, "__name__", None) or repr(callback)
        write("info", f"Dag callback on_{kind}_callback: {name}")
        try:
            callback(context)
        except Exception as error:
            write_lines(write, "error", format_error(error))
