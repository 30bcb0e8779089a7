"""The same Dags by our scheduler and by Airflow's own ``dag.test()``: states, tries and XComs."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from support_examples import WHEN, examples

DAGS = Path(__file__).parent / "dags"

pytestmark = pytest.mark.timeout(600)


def described(run: Any) -> dict[str, Any]:
    """Say how one of our runs ended, as the oracle does."""
    instances = sorted([one.task_id, one.map_index, one.state, one.try_number] for one in run.task_instances)
    xcoms = sorted(([one.task_id, one.map_index, one.key, one.stored] for one in run.xcoms), key=lambda row: row[:3])
    return {
        "dag_id": run.dag_id,
        "state": run.state,
        "instances": instances,
        "xcoms": [_in_order(row) for row in xcoms],
    }


def _in_order(row: list[Any]) -> list[Any]:
    """Order what a branch or a short-circuit notes of whom it skipped: Airflow writes it down from a set."""
    *key, value = row
    return [*key, {name: sorted(ids) for name, ids in value.items()}] if key[2] == "skipmixin_key" else row


def settled(found: dict[str, Any]) -> dict[str, Any]:
    """Name a module of ours as Airflow names one of its Dag folder: each file gets a name by its path."""
    text = re.sub(r"unusual_prefix_[0-9a-f]+_", "unusual_prefix_", json.dumps(found))
    return dict(json.loads(text))


def compared(answer: dict[str, Any]) -> dict[str, Any]:
    """Take from the oracle's answer what is compared; XComs that hold None are not kept by all of its paths."""
    taken = {key: answer[key] for key in ("dag_id", "state", "instances")}
    return {**taken, "xcoms": [_in_order(row) for row in answer["xcoms"]]}


@pytest.mark.parametrize("dag_id", ["features_mapping", "features_groups", "features_flow", "features_fail_fast"])
def test_a_feature_dag_ends_as_in_airflow(dag_id: str, dags: Any, play: Any, oracle: Any) -> None:
    run, _ = play(dags(DAGS / "features.py")[dag_id])

    assert described(run) == compared(oracle[dag_id])


@pytest.mark.parametrize(
    "dag_id", ["values_types", "values_templates", "values_native", "values_elsewhere", "values_assets"]
)
def test_values_and_templates_are_those_of_airflow(dag_id: str, dags: Any, play: Any, oracle: Any) -> None:
    run, _ = play(dags(DAGS / "values.py")[dag_id])

    assert settled(described(run)) == settled(compared(oracle[dag_id]))


@pytest.mark.parametrize("dag_id", ["promises_values", "promises_limits", "promises_policies"])
def test_rare_values_limits_and_policies_are_those_of_airflow(dag_id: str, dags: Any, play: Any, oracle: Any) -> None:
    run, _ = play(dags(DAGS / "promises.py")[dag_id])

    assert settled(described(run)) == settled(compared(oracle[dag_id]))


@pytest.mark.parametrize(("file", "dag_id"), list(examples()))
def test_an_example_dag_ends_as_in_airflow(file: Path, dag_id: str, dags: Any, play: Any, oracle: Any) -> None:
    run, _ = play(dags(file)[dag_id], logical_date=datetime.fromisoformat(WHEN))

    assert described(run) == compared(oracle[dag_id])


@pytest.mark.parametrize("seed", range(24))
def test_a_random_dag_ends_as_in_airflow(seed: int, dags: Any, play: Any, oracle: Any) -> None:
    run, _ = play(dags(DAGS / "random_dags.py")[f"random_{seed}"])

    assert described(run) == compared(oracle[f"random_{seed}"])


def test_every_rule_over_every_upstream_is_judged_as_in_airflow(dags: Any, play: Any, oracle: Any) -> None:
    run, _ = play(dags(DAGS / "rules.py")["rules"])

    judged = {one.task_id: one.state for one in run.task_instances}
    assert judged == {task_id: state for task_id, _, state, _ in oracle["rules"]["instances"]}
    assert len(judged) > 13 * 34
