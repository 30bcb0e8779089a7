"""Run Airflow's own example Dags with our scheduler and with ``dag.test()``, and compare the states they end in.

    python benchmarks/example_dags.py                 # all of them; writes benchmarks/example_dags.md
    python benchmarks/example_dags.py --only branch   # the files whose name contains it; prints only

The Dags are those of the installed wheels. Both sides get the same logical date and loaded dice (see dice.py), and a time
limit for each file. ``dag.test()`` waits out each retry delay and sensor interval; ours skips them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
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

HERE = Path(__file__).parent

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
}
"""Why dag.test() does not bring a Dag to an end."""


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
    parser.add_argument("--only", default="", help="part of a file's name")
    parser.add_argument("--limit", type=float, default=60.0, help="seconds for each file with dag.test()")
    options = parser.parse_args()
    jobs = [job for job in find_jobs() if options.only in Path(job["files"][0]).name]
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("MWAA_KIT_HOME", f"{folder}/kit")
        oracle = start_oracle(jobs, Path(folder) / "airflow", options.limit)
        ours = dict(run_ours(jobs, options.limit))
        theirs = dict(read_oracle(oracle))
    rows = [row for job in jobs for row in compare(job, theirs[job["files"][0]], ours[job["files"][0]])]
    text = format_rows(rows, " ".join(["python", "benchmarks/example_dags.py", *sys.argv[1:]]))
    if not options.only:
        (HERE / "example_dags.md").write_text(text, encoding="utf-8")
    print(text)


def find_jobs() -> list[dict[str, Any]]:
    """Return one job for each Dag file of the wheels."""
    from importlib.util import find_spec

    when = datetime.now(UTC).replace(microsecond=0).isoformat()
    root = Path(str(find_spec("airflow").submodule_search_locations[0]))  # type: ignore[union-attr, index]
    jobs = []
    for folder in (root / "example_dags", root / "providers" / "standard" / "example_dags"):
        for file in sorted(folder.glob("*.py")):
            if file.name != "__init__.py":
                beside = [folder / name for name in COMPANIONS.get(file.name, [])]
                beside += [one for one in [folder / "sql"] if one.is_dir()]
                jobs.append({"files": [str(file), *map(str, _present(root, beside))], "logical_date": when})
    return jobs


def _present(root: Path, files: list[Path]) -> Iterator[Path]:
    """Find each file in whichever of the folders it lies."""
    for file in files:
        yield file if file.exists() else next(root.rglob(file.name))


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


def read_oracle(process: subprocess.Popen[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the answers by file."""
    assert process.stdout is not None
    for line in process.stdout:
        answer = json.loads(line)
        yield answer["files"][0], answer
    process.wait()


def run_ours(jobs: list[dict[str, Any]], limit: float) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the results of our scheduler by file."""
    from mwaa_kit.engine.opening import open_engine

    engine = open_engine()
    dice.load()
    for job, result in run_timed(jobs, lambda job: run_file(engine, job), limit):
        yield job["files"][0], result


def run_file(engine: Any, job: dict[str, Any]) -> dict[str, Any]:
    """Run every Dag of a file."""
    from mwaa_kit.errors import MwaaKitError
    from mwaa_kit.scheduler.local import LocalSettings
    from mwaa_kit.scheduler.running import RunOptions, run_dag

    loaded = engine.load(job["files"][0])
    options = RunOptions(logical_date=datetime.fromisoformat(job["logical_date"]), skip_delays=True)
    dags: list[dict[str, Any]] = []
    for spec in loaded.dags:
        try:
            run = run_dag(engine, spec, options, local=LocalSettings(), store_in=None)
        except MwaaKitError as error:
            dags.append({"dag_id": spec.dag_id, "error": str(error)})
            continue
        instances = sorted([one.task_id, one.map_index, one.state, one.error] for one in run.task_instances)
        dags.append({"dag_id": spec.dag_id, "state": run.state, "instances": instances})
    return {"dags": dags, "import_errors": [problem.message for problem in loaded.problems]}


def compare(job: dict[str, Any], theirs: dict[str, Any], ours: dict[str, Any]) -> Iterator[Row]:
    """Yield a row for each Dag of a file."""
    file = Path(job["files"][0]).name
    by_id = {dag["dag_id"]: dag for dag in theirs.get("dags", [])}
    mine = ours.get("dags", [])
    if not mine:
        said = "; ".join(ours.get("import_errors", [])) or ours.get("error") or "no Dag in the file on this machine"
        yield Row(file, "", "no Dag" if not by_id else "ran", said, "no Dag" if not by_id else "not loaded")
    for dag in mine:
        other = by_id.get(dag["dag_id"], {"error": theirs.get("error", "not reached in time")})
        yield Row(file, dag["dag_id"], describe(other), describe(dag), judge(other, dag, "timeout" in theirs))


def describe(dag: dict[str, Any]) -> str:
    """Say how a Dag ended: ``success (3 success, 1 skipped)``."""
    if "error" in dag:
        return f"refused: {dag['error'].partition(': ')[2] or dag['error']}"
    counted = Counter(str(instance[2]) for instance in dag["instances"])
    return f"{dag['state']} ({', '.join(f'{count} {state}' for state, count in sorted(counted.items()))})"


def judge(theirs: dict[str, Any], ours: dict[str, Any], out_of_time: bool) -> str:
    """Say whether the states are equal, else why not."""
    if "error" in theirs and "error" in ours:
        return "equal"
    if out_of_time and theirs.get("state") != "success":
        return f"dag.test() did not end: {NOTES.get(ours['dag_id'], 'too slow')}"
    if "error" in theirs or "error" in ours:
        return "only one side runs it"
    one = {(row[0], row[1]): row[2] for row in theirs["instances"]}
    two = {(row[0], row[1]): row[2] for row in ours["instances"]}
    apart = [
        f"{key[0]}[{key[1]}] {one.get(key)} / {two.get(key)}"
        for key in sorted({*one, *two})
        if one.get(key) != two.get(key)
    ]
    return "equal" if not apart and theirs["state"] == ours["state"] else "; ".join(apart) or "the run's state"


def format_rows(rows: list[Row], command: str) -> str:
    """Write the page."""
    dags = [row for row in rows if row.dag_id]
    ended = [row for row in dags if not row.verdict.startswith("dag.test() did not end")]
    equal = [row for row in ended if row.equal]
    share = 100 * len(equal) / max(1, len(ended))
    made = f"Made by `{command}` on {datetime.now(UTC):%Y-%m-%d}: Airflow {_version()},"
    machine = f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores."
    lines = [
        "# Airflow's example Dags, run by mwaa-kit and by dag.test()",
        "",
        f"**{len(equal)} of the {len(ended)} Dags that `dag.test()` brings to an end reach the same states ({share:.0f} %).**",
        f"All {len(dags)} Dags load; for {len(dags) - len(ended)} `dag.test()` came to no end in the time given.",
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


def _version() -> str:
    from importlib.metadata import version

    return version("apache-airflow-core")


if __name__ == "__main__":
    main()
