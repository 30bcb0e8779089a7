"""Measure in CPU seconds what it costs to record a run and its events, to draw its card, and to start it from a command line.

    python benchmarks/events.py         # writes benchmarks/events.md

What a real run told is recorded and written to a journal once more, alone, so that a busy machine disturbs the two alike;
of each figure the least of several repetitions, which other work on the machine disturbs least.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from timed import cpu_seconds

HERE = Path(__file__).parent
FILE = HERE / "speed_dags.py"
DAG_ID = "wide_200"
REPEAT = 9
STARTS = 5


def main() -> None:
    """Measure, write, print."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("MWAA_KIT_HOME", f"{folder}/kit")
        starts = measure_starts(Path(folder))
        text = format_page(measure_events(Path(folder)), starts)
    (HERE / "events.md").write_text(text, encoding="utf-8")
    print(text)


def measure_events(folder: Path) -> dict[str, Any]:
    """Return CPU seconds of a run, of its journal and of its card, and what they hold."""
    from mwaa_kit.engine.opening import open_engine
    from mwaa_kit.scheduler.local import LocalSettings
    from mwaa_kit.scheduler.running import RunOptions, run_dag
    from mwaa_kit.verbs.recording import recorded
    from mwaa_kit.verbs.watching import card

    engine = open_engine()
    spec = next(spec for spec in engine.load(str(FILE)).dags if spec.dag_id == DAG_ID)
    events: list[Any] = []
    ended: list[Any] = []

    def run() -> None:
        events.clear()
        ended[:] = [run_dag(engine, spec, RunOptions(), local=LocalSettings(), store_in=None, listen=events.append)]

    def keep() -> None:
        with recorded(
            spec, None, folder, mode="inline", airflow=engine.airflow_version, listen=lambda event: None
        ) as record:
            for event in events:
                record.take(event)
            ended.append(record.finish(ended[0]))

    def note() -> None:
        record(ended[0], events, folder)

    found = {
        "run": least(run),
        "record": least(note),
        "journal": least(keep),
        "events": len(events),
        "tasks": len(spec.tasks),
    }
    page = card(ended[-1]).html
    return {**found, "card": least(lambda: card(ended[-1]).html), "card_bytes": len(page.encode())}


def record(run: Any, events: list[Any], folder: Path) -> None:
    """Record a run as it was, so that it can be resumed."""
    from mwaa_kit.engine.protocol import RunInfo
    from mwaa_kit.model.run import FINISHED, TaskStateChanged
    from mwaa_kit.scheduler.store import RunStore

    store = RunStore(folder)
    instances = {one.key: one for one in run.task_instances}
    xcoms: dict[Any, list[Any]] = {}
    for xcom in run.xcoms:
        xcoms.setdefault((xcom.task_id, xcom.map_index), []).append(xcom)
    run_key = store.begin(RunInfo(run.dag_id, run.run_id, run.start_date), run.start_date)
    for event in events:
        if isinstance(event, TaskStateChanged) and event.state in FINISHED:
            key = (event.task_id, event.map_index)
            store.keep(run_key, instances[key], xcoms.get(key, []))
        else:
            store.note(run_key, event)
    store.finish(run_key, run)
    store.close()


def measure_starts(folder: Path) -> dict[str, float]:
    """Return CPU seconds of processes that end."""
    file = folder / "one.py"
    file.write_text(
        "from airflow.sdk import dag, task\n@dag(schedule=None)\ndef one():\n    @task\n    def load():\n"
        "        return 1\n    load()\none()\n"
    )
    kit = [sys.executable, "-m", "mwaa_kit", "run", str(file)]
    bare = [sys.executable, "-c"]
    ours = "from mwaa_kit.engine.home import import_airflow; import_airflow()"
    commands = {
        "`import airflow.sdk`, as it is": [*bare, "import airflow.sdk"],
        "Airflow's import, as the kit makes it": [*bare, ours],
        "`mwaa-kit run`, one task, forked": kit,
        "`mwaa-kit run --mode inline`, one task": [*kit, "--mode", "inline"],
    }
    return {name: least(partial(start, command), STARTS) for name, command in commands.items()}


def start(command: list[str]) -> None:
    """Run a command to its end."""
    subprocess.run(command, check=True, capture_output=True)


def least(do: Callable[[], object], repeat: int = REPEAT) -> float:
    """Return the least CPU seconds of several repetitions, after one that warms up."""
    do()
    found = []
    for _ in range(repeat):
        before = cpu_seconds()
        do()
        found.append(cpu_seconds() - before)
        time.sleep(0.05)
    return min(found)


def format_page(found: dict[str, Any], starts: dict[str, float]) -> str:
    """Write the page."""
    made = f"Made by `python benchmarks/events.py` on {datetime.now(UTC):%Y-%m-%d}: Airflow {version('apache-airflow-core')},"
    machine = f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores."
    shares = {name: f"{100 * found[name] / found['run']:.1f} % of the run" for name in ("record", "journal")}
    load = f"The machine's load at the end was {os.getloadavg()[0]:.1f}."
    lines = [
        "# What events, a card and a start cost",
        "",
        f"{made} {machine} CPU, children included; the least of {REPEAT} repetitions, of a start of {STARTS}. {load}",
        "",
        f"| {found['tasks']} trivial tasks inline, {found['events']} events | ms |",
        "|---|---|",
        f"| the run without a record | {found['run'] * 1000:.0f} |",
        f"| its record, to resume and reuse | {found['record'] * 1000:.1f} ({shares['record']}) |",
        f"| its events as JSON lines in a file | {found['journal'] * 1000:.1f} ({shares['journal']}) |",
        f"| its card, {found['card_bytes'] / 1000:.0f} kB of HTML | {found['card'] * 1000:.0f} |",
        "",
        "| from the start of Python to its end | s |",
        "|---|---|",
    ]
    return "\n".join([*lines, *(f"| {name} | {seconds:.2f} |" for name, seconds in starts.items())]) + "\n"


if __name__ == "__main__":
    main()
