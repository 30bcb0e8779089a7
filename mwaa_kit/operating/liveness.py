"""Whether an environment serves what was published, proved three ways.

Notes
-----
Airflow 3 may serve a new source over an old graph for as long as ``min_serialized_dag_update_interval`` (30 s on Amazon MWAA),
and a source alone says nothing of whether it could be imported. So source, graph and time of parsing must all agree.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from mwaa_kit.model.module import DagModule
from mwaa_kit.model.release import Liveness
from mwaa_kit.model.spec import DagSpec
from mwaa_kit.operating.rest import AirflowBusyError, AirflowRest, segment

# S3 tells times in whole seconds: what happened within that second may have come before the upload.
_S3_PRECISION = timedelta(seconds=1)


@dataclass(frozen=True)
class Waiting:
    """How to wait: all that has to do with time, passed in.

    Parameters
    ----------
    clock
        Seconds that only grow, as ``time.monotonic`` gives them.
    """

    timeout_seconds: float
    clock: Callable[[], float]
    sleep: Callable[[float], object]
    poll_seconds: float = 1.0
    on_progress: Callable[[str], None] | None = None


def wait_until_live(
    rest: AirflowRest, module: DagModule, specs: tuple[DagSpec, ...], published_at: datetime, waiting: Waiting
) -> tuple[Liveness, ...]:
    """Ask until each Dag is live, cannot be imported, or the time is over.

    Parameters
    ----------
    specs
        What our own parse of the same bytes gave.
    published_at
        The bucket's own time of the Dag file.

    Returns
    -------
    tuple of Liveness
        One for each of `specs`. What is not live says why.
    """
    until = waiting.clock() + waiting.timeout_seconds
    told = ""
    while True:
        try:
            failure = find_import_error(rest, module, published_at)
            if failure:
                return tuple(Liveness(spec.dag_id, problem=failure) for spec in specs)
            found = read_liveness(rest, module, specs, published_at)
        except AirflowBusyError as busy:
            found = tuple(Liveness(spec.dag_id, problem=busy.message) for spec in specs)
        missing = [liveness.problem for liveness in found if not liveness.live]
        if not missing or waiting.clock() >= until:
            return found
        if waiting.on_progress and missing[0] != told:
            told = missing[0]
            waiting.on_progress(told)
        waiting.sleep(waiting.poll_seconds)


def read_liveness(
    rest: AirflowRest, module: DagModule, specs: tuple[DagSpec, ...], published_at: datetime
) -> tuple[Liveness, ...]:
    """Ask once what the environment serves."""
    return tuple(_read_one(rest, module, spec, published_at) for spec in specs)


def _read_one(rest: AirflowRest, module: DagModule, spec: DagSpec, published_at: datetime) -> Liveness:
    dag_id = segment(spec.dag_id)
    source, dag, tasks = (rest.find(path.format(dag_id)) for path in ("/dagSources/{}", "/dags/{}", "/dags/{}/tasks"))
    if source is None or dag is None or tasks is None:
        return Liveness(spec.dag_id, problem=f"Airflow does not know Dag {spec.dag_id!r} yet")
    parsed = _time(dag.get("last_parsed_time"))
    served = not dag.get("has_import_errors") and not dag.get("is_stale")
    liveness = Liveness(
        spec.dag_id,
        source_matches=source["content"] == module.source,
        graph_matches=_graph_served(tasks["tasks"]) == _graph_wanted(spec),
        parsed_after=served and parsed is not None and parsed > published_at,
        live_since=parsed,
        paused=dag.get("is_paused"),
    )
    return liveness if liveness.live else replace(liveness, live_since=None, problem=_problem(liveness, module, dag))


def _graph_served(tasks: Iterable[dict[str, Any]]) -> dict[str, frozenset[str]]:
    return {task["task_id"]: frozenset(task.get("downstream_task_ids") or ()) for task in tasks}


def _graph_wanted(spec: DagSpec) -> dict[str, frozenset[str]]:
    return {task.task_id: frozenset(task.downstream) for task in spec.tasks}


def _problem(liveness: Liveness, module: DagModule, dag: dict[str, Any]) -> str:
    """Say what is missing, the first cause first."""
    where = str(dag.get("relative_fileloc") or dag.get("fileloc") or "")
    if where and where.rpartition("/")[2] != module.file_name:
        return f"Dag {liveness.dag_id!r} comes from another file, {where!r}"
    if not liveness.source_matches:
        return f"Airflow still serves another source of Dag {liveness.dag_id!r}"
    if dag.get("has_import_errors"):
        return f"Airflow could not import the file of Dag {liveness.dag_id!r}"
    if not liveness.graph_matches:
        return f"Airflow serves the new source of Dag {liveness.dag_id!r}, but still its old tasks or edges"
    return f"Airflow has not parsed Dag {liveness.dag_id!r} since the upload"


def find_import_error(rest: AirflowRest, module: DagModule, published_at: datetime) -> str:
    """Return why Airflow could not import the published file, leading to the cell; empty when it could.

    An error from before the upload is none: the file has not been parsed since.
    """
    for error in rest.list("/importErrors", "import_errors", {"filename_pattern": module.file_name}):
        happened = _time(error.get("timestamp"))
        same_file = str(error.get("filename", "")).rpartition("/")[2] == module.file_name
        if same_file and happened is not None and happened > published_at + _S3_PRECISION:
            return _explain(str(error.get("stack_trace") or error.get("stacktrace") or ""), module)
    return ""


def _explain(traceback: str, module: DagModule) -> str:
    """Return the last line of a traceback, and the cell of its deepest line in our file."""
    lines = [line for line in traceback.splitlines() if line.strip()]
    last = lines[-1].strip() if lines else "Airflow could not import the file"
    numbers = re.findall(rf'File "[^"\n]*{re.escape(module.file_name)}", line (\d+)', traceback)
    return f"{last} ({module.locate(int(numbers[-1]))})" if numbers else last


def _time(text: object) -> datetime | None:
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if isinstance(text, str) else None
