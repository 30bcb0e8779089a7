"""What tasks do to the process they run in, inline and forked."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from support_scheduler import alive

from mwaa_kit.model.run import LogLine
from mwaa_kit.scheduler.local import LocalSettings

FILE = Path(__file__).parent / "dags_for_executors.py"

RUNNER = """
import sys
from pathlib import Path
from mwaa_kit.engine.opening import open_engine
from mwaa_kit.model.run import LogLine
from mwaa_kit.scheduler.local import LocalSettings
from mwaa_kit.scheduler.running import RunOptions, run_dag
engine = open_engine()
spec = next(spec for spec in engine.load(sys.argv[1]).dags if spec.dag_id == "endless")
tell = lambda event: isinstance(event, LogLine) and print(event.message, flush=True)
store = Path(sys.argv[3]) if len(sys.argv) > 3 else None
run = run_dag(engine, spec, RunOptions(mode=sys.argv[2]), local=LocalSettings(), store_in=store, listen=tell)
print("ended", run.state, run.cancelled, [one.state for one in run.task_instances], flush=True)
"""


def lines(events: list[Any]) -> list[str]:
    """Return what the tasks wrote."""
    return [event.message for event in events if isinstance(event, LogLine)]


def states(run: Any) -> dict[str, str | None]:
    """Return the states by task_id."""
    return {one.task_id: one.state for one in run.task_instances}


def test_all_modes_give_the_same_states_and_values(dags: Any, play: Any) -> None:
    spec = dags(FILE)["values"]
    inline, _ = play(spec, mode="inline")
    others = [play(spec, mode=mode, jobs=2)[0] for mode in ("threads", "fork")]

    assert [(run.states, run.xcoms) for run in others] == [(inline.states, inline.xcoms)] * 2
    assert inline["use"].value == [1, 2026]
    assert inline["make"].value["pair"] == (1, 2)
    assert inline["grow"].value == [1, 4, 9]


def test_a_task_that_kills_its_process_fails_alone(dags: Any, play: Any) -> None:
    run, events = play(dags(FILE)["deaths"], mode="fork", jobs=3)

    assert states(run) == {
        "segfault": "failed",
        "leave_with_0": "failed",
        "leave_with_3": "failed",
        "survive": "success",
        "die_twice": "failed",
        "after": "success",
    }
    assert "the task's process was killed by SIGSEGV before the task was done" in lines(events)
    assert "the task's process ended with exit code 3 before the task was done" in lines(events)
    assert [one.try_number for one in run.task_instances if one.task_id == "die_twice"] == [2]


@pytest.mark.parametrize("mode", ["inline", "threads", "fork"])
def test_what_a_task_writes_comes_in_order(mode: str, dags: Any, play: Any) -> None:
    before = sys.stdout, sys.stderr
    _, events = play(dags(FILE)["talk"], mode=mode)

    written = [line for line in lines(events) if re.match(r"(one|two|three|four|five|six|ValueError)", line)]
    assert written == ["one", "two 2", "three rows=3", "four", "five", "six", "ValueError: seven"]
    assert (sys.stdout, sys.stderr) == before


def test_a_traceback_shows_the_users_lines_only(dags: Any, play: Any) -> None:
    _, events = play(dags(FILE)["talk"])

    places = [line.strip() for line in lines(events) if line.strip().startswith("File ")]
    assert places == [place for place in places if str(FILE) in place] != []


def test_what_c_code_writes_is_in_the_log_of_a_forked_task(dags: Any, play: Any) -> None:
    _, events = play(dags(FILE)["shout"], mode="fork")

    assert "from C" in lines(events)


@pytest.mark.parametrize("mode", ["inline", "threads", "fork"])
def test_a_task_that_takes_too_long_is_stopped(mode: str, dags: Any, play: Any) -> None:
    started = time.monotonic()
    run, _ = play(dags(FILE)["slow"], mode=mode)

    assert states(run) == {"too_long": "failed"}
    assert "AirflowTaskTimeout" in run.task_instances[0].error
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("mode", ["inline", "threads", "fork"])
def test_secrets_are_hidden_in_what_is_told(mode: str, dags: Any, play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_FROM_ENV", "http://me:env-pass-123@example.org")
    local = LocalSettings(
        {"warehouse": {"conn_type": "postgres", "host": "db", "password": "s3cret-pass"}},
        {"api_token": "t0ken-value", "colour": "green"},
    )
    run, events = play(dags(FILE)["secrets"], local=local, mode=mode)

    assert states(run) == {"tell": "success", "blurt": "failed"}
    assert "db *** *** green" in lines(events)
    assert run.task_instances[1].error == "ValueError: cannot log in with ***"
    assert not any(secret in repr((run, events)) for secret in ("s3cret-pass", "t0ken-value", "env-pass-123"))


def test_the_process_is_left_as_it_was(dags: Any, play: Any) -> None:
    def handler(*_: Any) -> None: ...

    before = signal.signal(signal.SIGTERM, handler)
    try:
        play(dags(FILE)["values"])
        assert signal.getsignal(signal.SIGTERM) is handler
        assert [name for name in os.environ if name.startswith("AIRFLOW_CTX_")] == []
    finally:
        signal.signal(signal.SIGTERM, before)


def test_a_listener_may_print(engine: Any, dags: Any, capsys: pytest.CaptureFixture[str]) -> None:
    from mwaa_kit.scheduler.running import RunOptions, run_dag

    def listen(event: Any) -> None:
        print("heard", type(event).__name__)

    run = run_dag(engine, dags(FILE)["values"], RunOptions(), local=LocalSettings(), store_in=None, listen=listen)

    assert run.state == "success"
    heard = capsys.readouterr().out.splitlines()
    assert heard[0] == "heard RunStarted"
    assert len(heard) < 200


def test_a_run_works_off_the_main_thread(dags: Any, play: Any) -> None:
    spec, found = dags(FILE)["values"], []
    thread = threading.Thread(target=lambda: found.append(play(spec)[0]))
    thread.start()
    thread.join(60)

    assert [run.state for run in found] == ["success"]


def test_ctrl_c_ends_a_waiting_trigger(dags: Any, play: Any) -> None:
    spec = dags(FILE)["waiting"]
    threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT)).start()
    run, _ = play(spec, skip_delays=False)
    deadline = time.monotonic() + 5
    while any(one.name == "mwaa-kit-trigger" for one in threading.enumerate()) and time.monotonic() < deadline:
        time.sleep(0.05)

    assert (run.cancelled, states(run)) == (True, {"until_next_century": "failed"})
    assert [one.name for one in threading.enumerate() if one.name == "mwaa-kit-trigger"] == []


@pytest.fixture
def endless(tmp_path: Path) -> Any:
    """Start a run that never ends in a process of its own; return it with the pid of its task."""
    started: list[subprocess.Popen[str]] = []

    def start(mode: str, *more: str) -> tuple[subprocess.Popen[str], int]:
        command = [sys.executable, "-c", RUNNER, str(FILE), mode, *more]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
        started.append(process)
        assert process.stdout is not None
        line = next(line for line in process.stdout if line.startswith("pid "))
        return process, int(line.split()[1])

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("mode", ["inline", "threads", "fork"])
def test_ctrl_c_ends_a_run_cleanly(mode: str, endless: Any) -> None:
    process, child = endless(mode)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=30)

    assert out.splitlines()[-1] == "ended failed True ['failed', None]"
    assert (process.returncode, alive(child)) == (0, False)


def test_sigterm_ends_the_process_that_runs_a_dag_not_only_its_task(endless: Any) -> None:
    process, _ = endless("inline")
    process.terminate()

    assert process.wait(30) == -signal.SIGTERM


def test_sigterm_cancels_a_run_of_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "endless.py").write_text(
        "import os, time\nfrom datetime import datetime\nfrom airflow.sdk import DAG, task\n"
        "with DAG('endless', schedule=None, start_date=datetime(2026, 1, 1)):\n"
        "    @task\n    def wait():\n        print('pid', os.getpid())\n        time.sleep(300)\n    wait()\n"
    )
    command = [sys.executable, "-m", "mwaa_kit", "run", str(tmp_path / "endless.py"), "--mode", "inline"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    next(line for line in process.stderr if "pid " in line)
    process.terminate()
    out, _ = process.communicate(timeout=30)

    assert process.returncode == 130
    assert out.splitlines()[-2].startswith("cancelled  endless")


@pytest.mark.parametrize("mode", ["inline", "threads", "fork"])
def test_ctrl_c_ends_what_a_task_has_started(mode: str, tmp_path: Path) -> None:
    (tmp_path / "commanding.py").write_text(
        "from datetime import datetime\nfrom airflow.sdk import DAG\n"
        "from airflow.providers.standard.operators.bash import BashOperator\n"
        "with DAG('commanding', schedule=None, start_date=datetime(2026, 1, 1)):\n"
        "    BashOperator(task_id='wait', bash_command='echo pid $$; sleep 300')\n"
    )
    command = [sys.executable, "-m", "mwaa_kit", "run", str(tmp_path / "commanding.py"), "--mode", mode]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    pid = next(int(found[1]) for line in process.stderr if (found := re.search(r"│ pid (\d+)", line)))
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)

    assert (process.returncode, out.split()[:2]) == (130, ["cancelled", "commanding"])
    deadline = time.monotonic() + 10
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(pid)


def test_a_killed_run_leaves_no_child_and_is_recorded_as_failed(endless: Any, tmp_path: Path) -> None:
    from mwaa_kit.scheduler.store import RunStore

    process, child = endless("fork", str(tmp_path))
    process.kill()
    process.wait()
    deadline = time.monotonic() + 10
    while alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)

    assert not alive(child)
    store = RunStore(tmp_path)
    (left,) = store.list_runs()
    assert (left.dag_id, left.state, left.interrupted) == ("endless", "failed", True)
    assert store.read_states(left.run_key) == {("hang", -1): "failed"}
    store.close()
