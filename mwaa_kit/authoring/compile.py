"""Compile: a notebook becomes the text of a Dag file, with its source map, its edges and their reasons, and findings.

What can be mended in the notebook is a finding, and then there is no text: a Dag file that is nearly right is worse
than none. The same notebook and target give the same bytes everywhere (rule 12).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath

from mwaa_kit.authoring.analysing import Analysed, analyse
from mwaa_kit.authoring.assembling import Assembler
from mwaa_kit.authoring.cells import AuthoredCell, find_cells, required_lines
from mwaa_kit.authoring.credentials import check_outputs
from mwaa_kit.authoring.dagbody import edge_names
from mwaa_kit.authoring.helpers import find_missing_files, find_support, local_modules, release_folder
from mwaa_kit.authoring.importing.reading import read_any_notebook
from mwaa_kit.authoring.notebooklowering import returns_value
from mwaa_kit.authoring.notebooktasks import needed_lines, published_copy
from mwaa_kit.authoring.others import Others, read_others
from mwaa_kit.authoring.pausing import collecting_later
from mwaa_kit.authoring.tasks import Task
from mwaa_kit.authoring.writer import Writer
from mwaa_kit.errors import NoTaskError
from mwaa_kit.model.finding import errors_in, in_order
from mwaa_kit.model.module import DagModule, EdgeReason, SupportFile, TaskAnchor
from mwaa_kit.model.notebook import Notebook

DEFAULT_TARGET = "3.3.1"


@collecting_later()
def compile_notebook(path: str, *, target: str = DEFAULT_TARGET) -> DagModule:
    """Read a notebook and return its Dag module, with the helper modules that lie beside it.

    Raises
    ------
    UnreadableInputError
        If the file is no notebook in Python.
    NoTaskError
        If no cell of it is a task.
    """
    notebook = read_any_notebook(path)
    others = read_others(notebook)
    read = [notebook, *(other for other in others.values() if isinstance(other, Notebook))]
    shown = [finding for each in read for finding in check_outputs(each)]
    module = compile_source(notebook, target=target, support=find_support(notebook, others), others=others)
    findings = [*module.findings, *shown, *find_missing_files(notebook, others)]
    return replace(module, findings=in_order(findings))


def compile_source(
    notebook: Notebook,
    *,
    target: str = DEFAULT_TARGET,
    support: tuple[SupportFile, ...] = (),
    others: Others | None = None,
) -> DagModule:
    """Return the Dag module of a notebook that is already in memory.

    Parameters
    ----------
    support
        The helper modules beside it.
    others
        The other notebooks that it names; None reads them, where there are any, and no other file.

    Raises
    ------
    NoTaskError
        If no cell of it is a task.
    """
    known = analyse(notebook, read_others(notebook) if others is None else others)
    return module_of(known, target=target, support=support)


def module_of(known: Analysed, *, target: str, support: tuple[SupportFile, ...] = ()) -> DagModule:
    """Return the Dag module of a notebook that is analysed already.

    Raises
    ------
    NoTaskError
        If no cell of it is a task.
    """
    broken = any(cell.parsed.problem is not None for cell in known.cells)
    if not known.tasks and not any(plan.written for plan in known.plans) and not broken and not _named(known.cells):
        hint = "begin a cell with '#| task: name', or define a function with @task"
        raise NoTaskError("no cell of the notebook is a task", path=known.notebook.path, hint=hint)
    copies = (
        published_copy(
            known.calls[task.cell], returns=returns_value(task.task_id, known.calls[task.cell], known.wiring)
        )
        for task in known.tasks
        if task.cell in known.calls
    )
    files = {file.name: file for file in (*support, *copies)}
    return _module(known, target, tuple(file for _, file in sorted(files.items())))


def _named(cells: tuple[AuthoredCell, ...]) -> bool:
    """Whether a directive speaks of a task that could not be made: that is a finding, not an empty notebook."""
    keys = {"task", "task+", "notebook", "include"}
    return any(cell.directive is not None and cell.directive.key in keys for cell in cells)


def _module(known: Analysed, target: str, support: tuple[SupportFile, ...]) -> DagModule:
    stem = PurePath(known.notebook.path).stem
    findings = in_order(known.findings)
    folder = release_folder(stem, support)
    writer = Writer() if errors_in(findings) else Assembler(known, target, folder, local_modules(support)).write()
    return DagModule(
        path=known.notebook.path,
        file_name=f"{stem}.py",
        target=target,
        source=writer.source,
        dag_ids=tuple(plan.dag_id for plan in known.plans),
        source_map=writer.source_map,
        tasks=_anchors(known),
        edges=_edges(known),
        findings=findings,
        support=support,
        support_folder=folder,
        requirements=_requirements(known),
    )


def _requirements(known: Analysed) -> tuple[str, ...]:
    inner = (cell for call in known.calls.values() for cell in find_cells(call.notebook))
    written = [line for cell in (*known.cells, *inner) for line in required_lines(cell)]
    return tuple(dict.fromkeys([*written, *needed_lines(known.calls.values(), written)]))


def _anchors(known: Analysed) -> tuple[TaskAnchor, ...]:
    return tuple(
        TaskAnchor(
            *(known.dag_id_of(task), task.task_id, task.cell.number, task.cell.cell.cell_id, task.cell.cell.path),
            cache=_cache(task),
        )
        for task in known.tasks
        if task.kind != "group"
    )


def _cache(task: Task) -> str:
    """What the task's directive says of reuse; ``yes`` and ``no``, and Python's own words, mean the same."""
    option = task.directive.option("cache") if task.directive is not None else None
    word = option.code.strip("'\"").lower() if option is not None else ""
    return {"on": "on", "true": "on", "yes": "on", "off": "off", "false": "off", "no": "off"}.get(word, "")


def _edges(known: Analysed) -> tuple[EdgeReason, ...]:
    """The inferred edges with their reasons; none where the Dag body is the user's own, or a task group's insides."""
    groups = {task.task_id for task in known.tasks if task.kind == "group"}
    return tuple(_edge(known, t, upstream) for t, upstream in known.edges() if not groups & {t.task_id, upstream})


def _edge(known: Analysed, task: Task, upstream: str) -> EdgeReason:
    reasons = [feed.reason for feed in known.wiring.feeds.get(task.task_id, []) if feed.upstream == upstream]
    if task.directive is not None and upstream in task.directive.after:
        reasons.append(f"after={upstream} in {task.cell.label} line {task.line}")
    if written := known.shifts.get((upstream, task.task_id)):
        reasons.append(written)
    names = edge_names(task, upstream, known.wiring)
    return EdgeReason(known.dag_id_of(task), upstream, task.task_id, names, "; ".join(reasons))
