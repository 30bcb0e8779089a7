"""A run at a real terminal: what goes on stands below, what happened stays, and nothing a task writes moves the cursor."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support_terminal import AtTerminal, run_at_terminal

from mwaa_kit.cli.narrating import short_name, show_run
from mwaa_kit.model.run import DagRun, TaskInstance

DAG = """
import time
from airflow.sdk import dag, task
@dag(schedule=None)
def etl():
    @task
    def load():
        print("\\x1b[2Jwipe\\x1b[31m", "x" * 200)
        time.sleep(1)
        return 1
    @task
    def broken(n):
        raise ValueError("no rows")
    broken.override(task_id="a_long_name_" + "z" * 80)(load())
etl()
"""
ENDLESS = """
import time
from airflow.sdk import dag, task
@dag(schedule=None)
def endless():
    @task
    def waits():
        print("has begun")
        time.sleep(300)
    waits()
endless()
"""
ASKS = """
import pathlib, time
over = pathlib.Path(__file__).with_name("over")
from airflow.providers.standard.operators.hitl import HITLBranchOperator, HITLEntryOperator
from airflow.sdk import dag, task
@dag(schedule=None)
def asks():
    @task(priority_weight=9)
    def slow():
        while not over.exists():
            time.sleep(0.02)
        time.sleep(0.6)
    @task
    def left(): ...
    @task
    def right():
        over.touch()
    @task
    def tell(entered):
        print("got", entered["params_input"])
    entry = HITLEntryOperator(task_id="enter", subject="How many rows?", params={"rows": 1})
    choose = HITLBranchOperator(task_id="choose", subject="Where to?", options=["left", "right"])
    slow()
    tell(entry.output) >> choose >> [left(), right()]
asks()
"""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> AtTerminal:
    """A run with a task that takes a while and writes, and one that fails."""
    path = tmp_path_factory.mktemp("etl") / "etl.py"
    path.write_text(DAG)
    return run_at_terminal([sys.executable, "-m", "mwaa_kit", "run", str(path)], columns=80)


def test_while_it_goes_on_the_running_task_and_its_last_line_stand_below_the_progress(seen: AtTerminal) -> None:
    shown = next(frame.splitlines() for frame in seen.frames if "▶ load" in frame and "wipe" in frame.splitlines()[-1])
    assert shown[-2].startswith("╌" * 20 + "  0 of 2  1 running  0:0")
    assert shown[-1].startswith("▶ load")
    assert max(map(len, shown[-2:])) <= 80


def test_at_the_end_only_what_happened_is_left(seen: AtTerminal) -> None:
    text = seen.screen.text
    assert ("╌" in text, "▶" in text, "  load" in text) == (False, False, True)
    ends = [line for line in text.splitlines() if line.startswith(("✓", "✗", "failed"))]
    assert [line.split("  ")[0] for line in ends] == ["✓ load", f"✗ {short_name('a_long_name_' + 'z' * 80)}", "failed"]
    assert seen.code == 1


def test_a_task_cannot_clear_the_screen_or_colour_it(seen: AtTerminal) -> None:
    assert "·[2Jwipe·[31m" in seen.screen.text


def test_a_second_run_in_one_view_begins_anew() -> None:
    program = (
        "import time\nfrom datetime import UTC, datetime\n"
        "from mwaa_kit.cli.liveview import LiveView\n"
        "from mwaa_kit.model.run import RunStarted, TaskStateChanged\n"
        "view, now = LiveView(logs=True), datetime.now(UTC)\n"
        "for run in ('one', 'two'):\n"
        "    view(RunStarted(now, 'etl', run, None, {}, ('load',)))\n"
        "    view._draw()\n    time.sleep(0.3)\n"
        "    for state in ('running', 'success'):\n"
        "        view(TaskStateChanged(now, 'load', -1, 1, state))\n"
        "        view._draw()\n"
        "    view.close()\n"
        "    print(run, 'has ended')\n"
    )
    seen = run_at_terminal([sys.executable, "-c", program])
    assert seen.screen.text.splitlines() == [
        "etl  one  1 task", "✓ load  success", "one has ended",
        "etl  two  1 task", "✓ load  success", "two has ended",
    ]  # fmt: skip
    assert any("0 of 1  0:0" in frame.splitlines()[-1] for frame in seen.frames if "etl  two" in frame)


def test_ctrl_c_says_that_it_cancels_then_how_it_ended_and_no_colour_is_used_where_none_is_wanted(
    tmp_path: Path,
) -> None:
    (tmp_path / "endless.py").write_text(ENDLESS)
    sent: list[int] = []

    def interrupt(text: str, process: subprocess.Popen[bytes]) -> None:
        if "has begun" in text and not sent:
            sent.append(process.pid)
            os.kill(process.pid, signal.SIGINT)

    command = [sys.executable, "-m", "mwaa_kit", "run", str(tmp_path / "endless.py")]
    seen = run_at_terminal(command, on_frame=interrupt, NO_COLOR="1")
    assert any("cancelling …" in frame for frame in seen.frames)
    ended, table = seen.screen.text.splitlines()[-2:]
    assert (seen.code, ended.split(" in ")[0], table.split()[:3]) == (
        130,
        "cancelled  endless",
        ["✗", "waits", "failed"],
    )
    assert {one for one in seen.screen.colours if one.startswith(("3", "4", "9"))} <= {"39", "49"}


def test_a_person_is_asked_below_what_happened_and_the_live_view_goes_on_afterwards(tmp_path: Path) -> None:
    (tmp_path / "asks.py").write_text(ASKS)
    seen = run_at_terminal(
        [sys.executable, "-m", "mwaa_kit", "run", str(tmp_path / "asks.py"), "-j", "2"],
        answers=[("rows [1]:", "5\n"), ("choose:", "up\n"), ("choose:", "2\n")],
    )
    lines = seen.screen.text.splitlines()
    first, second = lines.index("enter asks: How many rows?"), lines.index("choose asks: Where to?")

    assert lines[first + 1] == "  rows [1]: 5"
    assert lines[second + 1 : second + 6] == [
        "  1  left", "  2  right", "choose: up", "write an option or its number", "choose: 2",
    ]  # fmt: skip
    assert "  tell    │ got {'rows': 5}" in lines[first:second]
    assert "▶ slow" not in seen.screen.text and any(
        "5 of 6" in frame.splitlines()[-2] and "▶ slow" in frame.splitlines()[-1] for frame in seen.frames[5:]
    )
    assert (seen.code, [line.split()[:3] for line in lines[-6:]]) == (
        0,
        [
            ["✓", "enter", "success"],
            ["✓", "choose", "success"],
            ["✓", "slow", "success"],
            ["✓", "tell", "success"],
            ["»", "left", "skipped"],
            ["✓", "right", "success"],
        ],
    )


def test_ctrl_c_at_a_question_cancels_the_run_with_its_teardowns(tmp_path: Path) -> None:
    (tmp_path / "asks.py").write_text(
        "from datetime import datetime\nfrom airflow.sdk import dag, setup, teardown\n"
        "from airflow.providers.standard.operators.hitl import ApprovalOperator\n"
        "@dag(schedule=None, start_date=datetime(2026, 1, 1))\n"
        "def asks():\n"
        "    up, down = setup(lambda: None), teardown(lambda: print('cleaned up'))\n"
        "    made, undone = up.override(task_id='up')(), down.override(task_id='down')()\n"
        "    made >> ApprovalOperator(task_id='ok', subject='Go?') >> undone\n"
        "    made >> undone\n"
        "asks()\n"
    )
    sent: list[int] = []

    def interrupt(text: str, process: subprocess.Popen[bytes]) -> None:
        if text.endswith("choose:") and not sent:
            sent.append(process.pid)
            process.send_signal(signal.SIGINT)

    seen = run_at_terminal([sys.executable, "-m", "mwaa_kit", "run", str(tmp_path / "asks.py")], on_frame=interrupt)
    lines = seen.screen.text.splitlines()
    assert "  down  │ cleaned up" in lines
    assert (seen.code, lines[-4].split()[:2], [line.split()[:3] for line in lines[-3:]]) == (
        130,
        ["cancelled", "asks"],
        [["✓", "up", "success"], ["✓", "down", "success"], ["✗", "ok", "failed"]],
    )


def test_a_large_mapped_task_is_told_as_a_whole_but_for_what_failed(capsys: pytest.CaptureFixture[str]) -> None:
    each = (TaskInstance("each", index, "failed" if index == 7 else "success", 1) for index in range(300))
    show_run(DagRun("etl", "r1", "failed", task_instances=(TaskInstance("rows", -1, "success", 1), *each)))
    assert capsys.readouterr().out.splitlines() == [
        "failed  etl",
        "  ✓ rows     success",
        "  ✓ each     success          299 instances",
        "  ✗ each[7]  failed",
    ]


def test_a_long_name_keeps_its_ends() -> None:
    assert (short_name("abcdefghij", 7), short_name("abc", 7)) == ("abc…hij", "abc")
