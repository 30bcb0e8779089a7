"""Interpreters of other targets, for tests: real ones, made by the kit itself.

They are kept in the user's cache, outside the repository and outside the kit home of a test session, for each takes some
ten seconds to make. With ``MWAA_KIT_CONSTRAINTS`` they hold what MWAA holds; without, what was newest on the day of that
Airflow, so that these tests run everywhere and none is ever skipped.
"""

from __future__ import annotations

import os

import pytest

from mwaa_kit.targets.catalogue import find_target
from mwaa_kit.targets.interpreters import Interpreter, make_interpreter


@pytest.fixture(scope="session")
def airflow2() -> Interpreter:
    """A real Airflow 2.11.2, the newest 2 that MWAA offers."""
    return make_interpreter(find_target("2.11.2"), constraints=os.environ.get("MWAA_KIT_CONSTRAINTS", ""))
