"""Dag runs of an environment: unpausing, triggering, and what became of it.

References
----------
Apache Airflow stable REST API (v2): Dag, DagRun, Task Instance, XCom.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from mwaa_kit.errors import EnvironmentUnreachableError
from mwaa_kit.operating.liveness import Waiting
from mwaa_kit.operating.rest import AirflowBusyError, AirflowRest, segment

FINISHED = frozenset({"success", "failed"})


@dataclass(frozen=True)
class ServedTaskInstance:
    """One task instance as the environment tells it; `state` is None before it is scheduled."""

    task_id: str
    map_index: int
    state: str | None
    try_number: int


@dataclass(frozen=True)
class ServedXCom:
    """One XCom as the environment tells it: plain JSON, as Airflow serialised it."""

    task_id: str
    map_index: int
    key: str
    value: Any


@dataclass(frozen=True)
class ServedDagRun:
    """One Dag run as the environment tells it."""

    dag_id: str
    run_id: str
    state: str
    task_instances: tuple[ServedTaskInstance, ...] = ()
    xcoms: tuple[ServedXCom, ...] = ()

    @property
    def finished(self) -> bool:
        """Whether nothing of it will change any more."""
        return self.state in FINISHED


def is_paused(rest: AirflowRest, dag_id: str) -> bool:
    """Tell whether Airflow starts no runs of the Dag."""
    return bool(rest.get(f"/dags/{segment(dag_id)}")["is_paused"])


def unpause(rest: AirflowRest, dag_id: str) -> None:
    """Let Airflow start runs of the Dag."""
    rest.patch(f"/dags/{segment(dag_id)}", {"is_paused": False}, {"update_mask": ["is_paused"]})


def trigger(
    rest: AirflowRest, dag_id: str, *, conf: Mapping[str, object] | None = None, logical_date: datetime | None = None
) -> str:
    """Start a run; return its run_id.

    The run_id is ours: short, so that paths stay short, and named beforehand, so that a request which boto3 repeats cannot
    start a second run.

    Parameters
    ----------
    conf
        Params to be set for this run.
    """
    run_id = f"kit-{secrets.token_hex(4)}"
    body = {
        "dag_run_id": run_id,
        "logical_date": logical_date.isoformat() if logical_date else None,
        "conf": dict(conf or {}),
    }
    rest.post(f"/dags/{segment(dag_id)}/dagRuns", body)
    return run_id


def wait_for_run(
    rest: AirflowRest,
    dag_id: str,
    run_id: str,
    waiting: Waiting,
    *,
    on_state: Callable[[ServedTaskInstance], None] | None = None,
) -> ServedDagRun:
    """Wait until a run is over; return it with the states of its task instances and its XComs.

    Parameters
    ----------
    on_state
        Called for each task instance whenever its state has changed.

    Raises
    ------
    EnvironmentUnreachableError
        If it is not over in time; it goes on there.
    """
    until = waiting.clock() + waiting.timeout_seconds
    told: dict[tuple[str, int], str | None] = {}
    state = "unknown"
    while True:
        with suppress(AirflowBusyError):  # the next look will tell
            run = find_run(rest, dag_id, run_id)
            state = run.state
            for instance in run.task_instances:
                if on_state and told.get((instance.task_id, instance.map_index), "") != instance.state:
                    on_state(instance)
                told[instance.task_id, instance.map_index] = instance.state
            if run.finished:
                return replace(run, xcoms=find_xcoms(rest, dag_id, run_id))
        if waiting.clock() >= until:
            raise EnvironmentUnreachableError(
                f"run {run_id!r} of Dag {dag_id!r} was still {state} after {waiting.timeout_seconds:.0f} s.",
                hint="it goes on there: look at it in Airflow's web interface",
            )
        waiting.sleep(waiting.poll_seconds)


def find_run(rest: AirflowRest, dag_id: str, run_id: str) -> ServedDagRun:
    """Return a run as it is now, without its XComs."""
    # The run before its task instances: when the run is over, no state read after that is a passing one.
    state = str(rest.get(f"/dags/{segment(dag_id)}/dagRuns/{segment(run_id)}")["state"])
    return ServedDagRun(dag_id, run_id, state, find_task_instances(rest, dag_id, run_id))


def find_task_instances(rest: AirflowRest, dag_id: str, run_id: str) -> tuple[ServedTaskInstance, ...]:
    """Return the task instances of one run, in the order of task_id and map_index."""
    wanted = {"dag_ids": [dag_id], "dag_run_ids": [run_id]}
    found = rest.search("/dags/~/dagRuns/~/taskInstances/list", "task_instances", wanted)
    instances = [
        ServedTaskInstance(entry["task_id"], entry["map_index"], entry["state"], entry["try_number"]) for entry in found
    ]
    return tuple(sorted(instances, key=lambda instance: (instance.task_id, instance.map_index)))


def find_xcoms(rest: AirflowRest, dag_id: str, run_id: str) -> tuple[ServedXCom, ...]:
    """Return all XComs of one run with their values, in the order of task_id, map_index and key."""
    run = f"/dags/{segment(dag_id)}/dagRuns/{segment(run_id)}/taskInstances"
    entries = rest.list(f"{run}/~/xcomEntries", "xcom_entries")
    xcoms = [_read_xcom(rest, run, entry) for entry in entries]
    return tuple(sorted(xcoms, key=lambda xcom: (xcom.task_id, xcom.map_index, xcom.key)))


def _read_xcom(rest: AirflowRest, run: str, entry: dict[str, Any]) -> ServedXCom:
    task_id, map_index, key = entry["task_id"], entry["map_index"], entry["key"]
    path = f"{run}/{segment(task_id)}/xcomEntries/{segment(key)}"
    return ServedXCom(task_id, map_index, key, rest.get(path, {"map_index": map_index})["value"])
