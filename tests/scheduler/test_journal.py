"""The journal of a run: what was told is what is read again, whoever reads it and whatever became of the writer."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mwaa_kit.errors import UnknownRunError
from mwaa_kit.model.record import RunDescribed, read_event
from mwaa_kit.model.run import DagRun, Event, LogLine, RunStarted
from mwaa_kit.model.spec import DagSpec
from mwaa_kit.scheduler import journal as journals
from mwaa_kit.scheduler.journal import Journal, find_journal
from mwaa_kit.verbs.running import run
from mwaa_kit.verbs.watching import follow, read_run

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DAG = """
from airflow.sdk import dag, task
@dag(schedule=None, params={"n": 2})
def etl():
    @task(retries=1, retry_delay=0)
    def load(ti=None):
        print("try", ti.try_number)
        if ti.try_number == 1:
            raise ValueError("not yet")
        return [{"n": 1}]
    @task
    def double(row):
        return row["n"] * 2
    double.expand(row=load())
etl()
"""
ENDLESS = """
import time
from airflow.sdk import dag, task
@dag(schedule=None)
def endless():
    @task
    def first():
        return 1
    @task
    def waits(n):
        print("has begun")
        time.sleep(300)
    waits(first())
endless()
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DagRun, list[Event]]:
    """A run, and the events that were told of it."""
    folder = tmp_path_factory.mktemp("etl")
    (folder / "etl.py").write_text(DAG)
    events: list[Event] = []
    return folder, run(str(folder / "etl.py"), skip_delays=True, listen=events.append), events


def test_what_is_followed_is_what_was_told_and_then_the_end(told: tuple[Path, DagRun, list[Event]]) -> None:
    folder, ended, events = told
    lines: list[dict[str, Any]] = []
    follow(str(folder), listen=lines.append)
    assert lines[0]["event"] == "run_described"
    assert lines[1:] == [*(event.to_dict() for event in events), ended.to_dict()]
    assert [read_event(line) for line in lines[1:-1]] == events


def test_a_record_says_what_the_run_says(told: tuple[Path, DagRun, list[Event]]) -> None:
    folder, ended, _ = told
    record = read_run(str(folder / "etl.py"))
    assert record.described is not None
    assert [task.task_id for task in record.dag.tasks] == ["load", "double"]
    assert (record.dag_id, record.run_id, record.state, record.task_instances, record.end_date) == (
        ended.dag_id,
        ended.run_id,
        ended.state,
        ended.task_instances,
        ended.end_date,
    )
    assert [(one.of, one.value) for one in record.xcoms] == [(("load", -1), [{"n": 1}]), (("double", 0), 2)]
    assert ended.record == str(find_journal(folder, run_id=ended.run_id))


def test_a_try_that_ends_says_how_long_it_took(told: tuple[Path, DagRun, list[Event]]) -> None:
    record = read_run(str(told[0]))
    ends = [(e.state, e.duration_seconds is not None) for e in record.states["load", -1]]
    assert ends == [("running", False), ("up_for_retry", True), ("running", False), ("success", True)]


@pytest.mark.parametrize("given", [{"run_id": "other"}, {"dag_id": "other"}], ids=str)
def test_a_run_that_is_not_there_is_told(told: tuple[Path, DagRun, list[Event]], given: dict[str, str]) -> None:
    with pytest.raises(UnknownRunError, match="'other'"):
        follow(str(told[0]), **given)  # type: ignore[arg-type]


def test_a_run_that_is_refused_leaves_no_journal(tmp_path: Path) -> None:
    (tmp_path / "etl.py").write_text(DAG)
    with pytest.raises(UnknownRunError):
        follow(str(tmp_path))


def test_a_run_is_followed_from_another_process_while_it_goes_on_and_one_that_is_killed_is_lost(tmp_path: Path) -> None:
    (tmp_path / "endless.py").write_text(ENDLESS)
    command = [sys.executable, "-m", "mwaa_kit", "run", str(tmp_path / "endless.py"), "--json"]
    runs = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert runs.stdout is not None
    runs.stdout.readline()  # it has begun, so there is something to follow
    lines: list[dict[str, Any]] = []

    def take(line: dict[str, Any]) -> None:
        lines.append(line)
        if line.get("message") == "has begun":
            os.kill(runs.pid, signal.SIGKILL)

    record = follow(str(tmp_path), listen=take)
    runs.wait()
    assert (record.state, [(one.task_id, one.state) for one in record.task_instances]) == (
        "running",
        [("first", "success"), ("waits", "running")],
    )
    assert lines[-1] == {
        "event": "run_lost",
        "at": lines[-2]["at"],
        "dag_id": "endless",
        "run_id": record.run_id,
        "reason": "the process that ran it is gone; how it would have ended is not known",
    }


@pytest.fixture
def begin(tmp_path: Path) -> Callable[[], Journal]:
    """Begin the journal of a run of no tasks."""

    def begun() -> Journal:
        journal = Journal(tmp_path, RunDescribed(NOW, DagSpec("etl"), "etl.py"))
        journal(RunStarted(NOW, "etl", "r1", None, {}, ()))
        return journal

    return begun


def test_a_flood_of_logs_is_cut_and_the_states_are_kept(
    begin: Callable[[], Journal], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "MOST_LOG_BYTES", 1000)
    journal = begin()
    for _ in range(100):
        journal(LogLine(NOW, "load", -1, 1, "info", "x" * 100))
    journal.finish(DagRun("etl", "r1", "success", end_date=NOW))
    assert journal.path is not None
    names = [json.loads(line)["event"] for line in journal.path.read_text().splitlines()]
    assert names == ["run_described", "run_started", *["log"] * 10, "run_finished"]


def test_only_so_many_journals_and_bytes_of_them_are_kept(
    begin: Callable[[], Journal], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "KEPT", 3)
    for _ in range(5):
        begin().close()
    assert len(list((tmp_path / ".mwaa-kit" / "events").iterdir())) == 3
    monkeypatch.setattr(journals, "KEPT_BYTES", 1)
    begin().close()
    assert len(list((tmp_path / ".mwaa-kit" / "events").iterdir())) == 1


def test_a_folder_that_cannot_be_written_ends_the_journal_and_not_the_run(
    begin: Callable[[], Journal], tmp_path: Path
) -> None:
    (tmp_path / ".mwaa-kit").write_text("in the way")
    journal = begin()
    journal.finish(DagRun("etl", "r1", "success", end_date=NOW))
    assert journal.path is None
