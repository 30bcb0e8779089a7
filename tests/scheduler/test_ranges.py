"""Runs over a range of dates: which there are, what each knows of the one before, and where it ends."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mwaa_kit.errors import WrongUsageError
from mwaa_kit.verbs.ranging import run_range

DAGS = Path(__file__).parent / "endings" / "endings.py"

TIMETABLES = """
from datetime import datetime, timedelta
from airflow.sdk import DAG
from airflow.timetables.interval import CronDataIntervalTimetable
from airflow.timetables.trigger import CronTriggerTimetable, DeltaTriggerTimetable
from airflow.timetables.events import EventsTimetable
import pendulum
start = pendulum.datetime(2026, 3, 25, tz="Europe/Berlin")
given = {
    "cron": "30 2 * * *",
    "preset": "@weekly",
    "delta": timedelta(hours=7),
    "intervals": CronDataIntervalTimetable("0 */6 * * 1-5", timezone="Europe/Berlin"),
    "triggers": CronTriggerTimetable("0 3 * * *", timezone="America/New_York", interval=timedelta(days=1)),
    "events": EventsTimetable([pendulum.datetime(2026, 3, 27), pendulum.datetime(2026, 3, 30), pendulum.datetime(2026, 9, 1)]),
    "once": "@once",
    "none": None,
}
for name, schedule in given.items():
    with DAG(name, schedule=schedule, start_date=start, end_date=pendulum.datetime(2026, 5, 1), catchup=False):
        pass
"""

FIRST, LAST = datetime(2026, 3, 26, tzinfo=UTC), datetime(2026, 4, 3, 12, tzinfo=UTC)


def day(number: int) -> datetime:
    return datetime(2026, 1, number, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> str:
    """The Dag file, in a folder of its own."""
    path = tmp_path / DAGS.name
    path.write_bytes(DAGS.read_bytes())
    return str(path)


def test_each_run_sees_the_one_before(file: str) -> None:
    runs = run_range(file, dag_id="daily", first=day(1), last=day(5))

    ids = [f"scheduled__2026-01-0{number}T00:00:00+00:00" for number in (3, 4, 5)]
    assert [one.run_id for one in runs] == ids
    assert [one["step"].value for one in runs] == [
        ["2026-01-03", None, None],
        ["2026-01-04", "2026-01-03T00:00:00+00:00", ids[0]],
        ["2026-01-05", "2026-01-04T00:00:00+00:00", ids[1]],
    ]


def test_a_range_ends_where_the_past_lets_nothing_go_on(file: str) -> None:
    runs = run_range(file, dag_id="daily", first=day(3), last=day(9), params={"fails": "2026-01-04"})

    assert [(one.state, one["step"].state) for one in runs] == [
        ("success", "success"),
        ("success", "failed"),
        ("failed", None),
    ]
    assert runs[1]["pull"].value == ["2026-01-03", None, None]  # the value of the run before
    assert "depends on the past, and 'step' is failed in scheduled__2026-01-04" in runs[2].task_instances[0].error


def test_a_range_without_a_run_says_where_to_look(file: str) -> None:
    with pytest.raises(WrongUsageError, match="'daily' has no run between 2025"):
        run_range(file, dag_id="daily", first=datetime(2025, 1, 1, tzinfo=UTC), last=datetime(2025, 2, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def scheduled(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The engine, with Dags of every kind of timetable."""
    from mwaa_kit.engine.opening import open_engine

    path = tmp_path_factory.mktemp("timetables") / "timetables.py"
    path.write_text(TIMETABLES)
    engine = open_engine()
    assert engine.load(str(path)).problems == ()
    return engine


@pytest.mark.parametrize("dag_id", ["cron", "preset", "delta", "intervals", "triggers", "events", "once", "none"])
def test_the_runs_of_a_timetable_are_those_of_airflow(scheduled: Any, dag_id: str) -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    serialised = DagSerialization.deserialize_dag(DagSerialization.serialize_dag(scheduled._find(dag_id)))
    theirs = serialised.iter_dagrun_infos_between(FIRST, LAST)

    assert [
        (one.logical_date, one.run_after, one.data_interval_start, one.data_interval_end)
        for one in scheduled.list_runs(dag_id, FIRST, LAST, {}, 1000)
    ] == [(one.logical_date, one.run_after, one.data_interval.start, one.data_interval.end) for one in theirs]
