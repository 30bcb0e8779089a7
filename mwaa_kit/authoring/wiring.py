"""Wiring: which task feeds which name of which task, and why (rules 1 and 7).

Only what is shipped takes part: tasks, shared code, params, and the imports of any cell. A name is fed by the last task
above that binds or changes it, or by the task of that name; where both exist nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

from mwaa_kit.authoring.cells import AuthoredCell, Role
from mwaa_kit.authoring.linking import Linker, Writer
from mwaa_kit.authoring.rules import (
    ambiguous_upstream,
    cycle,
    definition_across_tasks,
    name_not_shipped,
    shared_name_rebound,
    shared_reads_task_value,
    stale_value,
    unknown_upstream,
)
from mwaa_kit.authoring.shipping import CONTEXT_KEYS, shipped_facts
from mwaa_kit.authoring.steps import BUILTINS
from mwaa_kit.authoring.tasks import Task, free_parameters
from mwaa_kit.model.finding import Finding
from mwaa_kit.model.notebook import Notebook


@dataclass(frozen=True)
class Feed:
    """One name of a task, and the task that feeds it.

    Parameters
    ----------
    whole
        Whether it is all that the upstream returns, as when a task is read by its own name.
    """

    name: str
    upstream: str
    reason: str
    whole: bool = False


@dataclass
class Wiring:
    """What each task takes and gives; the keys are task_ids.

    Parameters
    ----------
    feeds
        The names that come from other tasks.
    gives
        The names that other tasks read, in the order they are made.
    params
        The names that come from the Dag's params.
    shared
        The names that come from shared code.
    imports
        The names that come from an import in another task's cell, with that cell.
    """

    feeds: dict[str, list[Feed]] = field(default_factory=dict)
    gives: dict[str, list[str]] = field(default_factory=dict)
    params: dict[str, list[str]] = field(default_factory=dict)
    shared: dict[str, list[str]] = field(default_factory=dict)
    imports: dict[str, list[tuple[str, AuthoredCell]]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True)
class _Unit:
    cell: AuthoredCell
    task: Task | None


class Wirer:
    """Follows the shipped cells in document order and settles where each name comes from.

    Parameters
    ----------
    written
        Whether the user wrote the Dag body: then TaskFlow functions get what that body gives them.
    """

    def __init__(
        self, notebook: Notebook, cells: tuple[AuthoredCell, ...], tasks: tuple[Task, ...], *, written: bool = False
    ) -> None:
        self.notebook, self.cells, self.tasks = notebook, cells, tasks
        self.written = written
        self.wiring = Wiring()
        self.linker = Linker()
        self.units: list[_Unit] = []
        self.by_id = {task.task_id: task for task in tasks}
        self.by_function = {task.function: task for task in tasks if task.kind != "script"}
        self.waiting: list[tuple[Task, str, int, int]] = []
        self.module_reads: list[tuple[Task, str, int]] = []

    def wire(self) -> Wiring:
        """Return where every name of every task comes from."""
        scripts = {cell.code_index: task for task in self.tasks if task.kind == "script" for cell in task.cells}
        functions: dict[int, list[Task]] = {}
        for task in self.tasks:
            if task.kind == "taskflow" and not self.written:
                functions.setdefault(task.cell.code_index, []).append(task)
        for cell in self.cells:
            facts = shipped_facts(cell)
            for task in functions.get(cell.code_index, []):
                self._taskflow(task, cell)
            if facts is None:
                continue
            script = scripts.get(cell.code_index)
            self.units.append(_Unit(cell, script))
            self.linker.add(facts)
            if script is not None:
                self._script(script, cell)
            elif cell.role is not Role.PARAMS:
                self._module_level(cell)
        for task, name, unit, line in self.waiting:
            self._not_above(task, name, unit, line)
        for task, name, unit in self.module_reads:
            self._rebound(task, name, unit)
        for task_id, names in self.wiring.gives.items():
            names.sort(key=lambda name, task=self.by_id[task_id]: _made_at(task, name))  # type: ignore[misc]
        return self.wiring

    # -- what a unit needs

    def _script(self, task: Task, cell: AuthoredCell) -> None:
        unit, facts = len(self.units) - 1, cell.facts
        needs = dict(self.linker.uses[unit])
        own = {name for other in task.cells for name in other.facts.binds}
        for name in facts.deferred:
            if name not in needs and name not in own and (name not in BUILTINS or name in self.linker.binders):
                needs[name] = [w for w in self.linker.writers(name) if w.unit != unit]
        lines = {**facts.deferred, **{name: line for name, (line, _) in facts.reads.items()}}
        for name, writers in needs.items():
            if name in lines:
                self._settle(task, cell, unit, name, lines[name], writers)
            else:
                self._through_shared(task, cell, name, writers)

    def _settle(self, task: Task, cell: AuthoredCell, unit: int, name: str, line: int, writers: list[Writer]) -> None:
        """Decide where a free name of a script task comes from."""
        others = [w for w in writers if self.units[w.unit].task is not task]
        if not others and writers:
            return
        namesake = self._namesake(name, task)
        writer = self._last(task, cell, name, line, others)
        if writer is not None:
            upstream = self._script_of(writer)
            assert upstream is not None
            if namesake is not None and namesake is not upstream:
                self._ambiguous(task, cell, name, line, upstream, namesake)
            else:
                self._from_task(task, cell, name, line, writer, upstream)
        elif namesake is not None and not [w for w in others if not self._is_task_name(w, name)]:
            self._whole(task, cell, name, line, namesake)
        elif others:
            self._from_module(task, name, max(others, key=lambda w: w.unit))
        elif name not in BUILTINS and not any(name in other.facts.binds for other in task.cells):
            self.waiting.append((task, name, unit, line))

    def _last(self, task: Task, cell: AuthoredCell, name: str, line: int, writers: list[Writer]) -> Writer | None:
        """Return the last task that binds or changes `name`; one that changed its object under another name cannot feed it."""
        made = [w for w in writers if self._script_of(w) is not None]
        knowing = [w for w in made if w.kind != "mutation" or self._knows(w.unit, name)]
        for writer in made:
            if writer not in knowing and self._script_of(writer) is not task:
                self._stale(task, cell, name, line, writer)
        return max(knowing, key=lambda w: (w.unit, w.line), default=None)

    def _knows(self, unit: int, name: str) -> bool:
        task, seen = self.units[unit].task, self.linker.seen[unit]
        cells = task.cells if task is not None else ()
        return name in seen.reads or name in seen.deferred or any(name in cell.facts.binds for cell in cells)

    def _script_of(self, writer: Writer) -> Task | None:
        return self.units[writer.unit].task

    def _is_task_name(self, writer: Writer, name: str) -> bool:
        task = self.by_function.get(name)
        return task is not None and self.units[writer.unit].cell is task.cell

    def _namesake(self, name: str, reader: Task) -> Task | None:
        task = self.by_id.get(name) or self.by_function.get(name)
        return task if task is not None and task is not reader else None

    def _from_task(self, task: Task, cell: AuthoredCell, name: str, line: int, writer: Writer, upstream: Task) -> None:
        source = self.units[writer.unit].cell
        kind = source.facts.kinds.get(name, "data")
        if kind == "import":
            self.wiring.imports.setdefault(task.task_id, []).append((name, source))
        elif kind == "definition":
            message = f"task {task.task_id!r} reads {name!r}, a definition in the cell of task {upstream.task_id!r}."
            hint = f"move {name!r} out of cell {source.number} into a cell of its own: it is then shared by all tasks"
            at = self.notebook.locate(cell.cell, line)
            self.wiring.findings.append(definition_across_tasks.RULE.found(at, message, hint))
        else:
            verb = "changed" if writer.kind == "mutation" else "written"
            reason = (
                f"{name!r} {verb} in cell {source.number} line {writer.line}, read in cell {cell.number} line {line}"
            )
            self._feed(task, Feed(name, upstream.task_id, reason))
            self._give(upstream, name, writer)

    def _give(self, upstream: Task, name: str, writer: Writer) -> None:
        """Note that a task returns a name; where it may not bind it, it takes the earlier value too."""
        gives = self.wiring.gives.setdefault(upstream.task_id, [])
        if name in gives:
            return
        gives.append(name)
        source = self.units[writer.unit].cell
        if name not in source.facts.certain and name not in source.facts.reads:
            earlier = [w for w in self._before.get((writer.unit, name), []) if self.units[w.unit].task is not upstream]
            if earlier:
                self._settle(upstream, source, writer.unit, name, writer.line, earlier)

    @property
    def _before(self) -> dict[tuple[int, str], list[Writer]]:
        return self.linker.before

    def _feed(self, task: Task, feed: Feed) -> None:
        feeds = self.wiring.feeds.setdefault(task.task_id, [])
        if all(known.name != feed.name for known in feeds):
            feeds.append(feed)

    def _whole(self, task: Task, cell: AuthoredCell, name: str, line: int, upstream: Task) -> None:
        reason = (
            f"{name!r} is what task {upstream.task_id!r} (cell {upstream.cell.number}) returns, "
            f"read in cell {cell.number} line {line}"
        )
        self._feed(task, Feed(name, upstream.task_id, reason, whole=True))

    def _from_module(self, task: Task, name: str, writer: Writer) -> None:
        self.module_reads.append((task, name, writer.unit))
        role = self.units[writer.unit].cell.role
        kind = self.wiring.params if role is Role.PARAMS and writer.kind == "data" else self.wiring.shared
        names = kind.setdefault(task.task_id, [])
        if name not in names:
            names.append(name)

    def _through_shared(self, task: Task, cell: AuthoredCell, name: str, writers: list[Writer]) -> None:
        """A shared function that the task calls reads `name`: fine unless a task or a param makes it."""
        made = [w for w in writers if self._made_late(w)]
        if made:
            source = self.units[max(made, key=lambda w: w.unit).unit].cell
            message = f"shared code that task {task.task_id!r} calls reads {name!r}, which cell {source.number} makes."
            hint = f"give the function a parameter {name!r} and pass the value to it"
            at = self.notebook.locate(cell.cell, self.linker.seen[-1].deferred.get(name, 1))
            self.wiring.findings.append(shared_reads_task_value.RULE.found(at, message, hint))

    def _made_late(self, writer: Writer) -> bool:
        unit = self.units[writer.unit]
        return writer.kind == "data" and (unit.task is not None or unit.cell.role is Role.PARAMS)

    # -- cells that go through as they are

    def _module_level(self, cell: AuthoredCell) -> None:
        """Find what shared and TaskFlow code reads although only a task makes it."""
        unit = len(self.units) - 1
        if cell.role not in {Role.TASKFLOW, Role.SHARED, Role.DAG}:
            return
        facts = shipped_facts(cell)
        assert facts is not None
        for name, line in {**facts.deferred, **{n: line for n, (line, _) in facts.reads.items()}}.items():
            writers = [w for w in self.linker.writers(name) if w.unit != unit and self._made_late(w)]
            called = cell.role is Role.DAG and any(name in {task.function, task.task_id} for task in self.tasks)
            if writers and name not in facts.binds and not called:
                source = self.units[writers[-1].unit].cell
                message = f"{name!r} is read in a function of cell {cell.number}, and cell {source.number} makes it."
                hint = f"give the function a parameter {name!r}"
                at = self.notebook.locate(cell.cell, line)
                self.wiring.findings.append(shared_reads_task_value.RULE.found(at, message, hint))

    def _taskflow(self, task: Task, cell: AuthoredCell) -> None:
        for name, required in free_parameters(task.node):
            writers = self.linker.writers(name)
            writer = self._last(task, cell, name, task.line, writers)
            namesake = self._namesake(name, task)
            if writer is not None:
                upstream = self._script_of(writer)
                assert upstream is not None
                if namesake is not None and namesake is not upstream:
                    self._ambiguous(task, cell, name, task.line, upstream, namesake)
                else:
                    self._from_task(task, cell, name, task.line, writer, upstream)
            elif namesake is not None:
                self._whole(task, cell, name, task.line, namesake)
            elif required and name not in CONTEXT_KEYS:
                self.waiting.append((task, name, len(self.units) - 1, task.line))

    # -- findings

    def _ambiguous(self, task: Task, cell: AuthoredCell, name: str, line: int, first: Task, second: Task) -> None:
        message = (
            f"task {task.task_id!r} reads {name!r}: written by task {first.task_id!r} (cell {first.cell.number}), "
            f"and also the name of task {second.task_id!r} (cell {second.cell.number})."
        )
        hint = f"rename the variable in cell {first.cell.number}, or the task in cell {second.cell.number}"
        at = self.notebook.locate(cell.cell, line)
        self.wiring.findings.append(ambiguous_upstream.RULE.found(at, message, hint))

    def _stale(self, task: Task, cell: AuthoredCell, name: str, line: int, writer: Writer) -> None:
        other, source = self._script_of(writer), self.units[writer.unit].cell
        assert other is not None
        message = (
            f"task {task.task_id!r} reads {name!r}, whose object task {other.task_id!r} changes under another name "
            f"in cell {source.number} line {writer.line}: each task has its own copy, so it will not see the change."
        )
        hint = f"read the name that cell {source.number} changes, or copy the object before it is changed"
        self.wiring.findings.append(stale_value.RULE.found(self.notebook.locate(cell.cell, line), message, hint))

    def _rebound(self, task: Task, name: str, unit: int) -> None:
        """Shared code runs before every task: a later cell that binds the name again would be seen too early."""
        for later in self.units[unit + 1 :]:
            shipped = later.cell.role in {Role.LIBRARY, Role.SHARED}
            if shipped and later.cell.facts.kinds.get(name, "import") != "import":
                first = self.units[unit].cell
                message = (
                    f"task {task.task_id!r} reads {name!r} of cell {first.number}, "
                    f"but cell {later.cell.number} binds it again, and shared code runs before every task."
                )
                at = self.notebook.locate(later.cell.cell, later.cell.facts.binds[name])
                hint = f"give {name!r} another name in one of the two cells"
                self.wiring.findings.append(shared_name_rebound.RULE.found(at, message, hint))
                return

    def _not_above(self, task: Task, name: str, unit: int, line: int) -> None:
        """A name that nothing shipped above makes: say who else does."""
        cell = next((c for c in task.cells if unit < len(self.units) and c is self.units[unit].cell), task.cell)
        at = self.notebook.locate(cell.cell, line)
        hidden = [c for c in self.cells if c.role in {Role.EXPLORATION, Role.SKIP} and name in c.facts.binds]
        if hidden:
            last = next((c for c in reversed(hidden) if c.number < cell.number), hidden[-1])
            message = (
                f"task {task.task_id!r} reads {name!r}, which only cell {last.number} makes, and that is not shipped."
            )
            hint = f"begin cell {last.number} with '#| shared', or make it a task ('#| task: …') or a param"
            self.wiring.findings.append(name_not_shipped.RULE.found(at, message, hint))
            return
        below = [c for c in self.cells if c.number > cell.number and name in c.facts.binds]
        if below:
            message = f"task {task.task_id!r} reads {name!r}, which is made only below, in cell {below[0].number}."
            hint = f"move cell {below[0].number} above cell {cell.number}"
        elif free_parameters(task.node):
            message = f"task {task.task_id!r} has a parameter {name!r}, which no task above makes."
            hint = f"make {name!r} in a task above, or give the parameter a default"
        else:
            message = f"task {task.task_id!r} reads {name!r}, which no cell makes: perhaps a deleted cell once did."
            hint = f"make {name!r} in a cell above, or correct its spelling"
        self.wiring.findings.append(unknown_upstream.RULE.found(at, message, hint))


def _made_at(task: Task, name: str) -> tuple[int, int]:
    """Return where a task makes or changes a name, to list what it returns in written order."""
    for i, cell in enumerate(task.cells):
        line = cell.facts.binds.get(name) or cell.facts.mutates.get(name)
        if line:
            return i, line
    return len(task.cells), 0


def check_after(notebook: Notebook, tasks: tuple[Task, ...]) -> Iterator[Finding]:
    """Find ``after=`` that names no task."""
    known = {task.task_id for task in tasks}
    for task in tasks:
        for upstream in task.directive.after if task.directive is not None else ():
            if upstream not in known:
                at = notebook.locate(task.cell.cell, task.line)
                message = f"task {task.task_id!r} waits for {upstream!r}, but there is no task of that name."
                hint = f"write one of: {', '.join(sorted(known - {task.task_id})) or 'no other task is there yet'}"
                yield unknown_upstream.RULE.found(at, message, hint)


def upstream_of(task: Task, wiring: Wiring) -> tuple[str, ...]:
    """Return the direct upstream tasks of one task, each once: by data first, then by ``after=``."""
    fed = [feed.upstream for feed in wiring.feeds.get(task.task_id, [])]
    after = task.directive.after if task.directive is not None else ()
    return tuple(dict.fromkeys([*fed, *after]))


def check_cycles(notebook: Notebook, tasks: tuple[Task, ...], wiring: Wiring) -> Iterator[Finding]:
    """Find one circle of tasks that wait for each other."""
    by_id = {task.task_id: task for task in tasks}
    sorter = TopologicalSorter({t.task_id: [u for u in upstream_of(t, wiring) if u in by_id] for t in tasks})
    try:
        sorter.prepare()
    except CycleError as error:
        circle = list(reversed(error.args[1]))
        named = " → ".join(f"{task_id!r} (cell {by_id[task_id].cell.number})" for task_id in reversed(circle))
        last = max((by_id[task_id] for task_id in circle), key=lambda task: task.cell.number)
        at = notebook.locate(last.cell.cell, last.line)
        yield cycle.RULE.found(at, f"tasks wait for each other in a circle: {named}.", "remove one of these edges")
