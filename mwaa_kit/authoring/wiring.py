"""Wiring: which task feeds which name of which task, and why (rules 1 and 7).

Only what is shipped takes part: tasks, shared code, params, and the imports of any cell. A name is fed by the last task
above that binds or changes it, or by the task of that name; where both exist nothing is guessed.

One idea in more than 300 lines: a short method for each kind of reader, and for each kind of place a name may come from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from mwaa_kit.authoring.airflowcode import DEFINITIONS, function_references, loads, mapped_over, taken_names
from mwaa_kit.authoring.cells import AuthoredCell, Role
from mwaa_kit.authoring.linking import Linker
from mwaa_kit.authoring.links import Writer
from mwaa_kit.authoring.names import facts_of
from mwaa_kit.authoring.shipping import CONTEXT_KEYS, shipped_facts
from mwaa_kit.authoring.steps import BUILTINS
from mwaa_kit.authoring.tasks import Task, free_parameters
from mwaa_kit.authoring.wiringfindings import Reading, WiringFindings
from mwaa_kit.model.finding import Finding
from mwaa_kit.model.notebook import Notebook

_OF_THE_BODY = frozenset({"operator", "called", "written"})
"""Tasks that the Dag body holds under their own variables: nothing has to be bound for them."""


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
    keyed
        Tasks that return their names as a dict though there is but one, since a written body takes it by its key.
    bound
        For each cell with Airflow code, by its code_index, the names that it takes from tasks.
    """

    feeds: dict[str, list[Feed]] = field(default_factory=dict)
    gives: dict[str, list[str]] = field(default_factory=dict)
    params: dict[str, list[str]] = field(default_factory=dict)
    shared: dict[str, list[str]] = field(default_factory=dict)
    imports: dict[str, list[tuple[str, AuthoredCell]]] = field(default_factory=dict)
    bound: dict[int, list[Feed]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    keyed: set[str] = field(default_factory=set)

    def returns_dict(self, task_id: str) -> bool:
        """Whether a task returns its names as a dict, each under its own key."""
        return task_id in self.keyed or len(self.gives.get(task_id, [])) > 1


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
    foreign
        Cells with the tasks of other Dags of the notebook: they give nothing here.
    """

    def __init__(
        self,
        notebook: Notebook,
        cells: tuple[AuthoredCell, ...],
        tasks: tuple[Task, ...],
        *,
        written: bool = False,
        foreign: tuple[AuthoredCell, ...] = (),
    ) -> None:
        self.notebook, self.cells, self.tasks = notebook, cells, tasks
        self.written = written
        self.wiring = Wiring()
        self.amiss = WiringFindings(notebook, cells, foreign)
        self.linker = Linker()
        self.units: list[_Unit] = []
        self.by_id = {task.task_id: task for task in tasks}
        self.by_function = {task.function: task for task in tasks if task.kind != "script" and task.function}
        self.fed: dict[str, dict[str, frozenset[int]]] = {}
        self.waiting: list[tuple[Task, str, int, int]] = []
        self.module_reads: list[tuple[Task, str, int]] = []

    def wire(self) -> Wiring:
        """Return where every name of every task comes from."""
        scripts = {cell.code_index: task for task in self.tasks if task.kind == "script" for cell in task.cells}
        functions: dict[int, list[Task]] = {}
        for task in self.tasks:
            if task.kind in {"taskflow", "group"} and not self.written:
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
            elif cell.role is Role.AIRFLOW and not self.written:
                self._airflow(cell)
            elif cell.role is not Role.PARAMS:
                self._module_level(cell)
        for task, name, unit, line in self.waiting:
            above = next(
                (c for c in task.cells if 0 <= unit < len(self.units) and c is self.units[unit].cell), task.cell
            )
            self.amiss.not_above(Reading(task, above, name, line))
        for task, name, unit in self.module_reads:
            self._rebound(task, name, unit)
        for cell in self.cells:
            self._mapped(cell)
        self.wiring.findings += self.amiss.found
        for task in self.tasks:
            if task.cell.role is Role.NOTEBOOK and task.directive is not None and task.directive.returns:
                self.wiring.gives[task.task_id] = list(task.directive.returns)
        for task_id, names in self.wiring.gives.items():
            names.sort(key=self.by_id[task_id].made_at)
        return self.wiring

    # -- what a unit needs

    def _script(self, task: Task, cell: AuthoredCell) -> None:
        unit, facts = len(self.units) - 1, cell.facts
        needs = dict(self.linker.seen[unit].uses)
        own = {name for other in task.cells for name in other.facts.binds}
        for name in facts.deferred:
            if name not in needs and name not in own and (name not in BUILTINS or self.linker.is_bound(name)):
                needs[name] = [w for w in self.linker.writers(name) if w.unit != unit]
        lines = {**facts.deferred, **{name: line for name, (line, _) in facts.reads.items()}}
        for name, writers in needs.items():
            if name in lines:
                self._settle(task, cell, unit, name, lines[name], writers)
        for (home, name), (line, possible) in self.linker.seen[unit].elsewhere.items():
            if self.units[home].task is None:
                self._through_shared(Reading(task, cell, name, line), possible)
        self._copies(task, cell, unit, needs)

    def _copies(self, task: Task, cell: AuthoredCell, unit: int, needs: Mapping[str, Sequence[Writer]]) -> None:
        """Find what comes to a task under two names: it comes as two, and a change of one is not seen in the other."""
        fed, changed = self.fed.setdefault(task.task_id, {}), self.linker.seen[unit].changed
        for name, writers in needs.items():
            upstreams = [w for w in writers if self._script_of(w) not in (None, task)]
            if name not in fed and any(
                self.units[w.unit].cell.facts.kinds.get(name, "data") == "data" for w in upstreams
            ):
                fed[name] = self.linker.objects_before(unit, name)
        both = [name for name, objects in fed.items() if not changed.keys().isdisjoint(objects)]
        if len(both) > 1:
            line = next(changed[made] for made in changed if made in fed[both[0]])
            self.amiss.copies(task, cell, both, line)

    def _settle(
        self, task: Task, cell: AuthoredCell, unit: int, name: str, line: int, writers: Sequence[Writer]
    ) -> None:
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
                self.amiss.ambiguous(Reading(task, cell, name, line), upstream, namesake)
            else:
                self._from_task(task, cell, name, line, writer, upstream)
        elif namesake is not None and not [w for w in others if not self._is_task_name(w, name)]:
            self._whole(task, cell, name, line, namesake)
        elif others:
            self._from_module(task, name, max(others, key=lambda w: w.unit))
        elif name not in BUILTINS and not any(name in other.facts.binds for other in task.cells):
            self.waiting.append((task, name, unit, line))

    def _last(self, task: Task, cell: AuthoredCell, name: str, line: int, writers: Sequence[Writer]) -> Writer | None:
        """Return the last task that binds or changes `name`; one that changed its object under another name cannot feed it."""
        made = [w for w in writers if self._script_of(w) is not None]
        knowing = [w for w in made if w.kind != "mutation" or self._knows(w.unit, name)]
        for writer in made:
            other = self._script_of(writer)
            if writer not in knowing and other is not None and other is not task:
                source = self.units[writer.unit].cell
                self.amiss.stale(Reading(task, cell, name, line), other, source, writer.line)
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
            self.amiss.across_tasks(Reading(task, cell, name, line), upstream, source)
        else:
            verb = "changed" if writer.kind == "mutation" else "written"
            reason = f"{name!r} {verb} in {source.label} line {writer.line}, read in {cell.label} line {line}"
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
            earlier = [
                w for w in self.linker.writers_before(writer.unit, name) if self.units[w.unit].task is not upstream
            ]
            if earlier:
                self._settle(upstream, source, writer.unit, name, writer.line, earlier)

    def _feed(self, task: Task, feed: Feed) -> None:
        feeds = self.wiring.feeds.setdefault(task.task_id, [])
        if all(known.name != feed.name for known in feeds):
            feeds.append(feed)

    def _whole(self, task: Task, cell: AuthoredCell, name: str, line: int, upstream: Task) -> None:
        reason = (
            f"{name!r} is what task {upstream.task_id!r} ({upstream.cell.label}) returns, "
            f"read in {cell.label} line {line}"
        )
        self._feed(task, Feed(name, upstream.task_id, reason, whole=True))

    def _from_module(self, task: Task, name: str, writer: Writer) -> None:
        self.module_reads.append((task, name, writer.unit))
        role = self.units[writer.unit].cell.role
        kind = self.wiring.params if role is Role.PARAMS and writer.kind == "data" else self.wiring.shared
        names = kind.setdefault(task.task_id, [])
        if name not in names:
            names.append(name)

    def _through_shared(self, read: Reading, writers: set[Writer]) -> None:
        """A shared function that the task calls reads a name: fine unless a task or a param makes it."""
        made = [w for w in writers if self._made_late(w)]
        if made:
            source = self.units[max(made, key=lambda w: w.unit).unit].cell
            self.amiss.through_shared(read, source)

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
                self.amiss.in_function(cell, name, line, source)

    def _airflow(self, cell: AuthoredCell) -> None:
        """Find what a cell with Airflow code takes from tasks; it stands in the Dag body, where they are at hand."""
        unit = len(self.units) - 1
        body = [node for node in cell.parsed.body if not isinstance(node, DEFINITIONS)]
        made = [task for task in self.tasks if task.cell is cell and task.kind in {"operator", "called"}]
        reader = Task(made[0].task_id if made else "", "", "operator", (cell,))
        values = loads(body) - function_references(body)
        reads = facts_of(body).reads.items()
        for name, line in ((name, line) for name, (line, _) in reads if name not in cell.facts.binds):
            writers = [w for w in self.linker.writers(name) if w.unit != unit]
            writer = self._last(reader, cell, name, line, writers)
            namesake = self.by_id.get(name) or self.by_function.get(name)
            if writer is not None:
                upstream = self._script_of(writer)
                assert upstream is not None
                feed = self._handed(reader, cell, name, line, writer, upstream)
            elif namesake is not None and namesake.cell is not cell and namesake.kind not in _OF_THE_BODY:
                known = any(node.id == name for node in values)
                reason = f"{namesake.task_id!r} ({namesake.cell.label}) is named in {cell.label} line {line}"
                feed = Feed(name, namesake.task_id, reason, whole=True) if known else None
            else:
                feed = None
                self._unfed(reader, cell, name, line, writers)
            if feed is not None:
                self.wiring.bound.setdefault(cell.code_index, []).append(feed)
                self._feed_made(made, feed)

    def _mapped(self, cell: AuthoredCell) -> None:
        """Find what is mapped over one of several names that a task gives."""
        for feed in self.wiring.bound.get(cell.code_index, []):
            upstream = self.by_id[feed.upstream]
            several = len(self.wiring.gives.get(feed.upstream, [])) > 1 and not feed.whole
            if several and feed.name in mapped_over(cell.parsed.body):
                self.amiss.mapped_over_part(cell, feed.name, facts_of(cell.parsed.body).reads[feed.name][0], upstream)

    def _handed(
        self, reader: Task, cell: AuthoredCell, name: str, line: int, writer: Writer, upstream: Task
    ) -> Feed | None:
        source = self.units[writer.unit].cell
        if source.facts.kinds.get(name, "data") != "data":
            self.amiss.across_tasks(Reading(reader, cell, name, line), upstream, source)
            return None
        self._give(upstream, name, writer)
        verb = "changed" if writer.kind == "mutation" else "written"
        reason = f"{name!r} {verb} in {source.label} line {writer.line}, read in {cell.label} line {line}"
        return Feed(name, upstream.task_id, reason)

    def _feed_made(self, made: Sequence[Task], feed: Feed) -> None:
        """Note the edge to each task that is made of what was handed over; wiring that is written makes its own."""
        for task in made:
            if task.node is not None and feed.name in taken_names(task.node):
                self._feed(task, feed)

    def _unfed(self, reader: Task, cell: AuthoredCell, name: str, line: int, writers: Sequence[Writer]) -> None:
        if any(self.units[w.unit].cell.role is Role.PARAMS for w in writers):
            self.amiss.param_in_operator(cell, name, line)
        elif not writers and name not in BUILTINS and name not in self.by_id and name not in self.by_function:
            self.waiting.append((reader, name, len(self.units) - 1, line))

    def _taskflow(self, task: Task, cell: AuthoredCell) -> None:
        for name, required in free_parameters(task.node):
            writers = self.linker.writers(name)
            writer = self._last(task, cell, name, task.line, writers)
            namesake = self._namesake(name, task)
            if writer is not None:
                upstream = self._script_of(writer)
                assert upstream is not None
                if namesake is not None and namesake is not upstream:
                    self.amiss.ambiguous(Reading(task, cell, name, task.line), upstream, namesake)
                else:
                    self._from_task(task, cell, name, task.line, writer, upstream)
            elif namesake is not None:
                self._whole(task, cell, name, task.line, namesake)
            elif required and name not in CONTEXT_KEYS:
                self.waiting.append((task, name, len(self.units) - 1, task.line))

    def _rebound(self, task: Task, name: str, unit: int) -> None:
        """Find the first later cell of shared code that binds a name again which a task takes from this unit."""
        later = next((self.units[at] for at in self._shared_binders.get(name, ()) if at > unit), None)
        if later is not None:
            self.amiss.rebound(task, name, self.units[unit].cell, later.cell)

    @cached_property
    def _shared_binders(self) -> dict[str, list[int]]:
        """The units of shared code that bind each name, but by an import."""
        found: dict[str, list[int]] = {}
        for at, unit in enumerate(self.units):
            if unit.cell.role in {Role.LIBRARY, Role.SHARED}:
                for name in (name for name, kind in unit.cell.facts.kinds.items() if kind != "import"):
                    found.setdefault(name, []).append(at)
        return found
