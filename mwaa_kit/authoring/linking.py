"""From the facts of each unit to the edges between them: who last wrote what each one reads.

A unit is a cell, or a task of several cells. Units are taken in order. Functions are followed into at each call, with
the arguments they get, as far as the notebook defines them; so a global that a function reads is charged to the unit
that calls it, and an argument that a function changes is changed there.

All that outlives a unit is kept in tables of a timeline: so one unit can be followed again, with those that it reaches.

One idea in more than 300 lines: a replay of the steps over the tables of last writers, a short method for each kind of step.
"""

from __future__ import annotations

from collections.abc import Iterable

from mwaa_kit.authoring.links import Chain, Link, Seen, Writer
from mwaa_kit.authoring.mutations import USUAL_MODULES
from mwaa_kit.authoring.objects import NOTHING, Frame, Heap, Meaning, Objects
from mwaa_kit.authoring.steps import (
    BUILTINS,
    Bind,
    Branch,
    Call,
    CellFacts,
    ClassDefinition,
    Delete,
    FromFunction,
    FromName,
    Function,
    Mutate,
    Read,
    Return,
    Several,
    Step,
    Value,
)
from mwaa_kit.authoring.timeline import Table, Timeline

_DEEPEST_CALL = 15
_MOST_STEPS = 20_000


class Linker:
    """Follows units in order, and keeps who wrote what."""

    def __init__(self) -> None:
        self.timeline = Timeline()
        self.heap = Heap(self.timeline)
        self.names: Table[str, Chain[Objects]] = Table(self.timeline)
        self.binders: Table[str, Chain[Writer]] = Table(self.timeline)
        self.mutators: Table[int, tuple[Writer, ...]] = Table(self.timeline)
        self.covered: Table[str, int] = Table(self.timeline)
        self.locals: Table[tuple[Frame, str], Objects] = Table(self.timeline)
        self.facts: list[CellFacts] = []
        self.seen: list[Seen] = []
        self.results: dict[Call, Objects] = {}
        self.calling: list[Function] = []
        self.path: tuple[int, ...] = ()
        self.branches = 0
        self.maybe: dict[str, list[tuple[tuple[int, ...], Objects]]] = {}

    @property
    def unit(self) -> int:
        """The unit that is being followed."""
        return self.timeline.unit

    def add(self, facts: CellFacts) -> Seen:
        """Follow one unit, and return what it was seen to do with outside names."""
        self.timeline.begin()
        self.facts.append(facts)
        self.seen.append(Seen())
        self._follow()
        return self.seen[-1]

    def replace(self, unit: int, facts: CellFacts) -> tuple[int, ...]:
        """Follow one unit with other facts, and those that see a difference; return them all."""
        self.facts[unit] = facts
        waiting, again = {unit}, list[int]()
        while waiting:
            again.append(min(waiting))
            waiting.remove(again[-1])
            before = self.timeline.begin_again(again[-1])
            self.seen[again[-1]] = Seen()
            self._follow()
            waiting |= self.timeline.reached(before)
        self.timeline.unit = len(self.seen) - 1
        return tuple(again)

    def _follow(self) -> None:
        facts, now = self.facts[self.unit], self.seen[self.unit]
        self.results, self.maybe, self.path, self.branches, self.heap.made = {}, {}, (), 0, 0
        now.hidden = frozenset(name for name in facts.reads if name in BUILTINS and self.binders.get(name))
        for step in facts.steps:
            self._step(step, None, True)
        for name in facts.certain:
            writers = self.binders.get(name)
            if writers is not None and writers.older is not None:
                self.binders.put(name, Chain(writers.newest))

    def is_bound(self, name: str) -> bool:
        """Return whether some unit so far may have bound `name`."""
        return self.binders.get(name) is not None

    # -- steps

    def _step(self, step: Step, frame: Frame | None, certain: bool) -> Objects | None:
        now = self.seen[self.unit]
        now.steps += 1
        if now.steps > _MOST_STEPS:
            return None
        if isinstance(step, Read):
            self._read(step, frame)
        elif isinstance(step, Bind):
            self._bind(step, frame, certain and step.certain)
        elif isinstance(step, Mutate):
            self._mutate(step, frame, certain and step.certain)
        elif isinstance(step, Delete):
            self._delete(step, frame, certain and step.certain)
        elif isinstance(step, Call):
            self.results[step] = self._call(step, frame, certain and step.certain)
        elif isinstance(step, Branch):
            self.branches += step.begins
            self.path = (*self.path, self.branches) if step.begins else self.path[:-1]
        elif isinstance(step, Return):
            return self._objects(step.value, frame)
        return None

    def _read(self, step: Read, frame: Frame | None) -> None:
        name, now = step.name, self.seen[self.unit]
        if frame is None:
            now.reads.setdefault(name, step.line)
            self._use(name, "")
        elif frame.find(name) is None and name not in self._bound:
            now.deferred.setdefault(name, self._call_line)
            self._use(name, "deferred")

    def _use(self, name: str, kind: str) -> None:
        """Link the current unit to everyone who may have written `name` last."""
        writers, now = self.writers(name), self.seen[self.unit]
        if writers or name not in BUILTINS:
            known = now.uses.setdefault(name, [])
            known.extend(w for w in writers if w not in known and w.unit != self.unit)
        for writer in writers:
            if writer.unit != self.unit:
                now.links.setdefault(Link(writer.unit, self.unit, name, kind or writer.kind))

    def writers(self, name: str) -> tuple[Writer, ...]:
        """Return everyone who may have written `name` last."""
        binders = tuple(self.binders.get(name) or ())[::-1]
        units = {writer.unit for writer in binders}
        since = min(units, default=-1)
        changed = [w for made in sorted(self._objects_of(name)) for w in self.mutators.get(made) or ()]
        later = tuple(dict.fromkeys(w for w in changed if w.unit not in units and w.unit > since))
        covered = self.covered.get(name) if later else None
        if covered is not None:  # whichever object it is: it was changed there, for certain
            return tuple(w for w in later if w.unit >= covered)
        return (*binders, *later)

    def writers_before(self, unit: int, name: str) -> tuple[Writer, ...]:
        """Return everyone who may have written `name` last when a unit began."""
        now, self.timeline.unit = self.timeline.unit, unit - 1
        found = self.writers(name)
        self.timeline.unit = now
        return found

    def _objects_of(self, name: str) -> Objects:
        return NOTHING.union(*(self.names.get(name) or ()))

    def _bind(self, step: Bind, frame: Frame | None, certain: bool) -> None:
        objects = self._objects(step.value, frame)
        home = frame.find(step.name) if frame is not None else None
        if home is not None:
            before = NOTHING if step.certain else home.get(step.name, self.unit)
            home.put(step.name, before | objects, self.unit)
            return
        if step.augmented:
            if any(self.heap.containers.get(made) for made in objects):
                self._change(step.name, objects, step.line, certain)
                return
            objects = frozenset({self.heap.fresh()})
        self._bind_global(step, objects, certain)

    def _bind_global(self, step: Bind, objects: Objects, certain: bool) -> None:
        now = self.seen[self.unit]
        if step.kind == "import":
            for made in objects:
                self.heap.modules.put(made, True)
        writer = Writer(self.unit, "import" if step.kind == "import" else "data", step.line)
        if certain:
            self.maybe.pop(step.name, None)
            self.binders.put(step.name, Chain(writer))
            self.names.put(step.name, Chain(objects))
        else:
            self.maybe.setdefault(step.name, []).append((self.path, objects))
            before = self.binders.get(step.name)
            again = before is not None and before.newest.unit == self.unit
            self.binders.put(step.name, Chain(writer, before.older if before is not None and again else before))
            self.names.put(step.name, Chain(objects, self.names.get(step.name)))
        if self.covered.get(step.name) is not None:
            self.covered.put(step.name, None)
        now.binds[step.name] = step.line

    def _delete(self, step: Delete, frame: Frame | None, certain: bool) -> None:
        if (frame is None or frame.find(step.name) is None) and certain:
            self.binders.put(step.name, None)
            self.names.put(step.name, None)
            self.covered.put(step.name, None)

    def _mutate(self, step: Mutate, frame: Frame | None, certain: bool) -> None:
        objects = self._objects(FromName(step.name), frame)
        if step.method:
            if step.name in USUAL_MODULES and not self.binders.get(step.name):
                return
            objects = frozenset(
                o for o in objects if not self.heap.modules.get(o) and not self.heap.method(o, step.method)
            )
        if objects:
            local = frame is not None and frame.find(step.name) is not None
            self._change("" if local else step.name, objects, step.line, certain)

    def _change(self, name: str, objects: Objects, line: int, certain: bool) -> None:
        """Note that some objects, and all they are part of, are changed by the current unit."""
        reached = self.heap.upwards(objects)
        writer, now = Writer(self.unit, "mutation", self._call_line if self.calling else line), self.seen[self.unit]
        for made in reached:
            before = (self.mutators.get(made) or ()) if not certain or len(objects) > 1 else ()
            self.mutators.put(made, (*(w for w in before if w.unit != self.unit), writer))
        for known in sorted({name, *now.reads, *now.deferred} - {""}):
            if self._objects_of(known) & reached:
                if certain:
                    self.covered.put(known, self.unit)
                binders = self.binders.get(known)
                if not binders or any(w.unit != self.unit for w in binders):
                    now.mutates.setdefault(known, writer.line)
        if name and not self.binders.get(name):
            now.mutates.setdefault(name, writer.line)

    # -- values

    def _objects(self, value: Value | None, frame: Frame | None) -> Objects:
        """Return the objects a value may be; a new one where nothing is known."""
        found = NOTHING
        if isinstance(value, FromName):
            found = self._lookup(value.name, frame)
            found = self.heap.parts_of(found) if value.part else found
        elif isinstance(value, FromFunction):
            made = self.heap.fresh()
            self.heap.meanings.put(made, Meaning(value.definition, frame))
            return frozenset({made})
        elif isinstance(value, Several):
            every = [self._objects(v, frame) for v in value.values]
            found = NOTHING.union(*every)
            found = frozenset({self.heap.container_of(found)}) if value.container else found
        elif isinstance(value, Call):
            found = self.results.get(value, NOTHING)
        return found or frozenset({self.heap.fresh()})

    def _lookup(self, name: str, frame: Frame | None) -> Objects:
        home = frame.find(name) if frame is not None else None
        if home is not None:
            return home.get(name, self.unit)
        known = self._bound_on_the_way(name) or self._objects_of(name)
        if not known:
            known = frozenset({self.heap.fresh()})
            self.names.put(name, Chain(known))
        return known

    def _bound_on_the_way(self, name: str) -> Objects:
        """Return what `name` may be where this branch has bound it: nothing older then."""
        found = NOTHING
        for path, objects in reversed(self.maybe.get(name, ())):
            found |= objects
            if path == self.path[: len(path)]:
                return found
        return NOTHING

    # -- calls

    _bound: frozenset[str] = frozenset()
    _call_line = 0

    def _call(self, call: Call, frame: Frame | None, certain: bool) -> Objects:
        args = [self._objects(arg, frame) for arg in call.args]
        named = {name or "**": self._objects(value, frame) for name, value in call.keywords}
        found: set[int] = set()
        for callee in sorted(self._objects(call.callee, frame)):
            for meaning, bound_self in self._targets(callee, call.method, [*args, *named.values()]):
                given = [frozenset({callee}), *args] if bound_self else args
                found |= self._enter(meaning, given, named, call, certain)
            meaning_of = self.heap.meanings.get(callee)
            if meaning_of and isinstance(meaning_of.definition, ClassDefinition) and not call.method:
                found |= self._instantiate(meaning_of, args, named, call, certain)
        return frozenset(found)

    def _targets(self, callee: int, method: str, others: list[Objects]) -> list[tuple[Meaning, bool]]:
        """Return what a call runs: the notebook's own function, or the functions handed to somebody else's."""
        meaning = self.heap.meanings.get(callee)
        if method and method != "@":
            found = self.heap.method(callee, method)
            if found is not None:
                return [(found, meaning is not None and meaning.instance)]
        elif meaning is not None:
            if isinstance(meaning.definition, Function):
                return [(meaning, False)]
            special = self.heap.method(callee, "__call__") if meaning.instance else None
            return [(special, True)] if special else []
        if method == "@" or (meaning is not None and not method):
            return []
        return self._handed_over(others)

    def _handed_over(self, others: Iterable[Objects]) -> list[tuple[Meaning, bool]]:
        every = (self.heap.meanings.get(o) for objects in others for o in sorted(objects))
        return [(m, False) for m in every if m is not None and isinstance(m.definition, Function)]

    def _instantiate(
        self, meaning: Meaning, args: list[Objects], named: dict[str, Objects], call: Call, certain: bool
    ) -> Objects:
        if meaning.instance:
            return NOTHING
        made = self.heap.fresh()
        self.heap.meanings.put(made, Meaning(meaning.definition, meaning.frame, instance=True))
        for name in ("__new__", "__init__", "__post_init__"):
            method = self.heap.method(made, name)
            if method is not None:
                self._enter(method, [frozenset({made}), *args], named, call, certain)
        return frozenset({made})

    def _enter(
        self, meaning: Meaning, args: list[Objects], named: dict[str, Objects], call: Call, certain: bool
    ) -> Objects:
        """Follow a function of the notebook through its body, and return what it gives back."""
        function = meaning.definition
        if not isinstance(function, Function) or function in self.calling or len(self.calling) > _DEEPEST_CALL:
            return NOTHING
        values = _arguments(function, args, named)
        frame = Frame(function.own, values, meaning.frame, self.unit, self.locals)
        outermost = not self.calling
        if outermost:
            self._bound, self._call_line = call.bound, call.line
        self.calling.append(function)
        returned: set[int] = set()
        for step in function.steps:
            returned |= self._step(step, frame, certain) or NOTHING
        self.calling.pop()
        if outermost:
            self._bound = frozenset[str]()
        return frozenset(returned)


def _arguments(function: Function, args: list[Objects], named: dict[str, Objects]) -> dict[str, Objects]:
    values = dict(zip(function.positional, args, strict=False))
    values.update({name: objects for name, objects in named.items() if name in function.own})
    spare = args[len(function.positional) :]
    for name in function.variadic:
        values[name] = NOTHING.union(*spare)
    return values
