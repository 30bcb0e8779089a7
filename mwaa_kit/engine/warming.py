"""A small Dag that shows whether an Airflow really runs tasks, and loads what tasks need before the first one is forked.

An Airflow that can be imported may still fail at the first task, where it was installed with libraries that are too new.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mwaa_kit.engine.protocol import Engine, TaskRequest
from mwaa_kit.engine.tracebacks import last_line
from mwaa_kit.model.run import SUCCESS

SMOKE_DAG = """\
try:
    from airflow.sdk import DAG, task
except ImportError:
    from airflow import DAG
    from airflow.decorators import task
from datetime import datetime

with DAG("smoke", schedule=None, start_date=datetime(2026, 1, 1)):

    @task
    def say(word="{{ ds }}", ti=None):
        return {"word": word, "when": datetime(2026, 1, 1), "try": ti.try_number}

    say()
"""


class _Kept:
    """Services of a run of one task: it keeps what the task leaves, and has nothing to give."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        if name == "set_xcom":
            return lambda *arguments: self.values.append(arguments[3])
        empty: dict[str, Any] = {"list_xcoms": (), "list_variables": (), "task_states": {}}
        return lambda *arguments: empty.get(name)


def warm_up(engine: Engine) -> str:
    """Run the small Dag's task here; return why it failed, and an empty text when it did not."""
    try:
        return _run_smoke(engine)
    except Exception as error:  # libraries that do not fit may fail in any way
        return last_line(error)


def _run_smoke(engine: Engine) -> str:
    services: Any = _Kept()
    with tempfile.TemporaryDirectory(prefix="mwaa-kit-") as folder:
        file = Path(folder) / "smoke.py"
        file.write_text(SMOKE_DAG)
        loaded = engine.load(str(file), services)
    if loaded.problems:
        return loaded.problems[0].message
    now = datetime.now(UTC)
    run = engine.describe_run("smoke", now, now, {})
    outcome = engine.run_task(TaskRequest(run, "say", -1, 1, 0, now), services)
    return "" if outcome.state == SUCCESS and services.values else outcome.error or f"the task ended {outcome.state}"
