"""A stub of a task that decides about others leads a run where the task itself would have led it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import mwaa_kit
from mwaa_kit.errors import WrongUsageError
from mwaa_kit.targets.interpreters import Interpreter

FILE = str(Path(__file__).parent / "deciding" / "deciding.py")
BRANCHES = (None, "one", ["one", "two"], "join", "group", "group.inner", "group.first", ["two", "group.after"], [])
CASES = [
    *(("branch", value) for value in BRANCHES),
    *((gate, value) for gate in ("gate", "gate_of_the_next") for value in (True, False, [1], 0)),
]


def states(dag_id: str, value: Any, stub: str = "", **where: Any) -> dict[str, str | None]:
    """Return how each task ended, with the deciding task itself or a stub of it."""
    stubs = (f"decides={stub}",) if stub else ()
    run = mwaa_kit.run(FILE, dag_id=dag_id, params={"value": value}, stubs=stubs, fresh=True, **where)
    return {one.task_id: one.state for one in run.task_instances}


@pytest.mark.parametrize(("dag_id", "value"), CASES)
def test_a_stub_leads_where_the_task_leads(dag_id: str, value: Any) -> None:
    itself = states(dag_id, value, mode="inline")
    assert states(dag_id, "no task reads it", json.dumps(value), mode="inline") == itself


def test_it_does_on_airflow_2_too(airflow2: Interpreter) -> None:
    there = {"target": airflow2.target.airflow}
    for dag_id, value in (("branch", ["one", "group.inner"]), ("gate", False), ("gate_of_the_next", False)):
        assert states(dag_id, "no task reads it", json.dumps(value), **there) == states(dag_id, value, **there)


@pytest.mark.parametrize("stub", ["success", '"nowhere"', "3", '["one", 3]', '{"one": 1}'])
def test_a_stub_of_a_branch_that_does_not_say_where_to_go_is_refused(stub: str) -> None:
    with pytest.raises(
        WrongUsageError, match=r"task 'decides' is a branch, and its stand-in .* does not name"
    ) as refused:
        states("branch", "one", stub, mode="inline")
    assert "--stub BRANCH=" in (refused.value.hint or "")


@pytest.mark.parametrize("state", ["failed", "skipped"])
def test_a_branch_may_be_stubbed_as_one_that_did_not_decide(state: str) -> None:
    found = states("branch", "one", state, mode="inline")
    assert {found["one"], found["two"]} == {"upstream_failed" if state == "failed" else "skipped"}
