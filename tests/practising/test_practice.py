"""The practice MWAA as a whole: one real one for the session, and one more to be treated badly."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest
from support_practice import Publish, processes_with, until

from mwaa_kit.errors import AirflowMissingError
from mwaa_kit.practising import (
    Forgotten,
    PracticeEnvironment,
    PracticeStatus,
    lifecycle,
    practice_status,
    reset_practice,
    start_practice,
    stop_practice,
)
from mwaa_kit.practising.invoking import AirflowApi
from mwaa_kit.practising.processes import members
from mwaa_kit.targets.practice import read_state, running_state


def test_the_status_is_the_json_others_rely_on(practice: PracticeEnvironment) -> None:
    assert practice_status().to_dict() == {
        "environments": [
            {
                "name": "practice",
                "status": "AVAILABLE",
                "s3_endpoint": practice.s3_endpoint,
                "mwaa_endpoint": practice.mwaa_endpoint,
                "airflow_url": practice.airflow_url,
                "bucket": "mwaa-kit-practice",
                "dag_s3_path": "dags",
            }
        ]
    }


def test_a_second_start_finds_the_first(practice: PracticeEnvironment) -> None:
    assert start_practice() == PracticeStatus((practice,))


def test_everything_listens_on_the_loopback_address_only(practice: PracticeEnvironment, practice_home: Path) -> None:
    state = running_state(practice_home / "practice")
    assert state
    listening = {
        connection.laddr
        for pid in members(state.life)
        for connection in psutil.Process(pid).net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    }
    urls = (practice.s3_endpoint, practice.mwaa_endpoint, practice.airflow_url)
    assert {f"http://{address.ip}:{address.port}" for address in listening} == set(urls)


def test_it_fits_into_its_memory(practice: PracticeEnvironment, practice_home: Path) -> None:
    state = running_state(practice_home / "practice")
    assert state
    shared = sum(psutil.Process(pid).memory_full_info().pss for pid in members(state.life))
    assert shared < 1.2e9


def test_only_its_user_can_read_the_keys(practice: PracticeEnvironment, practice_home: Path) -> None:
    assert (practice_home / "practice" / "state.json").stat().st_mode & 0o777 == 0o600


def test_a_person_is_let_into_the_web_interface(practice: PracticeEnvironment) -> None:
    with urllib.request.urlopen(f"{practice.airflow_url}/auth/token/login") as page:
        assert (page.status, page.url.startswith(practice.airflow_url)) == (200, True)


def test_a_task_sees_the_practice_s3_and_nothing_of_the_user(
    practice: PracticeEnvironment, practice_home: Path
) -> None:
    state = running_state(practice_home / "practice")
    assert state
    scheduler = next(pid for pid in members(state.life) if b"AIRFLOW_HOME=" in _environ(pid))
    seen = dict(entry.split(b"=", 1) for entry in _environ(scheduler).split(b"\0") if b"=" in entry)
    names = sorted(name.decode() for name in seen if name.startswith((b"AWS_", b"PYTHON", b"MWAA_KIT")))
    assert names == [
        "AWS_ACCESS_KEY_ID",
        "AWS_CONFIG_FILE",
        "AWS_DEFAULT_REGION",
        "AWS_EC2_METADATA_DISABLED",
        "AWS_ENDPOINT_URL",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SHARED_CREDENTIALS_FILE",
        "MWAA_KIT_PRACTICE_LIFE",
    ]


def _environ(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


START = "import json; from mwaa_kit.practising import start_practice; print(json.dumps(start_practice().to_dict()))"


def _start(home: Path) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "MWAA_KIT_HOME": str(home),
        "AWS_PROFILE": "nobody",
        "AIRFLOW__CORE__EXECUTOR": "Nonsense",
    }
    environment["PYTHONPATH"] = str(Path(__file__).parent.parent.parent)
    return subprocess.Popen([sys.executable, "-c", START], env=environment, stdout=subprocess.PIPE)


def _answer(start: subprocess.Popen[bytes]) -> Any:
    return json.loads(start.communicate(timeout=120)[0])


MAPPED = """
from airflow.sdk import dag, task

@dag(schedule=None)
def crowded():
    @task
    def one(number):
        return number

    one.expand(number=list(range(4)))

crowded()
"""


def test_who_changes_things_while_tasks_run_is_always_answered(practice: PracticeEnvironment, publish: Publish) -> None:
    publish("crowded.py", MAPPED)
    api = AirflowApi(practice.airflow_url)

    def ask(method: str, path: str, body: dict[str, object]) -> int:
        return api.invoke({"Method": method, "Path": path, "Body": body}).status

    def unpause(_: int) -> int:
        return ask("PATCH", "/dags/crowded", {"is_paused": False})

    def trigger(number: int) -> int:
        return ask("POST", "/dags/crowded/dagRuns", {"logical_date": None}) if number % 10 == 0 else unpause(number)

    until(lambda: unpause(0) == 200)
    with ThreadPoolExecutor(4) as pool:
        answers = [*pool.map(trigger, range(40)), *pool.map(unpause, range(60))]
    assert answers == [200] * 100
    until(lambda: _states(api, "crowded") == {"success"})


def _states(api: AirflowApi, dag_id: str) -> set[str]:
    runs = api.invoke({"Method": "GET", "Path": f"/dags/{dag_id}/dagRuns"}).body["dag_runs"]
    return {run["state"] for run in runs}


def test_two_starts_make_one_and_whatever_is_killed_nothing_is_left_behind(
    practice: PracticeEnvironment, practice_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "practice"
    home.mkdir()
    (home / "templates").symlink_to(practice_home / "practice" / "templates")
    starts = [_start(tmp_path), _start(tmp_path)]
    first, second = map(_answer, starts)
    assert first == second != {"environments": []}

    monkeypatch.setenv("MWAA_KIT_HOME", str(tmp_path))
    state = read_state(home)
    assert state and len(members(state.life)) >= 6
    os.kill(state.pid, signal.SIGKILL)
    until(lambda: not processes_with(state.life), timeout_seconds=5)
    assert practice_status() == PracticeStatus(problem="its supervisor has ended unexpectedly")

    again = start_practice()
    new = read_state(home)
    assert again.environments[0].status == "AVAILABLE"
    assert new and new.life != state.life
    scheduler = next(pid for pid in members(new.life) if len(psutil.Process(pid).children()) == 2)
    os.kill(scheduler, signal.SIGKILL)
    until(lambda: not practice_status().running, timeout_seconds=10)
    assert practice_status().problem.endswith("(the scheduler of Airflow has ended: see scheduler.log)")
    assert processes_with(new.life) == []
    assert [path.name for path in (home / "logs-before").glob("sched*")] == ["scheduler.log"]

    (home / "templates").unlink()
    assert not reset_practice().was_running
    assert [path.name for path in home.iterdir()] == ["lock"]


@pytest.mark.parametrize(
    ("installed", "message"),
    [
        ({}, "the practice MWAA needs Airflow 3, and this Python has none."),
        ({"apache-airflow": "2.10.3"}, "the practice MWAA needs Airflow 3, and this Python has Airflow 2.10.3."),
        ({"apache-airflow-core": "3.3.1", "moto": None}, "the practice MWAA needs moto for its S3."),
    ],
)
def test_what_is_not_installed_is_named(
    installed: dict[str, str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MWAA_KIT_HOME", str(tmp_path))
    monkeypatch.setattr(lifecycle, "_version", {"moto": "5", **installed}.get)
    with pytest.raises(AirflowMissingError) as caught:
        start_practice()
    assert str(caught.value) == message
    assert "mwaa-kit[practice]" in caught.value.hint


def test_a_stop_without_a_start_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MWAA_KIT_HOME", str(tmp_path))
    assert str(stop_practice()) == "The practice MWAA was not running."


@pytest.mark.parametrize(
    ("forgotten", "said"),
    [
        (Forgotten(was_running=True, objects=1, size_bytes=5), "1 object (5 bytes)"),
        (Forgotten(was_running=True, objects=2, size_bytes=70), "2 objects (70 bytes)"),
        (Forgotten(was_running=True, objects=None, size_bytes=None), "its objects"),
    ],
)
def test_a_stop_says_what_is_forgotten(forgotten: Forgotten, said: str) -> None:
    assert str(forgotten) == f"The practice MWAA has stopped; {said} and the history of its Airflow are forgotten."


def test_nothing_runs_in_a_home_that_does_not_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MWAA_KIT_HOME", str(tmp_path / "nowhere"))
    assert practice_status().to_dict() == {"environments": []}
