"""Values of many types between tasks, templates of every kind, and operators that run elsewhere."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG, Asset, AssetAlias, BaseOperator, Variable, task, task_group

GIVEN = {"schedule": None, "start_date": datetime(2026, 1, 1)}
TEMPLATES = str(Path(__file__).parent / "templates")


@dataclass
class Point:
    """A data class of the user's own."""

    x: int
    y: int


with DAG("values_types", **GIVEN):

    @task
    def look(value):
        return [type(value).__name__, str(value)]

    def give(name, make):
        @task(task_id=name)
        def given():
            return make()

        look.override(task_id=f"look_{name}")(given())

    def frame():
        import pandas as pd

        return pd.DataFrame({"a": [1, 2], "b": ["x", None]})

    def array():
        import numpy as np

        return {"i": np.int64(3), "f": np.float32(0.5), "b": np.bool_(True)}

    give("frame", frame)
    give("array", array)
    give("of_set", lambda: {1})
    give("of_frozenset", lambda: frozenset({"a"}))
    give("of_tuple", lambda: (1, "a", (2, 3)))
    give("moment", lambda: datetime(2026, 1, 2, 3, 4, tzinfo=UTC))
    give("day", lambda: date(2026, 1, 2))
    give("span", lambda: timedelta(days=1, seconds=2))
    give("point", lambda: Point(1, 2))
    give("nested", lambda: {"p": [datetime(2026, 1, 2, tzinfo=UTC), {"s": timedelta(1)}], "n": None})
    give("asset", lambda: Asset("a", uri="s3://bucket/a"))
    give("unserialisable", lambda: object())
    give("text", lambda: "ü€😀")

with DAG(
    "values_templates",
    template_searchpath=[TEMPLATES],
    user_defined_macros={"shout": lambda text: text.upper()},
    user_defined_filters={"twice": lambda text: text * 2},
    params={"n": 3, "names": ["a", "b"]},
    **GIVEN,
):

    class Templated(BaseOperator):
        """Returns what its templates became."""

        template_fields = ("text", "sql", "deep")
        template_ext = (".sql",)

        def __init__(self, *, text="", sql="", deep=None, **kwargs):
            super().__init__(**kwargs)
            self.text, self.sql, self.deep = text, sql, deep

        def execute(self, context):
            return [self.text, self.sql, self.deep]

    Templated(task_id="macros", text="{{ shout('hi') }} {{ 'x' | twice }} {{ macros.ds_add('2026-01-01', 3) }}")
    Templated(task_id="file", sql="query.sql")
    Templated(
        task_id="deep", deep={"a": ["{{ params.n + 1 }}", {"b": "{{ params.names | join('-') }}"}], "t": (1, "{{ 2 }}")}
    )
    Templated(
        task_id="context",
        text="{{ dag.dag_id }} {{ task.task_id }} {{ ti.try_number }} {{ run_id.partition('__')[0] }}",
    )
    Templated(task_id="undefined", text="{{ nothing.at_all }}")
    Templated(task_id="wrong", text="{{ 1 / 0 }}")
    Templated(task_id="missing_file", sql="nowhere.sql")
    Templated.partial(task_id="mapped").expand(text=["{{ params.n }}", "{{ ti.map_index }}"])
    BashOperator(task_id="script", bash_command="say.sh")
    pushed = PythonOperator(task_id="pushed", python_callable=lambda: {"k": [1, 2]})
    Templated(task_id="pulled", text="{{ ti.xcom_pull(task_ids='pushed')['k'][1] }}", deep=pushed.output["k"]) << pushed

with DAG("values_native", render_template_as_native_obj=True, params={"n": 3}, **GIVEN):
    PythonOperator(
        task_id="native", python_callable=lambda n, many: [n, many], op_args=["{{ params.n }}", "{{ [1, 2] }}"]
    )

with DAG("values_elsewhere", **GIVEN):

    @task.bash
    def said(word):
        return f"echo said {word}"

    @task.bash(skip_on_exit_code=99)
    def skipped():
        return "exit 99"

    @task.bash(retries=1, retry_delay=timedelta(seconds=0.1))
    def wrong():
        return "exit 1"

    @task.external_python(python=sys.executable)
    def outside(values):
        return sum(values)

    @task.run_if(lambda context: context["ti"].task_id == "no", skip_message="not now")
    @task
    def runs_if():
        return 1

    @task.skip_if(lambda context: False)
    @task.bash
    def skips_if():
        return "echo 2"

    @task.branch
    def choose():
        return ["left", "group.inner"]

    @task_group
    def group():
        EmptyOperator(task_id="inner") >> EmptyOperator(task_id="below")

    said("a")
    skipped() >> EmptyOperator(task_id="below_skipped")
    wrong()
    outside([1, 2, 3])
    runs_if()
    skips_if()
    choose() >> [EmptyOperator(task_id="left"), EmptyOperator(task_id="right"), group()]

with DAG("values_assets", **GIVEN):
    x = Asset("x", uri="s3://bucket/x")

    @task(outlets=[x])
    def make(outlet_events=None):
        outlet_events[x].extra = {"rows": 3}

    @task(outlets=[x, AssetAlias("alias")])
    def more(outlet_events=None):
        outlet_events[AssetAlias("alias")].add(Asset("y", uri="s3://bucket/y"), extra={"k": 1})

    @task(inlets=[x, AssetAlias("alias")])
    def read(inlet_events=None):
        return {
            "x": [one.extra for one in inlet_events[x]],
            "source": [[one.source_task_id, one.source_dag_id] for one in inlet_events[x]],
            "alias": [[one.asset.name, one.extra] for one in inlet_events[AssetAlias("alias")]],
            "last": inlet_events[x][-1].extra,
        }

    @task
    def variables():
        Variable.set("set_here", {"a": 1}, serialize_json=True)
        found = Variable.get("set_here", deserialize_json=True)
        Variable.delete("set_here")
        return [found, Variable.get("set_here", default=None)]

    make() >> more() >> read()
    variables()
