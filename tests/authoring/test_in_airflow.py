"""What is lowered is right: ruff accepts it, the real Airflow loads it, and its tasks give what the cells give."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mwaa_kit.authoring.cells import Role, find_cells
from mwaa_kit.authoring.compile import compile_notebook
from mwaa_kit.authoring.ipynb import read_notebook
from mwaa_kit.model.module import DagModule

HERE = Path(__file__).parent
SAMPLES = [*sorted((HERE / "samples").glob("*.ipynb")), *sorted((HERE / "cases").glob("*/good.ipynb"))]
SAMPLES.append(HERE / "golden" / "churn.ipynb")
BY_HAND = {"written", "withdag", "operators_mixed"}
"""Samples whose author wrote edges: the module tells the inferred ones only."""


def _name(path: Path) -> str:
    return path.parent.name if path.stem == "good" else path.stem


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> dict[str, DagModule]:
    """Each sample compiled for 3.3.1, under a file name of its own."""
    folder = tmp_path_factory.mktemp("notebooks")
    found = {}
    for path in SAMPLES:
        copy = folder / f"{_name(path)}.ipynb"
        copy.write_bytes(path.read_bytes())
        found[_name(path)] = compile_notebook(str(copy))
    return found


@pytest.fixture(scope="module")
def airflow_says(modules: dict[str, DagModule], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the real Airflow makes of all the files: one process for all, for its import takes seconds."""
    folder, home = tmp_path_factory.mktemp("dags"), tmp_path_factory.mktemp("home")
    for name, module in modules.items():
        (folder / f"{name}.py").write_text(module.source)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW_", "AWS_"))}
    settings = {"AIRFLOW_HOME": str(home), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    probe = [sys.executable, str(HERE / "airflow_probe.py"), str(folder)]
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
        loaded[name] = (sorted(dags), sorted(t for d in dags.values() for t in d["tasks"]))
        told[name] = (sorted(module.dag_ids), sorted(anchor.task_id for anchor in module.tasks))
        if name not in BY_HAND:
            loaded[name] += (sorted(tuple(edge) for dag in dags.values() for edge in dag["edges"]),)  # type: ignore[assignment]
            told[name] += (sorted((edge.upstream, edge.downstream) for edge in module.edges),)  # type: ignore[assignment]
    assert {k: v for k, v in loaded.items() if k != "written"} == {k: v for k, v in told.items() if k != "written"}


def _in_a_kernel(path: Path) -> dict[str, Any]:
    """Run the script cells and shared cells top to bottom; return each task's names as they were after its cells."""
    namespace: dict[str, Any] = {"__name__": "kernel"}
    found: dict[str, Any] = {}
    plain = {Role.TASK, Role.SHARED, Role.LIBRARY, Role.PARAMS}
    for cell in find_cells(read_notebook(str(path))):
        if cell.role in plain:
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(cell.parsed.text, "<cell>", "exec"), namespace)
            if cell.directive is not None and cell.role is Role.TASK:
                found[cell.directive.name] = _as_json(namespace)
    return found


def _as_json(namespace: dict[str, Any]) -> dict[str, Any]:
    """Copy the values that JSON can hold, as they are now: XCom carries copies too."""
    kinds = str | int | float | list | dict | tuple
    plain = {name: value for name, value in namespace.items() if isinstance(value, kinds) and name[0] != "_"}
    return {name: json.loads(json.dumps(value, default=str)) for name, value in plain.items()}


SCRIPTED = [path for path in SAMPLES if _name(path) not in {"old_style", "withdag", "written", "MK202", "churn"}]


@pytest.mark.parametrize("path", SCRIPTED, ids=_name)
def test_the_tasks_return_what_the_cells_make_in_a_kernel(path: Path, airflow_says: dict[str, Any]) -> None:
    (dag,) = airflow_says["files"][_name(path)].values()
    kernel = _in_a_kernel(path)
    for task_id, returned in dag["values"].items():
        if task_id not in kernel or returned is None:
            continue
        if isinstance(returned, dict) and returned and set(returned) <= set(kernel[task_id]):
            assert returned == {name: kernel[task_id][name] for name in returned}, task_id
        else:
            assert returned in kernel[task_id].values(), task_id


@pytest.mark.parametrize(("target", "ignored"), [("3.3.1", "F841"), ("2.10.3", "F841,AIR3")])
def test_ruff_accepts_every_file_in_both_dialects(target: str, ignored: str, tmp_path: Path) -> None:
    for path in SAMPLES:
        (tmp_path / f"{_name(path)}.py").write_text(compile_notebook(str(path), target=target).source)
    ruff = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--select", "AIR,E9,F"]
    ended = subprocess.run([*ruff, "--ignore", ignored, str(tmp_path)], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout
