"""What every test gets: an environment without the user's own AWS and Airflow settings, and a kit home of its own."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True)  # what CI says of a commit, it says of it every time

pytest_plugins = ["support_practice", "support_targets"]

_PREFIXES = ("AWS_", "AIRFLOW_", "MWAA_KIT_")
_KEPT = ("MWAA_KIT_BROWSER", "MWAA_KIT_CONSTRAINTS", "MWAA_KIT_WRITE_GOLDEN")


def _own_variables() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith(_PREFIXES) and name not in _KEPT}


@pytest.fixture(scope="session", autouse=True)
def kit_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Empty AWS_* and AIRFLOW_*, and give the whole session a kit home that goes with it."""
    home = tmp_path_factory.mktemp("kit-home")
    taken = _own_variables()
    for name in taken:
        del os.environ[name]
    os.environ["MWAA_KIT_HOME"] = str(home)
    yield home
    for name in _own_variables():
        del os.environ[name]
    os.environ.update(taken)


@pytest.fixture(scope="session", autouse=True)
def _interrupts_arrive() -> None:
    """Let SIGINT interrupt, also where the tests were started in the background of a shell, which ignores it there."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _no_settings_leak() -> Iterator[None]:
    """Put the variables back that a test changed; Airflow's own settings stay, once it has been imported."""
    before = _own_variables()
    yield
    for name in _own_variables():
        if name not in before and not name.startswith(("AIRFLOW__", "AIRFLOW_HOME")):
            del os.environ[name]
    os.environ.update(before)
