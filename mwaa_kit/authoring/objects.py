"""The objects behind names, followed without running code: who holds which, and what they mean when they are called."""

from __future__ import annotations

from dataclasses import dataclass, field

from mwaa_kit.authoring.steps import ClassDefinition, Function
from mwaa_kit.authoring.timeline import Table, Timeline

Objects = frozenset[int]
NOTHING: Objects = frozenset()
_MOST_OBJECTS = 1 << 20


@dataclass(eq=False)
class Frame:
    """The local names of one call of a function, and the frame it was defined in.

    A function that was made in the call may change them when a later unit calls it: such values are kept in `later`.
    """

    own: frozenset[str]
    values: dict[str, Objects]
    around: Frame | None
    unit: int
    later: Table[tuple[Frame, str], Objects]

    def find(self, name: str) -> Frame | None:
        """Return the frame that `name` is local to; None where it is global."""
        frame: Frame | None = self
        while frame is not None and name not in frame.own:
            frame = frame.around
        return frame

    def get(self, name: str, unit: int) -> Objects:
        """Return what a local name may be in a unit."""
        changed = self.later.get((self, name)) if unit != self.unit else None
        return self.values.get(name, NOTHING) if changed is None else changed

    def put(self, name: str, objects: Objects, unit: int) -> None:
        """Bind a local name in a unit."""
        if unit == self.unit:
            self.values[name] = objects
        else:
            self.later.put((self, name), objects)


@dataclass(frozen=True)
class Meaning:
    """What calling an object runs: a function in its frame, a class, or an instance of a class."""

    definition: Function | ClassDefinition
    frame: Frame | None
    instance: bool = False


@dataclass
class Heap:
    """Every object met so far. A part belongs to its whole, an element to its container: a change reaches upwards.

    Objects are numbered for each unit by itself, so that one that is followed again makes the same ones.
    """

    timeline: Timeline
    made: int = 0
    meanings: Table[int, Meaning] = field(init=False)
    modules: Table[int, bool] = field(init=False)
    containers: Table[int, bool] = field(init=False)
    held: Table[int, Objects] = field(init=False)
    wholes: Table[int, Objects] = field(init=False)
    parts: Table[int, int] = field(init=False)

    def __post_init__(self) -> None:
        self.meanings, self.modules, self.containers = Table(self.timeline), Table(self.timeline), Table(self.timeline)
        self.held, self.wholes, self.parts = Table(self.timeline), Table(self.timeline), Table(self.timeline)

    def fresh(self) -> int:
        """Return a new object."""
        self.made += 1
        return self.timeline.unit * _MOST_OBJECTS + self.made

    def container_of(self, elements: Objects) -> int:
        """Return a new container that holds `elements`."""
        made = self.fresh()
        self.containers.put(made, True)
        self.held.put(made, elements)
        for element in elements:
            self._belongs(element, made)
        return made

    def parts_of(self, objects: Objects) -> Objects:
        """Return what an item or attribute of some objects may be."""
        found: set[int] = set()
        for whole in objects:
            held = self.held.get(whole)
            if held:
                found |= held
            elif self.modules.get(whole):
                found.add(self.fresh())
            else:
                found.add(self._part_of(whole))
        return frozenset(found)

    def _part_of(self, whole: int) -> int:
        part = self.parts.get(whole)
        if part is None:
            part = self.fresh()
            self.parts.put(whole, part)
            self._belongs(part, whole)
        return part

    def _belongs(self, element: int, whole: int) -> None:
        self.wholes.put(element, (self.wholes.get(element) or NOTHING) | {whole})

    def upwards(self, objects: Objects) -> Objects:
        """Return some objects and everything they are part of."""
        found, waiting = set(objects), list(objects)
        while waiting:
            for whole in self.wholes.get(waiting.pop()) or ():
                if whole not in found:
                    found.add(whole)
                    waiting.append(whole)
        return frozenset(found)

    def method(self, owner: int, name: str) -> Meaning | None:
        """Return the notebook's own method `name` of an instance or a class; None where there is none."""
        meaning = self.meanings.get(owner)
        if meaning is None or not isinstance(meaning.definition, ClassDefinition):
            return None
        found = dict(meaning.definition.methods).get(name)
        return Meaning(found, meaning.frame) if found is not None else None
