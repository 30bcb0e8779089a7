"""Dags for the tests of the executors: tasks that misbehave. Not compared with ``dag.test()``: some would end it."""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from datetime import datetime, timedelta

import structlog
from airflow.providers.standard.sensors.date_time import DateTimeSensorAsync
from airflow.sdk import DAG, Connection, Variable, task

START = datetime(2026, 1, 1)

with DAG("deaths", schedule=None, start_date=START):

    @task
    def segfault():
        os.kill(os.getpid(), signal.SIGSEGV)

    @task
    def leave_with_0():
        os._exit(0)

    @task
    def leave_with_3():
        os._exit(3)

    @task
    def survive():
        return "alive"

    @task(retries=1, retry_delay=timedelta(0))
    def die_twice():
        os._exit(4)

    @task(trigger_rule="all_done")
    def after():
        return "after"

    [segfault(), leave_with_0(), leave_with_3(), survive(), die_twice()] >> after()

with DAG("talk", schedule=None, start_date=START):

    @task
    def say():
        print("one")
        logging.getLogger("user").warning("two %s", "2")
        structlog.get_logger().info("three", rows=3)
        print("four", file=sys.stderr)
        print("five\nsix")
        raise ValueError("seven")

    say()

with DAG("shout", schedule=None, start_date=START):

    @task
    def from_c():
        os.write(1, b"from C\n")

    from_c()

with DAG("slow", schedule=None, start_date=START):

    @task(execution_timeout=timedelta(seconds=0.5))
    def too_long():
        time.sleep(30)

    too_long()

with DAG("endless", schedule=None, start_date=START):

    @task
    def hang():
        print(f"pid {os.getpid()}", flush=True)
        time.sleep(600)

    @task
    def later(): ...

    hang() >> later()

with DAG("waiting", schedule=None, start_date=START):
    DateTimeSensorAsync(task_id="until_next_century", target_time="2126-01-01T00:00:00+00:00")

with DAG("secrets", schedule=None, start_date=START):

    @task
    def tell():
        connection = Connection.get("warehouse")
        print(connection.host, connection.password, Variable.get("api_token"), Variable.get("colour"))
        print(os.environ.get("FROM_ENV_SECRET"), Connection.get("from_env").password)

    @task
    def blurt():
        raise ValueError("cannot log in with " + Connection.get("warehouse").password)

    tell()
    blurt()

with DAG("values", schedule=None, start_date=START):

    @task
    def make():
        return {"n": 1, "when": START, "pair": (1, 2)}

    @task
    def use(made, ti=None):
        ti.xcom_push("seen", made["n"] + 1)
        return [made["n"], made["when"].year]

    @task
    def grow(n):
        return n * n

    made = make()
    use(made)
    grow.expand(n=[1, 2, 3])
