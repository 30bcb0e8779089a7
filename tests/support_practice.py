"""The practice MWAA for tests: started once in a session, whichever room asks first, and stopped at its end.

Every conftest that imports these fixtures gets the same one: they share a home, and a second start finds the first.
"""

from __future__ import annotations

import os
import textwrap
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from mwaa_kit import aws
from mwaa_kit.model.module import DagModule
from mwaa_kit.operating.liveness import Waiting
from mwaa_kit.operating.rest import AirflowRest
from mwaa_kit.practising import PracticeEnvironment, start_practice, stop_practice
from mwaa_kit.targets.practice import running_state

Publish = Callable[[str, str], tuple[DagModule, datetime]]


@pytest.fixture(scope="session")
def practice_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The MWAA_KIT_HOME of the session's practice MWAA."""
    return tmp_path_factory.getbasetemp() / "mwaa-kit-home"


@pytest.fixture(scope="session")
def _started_practice(practice_home: Path) -> Iterator[PracticeEnvironment]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MWAA_KIT_HOME", str(practice_home))
        started = start_practice()
    yield started.environments[0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MWAA_KIT_HOME", str(practice_home))
        state = running_state(practice_home / "practice")
        if state is None:  # another room's fixture has stopped it already
            return
        assert stop_practice().was_running
        assert processes_with(state.life) == []


@pytest.fixture
def practice(
    _started_practice: PracticeEnvironment, practice_home: Path, monkeypatch: pytest.MonkeyPatch
) -> PracticeEnvironment:
    """The running practice environment, which this test reaches by its name."""
    monkeypatch.setenv("MWAA_KIT_HOME", str(practice_home))
    return _started_practice


@pytest.fixture
def s3(practice: PracticeEnvironment) -> Any:
    return aws.client("s3", environment=practice.name)


@pytest.fixture
def mwaa(practice: PracticeEnvironment) -> Any:
    return aws.client("mwaa", environment=practice.name)


@pytest.fixture
def rest(mwaa: Any) -> AirflowRest:
    return AirflowRest(mwaa, "practice", "practice")


@pytest.fixture
def publish(practice: PracticeEnvironment, s3: Any) -> Publish:
    """Put a Dag file into the bucket; return it as a module, with the bucket's own time."""

    def put(file_name: str, source: str) -> tuple[DagModule, datetime]:
        text = textwrap.dedent(source)
        key = f"{practice.dag_s3_path}/{file_name}"
        s3.put_object(Bucket=practice.bucket, Key=key, Body=text.encode())
        published_at = s3.head_object(Bucket=practice.bucket, Key=key)["LastModified"]
        return DagModule(path=file_name, file_name=file_name, target="3.3.1", source=text), published_at

    return put


@pytest.fixture
def waiting() -> Waiting:
    """A patient wait by the real clock."""
    return Waiting(timeout_seconds=60, clock=time.monotonic, sleep=time.sleep, poll_seconds=0.3)


def until(condition: Callable[[], Any], timeout_seconds: float = 45.0) -> Any:
    """Return the first true answer of `condition`."""
    end = time.monotonic() + timeout_seconds
    while not (answer := condition()):
        assert time.monotonic() < end, "it did not become true in time"
        time.sleep(0.1)
    return answer


def processes_with(text: str) -> list[int]:
    """Return the living processes that have `text` in their environment: an oracle of our own, from /proc."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if (
                folder.name.isdigit()
                and int(folder.name) != os.getpid()
                and text.encode() in (folder / "environ").read_bytes()
            ):
                found.append(int(folder.name))
        except OSError:
            continue
    return found
