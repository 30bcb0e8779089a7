"""Measure what a task costs: our scheduler and ``dag.test()`` on the same file, side by side, as CPU seconds.

    python benchmarks/speed.py          # writes benchmarks/speed.md

CPU time of the process and its children, the median of the repetitions; on both sides Airflow is imported before, and the
first run, which builds what later runs use again, is shown apart.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from timed import cpu_seconds

HERE = Path(__file__).parent
FILE = HERE / "speed_dags.py"
TASKS = {"wide_1": 1, "chain_10": 10, "wide_50": 50, "wide_200": 200}
REPEAT = 3


def main() -> None:
    """Measure, write, print."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("MWAA_KIT_HOME", f"{folder}/kit")
        theirs = measure_dag_test(Path(folder) / "airflow")
    inline, forked = measure_ours("inline"), measure_ours("fork")
    text = format_page(theirs, inline, forked, measure_starts())
    (HERE / "speed.md").write_text(text, encoding="utf-8")
    print(text)


def measure_dag_test(home: Path) -> dict[str, list[float]]:
    """Return CPU seconds of each run by dag_id; the very first run is kept under ``first``."""
    jobs = [{"files": [str(FILE)], "dag_ids": ["wide_1"]}]
    jobs += [{"files": [str(FILE)], "dag_ids": [dag_id], "repeat": REPEAT} for dag_id in TASKS]  # type: ignore[dict-item]
    command = [sys.executable, str(HERE / "dag_test.py"), "--home", str(home), "--limit", "580"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    done = subprocess.run(command, input=json.dumps(jobs), capture_output=True, text=True, env=clean, check=True)
    found: dict[str, list[float]] = {}
    for number, line in enumerate(done.stdout.splitlines()):
        for dag in json.loads(line)["dags"]:
            found.setdefault("first" if number == 0 else dag["dag_id"], []).append(dag["dag_cpu_seconds"])
    return found


def measure_ours(mode: str) -> dict[str, list[float]]:
    """Return CPU seconds of each run by dag_id; the very first run is kept under ``first``."""
    from mwaa_kit.engine.opening import open_engine
    from mwaa_kit.scheduler.local import LocalSettings
    from mwaa_kit.scheduler.running import RunOptions, run_dag

    engine = open_engine()
    specs = {spec.dag_id: spec for spec in engine.load(str(FILE)).dags}

    def run(dag_id: str) -> float:
        before = cpu_seconds()
        ended = run_dag(engine, specs[dag_id], RunOptions(mode=mode), local=LocalSettings(), store_in=None)
        assert ended.state == "success", ended
        return cpu_seconds() - before

    return {"first": [run("wide_1")], **{dag_id: [run(dag_id) for _ in range(REPEAT)] for dag_id in TASKS}}


def measure_starts() -> dict[str, tuple[float, float]]:
    """Return wall and CPU seconds of starting Python, the package and the command."""
    beside = Path(sys.executable).parent / "mwaa-kit"
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "python -c 'import mwaa_kit'": [sys.executable, "-c", "import mwaa_kit"],
    }
    if found := shutil.which("mwaa-kit") or (str(beside) if beside.exists() else None):
        commands["mwaa-kit --help"] = [found, "--help"]
    return {name: _measure_start(command) for name, command in commands.items()}


def _measure_start(command: list[str]) -> tuple[float, float]:
    walls, cpus = [], []
    for _ in range(7):
        started, before = time.perf_counter(), cpu_seconds()
        subprocess.run(command, check=True, capture_output=True)
        walls.append(time.perf_counter() - started)
        cpus.append(cpu_seconds() - before)
    return median(walls), median(cpus)


def format_page(
    theirs: dict[str, list[float]],
    inline: dict[str, list[float]],
    forked: dict[str, list[float]],
    starts: dict[str, tuple[float, float]],
) -> str:
    """Write the page."""
    made = f"Made by `python benchmarks/speed.py` on {datetime.now(UTC):%Y-%m-%d}: Airflow {version('apache-airflow-core')},"
    machine = f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores."
    lines = [
        "# What a run costs",
        "",
        f"{made} {machine} Milliseconds of CPU, children included; the median of {REPEAT} warm runs.",
        "",
        "| Dag | dag.test() | mwaa-kit inline | less | mwaa-kit fork | less |",
        "|---|---|---|---|---|---|",
        _row("first run, 1 task", theirs["first"], inline["first"], forked["first"]),
    ]
    lines += [_row(dag_id, theirs[dag_id], inline[dag_id], forked[dag_id]) for dag_id in TASKS]
    per_task = [_per_task(one) for one in (theirs, inline, forked)]
    lines.append(_row("each task more", *[[one] for one in per_task], digits=1))
    lines += ["", "(The last row: the difference between 200 and 50 tasks, divided by 150.)", ""]
    lines += ["| to start | wall ms | CPU ms |", "|---|---|---|"]
    lines += [f"| `{name}` | {wall * 1000:.0f} | {cpu * 1000:.0f} |" for name, (wall, cpu) in starts.items()]
    return "\n".join(lines) + "\n"


def _per_task(found: dict[str, list[float]]) -> float:
    return (median(found["wide_200"]) - median(found["wide_50"])) / 150


def _row(name: str, theirs: list[float], inline: list[float], forked: list[float], digits: int = 0) -> str:
    one, two, three = (max(median(found), 0.0005) * 1000 for found in (theirs, inline, forked))
    cells: list[Any] = [name, f"{one:.{digits}f}", f"{two:.{digits}f}", f"{one / two:.0f} x"]
    return f"| {' | '.join([*cells, f'{three:.{digits}f}', f'{one / three:.1f} x'])} |"


if __name__ == "__main__":
    main()
