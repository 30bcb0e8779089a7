"""Dags in which tasks decide about others by what the run's conf says, for Airflow 2 and 3."""

from __future__ import annotations

from datetime import datetime

try:
    from airflow.sdk import DAG, TaskGroup, setup, task, teardown
except ImportError:  # Airflow 2
    from airflow.decorators import setup, task, teardown
    from airflow.models.dag import DAG
    from airflow.utils.task_group import TaskGroup

START = datetime(2026, 1, 1)


@task
def do():
    return "done"


@task(trigger_rule="none_failed_min_one_success")
def join():
    return "joined"


@task.branch
def pick(params=None):
    return params["value"]


with DAG("branch", schedule=None, start_date=START, params={"value": None}):
    decides = pick.override(task_id="decides")()
    one, two = do.override(task_id="one")(), do.override(task_id="two")()
    last = join()
    with TaskGroup("group"):
        first = do.override(task_id="first")()
        with TaskGroup("inner"):
            inside = do.override(task_id="inside")()
        first >> do.override(task_id="after")()
    decides >> [one, two, last, first, inside]
    [one, two] >> last


@task.short_circuit
def gate(params=None):
    return params["value"]


def fill(decides):
    """Put tasks and a teardown below one that decides."""
    made = setup(do.function).override(task_id="made")()
    after = do.override(task_id="after")()
    undone = teardown(do.function).override(task_id="undone")()
    decides >> do.override(task_id="next")() >> after >> join()
    decides >> made >> after >> undone
    made >> undone


with DAG("gate", schedule=None, start_date=START, params={"value": None}):
    fill(gate.override(task_id="decides")())

with DAG("gate_of_the_next", schedule=None, start_date=START, params={"value": None}):
    fill(gate.override(task_id="decides", ignore_downstream_trigger_rules=False)())
