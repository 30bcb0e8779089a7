"""Dags in another file of the folder."""

from __future__ import annotations

from datetime import datetime

from airflow.sdk import DAG, Asset, task

with DAG("beside", schedule=None, start_date=datetime(2026, 1, 1)):

    @task
    def one():
        return 7

    one()

with DAG("consume_beside", schedule=[Asset("x", uri="s3://bucket/x")], start_date=datetime(2026, 1, 1)):

    @task
    def use(triggering_asset_events=None, dag_run=None):
        found = {asset.name: [one.extra for one in events] for asset, events in triggering_asset_events.items()}
        return [str(dag_run.run_type.value), found]

    use()
