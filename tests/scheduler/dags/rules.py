"""Every trigger rule over every combination of up to three upstream states. The ``check_`` tasks are not run, only judged."""

from __future__ import annotations

from datetime import datetime
from itertools import combinations_with_replacement

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, TriggerRule, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException


@task
def succeed(): ...


@task
def fail():
    raise AirflowFailException("as told")


@task
def skip():
    raise AirflowSkipException("as told")


MAKERS = {"success": succeed, "failed": fail, "skipped": skip}
STATES = [*MAKERS, "upstream_failed"]

with DAG("rules", schedule=None, start_date=datetime(2026, 1, 1)):
    sources = {}
    for number in range(3):
        for state, make in MAKERS.items():
            sources[state, number] = make.override(task_id=f"{state}_{number}")()
        sources["upstream_failed", number] = EmptyOperator(task_id=f"upstream_failed_{number}")
        sources["failed", number] >> sources["upstream_failed", number]
    for rule in TriggerRule:
        for size in (1, 2, 3):
            for states in combinations_with_replacement(STATES, size):
                check = EmptyOperator(task_id=f"check_{rule.value}-{'-'.join(states)}", trigger_rule=rule)
                check << [sources[state, number] for number, state in enumerate(states)]
