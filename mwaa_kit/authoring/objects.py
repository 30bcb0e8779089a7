"""The objects behind names, followed without running code: who holds which, and what they mean when they are called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from mwaa_kit.authoring.steps import ClassDefinition, Function

Objects = frozenset[int]


@dataclass
class Frame:
    """The local names of one call of a function, and the frame it was defined in."""

    own: frozenset[str]
    values: dict[str, Objects] = field(default_factory=dict)
    around: Frame | None = None

    def find(self, name: str) -> Frame | None:
        """Return the frame that `name` is local to; None where it is global."""
        frame: Frame | None = self
        while frame is not None and name not in frame.own:
            frame = frame.around
        return frame


@dataclass(frozen=True, eq=False)
class Meaning:
    """What calling an object runs: a function in its frame, a class, or an instance of a class."""

    definition: Function | ClassDefinition
    frame: Frame | None
    instance: bool = False


@dataclass
class Heap:
    """Every object met so far. A part belongs to its whole, an element to its container: a change reaches upwards."""

    meanings: dict[int, Meaning] = field(default_factory=dict)
    modules: set[int] = field(default_factory=set)
    containers: set[int] = field(default_factory=set)
    held: dict[int, set[int]] = field(default_factory=dict)
    wholes: dict[int, set[int]] = field(default_factory=dict)
    parts: dict[int, int] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)

    def fresh(self) -> int:
        """Return a new object."""
        return next(self.numbers)

    def container_of(self, elements: Objects) -> int:
        """Return a new container that holds `elements`."""
        made = self.fresh()
        self.containers.add(made)
        self.held[made] = set(elements)
        for element in elements:
            self.wholes.setdefault(element, set()).add(made)
        return made

    def parts_of(self, objects: Objects) -> Objects:
        """Return what an item or attribute of some objects may be."""
        found: set[int] = set()
        for whole in objects:
            if self.held.get(whole):
                found |= self.held[whole]
            elif whole in self.modules:
                found.add(self.fresh())
            else:
                if whole not in self.parts:
                    self.parts[whole] = self.fresh()
                    self.wholes.setdefault(self.parts[whole], set()).add(whole)
                found.add(self.parts[whole])
        return frozenset(found)

    def upwards(self, objects: Objects) -> Objects:
        """Return some objects and everything they are part of."""
        found, waiting = set(objects), list(objects)
        while waiting:
            for whole in self.wholes.get(waiting.pop(), ()):
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
