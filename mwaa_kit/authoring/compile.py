"""Compile: a notebook becomes the text of a Dag file, with its source map, its edges and their reasons, and findings.

What can be mended in the notebook is a finding, and then there is no text: a Dag file that is nearly right is worse
than none. The same notebook and target give the same bytes everywhere (rule 12).
"""

from __future__ import annotations

from pathlib import PurePath

from mwaa_kit.authoring.assembling import Assembler
from mwaa_kit.authoring.cells import AirflowNames, AuthoredCell, find_airflow_names, find_cells, required_lines
from mwaa_kit.authoring.checking import check_cells, check_options, check_task_ids
from mwaa_kit.authoring.dagbody import DagPlan, all_edges, edge_names
from mwaa_kit.authoring.dagplan import find_dags
from mwaa_kit.authoring.edges import check_after, check_cycles
from mwaa_kit.authoring.helpers import find_support, local_modules, release_folder
from mwaa_kit.authoring.ipynb import read_notebook
from mwaa_kit.authoring.tasks import Task, find_tasks
from mwaa_kit.authoring.wiring import Wirer, Wiring
from mwaa_kit.errors import NoTaskError
from mwaa_kit.model.finding import Finding, errors_in, in_order
from mwaa_kit.model.module import DagModule, EdgeReason, SupportFile, TaskAnchor
from mwaa_kit.model.notebook import Notebook

DEFAULT_TARGET = "3.3.1"


def compile_notebook(path: str, *, target: str = DEFAULT_TARGET) -> DagModule:
    """Read a notebook and return its Dag module, with the helper modules that lie beside it.

    Raises
    ------
    UnreadableInputError
        If the file is no notebook in Python.
    NoTaskError
        If no cell of it is a task.
    """
    notebook = read_notebook(path)
    return compile_source(notebook, target=target, support=find_support(notebook))


def compile_source(
    notebook: Notebook, *, target: str = DEFAULT_TARGET, support: tuple[SupportFile, ...] = ()
) -> DagModule:
    """Return the Dag module of a notebook that is already in memory; reads no file.

    Raises
    ------
    NoTaskError
        If no cell of it is a task.
    """
    cells = find_cells(notebook)
    airflow = find_airflow_names([cell.parsed for cell in cells])
    tasks = find_tasks(cells, airflow)
    plans, dag_findings = find_dags(notebook, cells, airflow)
    broken = any(cell.parsed.problem is not None for cell in cells)
    if not tasks and not any(plan.written for plan in plans) and not broken and not _named(cells):
        hint = "begin a cell with '#| task: name', or define a function with @task"
        raise NoTaskError("no cell of the notebook is a task", path=notebook.path, hint=hint)
    wiring = Wirer(notebook, cells, tasks, written=all(plan.written for plan in plans)).wire()
    findings = [
        *dag_findings,
        *check_cells(notebook, cells),
        *check_options(notebook, cells),
        *check_task_ids(notebook, tasks, cells),
        *check_after(notebook, tasks),
        *wiring.findings,
    ]
    findings += check_cycles(notebook, tasks, wiring)
    found = in_order(findings)
    analysed = _Analysed(notebook, cells, tasks, wiring, plans, airflow)
    return analysed.module(target, found, support)


def _named(cells: tuple[AuthoredCell, ...]) -> bool:
    """Whether a directive speaks of a task that could not be made: that is a finding, not an empty notebook."""
    keys = {"task", "task+", "notebook"}
    return any(cell.directive is not None and cell.directive.key in keys for cell in cells)


class _Analysed:
    """A notebook of which everything is known but the text."""

    def __init__(
        self,
        notebook: Notebook,
        cells: tuple[AuthoredCell, ...],
        tasks: tuple[Task, ...],
        wiring: Wiring,
        plans: tuple[DagPlan, ...],
        airflow: AirflowNames,
    ) -> None:
        self.notebook, self.cells, self.tasks = notebook, cells, tasks
        self.wiring, self.plans, self.airflow = wiring, plans, airflow

    def module(self, target: str, findings: tuple[Finding, ...], support: tuple[SupportFile, ...]) -> DagModule:
        stem = PurePath(self.notebook.path).stem
        folder, local = release_folder(stem, support), local_modules(support)
        source, source_map = "", ()
        if not errors_in(findings):
            known = (self.notebook, self.cells, self.tasks, self.wiring, self.plans, self.airflow)
            writer = Assembler(*known, target, folder, local).write()
            source, source_map = writer.source, writer.source_map  # type: ignore[assignment]
        return DagModule(
            path=self.notebook.path,
            file_name=f"{stem}.py",
            target=target,
            source=source,
            dag_ids=tuple(plan.dag_id for plan in self.plans),
            source_map=source_map,
            tasks=self._anchors(),
            edges=self._edges(),
            findings=findings,
            support=support,
            support_folder=folder,
            requirements=tuple(dict.fromkeys(line for cell in self.cells for line in required_lines(cell))),
        )

    @property
    def _dag_id(self) -> str:
        return next((plan.dag_id for plan in self.plans if not plan.written), self.plans[0].dag_id)

    def _anchors(self) -> tuple[TaskAnchor, ...]:
        return tuple(
            TaskAnchor(self._dag_id, task.task_id, task.cell.number, task.cell.cell.cell_id, task.cell.cell.path)
            for task in self.tasks
            if task.kind != "group"
        )

    def _edges(self) -> tuple[EdgeReason, ...]:
        """The inferred edges with their reasons; none where the Dag body is the user's own."""
        if all(plan.written for plan in self.plans):
            return ()
        return tuple(self._edge(task, upstream) for task, upstream in all_edges(self.tasks, self.wiring))

    def _edge(self, task: Task, upstream: str) -> EdgeReason:
        reasons = [feed.reason for feed in self.wiring.feeds.get(task.task_id, []) if feed.upstream == upstream]
        if task.directive is not None and upstream in task.directive.after:
            reasons.append(f"after={upstream} in {task.cell.label} line {task.line}")
        names = edge_names(task, upstream, self.wiring)
        return EdgeReason(self._dag_id, upstream, task.task_id, names, "; ".join(reasons))
