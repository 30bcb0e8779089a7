"""The import of Airflow leaves the interpreter as it was."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator

import pytest

from mwaa_kit.engine.home import import_airflow, import_dag_bag


@pytest.fixture(params=[True, False], ids=["collecting", "at rest"])
def collects(request: pytest.FixtureRequest) -> Iterator[bool]:
    """Whether the garbage collector is at work."""
    (gc.enable if request.param else gc.disable)()
    yield request.param
    gc.enable()


def test_the_collector_and_the_modules_are_as_they_were(collects: bool) -> None:
    import_airflow()
    import_dag_bag()
    assert any(f"airflow.{home}.dagbag" in sys.modules for home in ("dag_processing", "models"))
    assert gc.isenabled() is collects
    assert [name for name, module in sys.modules.items() if module is None] == []
