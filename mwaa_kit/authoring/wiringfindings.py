"""What wiring finds amiss: names that are ambiguous, stale, hidden, or made by nobody, said in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property

from mwaa_kit.authoring.cells import AuthoredCell, Role
from mwaa_kit.authoring.rules import (
    ambiguous_upstream,
    definition_across_tasks,
    hidden_state,
    mapped_over_part,
    name_not_shipped,
    other_dag,
    shared_name_rebound,
    shared_reads_task_value,
    stale_value,
    unknown_upstream,
)
from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.authoring.tasks import Task, free_parameters
from mwaa_kit.model.finding import Finding
from mwaa_kit.model.notebook import Notebook


@dataclass(frozen=True)
class Reading:
    """A name that a task reads, and where."""

    task: Task
    cell: AuthoredCell
    name: str
    line: int


@dataclass
class WiringFindings:
    """Collects the findings of wiring."""

    notebook: Notebook
    cells: tuple[AuthoredCell, ...]
    foreign: tuple[AuthoredCell, ...] = ()
    found: list[Finding] = field(default_factory=list)

    @cached_property
    def _makers(self) -> dict[str, list[AuthoredCell]]:
        makers: dict[str, list[AuthoredCell]] = {}
        for cell in self.cells:
            for name in cell.facts.binds:
                makers.setdefault(name, []).append(cell)
        return makers

    @cached_property
    def _unknown_star(self) -> bool:
        return any("import *" in hidden.what for cell in self.cells for hidden in cell.facts.unknowable)

    @property
    def _few(self) -> bool:
        """Whether there is still somebody who reads a suggestion."""
        return len(self.found) < 20

    def _add(self, rule: Rule, cell: AuthoredCell, line: int, message: str, hint: str) -> None:
        self.found.append(rule.found(self.notebook.locate(cell.cell, line), message, hint))

    def ambiguous(self, read: Reading, first: Task, second: Task) -> None:
        """One task writes the name, another is called so."""
        message = (
            f"task {read.task.task_id!r} reads {read.name!r}: written by task {first.task_id!r} ({first.cell.label}), "
            f"and also the name of task {second.task_id!r} ({second.cell.label})."
        )
        hint = f"rename the variable in {first.cell.label}, or the task in {second.cell.label}"
        self._add(ambiguous_upstream.RULE, read.cell, read.line, message, hint)

    def stale(self, read: Reading, other: Task, source: AuthoredCell, line: int) -> None:
        """Another task changes the object under another name."""
        message = (
            f"task {read.task.task_id!r} reads {read.name!r}, whose object task {other.task_id!r} changes under another "
            f"name in {source.label} line {line}: each task has its own copy, so it will not see the change."
        )
        hint = f"read the name that {source.label} changes, or copy the object before it is changed"
        self._add(stale_value.RULE, read.cell, read.line, message, hint)

    def copies(self, task: Task, cell: AuthoredCell, names: Sequence[str], line: int) -> None:
        """A task changes an object that it is given under several names."""
        first, *others = sorted(names)
        message = (
            f"task {task.task_id!r} changes in {cell.label} line {line} an object that is both {first!r} and "
            f"{' and '.join(map(repr, others))}: each name comes to a task as a copy of its own, so only one is changed."
        )
        hint = f"let {task.task_id!r} take only one of the names, or copy the object before it gets a second one"
        self._add(stale_value.RULE, cell, line, message, hint)

    def across_tasks(self, read: Reading, upstream: Task, source: AuthoredCell) -> None:
        """A function that another task's cell defines cannot travel."""
        task_id, name = read.task.task_id, read.name
        message = f"task {task_id!r} reads {name!r}, a definition in the cell of task {upstream.task_id!r}."
        hint = f"move {name!r} out of {source.label} into a cell of its own: it is then shared by all tasks"
        self._add(definition_across_tasks.RULE, read.cell, read.line, message, hint)

    def through_shared(self, read: Reading, source: AuthoredCell) -> None:
        """Shared code that a task calls reads what only a task makes."""
        message = f"shared code that task {read.task.task_id!r} calls reads {read.name!r}, which {source.label} makes."
        hint = f"give the function a parameter {read.name!r} and pass the value to it"
        self._add(shared_reads_task_value.RULE, read.cell, read.line, message, hint)

    def in_function(self, cell: AuthoredCell, name: str, line: int, source: AuthoredCell) -> None:
        """A function at module level reads what only a task makes."""
        message = f"{name!r} is read in a function of {cell.label}, and {source.label} makes it."
        self._add(shared_reads_task_value.RULE, cell, line, message, f"give the function a parameter {name!r}")

    def param_in_operator(self, cell: AuthoredCell, name: str, line: int) -> None:
        """A classic operator is made before a run has its params."""
        message = (
            f"{name!r} is a param, and {cell.label} reads it while the Dag is made: a run has its params only later."
        )
        hint = f"write '{{{{ params.{name} }}}}' in the text of the operator, or read {name!r} in a task"
        self._add(shared_reads_task_value.RULE, cell, line, message, hint)

    def mapped_over_part(self, cell: AuthoredCell, name: str, line: int, upstream: Task) -> None:
        """Airflow maps over all that a task returns, and this one returns several names."""
        message = f"a task is mapped over {name!r}, one of several names that task {upstream.task_id!r} hands on."
        hint = f"make {name!r} in a task of its own: split {upstream.cell.label} and begin a cell with '#| task: …'"
        self._add(mapped_over_part.RULE, cell, line, message, hint)

    def rebound(self, task: Task, name: str, first: AuthoredCell, later: AuthoredCell) -> None:
        """Shared code runs before every task: a later cell that binds the name again would be seen too early."""
        message = (
            f"task {task.task_id!r} reads {name!r} of {first.label}, "
            f"but {later.label} binds it again, and shared code runs before every task."
        )
        hint = f"give {name!r} another name in one of the two cells"
        self._add(shared_name_rebound.RULE, later, later.facts.binds[name], message, hint)

    def not_above(self, read: Reading) -> None:
        """A name that nothing shipped above makes: say who else does."""
        who, cell, name = f"task {read.task.task_id!r}" if read.task.task_id else read.cell.label, read.cell, read.name
        makers = self._makers.get(name, [])
        unshipped = [c for c in makers if c.role in {Role.EXPLORATION, Role.SKIP}]
        below = [c for c in makers if c.code_index > cell.code_index]
        elsewhere = [c for c in self.foreign if name in c.facts.binds]
        if elsewhere:
            message = f"{who} reads {name!r}, which a task of another Dag makes ({elsewhere[0].label})."
            hint = "tasks of two Dags hand each other nothing: make it in a task of this Dag, or in a shared cell"
            self._add(other_dag.RULE, cell, read.line, message, hint)
        elif unshipped:
            last = next((c for c in reversed(unshipped) if c.code_index < cell.code_index), unshipped[-1])
            message = f"{who} reads {name!r}, which only {last.label} makes, and that is not shipped."
            hint = f"begin {last.label} with '#| shared', or make it a task ('#| task: …') or a param"
            self._add(name_not_shipped.RULE, cell, read.line, message, hint)
        elif below:
            message = f"{who} reads {name!r}, which is made only below, in {below[0].label}."
            self._add(unknown_upstream.RULE, cell, read.line, message, f"move {below[0].label} above {cell.label}")
        elif free_parameters(read.task.node):
            message = f"{who} has a parameter {name!r}, which no task above makes."
            hint = f"make {name!r} in a task above, or give the parameter a default"
            self._add(unknown_upstream.RULE, cell, read.line, message, hint)
        else:
            self._hidden(read)

    def _hidden(self, read: Reading) -> None:
        if self._unknown_star:  # it may come from there: that finding comes first
            return
        near = [name for name in sorted(self._makers) if abs(len(name) - len(read.name)) < 3] if self._few else []
        close = get_close_matches(read.name, near, n=1, cutoff=0.75)
        who = f"task {read.task.task_id!r}" if read.task.task_id else read.cell.label
        message = (
            f"{who} reads {read.name!r}, which no cell makes: it lived only in a deleted cell or an earlier kernel."
        )
        hint = f"write {close[0]!r}" if close else f"make {read.name!r} in a cell above, or correct its spelling"
        self._add(hidden_state.RULE, read.cell, read.line, message, hint)
