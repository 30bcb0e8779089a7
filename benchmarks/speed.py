"""Measure what a run costs: our scheduler and ``dag.test()`` on the same file and the same Airflow, one after the other.

    python benchmarks/speed.py          # writes benchmarks/speed.md

Airflow 3.3.1 is that of this environment; the others run in their target's interpreter, which is made where it is missing
(MWAA_KIT_CONSTRAINTS names the lists). There scheduler and engine are imported from here, and run inline in that
interpreter, as a worker does. On both sides Airflow is imported before; all CPU seconds are of the process and its children.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from timed import cpu_seconds, yardstick

HERE = Path(__file__).parent
FILE = HERE / "speed_dags.py"
GROWTH = (1, 10, 100, 1000, 5000)
SIDES = {"3.3.1": (1, 10, 50), "3.2.1": (1, 10), "3.0.6": (1, 10), "2.11.2": (1, 10, 50)}
"""How many tasks side by side; up to 3.2 a task of ``dag.test()`` takes seconds."""
REPEAT = 3
STARTS = 3


def main() -> None:
    """Measure, write, print."""
    moments = [_moment()]
    pythons = {version: find_interpreter(version) for version in SIDES}
    with tempfile.TemporaryDirectory() as folder:
        lines = [*format_side_by_side(pythons, Path(folder)), ""]
        moments.append(_moment())
        lines += [*format_growth(pythons), ""]
        moments.append(_moment())
        lines += format_others(Path(folder))
    moments.append(_moment())
    text = "\n".join([*format_head(moments), *lines]) + "\n"
    (HERE / "speed.md").write_text(text, encoding="utf-8")
    print(text)


def find_interpreter(version: str) -> str:
    """Return a Python that holds this Airflow."""
    from mwaa_kit.engine.opening import installed_airflow
    from mwaa_kit.targets.catalogue import find_target
    from mwaa_kit.targets.interpreters import make_interpreter

    if version == installed_airflow():
        return sys.executable
    say = partial(print, file=sys.stderr)
    constraints = os.environ.get("MWAA_KIT_CONSTRAINTS", "")
    return str(make_interpreter(find_target(version), constraints=constraints, say=say).python)


def _moment() -> tuple[float, float]:
    """Return the machine's load, and what the yardstick takes."""
    return os.getloadavg()[0], yardstick()


def format_head(moments: list[tuple[float, float]]) -> list[str]:
    """Say what was measured, how, and on what."""
    machine = f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores"
    load, plain = (", ".join(f"{one[at]:.2f}" for one in moments) for at in (0, 1))
    return [
        "# What a run costs",
        "",
        f"Made by `python benchmarks/speed.py` on {datetime.now(UTC):%Y-%m-%d}: {machine}. CPU is that of the process and its",
        f"children. The machine's load meanwhile (one minute, at four moments): {load}. Above 2 other work",
        "shares cores and caches: then wall time says little, and CPU time is too high, on both sides. At the same moments",
        f"five million rounds of `total += number` took {plain} s of CPU: the machine is not equally",
        "fast every day.",
        "",
    ]


def format_side_by_side(pythons: dict[str, str], folder: Path) -> list[str]:
    """Compare with ``dag.test()`` of the same version."""
    lines = [
        "## Beside `dag.test()` of the same Airflow",
        "",
        "Milliseconds of CPU of a later call in a warm process: one of `dag.test()`, the median of",
        f"{REPEAT} of ours, inline. Each in the interpreter of that Airflow.",
        "",
        "| Airflow | trivial tasks | dag.test() | mwaa-kit | less |",
        "|---|---|---|---|---|",
    ]
    for version, widths in SIDES.items():
        ours = measure_ours(pythons[version], [(f"wide_{width}", "inline", 1 + REPEAT) for width in widths])
        plain = measure_theirs(pythons[version], folder / version, widths)
        lines += [_side(version, width, plain[width], _later(ours, width)) for width in widths]
        if version == "3.2.1":
            cached = measure_theirs(pythons[version], folder / version, widths, "--cache-app")
            name = "3.2.1, its API app built once"
            lines += [_side(name, width, cached[width], _later(ours, width)) for width in widths]
    return [
        *lines,
        "",
        "Before 3.3 `dag.test()` builds its API app for each task; where it is built once, that is done from outside.",
    ]


def _later(ours: dict[str, Any], width: int) -> float:
    return median(cpu for cpu, _ in ours["runs"][f"wide_{width} inline"][1:])


def _side(version: str, width: int, theirs: float, ours: float) -> str:
    return f"| {version} | {width} | {theirs * 1000:,.0f} | {ours * 1000:.1f} | {theirs / ours:,.0f} x |"


def measure_theirs(python: str, home: Path, widths: tuple[int, ...], *options: str) -> dict[int, float]:
    """Return the CPU seconds of a later ``dag.test()`` by the number of tasks."""
    jobs = [{"files": [str(FILE)], "dag_ids": [f"wide_{width}"], "repeat": 2 if width == 1 else 1} for width in widths]
    jobs = [{**jobs[0], "repeat": 1}, *jobs]  # the first call builds what later calls use again
    command = [python, str(HERE / "dag_test.py"), "--home", str(home), "--limit", "900", *options]
    done = _run(command, widths, json.dumps(jobs))
    found = [json.loads(line) for line in done.splitlines()][1:]
    for one in found:
        assert all(dag["state"].endswith("success") for dag in one["dags"]), one
    return {width: one["dags"][-1]["dag_cpu_seconds"] for width, one in zip(widths, found, strict=True)}


def measure_ours(python: str, parts: list[tuple[str, str, int]]) -> dict[str, Any]:
    """Run `speed_here` in an interpreter."""
    widths = tuple({int(dag_id.removeprefix("wide_")): None for dag_id, _, _ in parts if dag_id.startswith("wide_")})
    found: dict[str, Any] = json.loads(_run([python, str(HERE / "speed_here.py"), json.dumps(parts)], widths))
    return found


def _run(command: list[str], widths: tuple[int, ...], given: str = "") -> str:
    print(*command[1:3], file=sys.stderr)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    clean |= {"PYTHONPATH": str(HERE.parent), "WIDTHS": " ".join(map(str, widths))}
    done = subprocess.run(command, input=given, capture_output=True, text=True, env=clean, check=False)
    if done.returncode:
        raise SystemExit(f"{command[:2]} failed: {done.stderr[-2000:]}")
    return done.stdout


def format_growth(pythons: dict[str, str]) -> list[str]:
    """Show how a run grows with its tasks."""
    lines = [
        "## Growth",
        "",
        f"A later run of trivial tasks, inline, in a warm process, the median of {REPEAT}: milliseconds a",
        "task.",
        "",
    ]
    lines += [
        "| Airflow | | " + " | ".join(f"{width:,}" for width in GROWTH) + " |",
        "|---|---|" + "---|" * len(GROWTH),
    ]
    for version, python in pythons.items():
        widths = GROWTH if version == "3.3.1" else GROWTH[:-1]
        found = measure_ours(python, [(f"wide_{width}", "inline", 1 + REPEAT) for width in widths])
        later = {width: found["runs"][f"wide_{width} inline"][1:] for width in widths}
        rows = [[median(one[at] for one in later[width]) / width * 1000 for at in (0, 1)] for width in widths]
        missing = [""] * (len(GROWTH) - len(widths))
        lines += [f"| {version} | CPU | {' | '.join([*(f'{cpu:.2f}' for cpu, _ in rows), *missing])} |"]
        lines += [f"| | wall | {' | '.join([*(f'{wall:.2f}' for _, wall in rows), *missing])} |"]
    alone = measure_ours(pythons["3.3.1"], [("wide_1000", "inline", 1)])["memory_mb"]
    return [
        *lines,
        "",
        f"A run of 1,000 tasks on 3.3.1 takes {alone:.0f} MB above Airflow's import, the Dag's own objects included.",
        "",
        "Where the time goes on 3.0.6 (`cProfile` by CPU time on 2026-11-27, 200 tasks): 57 % in Airflow's own runner and",
        "the context it builds; 15 % of it all is reading the configuration, five times a task. A task may change that, so",
        "it is not kept from one reading to the next; written where Airflow looks first, it took as long to read.",
    ]


def format_others(folder: Path) -> list[str]:
    """Show forks, threads, a notebook run again, and starts."""
    widths = [("wide_100", "fork", 2), ("sleep_50", "threads", 2)]
    found = measure_ours(sys.executable, widths)["runs"]
    forked, slept = (found[name][1] for name in ("wide_100 fork", "sleep_50 threads"))
    rows = {
        "a trivial task in its own process (`--mode fork`, 100 of them), each": (forked[0] / 100, forked[1] / 100),
        "fifty tasks that sleep 0.2 s, `--mode threads`, 16 at once": (slept[0], slept[1]),
        "a notebook of four tasks run again, all of them, in a warm Python": measure_notebook(folder),
        **measure_starts(folder),
    }
    lines = ["## Other ways to run, on 3.3.1", "", "| | CPU ms | wall ms |", "|---|---|---|"]
    return [*lines, *(f"| {name} | {cpu * 1000:,.0f} | {wall * 1000:,.0f} |" for name, (cpu, wall) in rows.items())]


def measure_notebook(folder: Path) -> tuple[float, float]:
    """Return CPU and wall seconds of a later run of a notebook, from reading its file to its record."""
    import nbformat

    import mwaa_kit

    os.environ.setdefault("MWAA_KIT_HOME", f"{folder}/kit")
    sources = ("#| task: one\nrows = [1, 2, 3]", "#| task: two\nsquares = [x * x for x in rows]")
    sources += ("#| task: three\ntotal = sum(squares)", "#| task: four\nprint(total, len(rows))")
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    path = folder / "four.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)

    def run() -> None:
        ended = mwaa_kit.run(str(path), mode="inline", fresh=True)
        assert (ended.state, len(ended.task_instances)) == ("success", 4), ended

    run()
    return middle(run, 5)


def measure_starts(folder: Path) -> dict[str, tuple[float, float]]:
    """Return CPU and wall seconds of processes that end."""
    file = folder / "one.py"
    file.write_text(
        "from airflow.sdk import dag, task\n@dag(schedule=None)\ndef one():\n    @task\n    def load():\n"
        "        return 1\n    load()\none()\n"
    )
    kit = [sys.executable, "-m", "mwaa_kit"]
    commands = {
        "`import airflow.sdk`, as it is": [sys.executable, "-c", "import airflow.sdk"],
        "`mwaa-kit run` of one task, from start to end": [*kit, "run", str(file)],
        "`import mwaa_kit`, Python's own start included": [sys.executable, "-c", "import mwaa_kit"],
        "`mwaa-kit --help`": [*kit, "--help"],
    }
    return {name: middle(partial(_start, command), STARTS) for name, command in commands.items()}


def _start(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True)


def middle(do: Callable[[], object], repeat: int) -> tuple[float, float]:
    """Return the medians of CPU and wall seconds."""
    cpus, walls = [], []
    for _ in range(repeat):
        before, started = cpu_seconds(), time.perf_counter()
        do()
        walls.append(time.perf_counter() - started)
        cpus.append(cpu_seconds() - before)
    return median(cpus), median(walls)


if __name__ == "__main__":
    main()
