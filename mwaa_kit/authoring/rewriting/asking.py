"""What is asked for with a mouse, as edits of the same text: options of a task or a Dag, an edge, a new task (rule 13).

Where the text is the user's own Python, such as a written Dag body, an edge is not guessed into it: the refusal says where
to write it.
"""

from __future__ import annotations

import ast
import re

from mwaa_kit.authoring.analysing import Analysed, analyse
from mwaa_kit.authoring.cells import AuthoredCell, Role
from mwaa_kit.authoring.edges import upstream_of
from mwaa_kit.authoring.others import read_others
from mwaa_kit.authoring.rewriting.arguments import Options, need_values, with_keywords, with_words
from mwaa_kit.authoring.rewriting.compiled import Edits
from mwaa_kit.authoring.rewriting.ipynbtext import NewCell
from mwaa_kit.authoring.tasks import Task
from mwaa_kit.errors import MissingInputError, RefusedError, UnknownDagError, UnknownTaskError, WrongUsageError
from mwaa_kit.model.notebook import Notebook

_NAME = re.compile(r"[^\W\d][\w.-]{0,249}")


class Asked:
    """A notebook, and the edits that are asked for."""

    def __init__(self, notebook: Notebook) -> None:
        self.notebook = notebook
        self.known: Analysed = analyse(notebook, read_others(notebook))
        self.edits = Edits()
        self.notes: tuple[str, ...] = ()

    def set_options(self, task_id: str, options: Options) -> None:
        """Set or take away arguments of a task's operator.

        Raises
        ------
        UnknownTaskError
            If there is no such task.
        WrongUsageError
            If a value is no Python, or an argument says which task it is.
        """
        need_values(options)
        if {"task_id", "after"} & options.keys():
            raise WrongUsageError("the name of a task and its edges are no options", hint="edit the cell, or the graph")
        task = self._task(task_id)
        why = f"options of task {task_id!r}: {', '.join(options)}"
        if task.directive is not None:
            self._change(task.cell, with_words(task.cell.cell.source, task.directive.line, options), why)
            return
        call = _call_of(task, self.known)
        if call is None:
            raise RefusedError(
                f"the arguments of task {task_id!r} are not written in one call",
                path=self.notebook.path,
                hint=f"edit {task.cell.label}",
            )
        self._change(task.cell, with_keywords(task.cell.cell.source, call, options), why)

    def set_dag_options(self, dag_id: str, options: Options) -> None:
        """Set or take away arguments of a Dag, such as its schedule; a notebook without a Dag cell gets one.

        Raises
        ------
        UnknownDagError
            If there is no such Dag.
        WrongUsageError
            If a value is no Python.
        """
        need_values(options)
        plan = next((plan for plan in self.known.plans if plan.dag_id == dag_id), None)
        if plan is None:
            known = ", ".join(plan.dag_id for plan in self.known.plans)
            raise UnknownDagError(f"there is no Dag {dag_id!r}", path=self.notebook.path, hint=f"there is: {known}")
        why = f"options of Dag {dag_id!r}: {', '.join(options)}"
        if plan.cell is None:
            directive = with_words(f"#| dag: {dag_id}", 1, options)
            self.edits.new.append(NewCell(len(self.notebook.cells), directive))
        elif plan.decorator is not None:
            self._change(plan.cell, with_keywords(plan.cell.cell.source, plan.decorator, options), why)
        elif plan.directive is not None and not plan.written:
            self._change(plan.cell, with_words(plan.cell.cell.source, plan.directive.line, options), why)
        else:
            raise RefusedError(
                f"Dag {dag_id!r} is not made by '@dag'", path=self.notebook.path, hint=f"edit {plan.cell.label}"
            )

    def connect(self, upstream: str, downstream: str) -> None:
        """Let one task wait for another, without data.

        Raises
        ------
        UnknownTaskError
            If there is no such task.
        RefusedError
            If they would wait for each other, or the edge belongs into the user's own code.
        """
        above, below = self._task(upstream), self._task(downstream)
        if upstream in upstream_of(below, self.known.wiring):
            self.notes = (f"{downstream!r} waits for {upstream!r} already",)
            return
        if upstream == downstream or upstream in self._downstream_of(below):
            raise RefusedError(
                f"{upstream!r} waits for {downstream!r} already: they would wait for each other",
                path=self.notebook.path,
                hint="take that edge away first",
            )
        self._need_directive(above, below)
        assert below.directive is not None
        self._after(below, (*below.directive.after, upstream), f"{downstream!r} waits for {upstream!r}")

    def disconnect(self, upstream: str, downstream: str) -> None:
        """Take away an edge without data.

        Raises
        ------
        UnknownTaskError
            If there is no such task.
        RefusedError
            If it is an edge by data, or in the user's own code.
        """
        above, below = self._task(upstream), self._task(downstream)
        feeds = [feed for feed in self.known.wiring.feeds.get(downstream, ()) if feed.upstream == upstream]
        if feeds:
            raise RefusedError(
                f"{downstream!r} reads what {upstream!r} makes: {feeds[0].reason}",
                path=self.notebook.path,
                hint=f"take {feeds[0].name!r} out of {below.cell.label}",
            )
        self._need_directive(above, below)
        assert below.directive is not None
        rest = tuple(name for name in below.directive.after if name != upstream)
        self._after(below, rest, f"{downstream!r} no longer waits for {upstream!r}")

    def make_task(self, cell_id: str, task_id: str) -> None:
        """Make a task of an exploring cell.

        Raises
        ------
        WrongUsageError
            If the name is none, or taken.
        RefusedError
            If the cell is something else already.
        """
        cell = next((cell for cell in self.known.cells if cell.cell.cell_id == cell_id), None)
        if cell is None:
            raise MissingInputError(f"no code cell has the id {cell_id!r}", path=self.notebook.path)
        if not _NAME.fullmatch(task_id) or any(task.task_id == task_id for task in self.known.tasks):
            hint = "letters, digits, '_', '-' and '.', beginning with a letter, and no other task of that name"
            raise WrongUsageError(f"{task_id!r} cannot be the name of a task here", hint=hint)
        if cell.role not in {Role.EXPLORATION, Role.SKIP, Role.LIBRARY}:
            raise RefusedError(f"{cell.label} is {cell.role.value} already", path=self.notebook.path)
        lines = cell.cell.source.split("\n")
        if cell.directive is not None and cell.directive.line:
            del lines[cell.directive.line - 1]
        self._change(cell, "\n".join([f"#| task: {task_id}", *lines]), f"the cell is task {task_id!r}")

    # -- what they share

    def _task(self, task_id: str) -> Task:
        for task in self.known.tasks:
            if task.task_id == task_id:
                if task.cell.cell.path:
                    raise RefusedError(f"task {task_id!r} is in another notebook", path=task.cell.cell.path)
                return task
        known = ", ".join(task.task_id for task in self.known.tasks)
        raise UnknownTaskError(f"there is no task {task_id!r}", path=self.notebook.path, hint=f"there is: {known}")

    def _change(self, cell: AuthoredCell, source: str, why: str) -> None:
        if source != cell.cell.source:
            self.edits.change(cell.cell.index, source, why)

    def _after(self, task: Task, names: tuple[str, ...], why: str) -> None:
        assert task.directive is not None
        options = {"after": ",".join(names) or None}
        self._change(task.cell, with_words(task.cell.cell.source, task.directive.line, options), why)

    def _need_directive(self, above: Task, below: Task) -> None:
        """Refuse where the edge has no place in a directive; say where its place is."""
        if below.directive is not None:
            return
        plan = self.known.dags.get(below.task_id) or next((p for p in self.known.plans if p.written), None)
        where = plan.cell.label if plan is not None and plan.cell is not None else "the @dag function"
        written = plan is not None and plan.written
        hint = f"write {above.function} >> {below.function} there, with the names that their calls have in it"
        if not written:
            hint = (
                f"let {below.function!r} take what {above.function!r} gives, or freeze the Dag and write it in its body"
            )
        raise RefusedError(
            f"task {below.task_id!r} is Airflow code: its edges are written in {where if written else below.cell.label}",
            path=self.notebook.path,
            hint=hint,
        )

    def _downstream_of(self, task: Task) -> set[str]:
        """Return all tasks that wait for a task, direct or not."""
        above = {other.task_id: upstream_of(other, self.known.wiring) for other in self.known.tasks}
        found, waiting = set[str](), [task.task_id]
        while waiting:
            name = waiting.pop()
            more = {task_id for task_id, names in above.items() if name in names} - found
            found |= more
            waiting += more
        return found


def _call_of(task: Task, known: Analysed) -> ast.expr | None:
    """Return the expression that holds a task's arguments: its decorator, or the call of its operator."""
    if isinstance(task.node, ast.FunctionDef | ast.AsyncFunctionDef):
        marks = [mark for mark in task.node.decorator_list if known.airflow.original(mark) == "task"]
        return marks[0] if marks else None
    for node in ast.walk(task.node) if task.node is not None else ():
        words = node.keywords if isinstance(node, ast.Call) else ()
        for word in words:
            if word.arg == "task_id" and isinstance(word.value, ast.Constant) and word.value.value == task.task_id:
                assert isinstance(node, ast.Call)
                return node
    return None
