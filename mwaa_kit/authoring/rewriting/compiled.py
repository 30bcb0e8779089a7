"""A notebook with all that a rewriting needs to know of it, and the edits that are planned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from mwaa_kit.authoring.analysing import analyse
from mwaa_kit.authoring.cells import AirflowNames, AuthoredCell
from mwaa_kit.authoring.compile import compile_source
from mwaa_kit.authoring.dagbody import DagPlan
from mwaa_kit.authoring.others import read_others
from mwaa_kit.authoring.rewriting.generated import Generated
from mwaa_kit.authoring.rewriting.ipynbtext import NewCell
from mwaa_kit.authoring.tasks import Task
from mwaa_kit.errors import RefusedError, UncompiledNotebookError
from mwaa_kit.model.finding import errors_in
from mwaa_kit.model.notebook import Notebook


@dataclass
class Edits:
    """What is to change: sources by index of the cell, from 0, and new cells; `why` is in words."""

    sources: dict[int, str] = field(default_factory=dict)
    new: list[NewCell] = field(default_factory=list)
    why: dict[int, str] = field(default_factory=dict)

    def change(self, index: int, source: str, why: str) -> None:
        """Plan another source for a cell."""
        self.sources[index], self.why[index] = source, why


class Compiled:
    """A notebook that compiles.

    Raises
    ------
    UncompiledNotebookError
        If it has findings of severity error.
    NoTaskError
        If no cell of it is a task.
    """

    def __init__(self, notebook: Notebook) -> None:
        self.notebook = notebook
        others = read_others(notebook)
        module = compile_source(notebook, others=others)
        if errors := errors_in(module.findings):
            first = errors[0]
            hint = f"first mend: {first.hint}" if first.hint else f"see all with: mwaa-kit check {notebook.path}"
            raise UncompiledNotebookError(f"{first.code} {first.name}: {first.message}", path=str(first.at), hint=hint)
        try:
            self.generated = Generated(module)
        except SyntaxError as error:  # never write what grew from text that is no Python
            reason = f"its Dag file would not be Python: line {error.lineno}: {error.msg}"
            raise RefusedError(reason, path=notebook.path, hint="please report this notebook") from error
        known = analyse(notebook, others)
        self.cells: tuple[AuthoredCell, ...] = known.cells
        self.airflow: AirflowNames = known.airflow
        self.tasks: tuple[Task, ...] = known.tasks
        self.plans: tuple[DagPlan, ...] = known.plans

    @property
    def scripts(self) -> dict[str, Task]:
        """The tasks of ordinary cells of this very file, by task_id."""
        own = (task for task in self.tasks if not any(cell.cell.path for cell in task.cells))
        return {task.task_id: task for task in own if task.kind == "script"}

    @property
    def inferred(self) -> Iterator[DagPlan]:
        """The Dags whose body is not written yet."""
        return (plan for plan in self.plans if not plan.written)

    def function_of(self, task_id: str) -> str:
        """Return the name of the function that a script task became."""
        task = self.scripts[task_id]
        node = self.generated.function_at(task.cell.number, task.line)
        return node.name if node is not None else task.function
