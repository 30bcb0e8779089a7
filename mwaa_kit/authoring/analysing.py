"""What a notebook says, before any text is made of it: its cells, tasks, Dags, wiring and findings."""

from __future__ import annotations

from dataclasses import dataclass

from mwaa_kit.authoring.bodyvalues import settle_body_values
from mwaa_kit.authoring.cells import AirflowNames, AuthoredCell, Role, find_airflow_names, find_cells
from mwaa_kit.authoring.checking import check_cells, check_options, check_task_ids
from mwaa_kit.authoring.credentials import check_sources, hushed
from mwaa_kit.authoring.dagbody import DagPlan
from mwaa_kit.authoring.dagplan import find_dags
from mwaa_kit.authoring.edges import check_after, check_cycles, upstream_of
from mwaa_kit.authoring.habits import check_habits
from mwaa_kit.authoring.handedon import check_keys
from mwaa_kit.authoring.notebooktasks import NotebookCall, with_notebooks
from mwaa_kit.authoring.others import Others, include
from mwaa_kit.authoring.rules import other_notebook
from mwaa_kit.authoring.sharingout import share_out
from mwaa_kit.authoring.shifts import find_shifts
from mwaa_kit.authoring.tasks import Task, find_tasks
from mwaa_kit.authoring.wiring import Feed, Wirer, Wiring
from mwaa_kit.model.finding import Finding
from mwaa_kit.model.notebook import Notebook


@dataclass(frozen=True)
class Analysed:
    """A notebook of which everything is known but the text.

    Parameters
    ----------
    dags
        The Dag of each task, by task_id; a task that only a written Dag can call has none.
    calls
        The whole notebooks that are run as tasks, by their cells.
    shifts
        Where an edge, (upstream, downstream), is written out, for each that a cell writes.
    """

    notebook: Notebook
    cells: tuple[AuthoredCell, ...]
    tasks: tuple[Task, ...]
    plans: tuple[DagPlan, ...]
    dags: dict[str, DagPlan]
    wiring: Wiring
    airflow: AirflowNames
    calls: dict[AuthoredCell, NotebookCall]
    findings: tuple[Finding, ...]
    shifts: dict[tuple[str, str], str]

    def edges(self) -> tuple[tuple[Task, str], ...]:
        """Return each (task, upstream task_id) once: the inferred ones in document order, then the written ones.

        A Dag body that is the user's own has none: only Airflow knows them.
        """
        if all(plan.written for plan in self.plans):
            return ()
        by_id = {task.task_id: task for task in self.tasks}
        inferred = [(task, upstream) for task in self.tasks for upstream in upstream_of(task, self.wiring)]
        return tuple(dict.fromkeys([*inferred, *((by_id[below], above) for above, below in self.shifts)]))

    def tasks_of(self, plan: DagPlan) -> tuple[Task, ...]:
        """Return the tasks of an inferred Dag, in document order."""
        return tuple(task for task in self.tasks if self.dags.get(task.task_id) is plan)

    def loose_cells_of(self, plan: DagPlan) -> tuple[AuthoredCell, ...]:
        """Return the cells with Airflow code that make no task known by its id: where several Dags are, of those they name."""
        own = self.tasks_of(plan)
        loose = _loose(self.cells, self.tasks)
        alone = sum(not other.written for other in self.plans) == 1
        return tuple(cell for cell in loose if alone or _names_any(cell, own))

    def dag_id_of(self, task: Task) -> str:
        """Return the Dag of a task; the first one where only a written body knows."""
        return self.dags.get(task.task_id, self.plans[0]).dag_id


def analyse(notebook: Notebook, others: Others) -> Analysed:
    """Analyse a notebook; reads no file."""
    notebook, included = include(notebook, others)
    cells, calls, unread = with_notebooks(notebook, find_cells(notebook), others)
    airflow = find_airflow_names([cell.parsed for cell in cells])
    tasks = find_tasks(cells, airflow)
    plans, dag_findings = find_dags(notebook, cells, airflow)
    dags, strays = share_out(notebook, plans, tasks)
    wiring = _wired(notebook, cells, tasks, plans, dags)
    unsettled = settle_body_values(notebook, plans, tasks, wiring)
    findings = [
        *included,
        *unread,
        *dag_findings,
        *strays,
        *check_cells(notebook, cells),
        *check_options(notebook, cells),
        *check_task_ids(notebook, tasks, cells),
        *check_after(notebook, tasks),
        *wiring.findings,
        *unsettled,
        *_unshown(notebook, tasks, calls, wiring),
        *check_habits(notebook, cells, tasks, plans, wiring),
        *check_keys(notebook, tasks, wiring),
        *check_sources(notebook, cells),
    ]
    findings += check_cycles(notebook, tasks, wiring)
    hushed_findings = tuple(hushed(finding) for finding in findings)
    shifts = find_shifts(cells, tasks, airflow)
    return Analysed(notebook, cells, tasks, plans, dags, wiring, airflow, calls, hushed_findings, shifts)


def _wired(
    notebook: Notebook,
    cells: tuple[AuthoredCell, ...],
    tasks: tuple[Task, ...],
    plans: tuple[DagPlan, ...],
    dags: dict[str, DagPlan],
) -> Wiring:
    """Wire each inferred Dag for itself: its tasks take nothing from those of another."""
    inferred = [plan for plan in plans if not plan.written]
    if len(inferred) < 2:
        return Wirer(notebook, cells, tasks, written=not inferred).wire()
    whole = Wiring()
    for plan in inferred:
        own = tuple(task for task in tasks if dags.get(task.task_id) is plan)
        foreign = {cell for task in tasks if task not in own for cell in task.cells}
        mine = {cell for task in own for cell in task.cells}
        foreign |= {cell for cell in _loose(cells, tasks) if not _names_any(cell, own)}
        kept = tuple(cell for cell in cells if cell in mine or cell not in foreign)
        part = Wirer(notebook, kept, own, foreign=tuple(foreign - mine)).wire()
        whole = Wiring(
            whole.feeds | part.feeds,
            whole.gives | part.gives,
            whole.params | part.params,
            whole.shared | part.shared,
            whole.imports | part.imports,
            _bound(whole, part),
            [*whole.findings, *part.findings],
        )
    return whole


def _loose(cells: tuple[AuthoredCell, ...], tasks: tuple[Task, ...]) -> list[AuthoredCell]:
    making = {task.cell for task in tasks}
    return [cell for cell in cells if cell.role is Role.AIRFLOW and cell not in making]


def _names_any(cell: AuthoredCell, tasks: tuple[Task, ...]) -> bool:
    return any(task.task_id in cell.used or task.function in cell.used for task in tasks)


def _bound(whole: Wiring, part: Wiring) -> dict[int, list[Feed]]:
    indexes = {*whole.bound, *part.bound}
    return {i: [*whole.bound.get(i, []), *part.bound.get(i, [])] for i in indexes}


def _unshown(
    notebook: Notebook, tasks: tuple[Task, ...], calls: dict[AuthoredCell, NotebookCall], wiring: Wiring
) -> list[Finding]:
    """Find notebook tasks whose value another task reads, and that have none."""
    by_id = {task.task_id: task for task in tasks if task.cell in calls}
    found = []
    for feed in (feed for feeds in wiring.feeds.values() for feed in feeds):
        task = by_id.get(feed.upstream)
        if task is not None and feed.whole and not calls[task.cell].returns and not calls[task.cell].shows:
            path = calls[task.cell].path
            at = notebook.locate(task.cell.cell, task.line)
            message = f"another task reads what {task.task_id!r} returns, and {path!r} ends without a value."
            hint = f"end {path!r} with a line that is the value, or name it here: returns=name"
            found.append(other_notebook.RULE.found(at, message, hint))
    return found
