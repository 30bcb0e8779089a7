"""Run Airflow's own example Dags with our scheduler and with ``dag.test()``, and compare how they end.

Compared are the run's state, the state of every task and map index, and every XCom, in which dates, times, paths and
numbers of processes count as equal. Where ``dag.test()`` comes to no end, ours must: in the state Airflow would reach, or with
a message that says what is waited for. What human-in-the-loop tasks ask is answered with the first option.

    python benchmarks/example_dags.py                 # all of them; writes benchmarks/example_dags.md
    python benchmarks/example_dags.py --only branch   # the files whose names match; prints only
    python benchmarks/example_dags.py --only branch --merge   # these rows of the page anew
    python benchmarks/example_dags.py --target 2.11.2         # those of Airflow 2, there; writes benchmarks/example_dags_2.md

The Dags are those of the installed wheels. Both sides get the same logical date and loaded dice (see dice.py), and a time
limit for each Dag. ``dag.test()`` waits out each retry delay and sensor interval; ours skips them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dice
from timed import run_timed

from mwaa_kit.engine.opening import installed_airflow
from mwaa_kit.scheduler.world import Neighbours

HERE = Path(__file__).parent
WHEN = datetime.now(UTC).replace(microsecond=0).isoformat()
NO_END = "dag.test() did not end"

COMPANIONS = {
    "example_external_task_parent_deferrable.py": ["example_external_task_child_deferrable.py"],
    "example_trigger_controller_dag.py": ["example_trigger_target_dag.py"],
}
"""Files that a file's Dags speak of."""

NOTES = {
    "example_hitl_operator": "it waits for a person",
    "example_external_task": "it waits for a run of another Dag",
    "example_external_task_marker_child": "it waits for a run of another Dag",
    "example_retry_policy": "it retries after minutes, without a network",
    "example_sensors": "one of its sensors waits for an hour to pass",
    "example_subdag_operator": "a SubDag waits for the scheduler",
    "dataset_alias_example_alias_producer": "it raises where the alias is not in the database yet",
    "dataset_alias_example_alias_producer_with_no_taskflow": "it raises where the alias is not in the database yet",
}
"""Why dag.test() does not bring a Dag to an end."""

PASSING = (
    (re.compile(r"\d{4}-\d\d-\d\d[T ]?(\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?"), "DATE"),
    (re.compile(r"\d{8}T\d{6}"), "DATE"),
    (re.compile(r"[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d( [AP]M)? \w+ \d{4}"), "DATE"),
    (re.compile(r"(/[\w.+-]+){2,}"), "PATH"),
    (re.compile(r"\b1[78]\d{8}(\.\d+)?\b"), "SECONDS"),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}"), "UUID"),
)
"""What of a value is another one each time."""


@dataclass(frozen=True)
class Row:
    """One Dag on both sides."""

    file: str
    dag_id: str
    theirs: str
    ours: str
    verdict: str

    @property
    def equal(self) -> bool:
        """Whether both sides ended alike."""
        return self.verdict == "equal"


def main() -> None:
    """Run both sides, compare, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="a regular expression for the files' names")
    parser.add_argument("--merge", action="store_true", help="take the other rows from the page as it is, and write it")
    parser.add_argument("--limit", type=float, default=60.0, help="seconds for each Dag, on either side")
    parser.add_argument("--target", default="", help="the Airflow of MWAA whose examples are run, in its interpreter")
    options = parser.parse_args()
    if options.target and options.target != installed_airflow():
        raise SystemExit(run_there(options.target))
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("MWAA_KIT_HOME", f"{folder}/kit")
        engine, loaded = load_all(options.only)
        jobs = [job for file, dags in loaded.items() for job in make_jobs(file, dags)]
        oracle = start_oracle(jobs, Path(folder) / "airflow", options.limit)
        dice.load()
        ours = [result for _, result in run_timed(jobs, lambda job: run_one(engine, loaded, job), options.limit)]
        theirs = read_oracle(oracle)
    rows = [compare(*row) for row in zip(jobs, theirs, ours, strict=True)]
    if options.merge:
        rows = merge(rows)
    empty = [Path(file).name for file, dags in loaded.items() if not dags]
    text = format_rows(rows, empty, " ".join(["python", "benchmarks/example_dags.py", *sys.argv[1:]]))
    if options.merge or not options.only:
        page().write_text(text, encoding="utf-8")
    print(text)


def run_there(version: str) -> int:
    """Run this program in the interpreter of a target; return its exit code."""
    from mwaa_kit.targets.catalogue import find_target
    from mwaa_kit.targets.interpreters import make_interpreter

    made = make_interpreter(find_target(version), constraints=os.environ.get("MWAA_KIT_CONSTRAINTS", ""))
    environ = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    return subprocess.run([str(made.python), __file__, *sys.argv[1:]], env=environ, check=False).returncode


def page() -> Path:
    """Return the page of this Airflow."""
    return HERE / ("example_dags_2.md" if str(installed_airflow()).startswith("2.") else "example_dags.md")


def load_all(only: str) -> tuple[Any, dict[str, dict[str, Any]]]:
    """Load every Dag file of the wheels with our engine; return the Dags by file and dag_id."""
    from importlib.util import find_spec

    from mwaa_kit.engine.opening import open_engine

    engine = open_engine()
    root = Path(str(find_spec("airflow").submodule_search_locations[0]))  # type: ignore[union-attr, index]
    found: dict[str, dict[str, Any]] = {}
    for folder in (root / "example_dags", root / "providers" / "standard" / "example_dags"):
        for file in sorted(folder.glob("*.py")):
            if file.name != "__init__.py" and re.search(only, file.name):
                loaded = engine.load(str(file))
                if loaded.problems:
                    raise SystemExit(f"{file.name} does not load: {loaded.problems[0].message}")
                found[str(file)] = {spec.dag_id: spec for spec in loaded.dags}
    return engine, found


def make_jobs(file: str, dags: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a job for each Dag of a file, with the files it needs beside it."""
    folder = Path(file).parent
    beside = [*_present(folder, COMPANIONS.get(Path(file).name, []))]
    beside += [folder / "sql"] if (folder / "sql").is_dir() else []
    for dag_id in dags:
        if dag_id.rpartition(".")[0] in dags:  # a SubDag of Airflow 2, which is run with its Dag
            continue
        yield {"files": [file, *map(str, beside)], "dag_ids": [dag_id], "logical_date": WHEN}


def _present(folder: Path, names: list[str]) -> Iterator[Path]:
    """Find each file beside, or in the other folder of examples."""
    for name in names:
        root = next(up for up in folder.parents if up.name == "airflow")
        yield folder / name if (folder / name).exists() else root / "example_dags" / name


def start_oracle(jobs: list[dict[str, Any]], home: Path, limit: float) -> subprocess.Popen[str]:
    """Start ``dag.test()`` on all jobs."""
    command = [sys.executable, str(HERE / "dag_test.py"), "--home", str(home), "--limit", str(limit)]
    command += ["--examples", "--loaded-dice"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=clean
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(jobs))
    process.stdin.close()
    return process


def read_oracle(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    """Read the answers, one for each job."""
    assert process.stdout is not None
    answers = [json.loads(line) for line in process.stdout]
    process.wait()
    return answers


class Companions(Neighbours):
    """The Dags of the files that a job holds."""

    def __init__(self, engine: Any, job: dict[str, Any], own: dict[str, Any]) -> None:
        self.dags = dict(own)
        for file in job["files"][1:]:
            if file.endswith(".py"):
                self.dags |= {spec.dag_id: spec for spec in engine.load(file).dags}

    def find(self, dag_id: str) -> Any:
        """Return a Dag by its id."""
        return self.dags.get(dag_id)


def run_one(engine: Any, loaded: dict[str, dict[str, Any]], job: dict[str, Any]) -> dict[str, Any]:
    """Run the Dag of a job with our scheduler."""
    from mwaa_kit.scheduler.local import LocalSettings
    from mwaa_kit.scheduler.people import answering
    from mwaa_kit.scheduler.running import RunOptions, run_dag
    from mwaa_kit.scheduler.world import World

    own = loaded[job["files"][0]]
    options = RunOptions(logical_date=datetime.fromisoformat(job["logical_date"]), skip_delays=True)
    world = World(Companions(engine, job, own), ask=answering({}, lambda question: {"options": question.options[:1]}))
    run = run_dag(engine, own[job["dag_ids"][0]], options, local=LocalSettings(), store_in=None, world=world)
    return {
        "state": run.state,
        "instances": [[one.task_id, one.map_index, one.state] for one in run.task_instances],
        "xcoms": [[one.task_id, one.map_index, one.key, one.stored] for one in run.xcoms],
        "errors": [one.error for one in run.task_instances if one.error],
    }


def compare(job: dict[str, Any], answer: dict[str, Any], ours: dict[str, Any]) -> Row:
    """Compare one Dag."""
    dag_id = job["dag_ids"][0]
    theirs = next((dag for dag in answer.get("dags", []) if dag["dag_id"] == dag_id), {}) | {
        key: value for key, value in answer.items() if key in ("error", "timeout", "died")
    }
    return Row(Path(job["files"][0]).name, dag_id, describe(theirs), describe(ours), judge(dag_id, theirs, ours))


def describe(dag: dict[str, Any]) -> str:
    """Say how a Dag ended: ``success (3 success, 1 skipped)``."""
    if "timeout" in dag:
        return f"no end in {dag['timeout']:g} s"
    if "error" in dag:
        return f"refused: {dag['error'].partition(': ')[2] or dag['error']}"
    counted = Counter(str(instance[2]) for instance in dag["instances"])
    waits = [error.partition(": ")[2] for error in dag.get("errors", []) if "waits for " in error]
    told = f": {waits[0]}" if waits else ""
    return f"{dag['state']} ({', '.join(f'{count} {state}' for state, count in sorted(counted.items()))}){told}"


def judge(dag_id: str, theirs: dict[str, Any], ours: dict[str, Any]) -> str:
    """Say whether the states are equal, else why not."""
    if "timeout" in theirs or ("error" in theirs and dag_id in NOTES):
        ended = "ours neither" if {"timeout", "error", "died"} & set(ours) else "ours did"
        return f"{NO_END}: {NOTES.get(dag_id, 'too slow')}; {ended}"
    if "error" in theirs and "error" in ours:
        return "equal"
    if {"error", "timeout", "died"} & {*theirs, *ours}:
        return "only one side brings it to an end"
    one = {(row[0], row[1]): row[2] for row in theirs["instances"]}
    two = {(row[0], row[1]): row[2] for row in ours["instances"]}
    apart = [
        f"{task_id}[{index}] {one.get((task_id, index))} / {two.get((task_id, index))}"
        for task_id, index in sorted({*one, *two})
        if one.get((task_id, index)) != two.get((task_id, index))
    ]
    apart += compare_values(theirs["xcoms"], ours["xcoms"])
    return "; ".join(apart) or ("equal" if theirs["state"] == ours["state"] else "the run's state")


def compare_values(theirs: list[list[Any]], ours: list[list[Any]]) -> list[str]:
    """Name the XComs that differ."""
    one, two = ({tuple(row[:3]): settle(row[3]) for row in side} for side in (theirs, ours))
    places = sorted({*one, *two})
    return [
        f"XCom {task_id}[{index}] {key}"
        for task_id, index, key in places
        if one.get((task_id, index, key)) != two.get((task_id, index, key))
    ]


def settle(value: Any) -> Any:
    """Return a value with what is another one each time replaced by its name, and sets in one order."""
    if isinstance(value, dict):
        return {key: settle(item) for key, item in value.items()}
    if isinstance(value, list):
        items = [settle(item) for item in value]
        return sorted(items) if all(isinstance(item, str) for item in items) else items
    if isinstance(value, float) and value > 1e9:
        return "SECONDS"
    if isinstance(value, str):
        for pattern, name in PASSING:
            value = pattern.sub(name, value)
    return value


def merge(fresh: list[Row]) -> list[Row]:
    """Return the rows of the page with these in place of the ones about the same Dags."""
    by_dag = {(row.file, row.dag_id): row for row in fresh}
    lines = page().read_text(encoding="utf-8").splitlines()
    kept = [Row(*line.strip("| ").split(" | ")) for line in lines if line.startswith(("| example_", "| tut"))]
    return [by_dag.get((row.file, row.dag_id), row) for row in kept]


def format_rows(rows: list[Row], empty: list[str], command: str) -> str:
    """Write the page."""
    ended = [row for row in rows if not row.verdict.startswith(NO_END)]
    bounded = [row for row in rows if row.verdict.startswith(NO_END) and row.verdict.endswith("ours did")]
    equal = [row for row in ended if row.equal]
    no_end = len(rows) - len(ended)
    share = 100 * len(equal) / max(1, len(ended))
    made = f"Made by `{command}` on {datetime.now(UTC):%Y-%m-%d}: Airflow {installed_airflow()},"
    machine = f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores."
    lines = [
        "# Airflow's example Dags, run by mwaa-kit and by dag.test()",
        "",
        f"**{len(equal)} of the {len(ended)} Dags that `dag.test()` ends reach the same states and values ({share:.0f} %).**",
        f"All {len(rows)} Dags load. `dag.test()` came to no end for {no_end}; ours did for {len(bounded)} of them.",
        f"On this machine these files hold no Dag, on either side: {', '.join(empty) or 'none'}.",
        "",
        f"{made} {machine} {HERE.name}/example_dags.py says how.",
        "",
        "| file | Dag | dag.test() | mwaa-kit | |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {' | '.join(map(_cell, (row.file, row.dag_id, row.theirs, row.ours, row.verdict)))} |" for row in rows
    ]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    main()
