"""`draw` on Dag files that a real Airflow reads."""

from __future__ import annotations

import json
from pathlib import Path

from mwaa_kit import draw

SHOP = """
from airflow.sdk import Asset, AssetAlias, dag, task


@dag(schedule=Asset("orders") | Asset("returns"))
def shop():
    @task(inlets=[Asset("rates")])
    def read(): ...

    @task(outlets=[Asset("clean", uri="s3://bucket/clean"), AssetAlias("daily")])
    def clean(rows): ...

    clean(read())


shop()
"""


def test_the_assets_of_a_dag_are_drawn_beside_its_tasks(tmp_path: Path) -> None:
    path = tmp_path / "shop.py"
    path.write_text(SHOP)
    drawn = json.loads(json.dumps(draw(str(path)).to_dict()))
    assert drawn["dags"][0]["assets"] == [
        {"name": "orders", "direction": "in", "task_ids": []},
        {"name": "returns", "direction": "in", "task_ids": []},
        {"name": "rates", "direction": "in", "task_ids": ["read"]},
        {"name": "clean", "direction": "out", "task_ids": ["clean"]},
        {"name": "daily", "direction": "out", "task_ids": ["clean"]},
    ]
