"""``follow`` and ``card``: a run is told and drawn by a process that did not make it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Cli = Callable[..., Any]

DAG = """
from airflow.sdk import dag, task
@dag(schedule=None)
def etl():
    @task
    def load():
        print("loading")
        return 1
    @task
    def broken(n):
        raise ValueError("no rows")
    broken(load())
etl()
"""


def test_what_is_followed_and_drawn_is_what_was_run(cli: Cli, tmp_path: Path) -> None:
    Path("etl.py").write_text(DAG)
    made = cli("run", "etl.py", "--json", "--card", "one.html")
    assert made.code == 1
    followed = cli("follow", "etl.py", "--json")
    assert (followed.code, followed.lines[0]["event"], followed.lines[1:]) == (1, "run_described", made.lines)
    told = cli("follow", ".", "-q")
    assert told.out.splitlines()[1:] == [
        "  ✓ load    success          returned int, 1 B",
        "  ✗ broken  failed           ValueError: no rows",
    ]
    drawn = cli("card", "etl.py", "-o", "two.html", "--json")
    run_id = made.lines[-1]["run_id"]
    assert drawn.document == {"path": "two.html", "dag_id": "etl", "run_id": run_id, "state": "failed"}
    assert Path("one.html").read_text() == Path("two.html").read_text()


def test_what_is_not_there_is_told(cli: Cli, tmp_path: Path) -> None:
    Path("etl.py").write_text(DAG)
    assert [
        cli(*words).err.splitlines()[0] for words in (("follow", "nowhere"), ("card", "etl.py", "-o", "x.html"))
    ] == [
        "error: nowhere: there is no such file or folder",
        "error: etl.py: there is no record of a run here",
    ]


def test_a_run_that_is_pruned_is_gone_with_its_events(cli: Cli, tmp_path: Path) -> None:
    Path("etl.py").write_text(DAG)
    made = [cli("run", "etl.py", "--json").lines[-1]["run_id"] for _ in range(3)]
    pruned = cli("prune", "etl.py", "--keep", "2", "--json").document
    told = cli("prune", ".", "--keep", "1")
    left = [line["run_id"] for line in cli("runs", "--json").document["runs"]]

    assert (pruned["runs"], pruned["kept"], left) == ([{"dag_id": "etl", "run_id": made[0]}], 2, [made[2]])
    assert told.out.splitlines()[0] == f"forgot  etl  {made[1]}"
    assert len(list(Path(".mwaa-kit/events").iterdir())) == 1
    assert cli("prune", "etl.py", "--max-size", "much").code == 2


def test_the_events_of_a_run_that_could_not_be_recorded_go_when_the_folder_is_pruned(cli: Cli, tmp_path: Path) -> None:
    Path("etl.py").write_text(DAG)
    made = cli("run", "etl.py", "--json").lines[-1]["run_id"]
    [kept] = Path(".mwaa-kit/events").iterdir()
    lost = kept.with_name("20260101T000000000000.jsonl")
    lost.write_text(kept.read_text().replace(made, "manual__lost"))

    assert cli("prune", "etl.py").code == 0
    assert lost.exists()
    assert cli("prune", ".").code == 0
    assert list(Path(".mwaa-kit/events").iterdir()) == [kept]
