"""Trivial Dags to measure: a chain of ten tasks, and tasks side by side, as many as WIDTHS says; for Airflow 2 and 3."""

from __future__ import annotations

import os
import time
from datetime import datetime

try:
    from airflow.sdk import DAG, task
except ImportError:  # Airflow 2
    from airflow.decorators import task
    from airflow.models.dag import DAG


@task
def give(value):
    return value


@task
def sleep():
    time.sleep(0.2)


with DAG("chain_10", schedule=None, start_date=datetime(2026, 1, 1)):
    value = 0
    for number in range(10):
        value = give.override(task_id=f"t{number}")(value)

for width in map(int, os.environ.get("WIDTHS", "1 10 50 200").split()):
    with DAG(f"wide_{width}", schedule=None, start_date=datetime(2026, 1, 1)):
        for number in range(width):
            give.override(task_id=f"t{number}")(number)

with DAG("sleep_50", schedule=None, start_date=datetime(2026, 1, 1)):
    for number in range(50):
        sleep.override(task_id=f"t{number}")()
