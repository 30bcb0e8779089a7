"""What is lowered is right: ruff accepts it, the real Airflow loads it, and its tasks give what the cells give."""

from __future__ import annotations

import ast
import contextlib
import functools
import inspect
import io
import itertools
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
from mwaa_kit.targets.interpreters import Interpreter
from mwaa_kit.verbs.running import run

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


class _Plain:
    """Stands for every name of Airflow in a plain kernel: a decorator that only notes what its function gives."""

    def __init__(self, given: dict[str, Any] | None = None) -> None:
        self.given = {} if given is None else given

    def __call__(self, *given: Any, **options: Any) -> Any:
        return _Called(given[0], self.given) if given and callable(given[0]) else self

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def get(self, key: str, default: Any = None) -> Any:
        return default

    def __rshift__(self, other: Any) -> Any:
        return other

    def __rrshift__(self, other: Any) -> Any:
        return self


class _Called(_Plain):
    """A TaskFlow function in a plain kernel: it is called at once, and mapped by a loop."""

    def __init__(self, function: Any, given: dict[str, Any], bound: dict[str, Any] | None = None) -> None:
        super().__init__(given)
        self.function, self.bound = function, bound or {}
        functools.update_wrapper(self, function)

    def __call__(self, *values: Any, **named: Any) -> Any:
        return self._noted(self.function(*values, **self.bound, **named))

    def partial(self, **named: Any) -> Any:
        return _Called(self.function, self.given, named)

    def expand(self, **lists: list[Any]) -> Any:
        rows = [dict(zip(lists, values, strict=True)) for values in itertools.product(*lists.values())]
        return self._noted([self.function(**self.bound, **row) for row in rows])

    def _noted(self, value: Any) -> Any:
        name, times = self.function.__name__, 0
        while name in self.given:
            name, times = f"{self.function.__name__}__{times + 1}", times + 1
        self.given[name] = value
        return value


def _in_a_kernel(path: Path) -> dict[str, dict[str, Any]]:
    """Run the cells top to bottom in a plain namespace; return what each task's names are after its cells.

    A TaskFlow function is called with the values that its parameters have there: under the empty name stands what it gives.
    """
    namespace: dict[str, Any] = {"__name__": "__main__"}
    found: dict[str, dict[str, Any]] = {}
    given: dict[str, Any] = {}
    noted: dict[str, Any] = {}
    for cell in find_cells(read_notebook(str(path))):
        tree = ast.parse(cell.parsed.text) if cell.role in RUN else ast.Module([], [])
        for node in [n for n in tree.body if isinstance(n, ast.ImportFrom) and (n.module or "").startswith("airflow")]:
            tree.body.remove(node)
            namespace |= {alias.asname or alias.name: _Plain(noted) for alias in node.names}
        if cell.role is Role.AIRFLOW:  # who waits for whom is no value
            tree.body = [node for node in tree.body if isinstance(node, ast.Assign | ast.FunctionDef)]
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(tree, "<cell>", "exec", dont_inherit=True), namespace)
            found |= {
                name: {"": value} for name, value in noted.items() if cell.role is Role.AIRFLOW and name not in found
            }
            for node in tree.body if cell.role is Role.TASKFLOW else []:
                if isinstance(node, ast.FunctionDef) and node.decorator_list:
                    wanted = inspect.signature(namespace[node.name]).parameters.values()
                    known = {**namespace, **given}
                    if any(p.name not in known and p.default is p.empty for p in wanted):
                        continue  # fed by a classic operator, or by a body that somebody wrote
                    fed = {p.name: known[p.name] for p in wanted if p.name in known}
                    given[node.name] = namespace[node.name](**json.loads(json.dumps(fed, default=str)))
                    found[node.name] = {"": given[node.name]}
        if cell.directive is not None and cell.role is Role.TASK:
            found[cell.directive.name] = _as_json(namespace)
    return found


RUN = {Role.TASK, Role.SHARED, Role.LIBRARY, Role.PARAMS, Role.TASKFLOW, Role.AIRFLOW}


def _as_json(namespace: dict[str, Any]) -> dict[str, Any]:
    """Copy the values that JSON can hold, as they are now: XCom carries copies too."""
    kinds = str | int | float | list | dict | tuple | None
    plain = {name: value for name, value in namespace.items() if isinstance(value, kinds) and name[:2] != "__"}
    return {name: json.loads(json.dumps(value, default=str)) for name, value in plain.items()}


def _expected(kernel: dict[str, Any], task_id: str, module: DagModule) -> Any:
    """Return what a task should give: the names that others read of it, or what its function returns."""
    if "" in kernel:
        return kernel[""]
    read = {name for edge in module.edges if edge.upstream == task_id for name in edge.names if name in kernel}
    values = {name: kernel[name] for name in sorted(read)}
    return next(iter(values.values()), None) if len(values) < 2 else values


@pytest.mark.parametrize("path", SAMPLES, ids=_name)
def test_our_scheduler_gives_the_values_that_the_cells_have_in_a_kernel(
    path: Path, folder: Path, modules: dict[str, DagModule]
) -> None:
    module, kernel = modules[_name(path)], _in_a_kernel(path)
    for dag_id in module.dag_ids:
        done = run(str(folder / f"{_name(path)}.ipynb"), dag_id=dag_id)
        assert done.state == "success"
        mine = [
            anchor.task_id
            for anchor in module.tasks
            if anchor.dag_id == dag_id and anchor.task_id in set(kernel) - BRANCHES
        ]
        if _name(path) not in NO_VALUES:
            ours = {t: json.loads(json.dumps(done[t].value, default=str)) for t in mine}
            assert ours == {t: json.loads(json.dumps(_expected(kernel[t], t, module), default=str)) for t in mine}


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
