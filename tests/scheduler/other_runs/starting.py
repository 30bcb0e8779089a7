"""Dags that start others, wait for others, and update assets."""

from __future__ import annotations

from datetime import datetime

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
from airflow.sdk import DAG, Asset, AssetAlias, task

GIVEN = {"schedule": None, "start_date": datetime(2026, 1, 1)}


def trigger(task_id, dag_id="target", **options):
    return TriggerDagRunOperator(task_id=task_id, trigger_dag_id=dag_id, **options)


with DAG("trigger_all", **GIVEN):
    (
        trigger("wait", conf={"by": 2}, wait_for_completion=True)
        >> trigger("defer", conf={"by": 4}, wait_for_completion=True, deferrable=True)
        >> trigger("fails", conf={"by": 0}, wait_for_completion=True)
    )
    trigger("accepts", conf={"by": 0}, wait_for_completion=True, allowed_states=["failed"], failed_states=["success"])
    trigger("beside", "beside", trigger_run_id="mine") >> trigger(
        "again", "beside", trigger_run_id="mine", skip_when_already_exists=True
    )
    trigger("absent", "nowhere")
    trigger("absent_wait", "nowhere", wait_for_completion=True)

with DAG("target", **GIVEN):

    @task
    def divide(dag_run=None):
        return [1 / dag_run.conf["by"], str(dag_run.run_type.value)]

    divide()

with DAG("itself", **GIVEN):
    trigger("go", "itself", wait_for_completion=True)

with DAG("sensing", **GIVEN):
    first = trigger("beside", "beside", logical_date="{{ logical_date }}")
    first >> [
        ExternalTaskSensor(task_id="task", external_dag_id="beside", external_task_id="one"),
        ExternalTaskSensor(task_id="whole", external_dag_id="beside"),
        ExternalTaskSensor(task_id="deferred", external_dag_id="beside", deferrable=True),
        ExternalTaskSensor(
            task_id="otherwise", external_dag_id="beside", allowed_states=["failed"], poke_interval=0.01
        ),
    ]
    ExternalTaskSensor(task_id="nobody", external_dag_id="nowhere", external_task_id="one", retries=3)
    ExternalTaskSensor(task_id="nobody_soft", external_dag_id="nowhere", soft_fail=True)
    ExternalTaskSensor(task_id="nobody_deferred", external_dag_id="nowhere", deferrable=True)

    @task
    def counts(ti=None):
        return [ti.get_dr_count(dag_id=name) for name in ("nowhere", "sensing")]

    counts()

x = Asset("x", uri="s3://bucket/x")

with DAG("produce", **GIVEN):

    @task(outlets=[x])
    def make(outlet_events=None):
        outlet_events[x].extra = {"rows": 3}

    @task(outlets=[AssetAlias("by_alias")])
    def alias(outlet_events=None):
        outlet_events[AssetAlias("by_alias")].add(Asset("y", uri="s3://bucket/y"), extra={"k": 1})

    @task(inlets=[x, AssetAlias("by_alias")])
    def read(inlet_events=None):
        return {
            "x": [one.extra for one in inlet_events[x]],
            "by_alias": [one.extra for one in inlet_events[AssetAlias("by_alias")]],
        }

    make() >> alias() >> read()


def consume():
    @task
    def use(triggering_asset_events=None, dag_run=None):
        found = {asset.name: [one.extra for one in events] for asset, events in triggering_asset_events.items()}
        return [str(dag_run.run_type.value), found]

    use()


with DAG("consume_x", schedule=[x], start_date=datetime(2026, 1, 1)):
    consume()

with DAG("consume_alias", schedule=[AssetAlias("by_alias")], start_date=datetime(2026, 1, 1)):
    consume()

with DAG("consume_both", schedule=(x & Asset("never")), start_date=datetime(2026, 1, 1)):
    consume()
