"""The next runs of a schedule."""

from __future__ import annotations

from datetime import UTC, datetime

from mwaa_kit.model.schedule import SchedulePreview


def preview(
    expression: str, *, dag_zone: str = "UTC", zone: str = "UTC", count: int = 10, after: datetime | None = None
) -> SchedulePreview:
    """Return when a schedule runs next.

    Parameters
    ----------
    expression
        A cron expression, a preset such as ``@daily``, or the Python behind ``schedule=``.
    dag_zone
        The time zone of the Dag's `start_date`, in which a cron expression is meant.
    zone
        The time zone in which the runs are told: the reader's own.
    after
        Aware; None takes the present moment.

    Raises
    ------
    WrongUsageError
        If Airflow knows no such schedule.
    AirflowMissingError
        If there is no Airflow here.
    """
    from mwaa_kit.engine.opening import open_engine

    open_engine()
    from mwaa_kit.engine.airflow3.scheduling import next_runs

    return next_runs(expression, dag_zone=dag_zone, zone=zone, count=count, after=after or datetime.now(UTC))
