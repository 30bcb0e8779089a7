"""When a schedule runs next: Airflow's own timetables are asked, and no code of a user is run.

An expression is a cron expression or a preset as it is, or the Python that stands behind ``schedule=``: a text, a
``timedelta`` or one of Airflow's timetables, their arguments literals. Anything else is refused.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from mwaa_kit.errors import WrongUsageError
from mwaa_kit.model.schedule import NextRun, SchedulePreview

MOST_RUNS = 50


def next_runs(expression: str, *, dag_zone: str, zone: str, count: int, after: datetime) -> SchedulePreview:
    """Return the next runs after a moment, as a Dag whose `start_date` is then would have them.

    Parameters
    ----------
    dag_zone
        The time zone of the Dag, in which a cron expression is meant.
    zone
        The time zone in which the runs are told.

    Raises
    ------
    WrongUsageError
        If Airflow knows no such schedule, or there is no such time zone.
    """
    start, shown_in = after.astimezone(_zone(dag_zone)), _zone(zone)
    schedule = read_schedule(expression)
    try:
        timetable = _timetable(schedule, start)
        runs = tuple(_runs(timetable, start, shown_in, min(count, MOST_RUNS)))
    except Exception as error:  # timetables raise whatever the library behind them does
        reason = " ".join(str(error).split())[:200]
        raise WrongUsageError(f"Airflow cannot read the schedule {expression!r}: {reason}") from error
    words = getattr(timetable, "description", "") or getattr(timetable, "summary", "")
    return SchedulePreview(expression, zone, str(words), runs)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise WrongUsageError(f"there is no time zone {name!r}", hint="write it like Europe/Berlin") from error


def read_schedule(expression: str) -> Any:
    """Return what a schedule's text stands for: a text, None, a span, or one of Airflow's timetables."""
    text = expression.strip()
    try:
        node = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return text
    if isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, str)):
        return node.value
    return _made(node) if isinstance(node, ast.Call) else text


def _made(node: ast.expr) -> Any:
    if not isinstance(node, ast.Call):
        try:
            return ast.literal_eval(node)
        except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError) as error:
            raise WrongUsageError(f"{ast.unparse(node)[:100]!r} cannot be previewed: it is no literal") from error
    name = ast.unparse(node.func).rpartition(".")[2]
    made = timedelta if name == "timedelta" else _timetable_class(name)
    given = {word.arg: _made(word.value) for word in node.keywords if word.arg}
    try:
        return made(*(_made(item) for item in node.args), **given)
    except (TypeError, ValueError, AttributeError) as error:
        raise WrongUsageError(f"{name} does not take these arguments: {error}") from error


def _timetable_class(name: str) -> Any:
    from airflow import sdk
    from airflow.timetables import interval, trigger

    for module in (sdk, trigger, interval):
        if name.endswith("Timetable") and hasattr(module, name):
            return getattr(module, name)
    raise WrongUsageError(
        f"the schedule {name!r} cannot be previewed", hint="it is shown for cron expressions, presets and timetables"
    )


def _timetable(schedule: Any, start: datetime) -> Any:
    """Return the scheduler's timetable; 3.2 moved those of Dags into the Task SDK."""
    import pendulum
    from airflow.sdk import DAG

    timetable = DAG("preview", schedule=schedule, start_date=pendulum.instance(start), max_active_runs=1).timetable
    if hasattr(timetable, "next_dagrun_info"):
        return timetable
    from airflow.serialization.encoders import coerce_to_core_timetable

    return coerce_to_core_timetable(timetable)


def _runs(timetable: Any, start: datetime, zone: ZoneInfo, count: int) -> Iterator[NextRun]:
    import pendulum
    from airflow.timetables.base import TimeRestriction

    restriction, last = TimeRestriction(pendulum.instance(start), None, catchup=True), None
    for _ in range(count):
        info = timetable.next_dagrun_info(last_automated_data_interval=last, restriction=restriction)
        if info is None or (last is not None and info.data_interval == last):
            return
        last = info.data_interval
        yield NextRun(
            _told(info.logical_date, zone),
            info.run_after.astimezone(zone),
            _told(last.start if last else None, zone),
            _told(last.end if last else None, zone),
        )


def _told(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    return moment.astimezone(zone) if moment is not None else None
