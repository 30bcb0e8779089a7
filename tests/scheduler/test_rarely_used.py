"""What is rarely used and must hold all the same, where ``dag.test()`` is no oracle: it knows one run, one file, no pools."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mwaa_kit.cli.app import app
from mwaa_kit.engine.world import RunInfo
from mwaa_kit.model.run import LogLine, RunNote
from mwaa_kit.scheduler.local import LocalSettings
from mwaa_kit.verbs.ranging import run_range
from mwaa_kit.verbs.running import run

HEAD = "from datetime import datetime\nfrom airflow.sdk import DAG, task\nstart = datetime(2026, 1, 1)\n"

WAITS = """
with DAG("waits", schedule="@daily", start_date=start):

    @task(wait_for_downstream=True)
    def step():
        return 1

    @task
    def below(ds=None):
        if ds == "2026-01-02":
            raise ValueError("not today")

    step() >> below()
"""

STORED = """
with DAG("stored", schedule=None, start_date=start):

    @task
    def make():
        return ["x" * 50, "y" * 50]

    @task
    def each(text):
        return len(text)

    each.expand(text=make())
"""

PLAY_STORED = """
import json, sys
import mwaa_kit
run = mwaa_kit.run(sys.argv[1])
print(json.dumps([run.state, run["make"].value, run["each"].value, [xcom.stored for xcom in run.xcoms]], default=str))
"""

OWN_BACKEND = """
import json, os
from airflow.sdk.bases.xcom import BaseXCom

class Shelf(BaseXCom):
    @staticmethod
    def serialize_value(value, *, key=None, task_id=None, dag_id=None, run_id=None, map_index=None):
        if isinstance(value, list):
            file = os.path.join(os.environ["SHELF"], f"{task_id}.{key}.json")
            with open(file, "w") as shelf:
                json.dump(value, shelf)
            value = "shelf:" + file
        return BaseXCom.serialize_value(value)

    @classmethod
    def deserialize_value(cls, result):
        found = BaseXCom.deserialize_value(result)
        if isinstance(found, str) and found.startswith("shelf:"):
            with open(found.partition(":")[2]) as shelf:
                return json.load(shelf)
        return found
"""

APART = """
    @task.virtualenv(system_site_packages=False)
    def apart(texts):
        import importlib.util, sys
        print("from a virtualenv")
        return [len(texts), sys.prefix != sys.base_prefix, importlib.util.find_spec("airflow") is None]

    apart(make())
"""

PLAY_APART = """
import json, sys
import mwaa_kit
told = []
run = mwaa_kit.run(sys.argv[1], listen=told.append)
logs = [event.message for event in told if "virtualenv" in getattr(event, "message", "")]
print(json.dumps([run.state, run["make"].value, run["apart"].value, [xcom.stored for xcom in run.xcoms], logs]))
"""

POOLS = """
with DAG("pools", schedule=None, start_date=start, tags=["x"]):

    @task(pool="gpu")
    def train(dag_run=None):
        return dag_run.run_type.value

    @task(pool="known")
    def load(): ...

    load() >> train()
"""

REFUSED = """
from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
from airflow.sdk import Variable
with DAG("refused", schedule=None, start_date=start):

    @task
    def count():
        return 5

    @task
    def each(x):
        return x

    @task
    def generate():
        return (x for x in [1])

    @task.branch
    def branch():
        return "nowhere"

    @task
    def ask():
        return Variable.get("missing")

    each.expand(x=count())
    generate(), branch(), ask()
    ExternalTaskSensor(task_id="sense", external_dag_id="elsewhere")
"""

TRIGGERS = """
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
with DAG("mine", schedule=None, start_date=start):
    TriggerDagRunOperator(task_id="trigger", trigger_dag_id="theirs", wait_for_completion=True)
"""

DEFINES_AGAIN = """
for name in ("theirs", "mine"):
    with DAG(name, schedule=None, start_date=start):
        @task
        def other(): ...
        other()
"""

UNREGISTERED = """
from airflow.timetables.simple import OnceTimetable
class Own(OnceTimetable):
    pass
with DAG("own_timetable", schedule=Own(), start_date=start):
    @task
    def one():
        return 1
    one()
with DAG("beside", schedule=None, start_date=start):
    @task
    def two():
        return 2
    two()
"""


@pytest.fixture
def write(tmp_path: Path) -> Any:
    """Write a Dag file and return its path."""

    def put(text: str, name: str = "dags.py") -> str:
        (tmp_path / name).write_text(HEAD + text)
        return str(tmp_path / name)

    return put


def test_a_task_waits_for_what_was_below_it_in_the_run_before(write: Any) -> None:
    first, last = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 4, tzinfo=UTC)
    runs = run_range(write(WAITS), first=first, last=last)

    assert [[one.state for one in found.task_instances] for found in runs] == [
        ["success", "success"],
        ["success", "failed"],
        [None, None],
    ]
    assert "'below' is failed in" in runs[-1]["step"].instances[0].error


def test_an_xcom_backend_stores_and_gives_back(write: Any, tmp_path: Path) -> None:
    backend = {
        "AIRFLOW__CORE__XCOM_BACKEND": "airflow.providers.common.io.xcom.backend.XComObjectStorageBackend",
        "AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_PATH": f"file://{tmp_path}/xcoms",
        "AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_THRESHOLD": "20",
    }
    command = [sys.executable, "-c", PLAY_STORED, write(STORED)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **backend}, check=True)

    state, made, counted, stored = json.loads(done.stdout.splitlines()[-1])
    assert (state, made, counted) == ("success", ["x" * 50, "y" * 50], [50, 50])
    (file,) = [path for path in (tmp_path / "xcoms").rglob("*") if path.is_file()]
    assert stored == [f"file://{file}", 50, 50]


def test_an_xcom_backend_of_ones_own_serves_a_task_in_a_virtualenv(write: Any, tmp_path: Path) -> None:
    (tmp_path / "own_backend.py").write_text(OWN_BACKEND)
    text = STORED.partition("    @task\n    def each")[0] + APART
    ways = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    environ = {"AIRFLOW__CORE__XCOM_BACKEND": "own_backend.Shelf", "SHELF": str(tmp_path), "PYTHONPATH": ways}
    command = [sys.executable, "-c", PLAY_APART, write(text)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environ}, check=True)

    state, made, apart, stored, logs = json.loads(done.stdout.splitlines()[-1])
    assert (state, made, apart) == ("success", ["x" * 50, "y" * 50], [2, True, True])
    assert stored == [f"shelf:{tmp_path}/{name}.return_value.json" for name in ("make", "apart")]
    assert "from a virtualenv" in logs


def test_a_pool_that_nobody_defined_is_told(write: Any, dags: Any, play: Any) -> None:
    spec = dags(Path(write(POOLS)))["pools"]
    now = datetime(2026, 1, 2, tzinfo=UTC)
    info = RunInfo("pools", "backfill__1", now, now, now, now, run_type="backfill")
    found, events = play(spec, local=LocalSettings(pools={"known": 1}), info=info)

    told = [event.message for event in events if isinstance(event, RunNote)]
    assert [sentence.partition(":")[0] for sentence in told] == [
        "no pool 'gpu' is defined here, which 'train' takes slots of"
    ]
    assert found["train"].value == "backfill"


def test_what_airflow_refuses_is_said_in_words_and_a_line_of_ones_own_is_shown(
    write: Any, dags: Any, play: Any
) -> None:
    _, events = play(dags(Path(write(REFUSED)))["refused"])
    logs: dict[str, list[str]] = {}
    for event in events:
        if isinstance(event, LogLine) and event.level == "error":
            logs.setdefault(event.task_id, []).append(event.message)

    said = {name: [line.split(": ")[0].rpartition(".")[2] for line in lines[1:]] for name, lines in logs.items()}
    asked = said.pop("ask")
    assert (asked[0], asked[-1]) == ("Traceback (most recent call last):", "AirflowRuntimeError")
    assert said == {
        "count": ["UnmappableXComTypePushed"],
        "generate": ["TypeError"],
        "branch": ["AirflowException"],
        "sense": ["AirflowFailException"],
    }


@pytest.mark.parametrize("mode", ["inline", "fork"])
def test_a_file_beside_that_defines_the_same_dag_again_is_refused(write: Any, mode: str) -> None:
    write(DEFINES_AGAIN, "theirs.py")
    found = run(write(TRIGGERS), mode=mode)

    (ended,) = found.task_instances
    assert ended.state == "failed"
    assert "defines Dag 'mine', which another file beside it defines too" in ended.error


def test_a_timetable_of_ones_own_needs_no_plugin_here(write: Any) -> None:
    file = write(UNREGISTERED)

    assert [
        run(file, dag_id=name)[task_id].value for name, task_id in (("own_timetable", "one"), ("beside", "two"))
    ] == [1, 2]


def test_a_range_runs_from_the_command_line(write: Any) -> None:
    dates = ["--from", "2026-01-01", "--to", "2026-01-01"]
    done = CliRunner().invoke(app, ["run", write(WAITS), "--mode", "inline", *dates])

    assert done.exit_code == 0, done.output
    assert "scheduled__2026-01-01" in done.output
