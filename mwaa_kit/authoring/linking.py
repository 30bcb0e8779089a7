"""From the facts of each unit to the edges between them: who last wrote what each one reads.

A unit is a cell, or a task of several cells. Units are taken in order. Functions are followed into at each call, with
the arguments they get, as far as the notebook defines them; so a global that a function reads is charged to the unit
that calls it, and an argument that a function changes is changed there.

One idea in more than 300 lines: a replay of the steps over one table of last writers, a short method for each kind of step.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from mwaa_kit.authoring.mutations import USUAL_MODULES
from mwaa_kit.authoring.objects import Frame, Heap, Meaning, Objects
from mwaa_kit.authoring.steps import (
    BUILTINS,
    Bind,
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

_DEEPEST_CALL = 15
_MOST_STEPS = 20_000


@dataclass(frozen=True)
class Link:
    """One name that one unit reads as another left it.

    Parameters
    ----------
    kind
        ``data``, ``import``, ``mutation`` or ``deferred``.
    written, read
        The lines, in the cell of each.
    """

    source: int
    target: int
    name: str
    kind: str
    written: int
    read: int


@dataclass(frozen=True)
class Writer:
    """The unit and line that bound or changed a name."""

    unit: int
    kind: str
    line: int


@dataclass
class Seen:
    """What is noted about one unit on the way."""

    reads: dict[str, int] = field(default_factory=dict)
    deferred: dict[str, int] = field(default_factory=dict)
    binds: dict[str, int] = field(default_factory=dict)
    mutates: dict[str, int] = field(default_factory=dict)
    steps: int = 0


class Linker:
    """Follows units in order, and keeps who wrote what."""

    def __init__(self) -> None:
        self.heap = Heap()
        self.names: dict[str, Objects] = {}
        self.binders: dict[str, list[Writer]] = {}
        self.mutators: dict[int, list[Writer]] = {}
        self.covered: dict[str, int] = {}
        self.links: dict[tuple[int, int, str, str], Link] = {}
        self.seen: list[Seen] = []
        self.uses: list[dict[str, list[Writer]]] = []
        self.before: dict[tuple[int, str], list[Writer]] = {}
        self.unit = -1
        self.results: dict[Call, Objects] = {}
        self.calling: list[Function] = []

    def add(self, facts: CellFacts) -> Seen:
        """Follow one unit, and return what it was seen to do with outside names."""
        self.unit += 1
        self.results = {}
        self.seen.append(Seen())
        self.uses.append({})
        for step in facts.steps:
            self._step(step, None, True)
        for name in facts.certain:
            if name in self.binders:
                self.binders[name] = [w for w in self.binders[name] if w.unit == self.unit]
        return self.seen[-1]

    def ordered(self) -> tuple[Link, ...]:
        """Return all links, by target, source and name."""
        return tuple(sorted(self.links.values(), key=lambda e: (e.target, e.source, e.kind, e.name)))

    # -- steps

    def _step(self, step: Step, frame: Frame | None, certain: bool) -> Objects | None:
        now = self.seen[-1]
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
        elif isinstance(step, Return):
            return self._objects(step.value, frame)
        return None

    def _read(self, step: Read, frame: Frame | None) -> None:
        name, now = step.name, self.seen[-1]
        if frame is None:
            now.reads.setdefault(name, step.line)
            self._use(name, "", step.line)
        elif frame.find(name) is None and name not in self._bound:
            now.deferred.setdefault(name, self._call_line)
            self._use(name, "deferred", self._call_line)

    def _use(self, name: str, kind: str, line: int) -> None:
        """Link the current unit to everyone who may have written `name` last."""
        writers = self.writers(name)
        if writers or name not in BUILTINS:
            known = self.uses[-1].setdefault(name, [])
            known.extend(w for w in writers if w not in known and w.unit != self.unit)
        for writer in writers:
            if writer.unit != self.unit:
                link = Link(writer.unit, self.unit, name, kind or writer.kind, writer.line, line)
                self.links.setdefault((link.source, link.target, link.kind, name), link)

    def writers(self, name: str) -> list[Writer]:
        """Return everyone who may have written `name` last."""
        binders = self.binders.get(name, [])
        units = {writer.unit for writer in binders}
        since = min(units, default=-1)
        changed = [w for made in sorted(self.names.get(name, ())) for w in self.mutators.get(made, ())]
        later = list(dict.fromkeys(w for w in changed if w.unit not in units and w.unit > since))
        if later and name in self.covered:  # whichever object it is: it was changed there, for certain
            return [w for w in later if w.unit >= self.covered[name]]
        return [*binders, *later]

    def _bind(self, step: Bind, frame: Frame | None, certain: bool) -> None:
        objects = self._objects(step.value, frame)
        home = frame.find(step.name) if frame is not None else None
        if home is not None:
            before = home.values.get(step.name, frozenset())
            home.values[step.name] = objects if step.certain else before | objects
            return
        if step.augmented:
            if objects & self.heap.containers:
                self._change(step.name, objects, step.line, certain)
                return
            objects = frozenset({self.heap.fresh()})
        self._bind_global(step, objects, certain)

    def _bind_global(self, step: Bind, objects: Objects, certain: bool) -> None:
        if step.kind == "import":
            self.heap.modules |= objects
        writer = Writer(self.unit, "import" if step.kind == "import" else "data", step.line)
        before = self.binders.get(step.name, [])
        if not certain:
            self.before.setdefault((self.unit, step.name), self.writers(step.name))
        self.binders[step.name] = [writer] if certain else [*(w for w in before if w.unit != self.unit), writer]
        self.names[step.name] = objects if certain else self.names.get(step.name, frozenset()) | objects
        self.covered.pop(step.name, None)
        self.seen[-1].binds[step.name] = step.line

    def _delete(self, step: Delete, frame: Frame | None, certain: bool) -> None:
        if (frame is None or frame.find(step.name) is None) and certain:
            self.binders.pop(step.name, None)
            self.names.pop(step.name, None)
            self.covered.pop(step.name, None)

    def _mutate(self, step: Mutate, frame: Frame | None, certain: bool) -> None:
        objects = self._objects(FromName(step.name), frame)
        if step.method:
            if step.name in USUAL_MODULES and step.name not in self.binders:
                return
            objects = frozenset(
                o for o in objects if o not in self.heap.modules and not self.heap.method(o, step.method)
            )
        if objects:
            local = frame is not None and frame.find(step.name) is not None
            self._change("" if local else step.name, objects, step.line, certain)

    def _change(self, name: str, objects: Objects, line: int, certain: bool) -> None:
        """Note that some objects, and all they are part of, are changed by the current unit."""
        reached = self.heap.upwards(objects)
        writer, now = Writer(self.unit, "mutation", self._call_line if self.calling else line), self.seen[-1]
        for made in reached:
            before = self.mutators.get(made, []) if not certain or len(objects) > 1 else []
            self.mutators[made] = [*(w for w in before if w.unit != self.unit), writer]
        for known in {name, *now.reads, *now.deferred} - {""}:
            if self.names.get(known, frozenset()) & reached:
                if certain:
                    self.covered[known] = self.unit
                binders = self.binders.get(known, ())
                if not binders or any(w.unit != self.unit for w in binders):
                    now.mutates.setdefault(known, writer.line)
        if name and name not in self.binders:
            now.mutates.setdefault(name, writer.line)

    # -- values

    def _objects(self, value: Value | None, frame: Frame | None) -> Objects:
        """Return the objects a value may be; a new one where nothing is known."""
        found: Objects = frozenset()
        if isinstance(value, FromName):
            found = self._lookup(value.name, frame)
            found = self.heap.parts_of(found) if value.part else found
        elif isinstance(value, FromFunction):
            made = self.heap.fresh()
            self.heap.meanings[made] = Meaning(value.definition, frame)
            return frozenset({made})
        elif isinstance(value, Several):
            every = [self._objects(v, frame) for v in value.values]
            found = frozenset[int]().union(*every)
            found = frozenset({self.heap.container_of(found)}) if value.container else found
        elif isinstance(value, Call):
            found = self.results.get(value, frozenset())
        return found or frozenset({self.heap.fresh()})

    def _lookup(self, name: str, frame: Frame | None) -> Objects:
        home = frame.find(name) if frame is not None else None
        if home is not None:
            return home.values.get(name, frozenset())
        if name not in self.names:
            self.names[name] = frozenset({self.heap.fresh()})
        return self.names[name]

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
        every = [self.heap.meanings[o] for objects in others for o in sorted(objects) if o in self.heap.meanings]
        return [(meaning, False) for meaning in every if isinstance(meaning.definition, Function)]

    def _instantiate(
        self, meaning: Meaning, args: list[Objects], named: dict[str, Objects], call: Call, certain: bool
    ) -> Objects:
        if meaning.instance:
            return frozenset()
        made = self.heap.fresh()
        self.heap.meanings[made] = Meaning(meaning.definition, meaning.frame, instance=True)
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
            return frozenset()
        frame = Frame(function.own, _arguments(function, args, named), meaning.frame)
        outermost = not self.calling
        if outermost:
            self._bound, self._call_line = call.bound, call.line
        self.calling.append(function)
        returned: set[int] = set()
        for step in function.steps:
            returned |= self._step(step, frame, certain) or frozenset()
        self.calling.pop()
        if outermost:
            self._bound = frozenset()
        return frozenset(returned)


def _arguments(function: Function, args: list[Objects], named: dict[str, Objects]) -> dict[str, Objects]:
    values = dict(zip(function.positional, args, strict=False))
    values.update({name: objects for name, objects in named.items() if name in function.own})
    spare = args[len(function.positional) :]
    for name in function.variadic:
        values[name] = frozenset[int]().union(*spare)
    return values
