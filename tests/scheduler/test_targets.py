"""The same Dags on other Airflows of MWAA, in interpreters of their own: the same states and values as on the newest."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mwaa_kit.model.run import LogLine
from mwaa_kit.scheduler.instead import Instead
from mwaa_kit.scheduler.local import LocalSettings
from mwaa_kit.scheduler.remote import WorkerEngine, worker_engine
from mwaa_kit.targets.catalogue import find_target
from mwaa_kit.targets.interpreters import make_interpreter
from mwaa_kit.targets.workers import close_idle
from mwaa_kit.verbs.running import run

FEATURES = Path(__file__).parent / "dags" / "features.py"
LOCAL = LocalSettings(
    {"warehouse": {"conn_type": "postgres", "host": "db", "password": "s3cret-pass"}}, {"api_token": "t0ken-value"}
)

IN_AIRFLOW_2 = {
    r"from airflow\.providers\.standard\.(operators|sensors)\.(\w+)": r"from airflow.\1.\2",
    r"from airflow\.sdk import .*": "from airflow import DAG\n"
    "from airflow.decorators import setup, task, task_group, teardown\n"
    "from airflow.models import Variable\nfrom airflow.operators.python import get_current_context\n"
    "from airflow.sensors.base import PokeReturnValue",
    r"fail_fast=": "fail_stop=",
    r"\bdefault=": "default_var=",
}

MORE = """
import os, time
from datetime import datetime, timedelta
try:
    from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
    from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
    from airflow.sdk import DAG, Variable, task
    from airflow.sdk.bases.hook import BaseHook
except ImportError:
    from airflow import DAG
    from airflow.decorators import task
    from airflow.hooks.base import BaseHook
    from airflow.models import Variable
    from airflow.operators.trigger_dagrun import TriggerDagRunOperator
    from airflow.sensors.external_task import ExternalTaskSensor

with DAG("secrets", schedule="@daily", start_date=datetime(2026, 1, 1), params={"n": 1}):

    @task
    def tell(params=None, ds=None):
        Variable.set("mine", "kept")
        connection = BaseHook.get_connection("warehouse")
        print(connection.host, connection.password, Variable.get("api_token"))
        return [params["n"], ds, Variable.get("mine")]

    @task
    def read(told):
        return [told, Variable.get("mine")]

    read(tell())

def tell_end(context):
    print("called back", context["reason"])

with DAG("calls_back", schedule=None, start_date=datetime(2026, 1, 1), on_success_callback=tell_end):

    @task
    def end():
        return 1

    end()

with DAG("sensing", schedule=None, start_date=datetime(2026, 1, 1)):
    ExternalTaskSensor(task_id="sense", external_dag_id="nowhere", external_task_id="one")
    TriggerDagRunOperator(task_id="trigger", trigger_dag_id="absent", wait_for_completion=True)

with DAG("deaths", schedule=None, start_date=datetime(2026, 1, 1)):

    @task
    def leave():
        os._exit(3)

    @task(execution_timeout=timedelta(seconds=0.5))
    def too_long():
        time.sleep(30)

    @task(trigger_rule="all_done")
    def after():
        return "after"

    [leave(), too_long()] >> after()
"""


@pytest.fixture(scope="module", params=["2.11.2", "3.0.6"])
def target(request: pytest.FixtureRequest) -> Iterator[str]:
    """An Airflow of MWAA that is not this one's; its interpreter is made once and kept."""
    yield request.param
    close_idle()


@pytest.fixture
def there(target: str) -> Iterator[WorkerEngine]:
    """The engine of that Airflow."""
    made = make_interpreter(find_target(target), constraints=os.environ.get("MWAA_KIT_CONSTRAINTS", ""))
    with worker_engine(str(made.python), name=target) as engine:
        yield engine


EDITED = """
try:
    from airflow.sdk import DAG, task
except ImportError:
    from airflow import DAG
    from airflow.decorators import task

def helper(n):
    return n + 1

with DAG("edited", schedule=None, params={"n": 1}):

    @task
    def load():
        return [1, 2]

    @task
    def keep():
        return "kept"

    @task
    def each(x, by=3):
        return helper(x) * by

    @task
    def report(xs, kept):
        return [*xs, kept, len(kept) / 0]

    report(each.expand(x=load()), keep())
"""


DATASETS = """
from datetime import datetime, timezone
from airflow import DAG
from airflow.datasets import Dataset, DatasetAlias
from airflow.decorators import task
from airflow.operators.subdag import SubDagOperator
from airflow.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sensors.date_time import DateTimeSensorAsync
from airflow.sensors.external_task import ExternalTaskSensor

x, start = Dataset("s3://bucket/x"), datetime(2026, 1, 1)

with DAG("produce", schedule=None, start_date=start):

    @task(outlets=[x])
    def plain(outlet_events=None):
        outlet_events[x].extra = {"rows": 3}

    @task(outlets=[DatasetAlias("some")])
    def by_alias(outlet_events=None):
        outlet_events[DatasetAlias("some")].add(Dataset("s3://bucket/y"))

    @task(outlets=[Dataset("s3://bucket/z")])
    def fails():
        raise ValueError("no rows")

    plain() >> by_alias() >> fails()

with DAG("consume", schedule=(x & Dataset("s3://bucket/y")), start_date=start):

    @task(inlets=[x])
    def read(triggering_dataset_events=None, inlet_events=None, dag_run=None):
        by_uri = {uri: [e.extra for e in events] for uri, events in triggering_dataset_events.items()}
        return [by_uri, [e.extra for e in inlet_events[x]], dag_run.run_type]

    read()

with DAG("consume_z", schedule=[Dataset("s3://bucket/z")], start_date=start):

    @task
    def never(): ...

    never()

with DAG("mapped", schedule=None, start_date=start):
    DateTimeSensorAsync(task_id="late", target_time=datetime(2999, 1, 1, tzinfo=timezone.utc))
    SubDagOperator(task_id="sub", subdag=DAG("mapped.sub", schedule=None, start_date=start), retries=2)
    ExternalTaskSensor.partial(task_id="sense", external_task_id="one").expand(external_dag_id=["a", "b"])
    TriggerDagRunOperator.partial(task_id="trigger", wait_for_completion=True).expand(
        trigger_dag_id=["consume_z", "absent"]
    )
"""


def run_there(engine: WorkerEngine, path: Path) -> dict[str, tuple[Any, list[Any]]]:
    """Run all Dags of a file there; return each run and its events."""
    from mwaa_kit.scheduler.running import RunOptions, run_dag

    loaded = engine.load(str(path))
    assert loaded.problems == ()
    found = {}
    for spec in loaded.dags:
        events: list[Any] = []
        options = RunOptions(mode="worker", skip_delays=True, jobs=2)
        found[spec.dag_id] = run_dag(engine, spec, options, local=LOCAL, store_in=None, listen=events.append), events
    return found


def in_words_of(target: str, text: str) -> str:
    """Return a Dag file as one writes it for another Airflow."""
    if target.startswith("2."):
        for now, then in IN_AIRFLOW_2.items():
            text = re.sub(now, then, text)
    return text.replace("from airflow.sdk.exceptions import", "from airflow.exceptions import")


REPEATED_BRANCH = ("deciding.small", "deciding.large", "deciding.join")
"""Below a branch in a mapped group; Airflow 3.0 to 3.3 follow both ways there, Airflow 2 the one that was chosen."""

DIFFER = ("branch", "stop", "stop_softly", "collect")
"""Airflow 2 lets branches and conditions return their decision; 3.0 hands over a mark where an instance left no value."""


def values(run: Any) -> dict[Any, Any]:
    """Return what tasks returned, but for those whose Airflows differ."""
    kept = {(x.task_id, x.map_index): x.stored for x in run.xcoms if x.key == "return_value"}
    return {key: value for key, value in kept.items() if key[0] not in DIFFER}


def test_what_a_run_can_do_is_the_same_there(
    target: str, there: WorkerEngine, dags: Any, play: Any, tmp_path: Path
) -> None:
    file = tmp_path / "features.py"
    file.write_text(in_words_of(target, FEATURES.read_text()))
    found = run_there(there, file)

    for dag_id, spec in dags(FEATURES).items():
        here, _ = play(spec)
        run = found[dag_id][0]
        apart = REPEATED_BRANCH if target.startswith("2.") else ()
        assert {k: v for k, v in run.states.items() if k[0] not in apart} == {
            k: v for k, v in here.states.items() if k[0] not in apart
        }
        assert {k: v for k, v in values(run).items() if k[0] not in apart} == {
            k: v for k, v in values(here).items() if k[0] not in apart
        }
    if target.startswith("2."):  # as dag.test() of 2.11.2 ends them
        states = found["features_groups"][0].states
        assert [states["deciding.small", index] for index in range(4)] == ["success", *["skipped"] * 3]
        assert [states["deciding.large", index] for index in range(4)] == ["skipped", *["success"] * 3]


def test_params_variables_connections_and_secrets_are_the_same_there(there: WorkerEngine, tmp_path: Path) -> None:
    (tmp_path / "more.py").write_text(MORE)
    found = run_there(there, tmp_path / "more.py")
    run, events = found["secrets"]

    day = run.logical_date or run.start_date
    assert run["read"].value == [[1, f"{day:%Y-%m-%d}", "kept"], "kept"]
    assert [event.message for event in events if isinstance(event, LogLine) and event.message.startswith("db ")] == [
        "db *** ***"
    ]
    deaths, _ = found["deaths"]
    assert {one.task_id: one.state for one in deaths.task_instances} == {
        "leave": "failed",
        "too_long": "failed",
        "after": "success",
    }
    assert "AirflowTaskTimeout" in deaths["too_long"].instances[0].error
    _, events = found["calls_back"]
    assert "called back success" in [event.message for event in events if isinstance(event, LogLine)]
    sensing, _ = found["sensing"]
    errors = {one.task_id: (one.state, one.error) for one in sensing.task_instances}
    assert [(name, state) for name, (state, _) in errors.items()] == [("sense", "failed"), ("trigger", "failed")]
    assert "'nowhere'" in errors["sense"][1] and "'absent'" in errors["trigger"][1]


def test_what_was_edited_runs_again_there_and_the_rest_stands(there: WorkerEngine, tmp_path: Path) -> None:
    from mwaa_kit.scheduler.running import RunOptions, run_dag

    file = tmp_path / "edited.py"

    def play(text: str, *, resume: bool = False) -> dict[str, Any]:
        """Run it as it stands now; return the state of each instance, and whether it ran."""
        file.write_text(text)
        (spec,) = there.load(str(file)).dags
        options = RunOptions(mode="worker", jobs=2, instead=Instead(resume=resume))
        run = run_dag(there, spec, options, local=LocalSettings(), store_in=tmp_path, listen=lambda event: None)
        return {f"{i.task_id}{[i.map_index]}": "reused" if i.reused else i.state for i in run.task_instances}

    mended = EDITED.replace("len(kept) / 0", "len(kept)")
    each = ("each[0]", "each[1]")
    first = {"load[-1]": "success", "keep[-1]": "success", **dict.fromkeys(each, "success"), "report[-1]": "failed"}
    stands = dict.fromkeys(first, "reused")
    assert play(EDITED) == first
    # a helper of it is other than it was
    assert play(mended.replace("n + 1", "n + 2"), resume=True) == {
        **stands,
        **dict.fromkeys((*each, "report[-1]"), "success"),
    }
    # an argument is; and then nothing is
    assert play(mended.replace("by=3", "by=4")) == {**stands, **dict.fromkeys((*each, "report[-1]"), "success")}
    assert play(mended.replace("by=3", "by=4")) == stands


def test_what_a_finished_dataset_triggers_runs_on_airflow_2_too(tmp_path: Path) -> None:
    (tmp_path / "datasets.py").write_text(DATASETS)
    told: list[Any] = []
    found = run(str(tmp_path / "datasets.py"), dag_id="produce", target="2.11.2", listen=told.append)
    (consumer,) = run(str(tmp_path / "datasets.py"), dag_id="produce", target="2.11.2", follow_assets=True).triggered

    assert (found.state, found.triggered) == ("failed", ())
    assert [one.message for one in told if isinstance(one, LogLine) and "--follow-assets" in one.message] == [
        "Dag 'consume' is scheduled on 's3://bucket/y' and would run now; --follow-assets runs it too"
    ]
    rows = [{"rows": 3}]
    assert (consumer.dag_id, consumer["read"].value) == (
        "consume",
        [{"s3://bucket/x": rows, "s3://bucket/y": [{}]}, rows, "dataset_triggered"],
    )


def test_what_would_wait_long_or_for_others_ends_on_airflow_2_too(tmp_path: Path) -> None:
    (tmp_path / "datasets.py").write_text(DATASETS)
    found = run(str(tmp_path / "datasets.py"), dag_id="mapped", target="2.11.2", skip_delays=True)

    ends = {f"{one.task_id}[{one.map_index}]": (one.state, one.error) for one in found.task_instances}
    assert {name: state for name, (state, _) in ends.items()} == {
        "late[-1]": "success",
        "sub[-1]": "failed",
        "sense[0]": "failed",
        "sense[1]": "failed",
        "trigger[0]": "success",
        "trigger[1]": "failed",
    }
    assert "Write a task group instead" in ends["sub[-1]"][1]
    assert "run of Dag 'b'" in ends["sense[1]"][1] and "'absent'" in ends["trigger[1]"][1]
