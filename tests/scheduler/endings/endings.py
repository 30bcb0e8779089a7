"""Dags whose ends are watched: callbacks, time limits, teardowns, people, and the past."""

from __future__ import annotations

import os
import signal
import time
from datetime import datetime, timedelta

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.hitl import (
    ApprovalOperator,
    HITLBranchOperator,
    HITLEntryOperator,
    HITLOperator,
)
from airflow.providers.standard.sensors.date_time import DateTimeSensorAsync
from airflow.providers.standard.sensors.time_delta import TimeDeltaSensorAsync
from airflow.providers.standard.triggers.hitl import HITLTrigger
from airflow.sdk import DAG, BaseOperator, Param, setup, task, teardown
from airflow.sdk.execution_time.hitl import upsert_hitl_detail

GIVEN = {"schedule": None, "start_date": datetime(2026, 1, 1)}


def tell(kind):
    def callback(context):
        print(kind, context["reason"], context["ti"].task_id)

    return callback


def break_down(context):
    raise ValueError("a callback that fails")


with DAG(
    "calls_back",
    on_success_callback=[break_down, tell("well")],
    on_failure_callback=tell("ill"),
    params={"how": "well"},
    **GIVEN,
):

    @task(
        on_execute_callback=lambda context: print("begins"),
        on_success_callback=lambda context: print("succeeded"),
        on_failure_callback=lambda context: print("failed", type(context["exception"]).__name__),
        on_retry_callback=lambda context: print("again"),
        on_skipped_callback=lambda context: print("skipped"),
        retries=1,
    )
    def end(params=None):
        from airflow.sdk.exceptions import AirflowSkipException

        if params["how"] == "fail":
            raise ValueError("as told")
        if params["how"] == "skip":
            raise AirflowSkipException("as told")

    end()

with DAG("takes_long", dagrun_timeout=timedelta(seconds=0.8), on_failure_callback=tell("ill"), **GIVEN):

    @task
    def wait():
        time.sleep(20)

    wait() >> EmptyOperator(task_id="after")

with DAG("is_cancelled", **GIVEN):

    @setup
    def begin():
        return 1

    @teardown
    def clean():
        print("cleaned")

    @task
    def interrupt():
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(5)

    begun = begin()
    begun >> interrupt() >> EmptyOperator(task_id="never") >> clean().as_teardown(setups=begun)


class AskedByTrigger(BaseOperator):
    """Asks as human-in-the-loop tasks did before 3.3: by a trigger that looks for the answer."""

    def execute(self, context):
        ti_id = context["ti"].id
        upsert_hitl_detail(ti_id=ti_id, options=["a", "b"], subject="Which?")
        self.defer(
            trigger=HITLTrigger(ti_id=ti_id, options=["a", "b"], params={}, timeout_datetime=None, poke_interval=0.01),
            method_name="go_on",
        )

    def go_on(self, context, event):
        return event["chosen_options"]


with DAG("people", **GIVEN):
    ApprovalOperator(task_id="approve", subject="Publish?") >> EmptyOperator(task_id="approved")
    ApprovalOperator(task_id="reject", subject="Publish?") >> EmptyOperator(task_id="rejected")
    HITLEntryOperator(
        task_id="enter", subject="How many?", params={"rows": Param(3, type="integer"), "name": Param("x")}
    )
    HITLBranchOperator(task_id="choose", subject="Where to?", options=["left", "right"]) >> [
        EmptyOperator(task_id="left"),
        EmptyOperator(task_id="right"),
    ]
    HITLOperator(task_id="several", subject="Which?", options=["a", "b", "c"], multiple=True)
    HITLOperator(
        task_id="late", subject="Well?", options=["yes", "no"], defaults=["no"], response_timeout=timedelta(hours=1)
    )
    HITLOperator(
        task_id="soon", subject="Well?", options=["yes", "no"], defaults=["no"], response_timeout=timedelta(seconds=0.5)
    )
    HITLOperator(task_id="too_late", subject="Well?", options=["yes"], response_timeout=timedelta(hours=1))
    HITLOperator(task_id="nobody", subject="Anyone there?", options=["yes", "no"])
    HITLOperator(task_id="strange", subject="Well?", options=["yes", "no"])
    AskedByTrigger(task_id="by_trigger")
    AskedByTrigger(task_id="by_trigger_nobody")

with DAG("daily", schedule="@daily", start_date=datetime(2026, 1, 3), catchup=True):

    @task(depends_on_past=True)
    def step(params=None, ds=None, prev_data_interval_start_success=None, ti=None):
        before = ti.get_previous_ti()
        if ds == params.get("fails"):
            raise ValueError("as told")
        start = prev_data_interval_start_success
        return [ds, start.isoformat() if start else None, before and before.run_id]

    @task(trigger_rule="all_done")
    def pull(ti=None):
        return ti.xcom_pull(task_ids="step", include_prior_dates=True)

    step() >> pull()

with DAG("waits_for_times", **GIVEN):
    DateTimeSensorAsync(task_id="moment", target_time="2099-01-01T00:00:00+00:00")
    TimeDeltaSensorAsync(task_id="span", delta=timedelta(days=3))
    DateTimeSensorAsync(task_id="from_trigger", target_time="2099-01-01T00:00:00+00:00", start_from_trigger=True)
