"""From the facts of each unit to the edges between them: who last wrote what each one reads.

A unit is a cell, or a task of several cells. Units are taken in order. Functions are followed into at each call, with
the arguments they get, as far as the notebook defines them; so a global that a function reads is charged to the unit
that calls it, and an argument that a function changes is changed there.

All that outlives a unit is kept in tables of a timeline: so one unit can be followed again, with those that it reaches.

One idea in more than 300 lines: a replay of the steps over the tables of last writers, a short method for each kind of step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from mwaa_kit.authoring.calling import Caller
from mwaa_kit.authoring.links import Chain, Held, Link, Seen, Writer
from mwaa_kit.authoring.mutations import ONLY_OF_MODULES, USUAL_MODULES
from mwaa_kit.authoring.objects import NOTHING, Edit, Frame, Objects
from mwaa_kit.authoring.steps import (
    BEHIND,
    BUILTINS,
    EVERY,
    Bind,
    Branch,
    Call,
    CellFacts,
    Delete,
    Joined,
    Kept,
    Key,
    Mutate,
    Read,
    Return,
    Special,
    Step,
    Touch,
    Value,
)
from mwaa_kit.authoring.timeline import Table

T = TypeVar("T")
_MOST_STEPS = 20_000


class Linker(Caller):
    """Follows units in order, and keeps who wrote what."""

    def __init__(self) -> None:
        super().__init__()
        self.mutators: Table[int, tuple[Writer, ...]] = Table(self.timeline)
        self.covered: Table[str, int] = Table(self.timeline)
        self.facts: list[CellFacts] = []
        self.seen: list[Seen] = []
        self.skips = 0
        self.either_way: set[str] = set()

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
        self.results, self.maybe, self.path, self.heap.made = {}, {}, (), 0
        self.branches = self.skips = 0
        self.either_way = set()
        now.hidden = frozenset(name for name in facts.reads if name in BUILTINS and self.is_bound(name))
        for step in facts.steps:
            self.step(step, None, certain=True)
        for name in facts.certain - self.either_way:
            self._forget_older(name)

    def _forget_older(self, name: str) -> None:
        """Keep of a name only what the current unit has bound it to, as it did so for certain."""
        whole = self.names.get(name)
        own = [held for held in whole or () if held.writer is not None and held.writer.unit == self.unit]
        if whole is not None and own and whole.older is not None:
            chain: Chain[Held] | None = None
            for held in reversed(own):
                chain = Chain(held, chain)
            self.names.put(name, chain)

    def binders(self, name: str) -> tuple[Writer, ...]:
        """Return everyone who may have bound `name` last, the newest behind the others."""
        return _binders(self.names.get(name))

    def is_bound(self, name: str) -> bool:
        """Return whether some unit so far may have bound `name`."""
        return any(held.writer is not None for held in self.names.get(name) or ())

    # -- steps

    def step(self, step: Step, frame: Frame | None, *, certain: bool) -> Objects | None:
        """Follow one step; return what a function gives back there."""
        if isinstance(step, Touch):
            self.touch(step.call, frame, certain=certain and step.call.certain)
            return None
        now = self.seen[self.unit]
        now.steps += 1
        if now.steps > _MOST_STEPS:
            return None
        if isinstance(step, Read):
            self._read(step, frame, certain)
        elif isinstance(step, Bind):
            self._bind(step, frame, certain and step.certain)
        elif isinstance(step, Mutate):
            self._mutate(step, frame, certain and step.certain)
        elif isinstance(step, Delete):
            self._delete(step, frame, certain and step.certain)
        elif isinstance(step, Call):
            self.results[step] = self.call(step, frame, certain=certain and step.certain)
        elif isinstance(step, Kept):
            self.results[step] = self.objects(step.value, frame)
        elif isinstance(step, Branch):
            self.branches += step.begins
            self.skips += 0 if step.certain else 1 if step.begins else -1
            self.path = (*self.path, self.branches) if step.begins else self.path[:-1]
        elif isinstance(step, Return):
            return self.objects(step.value, frame)
        return None

    def _read(self, step: Read, frame: Frame | None, certain: bool) -> None:
        name, now = step.name, self.seen[self.unit]
        if certain and not self.skips:
            now.surely_read.add(name)
        if frame is not None and frame.find(name) is not None:
            return
        here = frame is None or frame is self.running_here
        if not here and self.home != self.unit:
            now.elsewhere.setdefault((self.home, name), (self.call_line, set()))[1].update(self.binders(name))
        if name not in self.bound_by_caller:
            reads, line, kind = (now.reads, step.line, "") if here else (now.deferred, self.call_line, "deferred")
            reads.setdefault(name, line)
            self._use(name, kind)

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
        chain = self.names.get(name)
        later = {
            writer: None
            for held in chain or ()
            for made in (sorted(held.objects) if len(held.objects) > 1 else held.objects)
            for writer in self.mutators.get(made) or ()
            if held.writer is None or writer.unit > held.writer.unit
        }
        found, covered = (*_binders(chain), *later), self.covered.get(name) if later else None
        if covered is not None:  # whichever object it is: it was changed there, for certain
            return tuple(writer for writer in found if writer.unit >= covered)
        return found

    def writers_before(self, unit: int, name: str) -> tuple[Writer, ...]:
        """Return everyone who may have written `name` last when a unit began."""
        return self._before(unit, self.writers, name)

    def objects_before(self, unit: int, name: str) -> Objects:
        """Return what `name` may have been when a unit began."""
        return self._before(unit, self.objects_of, name)

    def _before(self, unit: int, ask: Callable[[str], T], name: str) -> T:
        now, self.timeline.unit = self.timeline.unit, unit - 1
        found = ask(name)
        self.timeline.unit = now
        return found

    def _bind(self, step: Bind, frame: Frame | None, certain: bool) -> None:
        objects = self.objects(step.value, frame)
        if step.added is not None and not (isinstance(step.value, Special) and step.value.call in self.results):
            lists = frozenset(made for made in objects if self.heap.containers.get(made))
            if lists:
                self.either_way.add(step.name)
                self._extend(step, step.added, lists, frame, certain and lists == objects)
            if lists == objects:
                return
            joined = Joined(tuple(value for value in (step.value, step.added) if value is not None))
            certain, objects = certain and not lists, self.objects(joined, frame) | lists
        home = frame.find(step.name) if frame is not None else None
        if home is not None:
            before = NOTHING if step.certain else home.get(step.name, self.unit)
            home.put(step.name, before | objects, self.unit)
            return
        self._bind_global(step, objects, certain)

    def _bind_global(self, step: Bind, objects: Objects, certain: bool) -> None:
        now = self.seen[self.unit]
        if step.kind == "import":
            for made in objects:
                self.heap.modules.put(made, True)
        writer = Writer(self.unit, "import" if step.kind == "import" else "data", step.line)
        if certain:
            self.maybe.pop(step.name, None)
            self.names.put(step.name, Chain(Held(writer, objects)))
        else:
            self.maybe.setdefault(step.name, []).append((self.path, objects))
            self.names.put(step.name, Chain(Held(writer, objects), self.names.get(step.name)))
        if self.covered.get(step.name) is not None:
            self.covered.put(step.name, None)
        now.binds[step.name] = step.line

    def _delete(self, step: Delete, frame: Frame | None, certain: bool) -> None:
        if (frame is None or frame.find(step.name) is None) and certain:
            self.names.put(step.name, None)
            self.covered.put(step.name, None)

    def _extend(self, step: Bind, added: Value, objects: Objects, frame: Frame | None, certain: bool) -> None:
        """Change a list by ``+=``, which runs through what is added."""
        self.touch(Call(added, "__iter__", (), (), -1, frozenset(), step.line, certain), frame, certain=certain)
        more = self.heap.parts_of(self.objects(added, frame), None)
        local = frame is not None and frame.find(step.name) is not None
        self._change("" if local else step.name, objects, step.line, certain, Edit(((BEHIND, more),)))

    def _mutate(self, step: Mutate, frame: Frame | None, certain: bool) -> None:
        every = objects = self.objects(step.value, frame)
        instead = isinstance(step.instead, Special) and step.instead.call in self.results
        if instead and step.name:
            self._bind(Bind(step.name, "data", step.line, step.certain, step.instead), frame, certain)
        if step.containers or instead:
            objects = frozenset(made for made in objects if self.heap.containers.get(made))
        elif step.of is not None and not self._is_function(step.of, step.method, frame):
            return
        elif step.of is None and step.method:
            if step.name in USUAL_MODULES and not self.is_bound(step.name):
                return
            objects = frozenset(
                o for o in objects if not self.heap.modules.get(o) and not self.heap.method(o, step.method)
            )
        if objects:
            local = frame is not None and frame.find(step.name) is not None
            puts = tuple(put for key, value in step.puts for put in self._puts(key, value, frame))
            edit = Edit(puts, step.removes, step.shifts)
            self._change("" if local else step.name, objects, step.line, certain and objects == every, edit)

    def _is_function(self, owner: Value, name: str, frame: Frame | None) -> bool:
        """Whether ``owner.name(x)`` may be the well-known function of that name, and no method."""
        owners = self.objects(owner, frame)
        modules = all(self.heap.modules.get(made) for made in owners)
        return modules or (name not in ONLY_OF_MODULES and not any(self.heap.method(made, name) for made in owners))

    def _puts(self, key: Key, value: Value | None, frame: Frame | None) -> list[tuple[Key, Objects]]:
        objects = self.objects(value, frame)
        if key != EVERY:
            return [(key, objects)]
        puts: list[tuple[Key, Objects]] = []
        for made in sorted(objects):
            known = self.heap.containers.get(made) is not None or self.heap.held.get(made)
            puts += (self.heap.held.get(made) or {}).items() if known else [(None, self.new())]
        return puts

    def _change(self, name: str, objects: Objects, line: int, certain: bool, edit: Edit) -> None:
        """Note that some objects, and all they are part of, are changed by the current unit."""
        single = certain and len(objects) == 1
        for made in sorted(objects) if edit.puts or edit.shifts else ():
            self.heap.change(made, edit, certain=single)
        reached, surely = self.heap.upwards(objects), self.heap.surely_upwards(objects) if single else NOTHING
        writer, now = Writer(self.unit, "mutation", self.call_line if self.calling else line), self.seen[self.unit]
        for made in reached:
            before = (self.mutators.get(made) or ()) if made not in surely else ()
            self.mutators.put(made, (*(w for w in before if w.unit != self.unit), writer))
            now.changed.setdefault(made, writer.line)
        for known in sorted({name, *now.reads, *now.deferred} - {""}):
            if self.objects_of(known) & reached:
                sure = known in now.surely_read and self.objects_of(known) <= surely
                if sure or (certain and known == name):
                    self.covered.put(known, self.unit)
                binders = self.binders(known)
                if not binders or any(w.unit != self.unit for w in binders):
                    now.mutates.setdefault(known, writer.line)
        if name and not self.is_bound(name):
            now.mutates.setdefault(name, writer.line)


def _binders(chain: Chain[Held] | None) -> tuple[Writer, ...]:
    """Return everyone who may have bound a name last, the newest behind the others."""
    if chain is not None and chain.older is None:
        return (chain.newest.writer,) if chain.newest.writer is not None else ()
    found: dict[Writer, Writer] = {}
    for held in tuple(chain or ())[::-1]:
        if held.writer is not None:
            found.pop(held.writer, None)
            found[held.writer] = held.writer
    return tuple(found.values())
