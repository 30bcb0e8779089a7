"""Tasks that break things: the run says what happened, and nothing is left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from support_scheduler import alive

import mwaa_kit
from mwaa_kit.model.run import LogLine
from mwaa_kit.scheduler.local import LocalSettings

FILE = Path(__file__).parent / "dags_for_faults.py"

DEBUGGED = """
import sys
from mwaa_kit.engine.opening import open_engine
from mwaa_kit.scheduler.local import LocalSettings
from mwaa_kit.scheduler.running import RunOptions, run_dag
engine = open_engine()
spec = next(spec for spec in engine.load(sys.argv[1]).dags if spec.dag_id == "stopping")
run = run_dag(engine, spec, RunOptions(mode=sys.argv[2]), local=LocalSettings(), store_in=None)
print("ended", run.state, run["stop_here"].value)
"""


def lines(events: list[Any]) -> list[str]:
    """Return what the tasks wrote."""
    return [event.message for event in events if isinstance(event, LogLine)]


def states(run: Any) -> dict[str, str | None]:
    """Return the states by task_id."""
    return {one.task_id: one.state for one in run.task_instances}


def test_fifty_sleeping_tasks_in_16_threads_take_little_longer_than_four_sleeps(dags: Any, play: Any) -> None:
    spec = dags(FILE)["sleepers"]
    started = time.monotonic()
    run, _ = play(spec, mode="threads", jobs=16)

    assert (run.state, run["sleep"].value) == ("success", list(range(50)))
    assert time.monotonic() - started < 3  # 0.8 s of sleep; alone on a machine it takes less than 1.5 s


def test_tasks_in_threads_keep_their_own(dags: Any, play: Any) -> None:
    local = LocalSettings(variables={f"v{n}": str(n) for n in range(12)})
    run, events = play(dags(FILE)["together"], local=local, mode="threads", jobs=12, conf={"n": 7})

    assert run["look"].value == [[n, n, n, "look", "1", 7, 1] for n in range(12)]
    wrote = [(event.map_index, event.message) for event in events if isinstance(event, LogLine)]
    assert sorted(line for line in wrote if "line" in line[1]) == sorted(
        (n, f"line of {n}") for n in range(12) for _ in range(20)
    )


@pytest.mark.parametrize("mode", ["inline", "threads", "fork"])
def test_an_endless_loop_is_stopped_at_its_timeout(mode: str, dags: Any, play: Any) -> None:
    run, _ = play(dags(FILE)["endless_python"], mode=mode)

    assert states(run) == {"spin": "failed", "after": "success"}


def test_a_task_that_hears_no_signal_is_killed_after_its_timeout(
    dags: Any, play: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mwaa_kit.engine.children.SILENT_SECONDS", 0.5)
    run, events = play(dags(FILE)["endless_c"], mode="fork")

    assert states(run) == {"stuck": "failed"}
    assert "the task did not stop at its execution_timeout, so its process is killed" in lines(events)
    assert (
        run["stuck"].instances[0].error == "the task did not stop at its execution_timeout, so its process was killed"
    )


def test_a_task_that_wants_too_much_memory_fails_alone(engine: Any, dags: Any) -> None:
    from mwaa_kit.scheduler.running import RunOptions, run_dag

    options = RunOptions(mode="fork", memory_mb=512)
    run = run_dag(engine, dags(FILE)["hungry"], options, local=LocalSettings(), store_in=None)

    assert (states(run), run.task_instances[0].error) == ({"eat": "failed", "digest": "success"}, "MemoryError")


@pytest.mark.parametrize("mode", ["inline", "threads", "fork"])
def test_what_cannot_be_said_or_kept_fails_with_words(mode: str, dags: Any, play: Any) -> None:
    run, _ = play(dags(FILE)["broken_words"], mode=mode)

    assert states(run) == {"fail_silently": "failed", "return_a_lock": "failed", "end": "success"}
    errors = {one.task_id: one.error for one in run.task_instances}
    assert errors["fail_silently"].endswith("SilentError: <exception str() failed>")
    assert "_thread.lock" in errors["return_a_lock"]


@pytest.mark.parametrize(("mode", "task"), [("inline", "print_much"), ("fork", "print_much"), ("fork", "write_much")])
def test_a_flood_of_lines_is_cut_with_a_note(mode: str, task: str, dags: Any, play: Any) -> None:
    run, events = play(dags(FILE)["flood"], mode=mode, task_ids=(task,))

    assert run[task].value == "done"
    told = lines(events)
    assert sum(map(len, told)) < 11 << 20
    assert [line for line in told if "is not kept" in line] == [
        "the log of this try is longer than 10 MB: the rest is not kept"
    ]


@pytest.mark.parametrize("mode", ["inline", "fork"])
def test_what_a_task_changes_in_its_process_does_not_reach_the_next(mode: str, dags: Any, play: Any) -> None:
    spec = dags(FILE)["meddling"]  # the first import of a file puts its folder on the path, which is no task's doing
    before = (Path.cwd(), dict(os.environ), sys.path[:], signal.getsignal(signal.SIGUSR1))
    run, _ = play(spec, mode=mode)

    assert run["look_around"].value == [False, False, True, False]
    assert (Path.cwd(), dict(os.environ), sys.path, signal.getsignal(signal.SIGUSR1)) == before


@pytest.mark.parametrize("mode", ["inline", "fork"])
def test_a_task_may_leave_the_folder_it_is_in_for_one_that_goes_away(mode: str, dags: Any, play: Any) -> None:
    before = Path.cwd()
    run, _ = play(dags(FILE)["vanishing"], mode=mode)

    assert (states(run), run["where"].value) == ({"vanish": "success", "where": "success"}, str(before))
    assert Path.cwd() == before


@pytest.mark.parametrize("mode", ["inline", "threads", "fork"])
def test_a_task_that_closes_its_output_closes_nobody_elses(mode: str, dags: Any, play: Any) -> None:
    run, events = play(dags(FILE)["closing"], mode=mode)

    assert (run.state, lines(events).count("still heard")) == ("success", 1)
    assert not (sys.stdout.closed or sys.stderr.closed)


def test_a_worker_goes_on_after_a_task_that_closes_its_output(tmp_path: Path) -> None:
    run = mwaa_kit.run(str(FILE), dag_id="closing", mode="worker")

    assert states(run) == {"close": "success", "speak": "success"}


@pytest.mark.parametrize("mode", ["inline", "threads", "fork"])
def test_a_task_that_leaves_the_process_fails_and_the_run_goes_on(mode: str, dags: Any, play: Any) -> None:
    run, _ = play(dags(FILE)["leaving"], mode=mode)

    said = (
        "the task's process ended with exit code 0" if mode == "fork" else "RuntimeError: os._exit(0) would end the run"
    )
    assert states(run) == {"leave": "failed", "after": "success"}
    assert said in run["leave"].instances[0].error


def test_who_is_no_task_may_leave_the_process_while_a_task_runs() -> None:
    code = (
        "import os, threading, time\n"
        "def leave_soon():\n"
        "    time.sleep(0.5)\n"
        "    os._exit(7)\n"
        "from mwaa_kit.engine.belonging import own_signals\n"
        "from mwaa_kit.engine.streams import routed\n"
        "threading.Thread(target=leave_soon, daemon=True).start()\n"
        "with own_signals, routed(lambda level, line: None):\n"
        "    time.sleep(60)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=30, check=False).returncode == 7


@pytest.mark.parametrize("mode", ["threads", "fork", "worker"])
def test_with_fail_fast_a_failure_ends_what_runs_and_what_it_has_started(mode: str, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    run = mwaa_kit.run(str(FILE), dag_id="failing_fast", mode=mode, jobs=4, params={"note": str(note)}, fresh=True)

    assert states(run) == {"command": "failed", "fail": "failed", "below": "skipped", "clean": "success"}
    assert run["command"].instances[0].error == "'fail' failed, and the Dag has fail_fast"
    assert not alive(int(note.read_text()))


def test_a_task_is_not_forked_while_another_imports_what_it_needs(dags: Any, play: Any) -> None:
    run, _ = play(dags(FILE)["importing"], mode="threads", jobs=4)

    assert (states(run)["import_it_too"], run["import_it_too"].value) == ("success", True)


def debug(mode: str, typed: str) -> str:
    """Run the Dag with a breakpoint in a process of its own, and type into it."""
    command = [sys.executable, "-c", DEBUGGED, str(FILE), mode]
    done = subprocess.run(command, input=typed, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


def test_a_breakpoint_stops_inline_where_one_can_type() -> None:
    out = debug("inline", "p word\np 6 * 7\ncontinue\n")

    assert "-> return word" in out
    assert "'seen in the debugger'" in out
    assert "42" in out
    assert out.splitlines()[-1].endswith("ended success seen in the debugger")


def test_a_breakpoint_is_passed_over_where_nobody_can_type(dags: Any, play: Any) -> None:
    for mode in ("threads", "fork"):
        run, events = play(dags(FILE)["stopping"], mode=mode)
        assert run.state == "success"
        assert "breakpoint() is passed over: a debugger can stop in mode 'inline' only" in lines(events)


def test_ctrl_c_leaves_a_thread_behind_that_hangs_in_c() -> None:
    code = DEBUGGED.replace('"stopping"', '"sleepy_c"').replace('run["stop_here"].value', "run.cancelled")
    tell = "listen=lambda event: print(getattr(event, 'message', ''), flush=True)"
    code = code.replace("store_in=None", f"store_in=None, {tell}")
    process = subprocess.Popen([sys.executable, "-c", code, str(FILE), "threads"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    next(line for line in process.stdout if line.startswith("pid"))
    time.sleep(0.5)  # it tells its pid just before it goes into C
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=30)

    assert "the task's thread does not stop" in out
    assert (out.splitlines()[-1], process.returncode) == ("ended failed True", 0)


FULL_DISK = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)), resource.RLIM_INFINITY))
from mwaa_kit.cli import main
main()
"""

BIG = """
from datetime import datetime
from airflow.sdk import DAG, task
with DAG("big", schedule=None, start_date=datetime(2026, 1, 1)):
    @task
    def make():
        print("x" * 100_000)
        return "y" * (1 << 20)
    @task
    def measure(text):
        return len(text)
    measure(make())
"""


@pytest.mark.parametrize("limit", [200_000, 10_000])
def test_a_full_disk_ends_the_record_but_not_the_run(limit: int, tmp_path: Path) -> None:
    (tmp_path / "big.py").write_text(BIG)
    command = [sys.executable, "-c", FULL_DISK, str(limit), "run", "big.py", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path)
    told = [json.loads(line) for line in done.stdout.splitlines()]

    assert (done.returncode, told[-1]["state"], told[-1]["xcoms"][1]["value"]) == (0, "success", 1 << 20)
    assert [line for line in told if "record" in str(line.get("message", ""))] != []
    listed = subprocess.run(
        [sys.executable, "-m", "mwaa_kit", "runs", "--json"], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert "running" not in listed.stdout


def test_two_runs_of_one_dag_at_once_are_both_recorded(tmp_path: Path) -> None:
    (tmp_path / "big.py").write_text(BIG)
    command = [sys.executable, "-m", "mwaa_kit", "run", "big.py", "--json"]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, cwd=tmp_path) for _ in range(2)]
    ends = [json.loads(process.communicate(timeout=120)[0].splitlines()[-1]) for process in both]

    assert [(end["event"], end["state"]) for end in ends] == [("run_finished", "success")] * 2
    listed = subprocess.run(
        [sys.executable, "-m", "mwaa_kit", "runs", "--json"], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert [run["state"] for run in json.loads(listed.stdout)["runs"]] == ["success"] * 2


def test_a_breakpoint_stops_in_a_kernel(tmp_path: Path) -> None:
    from jupyter_client.manager import start_new_kernel

    own = tmp_path / "stopping.py"
    own.write_text(FILE.read_text())
    code = f"""
import mwaa_kit
run = mwaa_kit.run({str(own)!r}, dag_id="stopping", mode="inline", listen=lambda event: None)
print("ended", run.state)
"""
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(tmp_path))
    told: list[str] = []

    def type_in(message: Any) -> None:
        told.append(message["content"]["prompt"])
        client.input("p word" if len(told) == 1 else "continue")

    written: list[str] = []

    def take(message: Any) -> None:
        if message["msg_type"] == "stream":
            written.append(message["content"]["text"])

    try:
        client.execute_interactive(code, allow_stdin=True, timeout=120, stdin_hook=type_in, output_hook=take)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)

    assert told == ["ipdb> ", "ipdb> "]
    assert "'seen in the debugger'" in "".join(written)
    assert "ended success" in "".join(written)
