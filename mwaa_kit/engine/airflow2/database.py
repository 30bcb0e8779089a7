"""The private database: SQLite in memory, with Airflow's own tables."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from mwaa_kit.engine.airflow2.datasets import put_events
from mwaa_kit.engine.home import kit_home
from mwaa_kit.engine.protocol import TaskRequest

NOWHERE = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"


def prepare_settings() -> None:
    """Point Airflow away from every real database, before it is imported."""
    os.environ[NOWHERE] = f"sqlite:///{kit_home() / 'airflow' / 'nowhere.db'}"
    os.environ["AIRFLOW__CORE__UNIT_TEST_MODE"] = "False"
    os.environ.setdefault("AIRFLOW__CORE__EXECUTOR", "SequentialExecutor")


def open_database() -> None:
    """Give Airflow a database in memory, over one connection, with its tables."""
    from airflow import settings
    from airflow.models.base import Base
    from sqlalchemy import create_engine
    from sqlalchemy.pool import StaticPool

    settings.engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    session: Any = settings.Session  # a scoped session, which Airflow calls a callable
    session.remove()
    session.configure(bind=settings.engine)
    _import_models()
    Base.metadata.create_all(settings.engine)


def _import_models() -> None:
    """Import every module that has tables: they refer to each other."""
    from importlib import import_module

    from airflow import models

    import_all: Callable[[], None] = models.import_all_models
    import_all()
    for module in ("airflow.providers.fab.auth_manager.models", "airflow.www.fab_security.sqla.models"):
        try:
            import_module(module)
        except ImportError:
            continue
        return


_RUN_TYPES = {"operator_triggered": "manual", "asset_triggered": "dataset_triggered"}
"""What Airflow 2 calls what later ones distinguish or name otherwise."""

_present: list[tuple[str, str]] = []
"""The run whose rows are in the database; at most one."""


def begin_run(session: Any, request: TaskRequest) -> None:
    """Make the row of a run when it is not there; rows of other runs go."""
    from airflow.models.dagrun import DagRun
    from airflow.models.xcom import BaseXCom
    from airflow.utils.state import DagRunState

    run = request.run
    if _present == [(run.dag_id, run.run_id)]:
        return
    for table in ("xcom", "task_map", "task_reschedule", "rendered_task_instance_fields", "task_instance", "log"):
        session.execute(BaseXCom.metadata.tables[table].delete())
    session.query(DagRun).delete()
    kind = _RUN_TYPES.get(run.run_type, run.run_type)
    row = DagRun(
        dag_id=run.dag_id,
        run_id=run.run_id,
        execution_date=run.logical_date or run.run_after,
        start_date=run.run_after,
        external_trigger=kind == "manual",
        conf=dict(run.conf),
        state=DagRunState.RUNNING,
        run_type=kind,
        data_interval=_interval(request),
    )
    session.add(row)
    session.commit()
    put_events(session, run.consumed, row)
    _present[:] = [(run.dag_id, run.run_id)]


def _interval(request: TaskRequest) -> Any:
    run = request.run
    moment = run.logical_date or run.run_after
    return (run.data_interval_start or moment, run.data_interval_end or moment)


def begin_instance(session: Any, task: Any, request: TaskRequest) -> Any:
    """Return the row of a task instance, set as the scheduler leaves it to a worker: running, at this try."""
    from airflow.models.taskinstance import TaskInstance

    ti = TaskInstance(task, run_id=request.run.run_id, map_index=request.map_index)
    ti.start_date = request.started_at
    ti.max_tries = request.max_tries
    ti.state = "running"
    if _counts_itself():
        ti._try_number = request.try_number
    else:
        ti.try_number = request.try_number
    if request.resume is not None:
        ti.next_method = request.resume.next_method
        ti.next_kwargs = request.resume.next_kwargs
    ti = session.merge(ti)
    ti.task = task
    session.commit()
    return ti


def _counts_itself() -> bool:
    """Whether Airflow shows one try more than it keeps while a task does not run: before 2.10."""
    from airflow.models.taskinstance import TaskInstance

    return isinstance(vars(TaskInstance).get("try_number"), property) or not hasattr(
        vars(TaskInstance).get("try_number"), "property"
    )


def note_reschedule(session: Any, task: Any, request: TaskRequest) -> None:
    """Write down that a sensor looked before: it measures its timeout from the first look."""
    import inspect

    from airflow.models.taskreschedule import TaskReschedule

    given = {"task": task, "dag_id": task.dag_id, "task_id": task.task_id, "run_id": request.run.run_id}
    given |= {"try_number": request.try_number, "map_index": request.map_index}
    given |= dict.fromkeys(("start_date", "end_date", "reschedule_date"), request.started_at)
    known = inspect.signature(TaskReschedule.__init__).parameters
    session.add(TaskReschedule(**{name: value for name, value in given.items() if name in known}))
    session.commit()


def next_look(session: Any, ti: Any) -> Any:
    """Return when a sensor wants to look again."""
    from airflow.models.taskreschedule import TaskReschedule

    rows = session.query(TaskReschedule).filter_by(dag_id=ti.dag_id, task_id=ti.task_id, run_id=ti.run_id)
    last = rows.filter_by(map_index=ti.map_index).order_by(TaskReschedule.id.desc()).first()
    return None if last is None else last.reschedule_date
