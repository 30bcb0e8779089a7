"""mwaa-kit target, as a user types it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

DAG = """\
from datetime import datetime
from airflow import DAG
from airflow.decorators import task

with DAG("old", schedule=None, start_date=datetime(2026, 1, 1)):

    @task
    def version():
        import airflow
        return airflow.__version__

    version()
"""


def mwaa_kit(*arguments: str, cache: Path | None = None, **more: Any) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    packages = os.environ.get("UV_CACHE_DIR") or f"{os.environ.get('XDG_CACHE_HOME') or Path.home() / '.cache'}/uv"
    own = {} if cache is None else {"XDG_CACHE_HOME": str(cache), "UV_CACHE_DIR": packages}
    command = [sys.executable, "-m", "mwaa_kit", *arguments]
    return subprocess.run(
        command, env=os.environ | own, capture_output=True, text=True, timeout=250, check=False, **more
    )


def test_a_target_is_added_used_and_listed(airflow2: Any, tmp_path: Path) -> None:
    added = mwaa_kit("target", "add", "2.11.2", "--json")
    assert (added.returncode, json.loads(added.stdout)) == (
        0,
        {"airflow": "2.11.2", "python": "3.12", "interpreter": str(airflow2.python), "made": False, "requirements": []},
    )
    assert "running one task on it" in added.stderr

    (tmp_path / "old.py").write_text(DAG)
    ran = mwaa_kit("run", str(tmp_path / "old.py"), "--target", "2.11.2", "--json")
    last = json.loads(ran.stdout.splitlines()[-1])
    assert (ran.returncode, last["state"], last["xcoms"][0]["value"]) == (0, "success", "2.11.2")

    listed = json.loads(mwaa_kit("target", "list", "--json").stdout)["targets"]
    assert {one["airflow"]: bool(one["interpreter"]) for one in listed}["2.11.2"]


def test_a_target_with_the_requirements_of_a_notebook_runs_it(airflow2: Any, tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text('--constraint "lists.txt"\n# small\niniconfig\n')
    (tmp_path / "old.py").write_text(DAG.replace("import airflow\n", "import airflow, iniconfig\n"))
    without = mwaa_kit("run", str(tmp_path / "old.py"), "--target", "2.11.2")
    assert (without.returncode, without.stdout.splitlines()[-1]) == (
        1,
        (
            "  next: if 'iniconfig' is a package, install it where the task ran (for a target: mwaa-kit target add "
            "VERSION -r requirements.txt); if it is a file of yours, put it beside the notebook"
        ),
    )

    cache = tmp_path / "cache"
    added = mwaa_kit("target", "add", "2.11.2", "-r", str(tmp_path / "requirements.txt"), cache=cache)
    assert (added.returncode, added.stdout.splitlines()[-2]) == (0, "  with iniconfig"), added.stderr
    ran = mwaa_kit("run", str(tmp_path / "old.py"), "--target", "2.11.2", cache=cache)
    assert (ran.returncode, ran.stdout.splitlines()[0].split()[:2]) == (0, ["success", "old"]), ran.stderr


def test_requirements_that_cannot_be_read_are_said_before_anything_is_made(tmp_path: Path) -> None:
    refused = mwaa_kit("target", "add", "2.11.2", "-r", str(tmp_path / "none.txt"), cache=tmp_path / "cache")
    assert (refused.returncode, "none.txt" in refused.stderr, "Traceback" in refused.stderr) == (2, True, False)
    assert not (tmp_path / "cache").exists()


def test_nothing_is_listed_or_removed_where_nothing_was_made(tmp_path: Path) -> None:
    listed = mwaa_kit("target", "list", cache=tmp_path)
    assert "2.10.3   Python 3.11  -" in listed.stdout
    removed = mwaa_kit("target", "remove", "2.10.3", cache=tmp_path)
    assert (removed.returncode, removed.stdout) == (0, "there was no interpreter with Airflow 2.10.3\n")
    unknown = mwaa_kit("target", "remove", "1.10.0", cache=tmp_path)
    assert (unknown.returncode, "does not offer Airflow '1.10.0'" in unknown.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("2.11.2", "--constraints", "/nowhere"), "the constraint list of Airflow 2.11.2 cannot be read"),
        (("2.11.2", "--constraints", "http://127.0.0.1:9/{airflow}/{python}.txt"), "cannot be read"),
    ],
)
def test_a_target_that_cannot_be_made_says_why_and_leaves_nothing(
    arguments: tuple[str, ...], reason: str, tmp_path: Path
) -> None:
    refused = mwaa_kit("target", "add", *arguments, "--json", cache=tmp_path)

    assert refused.returncode == 3
    assert reason in json.loads(refused.stdout.splitlines()[-1])["error"]["message"]
    assert not list((tmp_path / "mwaa-kit" / "targets").glob("[0-9.]*-py*"))


def test_ctrl_c_leaves_no_half_made_target(tmp_path: Path) -> None:
    import signal

    command = [sys.executable, "-m", "mwaa_kit", "target", "add", "2.11.2"]
    own = os.environ | {"XDG_CACHE_HOME": str(tmp_path), "UV_CACHE_DIR": str(tmp_path / "empty")}
    process = subprocess.Popen(command, env=own, stderr=subprocess.PIPE, text=True, start_new_session=True)
    targets = tmp_path / "mwaa-kit" / "targets"
    deadline = time.monotonic() + 60
    while not list(targets.glob(".making-*/bin/python")) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=60)

    assert process.returncode == 130
    assert [path.name for path in targets.iterdir() if path.is_dir()] == []
