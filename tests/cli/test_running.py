"""mwaa-kit run: what it refuses before it runs, and what its exit code says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PRODUCER = """
from datetime import datetime
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG, Asset, task
START = datetime(2026, 1, 1)
with DAG("produces", schedule=None, start_date=START):
    @task(outlets=[Asset("rows")])
    def make(): ...
    make()
with DAG("consumes", schedule=[Asset("rows")], start_date=START):
    @task
    def use():
        raise ValueError("no rows")
    use()
with DAG("waits", schedule=None, start_date=START):
    TriggerDagRunOperator(task_id="outer", trigger_dag_id="consumes", wait_for_completion=True)
"""
DAILY = """
from datetime import datetime
from airflow.sdk import DAG, task
with DAG("daily", schedule="@daily", start_date=datetime(2026, 1, 1), catchup=True):
    @task(depends_on_past=True)
    def load(ds=None):
        if ds == "2026-01-02":
            raise ValueError("no file")
    load()
"""


def test_a_run_whose_asset_started_one_that_failed_is_no_success_of_the_command(cli: Callable[..., Any]) -> None:
    Path("assets.py").write_text(PRODUCER)
    ended = cli("run", "assets.py", "--dag-id", "produces", "--follow-assets", "-q")
    assert (ended.code, ended.out.splitlines()[-1]) == (1, "  but what it started failed: consumes")
    assert cli("run", "assets.py", "--dag-id", "produces", "-q").code == 0


def test_a_task_fails_with_a_reason_though_nothing_was_raised_for_it(cli: Callable[..., Any]) -> None:
    Path("assets.py").write_text(PRODUCER)
    last = cli("run", "assets.py", "--dag-id", "waits", "--json").lines[-1]
    [one] = last["task_instances"]
    assert (one["state"], one["error"].startswith("DagRun finished with failed state")) == ("failed", True), one


def test_a_range_that_the_past_holds_up_says_what_it_leaves_out(cli: Callable[..., Any]) -> None:
    Path("daily.py").write_text(DAILY)
    ended = cli("run", "daily.py", "--from", "2026-01-01", "--to", "2026-01-06", "-q")
    said = "the range ends here: the run of 2026-01-04 00:00 and 2 later ones would wait for the past as well"
    assert (ended.code, said in ended.err, ended.out.count("daily in")) == (1, True, 3)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--answer", "lode=Approve"), "Dag 'daily' has no task 'lode' that could be answered"),
        (("--card", "nowhere/card.html"), "cannot be written: there is no folder"),
        (("--record", "nowhere/run.json"), "cannot be written: there is no folder"),
        (("--card", "."), "cannot be written: it is a folder"),
        (("--with-upstream",), "--with-upstream goes with chosen tasks, and none is chosen"),
        (("--from", "2026-01-01", "--to", "2026-01-02", "--stub", "load=1"), "--stub does not go with --from and --to"),
    ],
)
def test_a_slip_is_refused_before_anything_runs(words: tuple[str, ...], said: str, cli: Callable[..., Any]) -> None:
    Path("daily.py").write_text(DAILY)
    ended = cli("run", "daily.py", *words)
    assert (ended.code, said in ended.err, "next: " in ended.err) == (2, True, True), ended.err
    assert not Path(".mwaa-kit").exists()


def test_a_param_that_the_dag_does_not_have_or_of_another_kind_is_noted(cli: Callable[..., Any]) -> None:
    Path("params.py").write_text(
        "from airflow.sdk import DAG, Param\nfrom airflow.providers.standard.operators.empty import EmptyOperator\n"
        "with DAG('params', schedule=None, params={'n': 6, 'rate': 0.5, 'none': None, 'typed': Param(1, type='integer')}):\n"
        "    EmptyOperator(task_id='a')\n"
    )
    given = {"n": "abc", "rate": 1, "none": "x", "typed": 2, "m": 1}
    told = cli("run", "params.py", "--conf", json.dumps(given), "--json").lines
    assert [line["message"] for line in told if line["event"] == "note"] == [
        "param 'n' is a number by default, and a text in this run",
        "the Dag has no param 'm' (it has n, rate, none, typed): only what reads the run's conf sees it",
    ]
    assert cli("run", "params.py", "--param", "typed=abc").code == 2


def test_a_setting_that_airflow_refuses_is_told_without_a_traceback(
    cli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("daily.py").write_text(DAILY)
    monkeypatch.setenv("AIRFLOW__CORE__XCOM_BACKEND", "nowhere.Backend")
    ended = cli("run", "daily.py")
    assert (ended.code, "Traceback" in ended.err, "xcom_backend" in ended.err, "next: mend it" in ended.err) == (
        2,
        False,
        True,
        True,
    ), ended.err
