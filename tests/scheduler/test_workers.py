"""Tasks run by a worker in another process: the same states and values, and no harm to anybody when something breaks."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mwaa_kit.engine.codec import dump, read
from mwaa_kit.engine.jobs import Job
from mwaa_kit.engine.protocol import Deferral, RunInfo, TaskOutcome, TaskRequest
from mwaa_kit.model.run import LogLine
from mwaa_kit.scheduler.local import LocalSettings
from mwaa_kit.scheduler.remote import worker_engine
from mwaa_kit.targets.workers import Worker, close_idle

HERE = Path(__file__).parent
FILE = HERE / "dags_for_executors.py"


@pytest.fixture(scope="module", autouse=True)
def _no_worker_is_left() -> Iterator[None]:
    yield
    close_idle()


def run_there(path: Path, dag_id: str, *, while_running: Any = lambda worker, event: None, **options: Any) -> Any:
    """Run a Dag by a worker in this very interpreter; return the run and its events."""
    from mwaa_kit.scheduler.running import RunOptions, run_dag

    events: list[Any] = []
    with worker_engine(sys.executable) as engine:
        loaded = engine.load(str(path))
        spec = next(spec for spec in loaded.dags if spec.dag_id == dag_id)

        def listen(event: Any) -> None:
            events.append(event)
            while_running(engine.worker, event)

        given = RunOptions(**{"mode": "worker", "skip_delays": True, "jobs": 2, **options})
        local = LocalSettings({"warehouse": {"conn_type": "http", "host": "db", "password": "s3cret"}}, {"a": "1"})
        run = run_dag(engine, spec, given, local=local, store_in=None, listen=listen)
    return run, events


def states(run: Any) -> dict[str, str | None]:
    """Return the states by task_id."""
    return {one.task_id: one.state for one in run.task_instances}


def test_what_is_said_to_a_worker_comes_back_as_it_was() -> None:
    now = datetime.now(UTC)
    run = RunInfo("d", "r", now, conf={"$x": (1, 2), "n": float("inf")})
    waits = Deferral("a.B", "sealed", "go_on", None, 1.5)
    request = TaskRequest(run, "t", -1, 1, 0, now, resume=waits)
    message = {"job": Job(request, waits), "states": {("t", -1): None}, "outcome": TaskOutcome("failed", until=now)}
    message |= {"raw": b"\0\xff", "span": timedelta(seconds=2), "text": "a\nb\u2028"}

    assert read(dump(message)) == message
    assert dump(message).count(b"\n") == 1


def test_nothing_but_the_protocol_is_built_from_a_message() -> None:
    with pytest.raises(ValueError, match="not a class of the protocol"):
        read(b'{"a": {"$class": "subprocess:Popen", "fields": {"args": "true"}}}')


def test_a_worker_gives_the_same_states_and_values(dags: Any, play: Any) -> None:
    here, _ = play(dags(FILE)["values"], mode="inline")
    there, _ = run_there(FILE, "values")

    assert (there.states, there.xcoms) == (here.states, here.xcoms)
    assert there["make"].value["pair"] == (1, 2)


def test_everything_a_run_can_do_a_worker_can(dags: Any, play: Any) -> None:
    file = HERE / "dags" / "features.py"
    for dag_id in ("features_flow", "features_mapping"):
        here, _ = play(dags(file)[dag_id], local=LocalSettings(variables={"a": "1"}))
        there, _ = run_there(file, dag_id)
        assert there.states == here.states


def test_tasks_that_kill_their_process_harm_neither_worker_nor_run() -> None:
    run, _ = run_there(FILE, "deaths", jobs=3)

    assert states(run) == {
        "segfault": "failed",
        "leave_with_0": "failed",
        "leave_with_3": "failed",
        "survive": "success",
        "die_twice": "failed",
        "after": "success",
    }


def test_a_worker_that_is_killed_fails_the_tasks_it_ran() -> None:
    def kill(worker: Worker, event: Any) -> None:
        if isinstance(event, LogLine) and event.message.startswith("pid "):
            os.killpg(worker.pid, signal.SIGKILL)

    run, _ = run_there(FILE, "endless", while_running=kill)

    assert states(run) == {"hang": "failed", "later": "upstream_failed"}
    assert "the worker of Airflow" in run.task_instances[0].error


def test_ctrl_c_ends_what_a_worker_runs() -> None:
    pids: list[int] = []

    def interrupt(worker: Worker, event: Any) -> None:
        if isinstance(event, LogLine) and event.message.startswith("pid "):
            pids.append(int(event.message.split()[1]))
            threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()

    run, _ = run_there(FILE, "endless", while_running=interrupt)

    assert (run.cancelled, states(run)) == (True, {"hang": "failed", "later": None})
    assert not Path(f"/proc/{pids[0]}").exists()
    again, _ = run_there(FILE, "values")
    assert again.state == "success"


def test_a_file_that_ends_python_ends_its_session_only(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("import os\nos._exit(7)\n")
    with worker_engine(sys.executable) as engine:
        pid = engine.worker.pid
        problems = engine.try_load(str(bad)).problems
    assert [one.message for one in problems] == ["the import ended Python with exit code 7"]
    with worker_engine(sys.executable) as engine:
        assert engine.worker.pid == pid  # kept warm


def test_each_run_imports_the_helpers_anew(tmp_path: Path) -> None:
    (tmp_path / "dag.py").write_text(
        "from airflow.sdk import DAG, task\nimport my_helper\n"
        "with DAG('d', schedule=None):\n    @task\n    def t():\n        return my_helper.N\n    t()\n"
    )
    found = []
    for n in (1, 2):
        (tmp_path / "my_helper.py").write_text(f"N = {n}\nPADDING = {'x' * n!r}\n")
        found.append(run_there(tmp_path / "dag.py", "d")[0]["t"].value)

    assert found == [1, 2]


def test_no_process_is_left_when_a_worker_is_closed() -> None:
    with Worker() as worker:
        pid = worker.pid
        assert worker.problem == ""
    deadline = time.monotonic() + 5
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{pid}").exists()


TRIGGERS = """
from datetime import datetime
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG, task
with DAG("other", schedule=None, start_date=datetime(2026, 1, 1)):
    @task
    def one(params=None):
        return 1
    @task
    def two(n):
        return n + 1
    two(one())
with DAG("first", schedule=None, start_date=datetime(2026, 1, 1)):
    @task
    def beside():
        import time
        time.sleep(0.5)
        return "beside"
    TriggerDagRunOperator(task_id="trigger", trigger_dag_id="other", wait_for_completion=True)
    beside()
"""


def test_a_dag_that_a_task_triggers_runs_in_the_same_worker(tmp_path: Path) -> None:
    import mwaa_kit

    (tmp_path / "two.py").write_text(TRIGGERS)
    run = mwaa_kit.run(str(tmp_path / "two.py"), dag_id="first", mode="worker", jobs=2, skip_delays=True)

    assert (run.state, run["beside"].value) == ("success", "beside")
    assert [(other.dag_id, other.state, other["two"].value) for other in run.triggered] == [("other", "success", 2)]
