"""When a Dag runs: the data interval of a manual run, and the runs its schedule makes between two dates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from mwaa_kit.engine.protocol import RunInfo
from mwaa_kit.errors import DagImportError
from mwaa_kit.model.handing import with_article

SCHEDULED = "scheduled"


def core_timetable(dag: Any) -> Any:
    """Return the timetable that can compute; 3.2 moved those of Dags into the Task SDK, where they only describe.

    Raises
    ------
    DagImportError
        If Airflow cannot read back what it writes of it: MWAA does not get to see such a Dag.
    """
    timetable = dag.timetable
    if hasattr(timetable, "infer_manual_data_interval"):
        return timetable
    from airflow.serialization.encoders import coerce_to_core_timetable

    try:
        return coerce_to_core_timetable(timetable)
    except Exception as error:
        raise DagImportError(
            f"Airflow cannot serialise the schedule of Dag {dag.dag_id!r}, {with_article(type(timetable).__name__)}: "
            f"{type(error).__name__}: {error}",
            hint="give it another schedule; a timetable of airflow.timetables, where there is one, instead of airflow.sdk's",
        ) from error


def data_interval(dag: Any, when: datetime) -> Any:
    """Return the data interval Airflow gives a manual run."""
    import pendulum

    return core_timetable(dag).infer_manual_data_interval(run_after=pendulum.instance(when))


def list_runs(dag: Any, first: datetime, last: datetime, conf: Mapping[str, Any]) -> Iterator[RunInfo]:
    """Yield the runs that a Dag's schedule makes for the logical dates of a range, as a catch-up does.

    Those whose time has not come are left out.

    References
    ----------
    ``airflow.serialization.definitions.dag.SerializedDAG.iter_dagrun_infos_between``.
    """
    import pendulum
    from airflow.timetables.base import TimeRestriction
    from airflow.utils.types import DagRunType

    timetable = core_timetable(dag)
    earliest = max(pendulum.instance(first), pendulum.instance(dag.start_date or first))
    latest = min(pendulum.instance(last), pendulum.instance(dag.end_date or last))
    restriction = TimeRestriction(earliest, latest, catchup=True)
    before = None
    while (
        info := timetable.next_dagrun_info(last_automated_data_interval=before, restriction=restriction)
    ) is not None:
        if info.run_after > datetime.now(UTC):
            return
        before = info.data_interval
        run_id = timetable.generate_run_id(
            run_type=DagRunType.SCHEDULED, run_after=info.run_after, data_interval=info.data_interval
        )
        yield RunInfo(
            dag_id=dag.dag_id,
            run_id=run_id,
            run_after=_utc(info.run_after),
            logical_date=_utc(info.logical_date),
            data_interval_start=_utc(info.data_interval.start),
            data_interval_end=_utc(info.data_interval.end),
            conf=dict(conf),
            run_type=SCHEDULED,
        )


def _utc(when: datetime) -> datetime:
    """Return a moment as a plain aware datetime in UTC, which any process can read."""
    return datetime.fromtimestamp(when.timestamp(), UTC)
