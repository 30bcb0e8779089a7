"""What is lowered is right: ruff accepts it, the real Airflow loads it, and its tasks give what the cells give."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support_values import assert_runs_as_in_a_kernel

from mwaa_kit.authoring.compile import compile_notebook
from mwaa_kit.model.module import DagModule
from mwaa_kit.targets.interpreters import Interpreter

HERE = Path(__file__).parent
SAMPLES = [*sorted((HERE / "samples").glob("*.ipynb")), *sorted((HERE / "cases").glob("*/good.ipynb"))]
SAMPLES.append(HERE / "golden" / "churn.ipynb")
BY_HAND = {"written", "withdag", "groups", "MK117", "MK122"}
"""Samples whose author wrote a Dag body or groups: the module tells only the edges between cells."""
NO_VALUES = {"written", "withdag", "operators_mixed", "MK117", "MK122"}
"""Samples of which a plain kernel runs no task: operators, and a Dag body that is the user's own."""
BRANCHES = {"pick"}
"""Tasks whose return value Airflow 3 does not keep: a branch that skips ends in an exception of Airflow's own."""
LOOPED = {"written", "groups"}
"""Samples with tasks whose ids no text says, or that a written body leaves out."""


def _name(path: Path) -> str:
    return path.parent.name if path.stem == "good" else path.stem


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each sample under a file name of its own."""
    folder = tmp_path_factory.mktemp("notebooks")
    for path in SAMPLES:
        (folder / f"{_name(path)}.ipynb").write_bytes(path.read_bytes())
    return folder


@pytest.fixture(scope="module")
def modules(folder: Path) -> dict[str, DagModule]:
    """Each sample compiled for 3.3.1."""
    return {_name(path): compile_notebook(str(folder / f"{_name(path)}.ipynb")) for path in SAMPLES}


@pytest.fixture(scope="module")
def airflow_says(modules: dict[str, DagModule], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the kit's own Airflow, a real 3.3.1, makes of all the files: one process for all, for its import takes seconds."""
    return _ask_airflow(sys.executable, modules, tmp_path_factory)


@pytest.fixture(scope="module")
def old_airflow_says(folder: Path, airflow2: Interpreter, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a real Airflow 2.11.2 makes of the same notebooks, compiled for it."""
    modules = {path.stem: compile_notebook(str(path), target="2.11.2") for path in sorted(folder.glob("*.ipynb"))}
    return _ask_airflow(str(airflow2.python), modules, tmp_path_factory)


def _ask_airflow(python: str, modules: dict[str, DagModule], made: pytest.TempPathFactory) -> dict[str, Any]:
    folder, home = made.mktemp("dags"), made.mktemp("home")
    for name, module in modules.items():
        (folder / f"{name}.py").write_text(module.source)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW_", "AWS_"))}
    settings = {"AIRFLOW_HOME": str(home), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    probe = [python, str(HERE / "airflow_probe.py"), str(folder)]
    ended = subprocess.run(probe, env=kept | settings, capture_output=True, text=True, timeout=240, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    return dict(json.loads((folder / "probe.json").read_text()))


def test_every_file_loads_with_the_tasks_and_edges_that_the_module_tells(
    modules: dict[str, DagModule], airflow_says: dict[str, Any]
) -> None:
    assert airflow_says["errors"] == {}
    told, loaded = {}, {}
    for name, module in modules.items():
        dags = airflow_says["files"][name]
        edges = {tuple(edge) for dag in dags.values() for edge in dag["edges"]}
        inferred = {(edge.upstream, edge.downstream) for edge in module.edges}
        tasks, known = {t for d in dags.values() for t in d["tasks"]}, {anchor.task_id for anchor in module.tasks}
        loaded[name] = (sorted(dags), tasks if name not in LOOPED else known & tasks, edges)
        told[name] = (sorted(module.dag_ids), known if name != "written" else tasks, inferred)
        if name in BY_HAND:
            assert inferred <= edges
            loaded[name], told[name] = loaded[name][:2], told[name][:2]  # type: ignore[assignment]
    assert loaded == told


def test_the_two_airflows_make_the_same_dags_of_the_same_notebooks(
    airflow_says: dict[str, Any], old_airflow_says: dict[str, Any]
) -> None:
    """Whole Dags: tasks, edges, groups, what is mapped, trigger rules, setup and teardown."""
    assert old_airflow_says == airflow_says


@pytest.mark.parametrize("path", SAMPLES, ids=_name)
def test_our_scheduler_gives_the_values_that_the_cells_have_in_a_kernel(path: Path, folder: Path) -> None:
    name = _name(path)
    assert_runs_as_in_a_kernel(folder / f"{name}.ipynb", values=name not in NO_VALUES, without=BRANCHES)


OWN_STYLE = "E7,F841"
"""What is the user's own in a cell: a lambda with a name, two statements on a line, a value that nobody reads."""


@pytest.mark.parametrize(("target", "ignored"), [("3.3.1", OWN_STYLE), ("2.10.3", f"{OWN_STYLE},AIR3")])
def test_ruff_accepts_every_file_in_both_dialects(target: str, ignored: str, tmp_path: Path) -> None:
    for path in SAMPLES:
        (tmp_path / f"{_name(path)}.py").write_text(compile_notebook(str(path), target=target).source)
    ruff = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--isolated",
        "--no-cache",
        "--line-length",
        "120",
        "--select",
        "AIR,E,F,I",
    ]
    ended = subprocess.run([*ruff, "--ignore", ignored, str(tmp_path)], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout
