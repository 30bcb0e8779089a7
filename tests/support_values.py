"""What the cells of a notebook give in a plain kernel, to compare a run of its Dags with."""

from __future__ import annotations

import ast
import contextlib
import functools
import inspect
import io
import itertools
import json
from collections.abc import Container
from pathlib import Path
from typing import Any

from mwaa_kit.authoring.cells import Role, find_cells
from mwaa_kit.authoring.compile import compile_notebook
from mwaa_kit.authoring.importing.reading import read_any_notebook
from mwaa_kit.model.module import DagModule
from mwaa_kit.verbs.running import run


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


def in_a_kernel(path: Path) -> dict[str, dict[str, Any]]:
    """Run the cells top to bottom in a plain namespace; return what each task's names are after its cells.

    A TaskFlow function is called with the values that its parameters have there: under the empty name stands what it gives.
    """
    namespace: dict[str, Any] = {"__name__": "__main__"}
    found: dict[str, dict[str, Any]] = {}
    given: dict[str, Any] = {}
    noted: dict[str, Any] = {}
    for cell in find_cells(read_any_notebook(str(path))):
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


def expected(kernel: dict[str, Any], task_id: str, module: DagModule) -> Any:
    """Return what a task should give: the names that others read of it, or what its function returns."""
    if "" in kernel:
        return kernel[""]
    read = {name for edge in module.edges if edge.upstream == task_id for name in edge.names if name in kernel}
    values = {name: kernel[name] for name in sorted(read)}
    return next(iter(values.values()), None) if len(values) < 2 else values


def assert_runs_as_in_a_kernel(path: Path, *, values: bool = True, without: Container[str] = ()) -> None:
    """Compile a notebook, run each of its Dags, and compare what the tasks give with the cells.

    Parameters
    ----------
    values
        Whether a plain kernel runs what the tasks do; else only the ends are compared.
    without
        Tasks whose values are not compared.
    """
    module, kernel = compile_notebook(str(path)), in_a_kernel(path)
    for dag_id in module.dag_ids:
        done = run(str(path), dag_id=dag_id)
        assert done.state == "success"
        mine = [
            anchor.task_id
            for anchor in module.tasks
            if anchor.dag_id == dag_id and anchor.task_id in kernel and anchor.task_id not in without
        ]
        if values:
            ours = {t: json.loads(json.dumps(done[t].value, default=str)) for t in mine}
            assert ours == {t: json.loads(json.dumps(expected(kernel[t], t, module), default=str)) for t in mine}
