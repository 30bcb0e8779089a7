"""Checks written in cells: ``#| test: every row has an id``, and the values that such a cell reads.

A check reads names as a task does: those of tasks above it, of shared code, of params. So the notebook is compiled once more
with each check standing as a task, which says what it reads and makes the tasks above hand that out; then these tasks run,
and the check itself is done by whoever asks, with the values as live objects.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from mwaa_kit.errors import MwaaKitError, UncompiledNotebookError
from mwaa_kit.model.finding import Finding, errors_in
from mwaa_kit.model.module import DagModule, EdgeReason
from mwaa_kit.model.notebook import Cell, Notebook
from mwaa_kit.model.run import SUCCESS, DagRun, TaskResult

_TASK_ID = "mwaa_kit_check_{0}"


class UpstreamFailedError(MwaaKitError):
    """A task whose value a check reads did not succeed."""

    exit_code = 1


@dataclass(frozen=True)
class CellCheck:
    """One check.

    Parameters
    ----------
    name
        What the directive says, else ``cell 5``.
    cell
        Counted from 1, all kinds.
    """

    path: str
    name: str
    cell: int
    source: str

    @property
    def task_id(self) -> str:
        """The task that stands for it while the notebook is compiled."""
        return _TASK_ID.format(self.cell)


def find_cell_checks(path: str) -> tuple[CellCheck, ...]:
    """Return the checks of a notebook, in document order; nothing is run."""
    from mwaa_kit.authoring.ipynb import read_notebook

    return tuple(
        CellCheck(path, name or f"cell {cell.number}", cell.number, cell.source)
        for cell in read_notebook(path).cells
        if (name := _check_name(cell)) is not None
    )


def _check_name(cell: Cell) -> str | None:
    from mwaa_kit.authoring.directives import find_directive
    from mwaa_kit.model.notebook import CellKind

    directive = find_directive(cell) if cell.kind is CellKind.CODE else None
    return directive.name if directive is not None and directive.key == "test" else None


class CheckedNotebook:
    """The values that the checks of one notebook read. What they need runs once, when the first one asks."""

    def __init__(self, path: str, params: Mapping[str, Any] | None = None) -> None:
        self.path = path
        self._params = dict(params or {})
        self._broken: dict[int, MwaaKitError] = {}
        self.log: list[str] = []

    def names_for(self, check: CellCheck) -> dict[str, Any]:
        """Return the names that a check may read: shared code, params, and the values of the tasks it reads from.

        Raises
        ------
        UpstreamFailedError
            If one of these tasks did not succeed.
        MwaaKitError
            If this check, or the notebook, cannot be compiled or imported.
        """
        if self._module and (error := self._broken.get(check.cell)):
            raise error
        found = {**self._globals, **self._param_values}
        for edge in self._edges_of(check):
            result = self._run[edge.upstream]
            if result.state != SUCCESS:
                errors = [one.error for one in result.instances if one.error]
                reason = errors[0] if errors else f"it is {result.state}"
                raise UpstreamFailedError(f"task {edge.upstream!r} did not succeed: {reason}", path=self.path)
            found |= {name: _value_of(result, name) for name in edge.names}
        return found

    @cached_property
    def _module(self) -> DagModule:
        """The notebook with its checks as tasks; one that cannot be one stays behind, and keeps no other from its turn."""
        from mwaa_kit.authoring.compile import compile_source
        from mwaa_kit.authoring.helpers import find_support
        from mwaa_kit.authoring.ipynb import read_notebook
        from mwaa_kit.verbs.engines import choose_target
        from mwaa_kit.verbs.sources import need_clean

        plain = read_notebook(self.path)
        checks = {cell.number for cell in plain.cells if _check_name(cell) is not None}
        while True:
            standing = checks - self._broken.keys()
            notebook = _with_checks_as_tasks(plain, standing)
            compiled = compile_source(notebook, target=choose_target(None), support=find_support(notebook))
            wrong = [found for found in errors_in(compiled.findings) if found.at.cell in standing]
            if not wrong:
                return replace(need_clean(compiled), file_name=f"{Path(self.path).stem}_checks.py")
            self._broken |= {found.at.cell: _error_of(found) for found in reversed(wrong) if found.at.cell}

    @cached_property
    def _loaded(self) -> Any:
        from mwaa_kit.engine.opening import open_engine
        from mwaa_kit.verbs.runnables import load_module

        return load_module(self._module, open_engine())

    @cached_property
    def _globals(self) -> dict[str, Any]:
        """The module-level names of the Dag file."""
        file = self._loaded.dag_file
        found = next((one for one in [*sys.modules.values()] if getattr(one, "__file__", None) == file), None)
        return {name: value for name, value in vars(found).items() if not name.startswith("__")} if found else {}

    @cached_property
    def _param_values(self) -> dict[str, Any]:
        return {
            name: value for spec in self._loaded.siblings for name, value in {**spec.params, **self._params}.items()
        }

    def _edges_of(self, check: CellCheck) -> list[EdgeReason]:
        return [edge for edge in self._module.edges if edge.downstream == check.task_id]

    @cached_property
    def _run(self) -> DagRun:
        """The run of what the checks read from, and what lies above."""
        from mwaa_kit.engine.opening import open_engine
        from mwaa_kit.model.run import AIRFLOWS_OWN, Event, LogLine
        from mwaa_kit.scheduler.local import read_local_settings
        from mwaa_kit.scheduler.running import RunOptions, run_dag
        from mwaa_kit.verbs.cells import Interpreter
        from mwaa_kit.verbs.running import select

        loaded = self._loaded
        checks = _TASK_ID.format("")
        edges = [edge for edge in self._module.edges if edge.downstream.startswith(checks)]
        spec = next(spec for spec in loaded.siblings if spec.dag_id == edges[0].dag_id)
        chosen = select(spec, tuple(dict.fromkeys(edge.upstream for edge in edges)), upstream=True, downstream=False)
        interpreter = Interpreter(self._module, loaded.dag_file)

        def listen(event: Event) -> None:
            told = interpreter.read(event)
            if isinstance(told, LogLine) and not told.message.startswith(AIRFLOWS_OWN):
                self.log.append(f"{told.task_id} │ {told.message}")

        options = RunOptions(self._params, skip_delays=True, task_ids=chosen)
        local = read_local_settings(loaded.folder)
        return interpreter.finish(run_dag(open_engine(), spec, options, local=local, store_in=None, listen=listen))


def _error_of(found: Finding) -> MwaaKitError:
    """Return what is raised for a check that cannot be compiled; the task that stood for it is nothing to the reader."""
    said = re.sub(rf"task '{_TASK_ID.format('')}(\d+)'", r"the check in cell \1", found.message)
    return UncompiledNotebookError(f"{found.code} {found.name}: {said}", at=found.at, hint=found.hint)


def _with_checks_as_tasks(notebook: Notebook, checks: Collection[int]) -> Notebook:
    """Return the notebook with these cells, which are checks, as tasks; lines stay where they are."""

    def read(cell: Cell) -> Cell:
        if cell.number not in checks:
            return cell
        lines = cell.source.split("\n")
        at = next(number for number, line in enumerate(lines) if line.strip())
        lines[at] = f"#| task: {_TASK_ID.format(cell.number)}"
        return replace(cell, source="\n".join(lines))

    return replace(notebook, cells=tuple(map(read, notebook.cells)))


def _value_of(result: TaskResult, name: str) -> Any:
    """Return what a task handed out under a name: one of several values, or the only one."""
    return result.xcom(name) if any(xcom.key == name for xcom in result.xcoms) else result.value
