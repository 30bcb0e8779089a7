"""Runs that start each other, sensors that wait for other Dags, and assets that Dags hand on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mwaa_kit.cli.app import app
from mwaa_kit.scheduler.world import MAX_DEPTH
from mwaa_kit.verbs.running import run

DAGS = Path(__file__).parent / "other_runs"


def states(found: Any) -> dict[str, str | None]:
    return {one.task_id: one.state for one in found.task_instances}


@pytest.fixture
def file(tmp_path: Path) -> str:
    """Two Dag files that know of each other, in a folder of their own."""
    for source in DAGS.glob("*.py"):
        (tmp_path / source.name).write_bytes(source.read_bytes())
    return str(tmp_path / "starting.py")


@pytest.mark.parametrize("mode", ["inline", "fork"])
def test_a_triggered_dag_runs_here_with_its_conf_and_is_waited_for(file: str, mode: str) -> None:
    found = run(file, dag_id="trigger_all", mode=mode)

    assert states(found) == {
        "wait": "success",
        "defer": "success",
        "fails": "failed",
        "accepts": "success",
        "beside": "success",
        "again": "skipped",
        "absent": "success",
        "absent_wait": "failed",
    }
    assert sorted((one.dag_id, one.state) for one in found.triggered) == [
        ("beside", "success"),
        ("target", "failed"),
        ("target", "failed"),
        ("target", "success"),
        ("target", "success"),
    ]
    values = [one["divide"].value for one in found.triggered if one.dag_id == "target"]
    assert [0.5, "operator_triggered"] in values
    assert "no run" in next(one.error for one in found.task_instances if one.task_id == "absent_wait")


def test_a_triggered_run_is_recorded_as_its_own(file: str) -> None:
    from mwaa_kit.scheduler.store import RunStore

    found = run(file, dag_id="trigger_all")
    store = RunStore(Path(file).parent)
    recorded = {(one.dag_id, one.run_id): one.state for one in store.list_runs()}
    store.close()

    assert recorded == {(one.dag_id, one.run_id): one.state for one in (found, *found.triggered)}


def test_a_dag_that_triggers_itself_comes_to_an_end(file: str) -> None:
    found = run(file, dag_id="itself")

    depth = 0
    while found.triggered:
        (found,) = found.triggered
        depth += 1
    assert (depth, found.state) == (MAX_DEPTH, "failed")
    assert "already wait for each other" in found.task_instances[0].error


def test_a_sensor_sees_runs_of_the_session_and_fails_where_none_will_come(file: str) -> None:
    found = run(file, dag_id="sensing")

    assert states(found) == {
        "beside": "success",
        "task": "success",
        "whole": "success",
        "deferred": "success",
        "nobody": "failed",
        "nobody_soft": "skipped",
        "nobody_deferred": "failed",
        "otherwise": "failed",
        "counts": "success",
    }
    assert found["counts"].value == [0, 1]
    errors = {one.task_id: one.error for one in found.task_instances}
    assert "waits for task 'one' of Dag 'nowhere' at" in errors["nobody"]
    assert "waits for Dag 'nowhere'" in errors["nobody_deferred"]
    assert "has ended otherwise" in errors["otherwise"]


def test_asset_events_are_seen_below_and_by_the_dags_that_wait_for_them(file: str) -> None:
    found = run(file, dag_id="produce", follow_assets=True)

    assert found["read"].value == {"x": [{"rows": 3}], "by_alias": [{"k": 1}]}
    consumed = {one.dag_id: one["use"].value for one in found.triggered}
    assert consumed == {
        "consume_x": ["asset_triggered", {"x": [{"rows": 3}]}],
        "consume_alias": ["asset_triggered", {"y": [{"k": 1}], "by_alias": [{"k": 1}]}],
        "consume_beside": ["asset_triggered", {"x": [{"rows": 3}]}],
    }


def test_dags_that_wait_for_an_asset_are_named_when_they_are_not_run(
    file: str,
) -> None:
    printed = CliRunner().invoke(app, ["run", file, "--dag-id", "produce", "--mode", "inline", "--json"])

    events = [json.loads(line) for line in printed.stdout.splitlines()]
    told = sorted(one["message"] for one in events if one["event"] == "log" and "--follow-assets" in one["message"])
    assert told == [
        "Dag 'consume_alias' is scheduled on 'y' and would run now; --follow-assets runs it too",
        "Dag 'consume_beside' is scheduled on 'x' and would run now; --follow-assets runs it too",
        "Dag 'consume_x' is scheduled on 'x' and would run now; --follow-assets runs it too",
    ]
    assert "triggered" not in events[-1]
