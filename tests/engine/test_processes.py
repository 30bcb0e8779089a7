"""Children are buried with the status they ended with, at the latest when the patience is over."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mwaa_kit.engine.processes import bury

IN_A_CHILD = """
import sys
from mwaa_kit.engine.opening import open_engine
from mwaa_kit.engine import forked
from mwaa_kit.scheduler.local import LocalSettings
from mwaa_kit.scheduler.running import RunOptions, run_dag
engine = open_engine()
spec = next(spec for spec in engine.load(sys.argv[1]).dags)
perform = forked.perform
def telling(*arguments):
    before = set(sys.modules)
    outcome = perform(*arguments)
    print("more:", sorted(set(sys.modules) - before))
    return outcome
forked.perform = telling
listen = lambda event: print(message) if (message := getattr(event, "message", "")).startswith("more:") else None
print(run_dag(engine, spec, RunOptions(mode="fork"), local=LocalSettings(), store_in=None, listen=listen).state)
"""

ONE_TASK = """
from airflow.sdk import dag, task

@dag(schedule=None)
def one():
    @task
    def load():
        return 1
    load()

one()
"""


@pytest.fixture(params=["told by Linux", "by looking again"])
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a system has no ``pidfd_open``, or a sandbox forbids it."""

    def refused(pid: int) -> int:
        raise OSError(errno.ENOSYS, "not here")

    if request.param != "told by Linux":
        monkeypatch.setattr(os, "pidfd_open", refused, raising=False)


def child(seconds: float, code: int) -> int:
    """Fork a child that ends so after that time."""
    pid = os.fork()
    if pid == 0:
        time.sleep(seconds)
        os._exit(code)
    return pid


@pytest.mark.usefixtures("_way")
def test_a_child_is_buried_with_its_status_and_one_that_lingers_is_killed() -> None:
    found = [os.waitstatus_to_exitcode(bury(child(seconds, 3), 0.5)) for seconds in (0, 0.05, 60)]
    assert found == [3, 3, -9]


def test_a_forked_task_imports_nothing_that_another_would_import_again(tmp_path: Path) -> None:
    file = tmp_path / "one.py"
    file.write_text(ONE_TASK)
    done = subprocess.run([sys.executable, "-c", IN_A_CHILD, str(file)], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-2:] == ["more: []", "success"], done.stderr[-2000:]
