"""Trivial Dags to measure: one task, a chain of ten, fifty and two hundred side by side."""

from __future__ import annotations

from datetime import datetime

from airflow.sdk import DAG, task


@task
def give(value):
    return value


with DAG("chain_10", schedule=None, start_date=datetime(2026, 1, 1)):
    value = 0
    for number in range(10):
        value = give.override(task_id=f"t{number}")(value)

for width in (1, 50, 200):
    with DAG(f"wide_{width}", schedule=None, start_date=datetime(2026, 1, 1)):
        for number in range(width):
            give.override(task_id=f"t{number}")(number)
