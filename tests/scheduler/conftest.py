"""One Airflow for all tests of the scheduler, and ``dag.test()`` as the oracle, in one process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support_examples import WHEN, examples

DAGS = Path(__file__).parent / "dags"
DAG_TEST = Path(__file__).parents[2] / "benchmarks" / "dag_test.py"


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The engine of the installed Airflow."""
    os.environ.setdefault("MWAA_KIT_HOME", str(tmp_path_factory.mktemp("kit")))
    from mwaa_kit.engine.opening import open_engine

    return open_engine()


@pytest.fixture
def dags(engine: Any) -> Any:
    """Load a Dag file: its text, or the name of one in `dags/`; return its Dags by dag_id."""

    def load(path: Path) -> dict[str, Any]:
        loaded = engine.load(str(path))
        assert loaded.problems == ()
        return {spec.dag_id: spec for spec in loaded.dags}

    return load


@pytest.fixture
def play(engine: Any) -> Any:
    """Run a Dag; return the run and its events."""
    from mwaa_kit.scheduler.local import LocalSettings
    from mwaa_kit.scheduler.running import RunOptions, run_dag

    def run(spec: Any, local: LocalSettings | None = None, store_in: Path | None = None, **options: Any) -> Any:
        events: list[Any] = []
        given = RunOptions(**{"skip_delays": True, **options})
        found = run_dag(engine, spec, given, local=local or LocalSettings(), store_in=store_in, listen=events.append)
        return found, events

    return run


@pytest.fixture(scope="session")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What ``dag.test()`` makes of every Dag in `dags/`, by dag_id."""
    beside = [str(DAGS / "templates")]
    jobs = [{"files": [str(file), *beside], "mark_success": "check_.*"} for file in sorted(DAGS.glob("*.py"))]
    jobs += [{"files": [str(file)], "dag_ids": [dag_id], "logical_date": WHEN} for file, dag_id in examples()]
    command = [sys.executable, str(DAG_TEST), "--home", str(tmp_path_factory.mktemp("oracle")), "--limit", "250"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "AWS"))}
    answered = subprocess.run(command, input=json.dumps(jobs), capture_output=True, text=True, env=clean, check=False)
    answers = [json.loads(line) for line in answered.stdout.splitlines()]
    assert len(answers) == len(jobs), answered.stderr[-2000:]
    return {dag["dag_id"]: dag for answer in answers for dag in answer["dags"]}
