"""The pytest plug-in, as pytest loads it: a process of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from support_kernels import write_notebook

CELLS = (
    "from airflow.sdk import dag, task\ndef double(x):\n    return 2 * x",
    "#| params\nn = 3",
    "#| task: load\nrows = [i * 10 for i in range(n)]\nextra = 7\nprint('loading')",
    "#| test: every row is a multiple of ten\nassert all(row % 10 == 0 for row in rows)\nassert n == 3",
    "#| test\n# a wrong expectation\nassert double(extra) == 15",
    "#| task: features\ntotal = sum(rows)",
    "@task\ndef score(total):\n    return {'score': total / 2}",
    "#| test: the score is half the total\nassert score['score'] * 2 == total",
    "#| task: broken\nx = 1 / 0",
    "#| test: reads what failed\nassert x == 1",
    "#| dag\n@dag(schedule=None)\ndef churn(): ...",
)
TESTS = """
def test_one_task(dag_run):
    run = dag_run("churn.ipynb", tasks=["score"], with_upstream=True, params={"n": 4})
    assert run["score"].value == {"score": 30.0}

def test_nothing_is_reused(dag_run):
    again = [dag_run("churn.ipynb", tasks=["load"], with_downstream=True, check=False) for _ in range(2)]
    assert [one.reused for run in again for one in run.task_instances] == [False] * 6

def test_a_failure(dag_run):
    dag_run("churn.ipynb")

def test_a_failure_that_is_wanted(dag_run):
    assert dag_run("churn.ipynb", check=False)["broken"].state == "failed"
"""
UNUSED = """
import sys
def test_nothing_was_imported():
    assert {name for name in sys.modules if name.startswith(("airflow", "mwaa_kit"))} == {
        "mwaa_kit", "mwaa_kit.pytest_plugin"
    }
"""


def pytest_in(folder: Path, *words: str) -> str:
    """Run pytest in a folder; return what it prints."""
    command = [sys.executable, "-m", "pytest", "-p", "mwaa_kit.pytest_plugin", "-p", "no:cacheprovider", "-rA", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What pytest prints of a notebook with checks and a module that uses the fixture."""
    folder = tmp_path_factory.mktemp("churn")
    write_notebook(folder / "churn.ipynb", *CELLS)
    (folder / "test_churn.py").write_text(TESTS)
    return pytest_in(folder, "--mwaa")


def test_each_check_of_a_notebook_and_each_run_of_the_fixture_passes_or_fails(told: str) -> None:
    outcomes = re.findall(r"^(PASSED|FAILED|ERROR) ([^-\n]*?)(?: - .*)?$", told, re.M)
    assert sorted((name, outcome) for outcome, name in outcomes) == [
        ("churn.ipynb::cell 5", "FAILED"),
        ("churn.ipynb::every row is a multiple of ten", "PASSED"),
        ("churn.ipynb::reads what failed", "FAILED"),
        ("churn.ipynb::the score is half the total", "PASSED"),
        ("test_churn.py::test_a_failure", "FAILED"),
        ("test_churn.py::test_a_failure_that_is_wanted", "PASSED"),
        ("test_churn.py::test_nothing_is_reused", "PASSED"),
        ("test_churn.py::test_one_task", "PASSED"),
    ]


def test_a_failed_check_shows_its_cell_its_line_and_the_values(told: str) -> None:
    assert ">   assert double(extra) == 15\nE   assert 14 == 15" in told
    assert "\nchurn.ipynb, cell 5:3: AssertionError" in told


def test_a_check_that_reads_what_failed_names_the_task_and_its_cell(told: str) -> None:
    assert "task 'broken' did not succeed: ZeroDivisionError: division by zero (cell 9, line 2)" in told


def test_a_run_that_fails_says_why_and_what_its_tasks_wrote(told: str) -> None:
    assert (
        "the run of Dag 'churn' failed\n  broken: ZeroDivisionError: division by zero (cell 9, line 2)\n"
        "  (check=False returns a failed run)\n"
        "----------------------------- Captured stdout call -----------------------------\nload │ loading\n"
    ) in told


def test_a_check_that_is_none_fails_alone_and_in_its_own_words(tmp_path: Path) -> None:
    cells = (
        "#| task: load\nrows = [1]",
        "#| test: good\nassert rows == [1]",
        "#| test: syntax\nassert = 3",
        "#| test: unknown\nassert rows == nowhere",
        "#| test: magic\n%timeit rows",
        "#| dag\nfrom airflow.sdk import dag\n@dag(schedule=None)\ndef etl(): ...",
    )
    write_notebook(tmp_path / "etl.ipynb", *cells)
    told = pytest_in(tmp_path, "--mwaa")
    outcomes = re.findall(r"^(PASSED|FAILED|ERROR) etl.ipynb::(\w+)", told, re.M)

    assert sorted((name, outcome) for outcome, name in outcomes) == [
        ("good", "PASSED"),
        ("magic", "FAILED"),
        ("syntax", "FAILED"),
        ("unknown", "FAILED"),
    ]
    assert "cell 3, line 2: MK201 unparsable-cell" in told
    assert "the check in cell 4 reads 'nowhere'" in told
    assert "mwaa_kit_check" not in told


def test_a_slip_in_a_test_is_said_in_words_with_the_next_step(tmp_path: Path) -> None:
    write_notebook(tmp_path / "churn.ipynb", *CELLS)
    (tmp_path / "test_slips.py").write_text(
        "def test_typo(dag_run):\n    dag_run('churn.ipynb', tasks=['laod'])\n"
        "def test_one_name(dag_run):\n    assert dag_run('churn.ipynb', tasks='load')['load'].state == 'success'\n"
    )
    told = pytest_in(tmp_path)

    assert "Dag 'churn' has no task 'laod'\n  next: it has: load, features, score, broken\n" in told
    assert ("1 failed, 1 passed" in told, "Traceback" in told, "mwaa_kit/verbs" in told) == (True, False, False)


def test_without_the_flag_nothing_is_collected_and_nothing_imported(tmp_path: Path) -> None:
    write_notebook(tmp_path / "churn.ipynb", *CELLS)
    (tmp_path / "test_unused.py").write_text(UNUSED)
    assert "1 passed" in pytest_in(tmp_path)


def test_the_setting_stands_for_the_flag_and_a_notebook_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\nmwaa_notebooks = true\n")
    (tmp_path / "broken.ipynb").write_text("{")
    assert "broken.ipynb: is not complete JSON" in pytest_in(tmp_path)


def test_a_check_is_never_shipped() -> None:
    from mwaa_kit.authoring.compile import compile_source
    from mwaa_kit.model.notebook import Cell, CellKind, Notebook

    def compiled(cells: tuple[str, ...]) -> str:
        numbered = [(number, source) for number, source in enumerate(CELLS) if source in cells]
        return compile_source(
            Notebook("churn.ipynb", tuple(Cell(number, CellKind.CODE, source) for number, source in numbered))
        ).source

    assert compiled(CELLS) == compiled(tuple(source for source in CELLS if not source.startswith("#| test")))
