"""From the page to the practice MWAA: plan, publish, live. And what is left when the server is killed: nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support_scheduler import alive
from support_server import CELLS, KitServer, kit_server, write_notebook

from mwaa_kit.practising import PracticeEnvironment
from mwaa_kit.server.contract import need


@pytest.fixture
def near_practice(practice: PracticeEnvironment, tmp_path: Path) -> Iterator[KitServer]:
    """A server that shares its home with the practice MWAA."""
    folder, own = tmp_path / "notebooks", tmp_path / "own"
    folder.mkdir()
    own.mkdir()
    write_notebook(folder / "from_the_page.ipynb", *CELLS[:-1], '#| dag: from_the_page schedule="0 6 * * *"')
    with kit_server(folder, own) as running:
        yield running


def _publish(server: KitServer, release: str | None) -> list[dict[str, Any]]:
    body = {"path": "from_the_page.ipynb", "env": "practice", "release": release}
    job = server.need("post", "publish", body)
    need("Job", job)
    messages = server.listen({}, lambda m: m.get("job") == job["id"] and m["event"]["event"] == "job_finished")
    return [message["event"] for message in messages if message["job"] == job["id"]]


def _processes_of(server: KitServer) -> list[int]:
    """Return the server's own children and theirs."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [(int(pid), int(parent)) for pid, parent in (line.split() for line in listed.splitlines())]
    found = [server.pid]
    for parent in found:
        found += [pid for pid, above in pairs if above == parent and pid not in found]
    return found[1:]


def test_a_notebook_goes_live_from_the_page_and_a_killed_server_leaves_no_process(near_practice: KitServer) -> None:
    server = near_practice
    environment = server.need("get", "environments/practice")
    need("Environment", environment)
    assert (environment["status"], environment["from"]) == ("AVAILABLE", "practice")

    planned = server.need("post", "plan", {"path": "from_the_page.ipynb", "env": "practice"})
    need("Plan", planned)
    assert planned["harmless"]

    refused = _publish(server, "0" * 64)[-1]
    assert (refused["state"], refused["error"]["name"]) == ("failed", "RefusedError")

    events = _publish(server, planned["release"])
    assert events[0]["event"] == "planned"
    assert {"progress", "waiting"} <= {event["event"] for event in events}
    done = events[-1]
    assert (done["state"], done["answer"]["live"], done["answer"]["release"]) == ("success", True, planned["release"])

    write_notebook(server.folder / "stuck.ipynb", "#| task: stuck\nimport time\ntime.sleep(300)")
    job = server.need("post", "runs", {"path": "stuck.ipynb"})
    server.listen({}, lambda m: m.get("job") == job["id"] and m["event"].get("state") == "running")
    left = _processes_of(server)
    assert len(left) >= 2  # the process with Airflow, and the run
    os.kill(server.pid, signal.SIGKILL)
    end = time.monotonic() + 20
    while any(alive(pid) for pid in left) and time.monotonic() < end:
        time.sleep(0.1)
    assert [pid for pid in left if alive(pid)] == []
