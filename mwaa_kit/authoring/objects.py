"""The objects behind names, followed without running code: who holds which, and what they mean when they are called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from mwaa_kit.authoring.links import Chain
from mwaa_kit.authoring.steps import BEHIND, EACH, EVERY, NEXT, ClassDefinition, Function, Key
from mwaa_kit.authoring.timeline import Table, Timeline

Objects = frozenset[int]
Parts = dict[Key, Objects]
NOTHING: Objects = frozenset()
_MOST_OBJECTS = 1 << 21
_DEEPEST_BASE = 10


@dataclass(frozen=True)
class Edit:
    """What a change does to the parts of an object; see `Mutate`."""

    puts: tuple[tuple[Key, Objects], ...] = ()
    removes: Key = None
    shifts: bool = False


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
    """What calling an object runs: a function in its frame, a class, or an instance of a class.

    Parameters
    ----------
    defaults
        What the parameters are that a call does not give.
    bases
        The classes that a class is made of, each a set of objects.
    given
        For a generator: what the parameters of its function are; None for anything else.
    home
        The unit whose text defines it.
    """

    definition: Function | ClassDefinition
    frame: Frame | None
    instance: bool = False
    defaults: tuple[tuple[str, Objects], ...] = ()
    bases: tuple[Objects, ...] = ()
    given: tuple[tuple[str, Objects], ...] | None = None
    home: int = -1


@dataclass
class Heap:
    """Every object met so far. A part belongs to its whole, an element to its container: a change reaches upwards.

    Objects are numbered for each unit by itself, so that one that is followed again makes the same ones. An odd number
    may stand for many objects: it was made in a branch or a loop.

    Parameters
    ----------
    inside
        Every part of an object, under whichever key.
    wholes
        What a part has been put into, the newest first; it may be gone from there again.
    """

    timeline: Timeline
    made: int = 0
    imported: dict[str, int] = field(default_factory=dict)
    meanings: Table[int, Meaning] = field(init=False)
    modules: Table[int, bool] = field(init=False)
    containers: Table[int, bool] = field(init=False)
    held: Table[int, Parts] = field(init=False)
    inside: Table[int, Objects] = field(init=False)
    wholes: Table[int, Chain[int]] = field(init=False)
    touchable: Table[str, bool] = field(init=False)

    def __post_init__(self) -> None:
        self.meanings, self.modules, self.containers = Table(self.timeline), Table(self.timeline), Table(self.timeline)
        self.held, self.inside, self.wholes = Table(self.timeline), Table(self.timeline), Table(self.timeline)
        self.touchable = Table(self.timeline)

    def fresh(self, *, many: bool = False) -> int:
        """Return a new object."""
        self.made += 1
        return self.timeline.unit * _MOST_OBJECTS + 2 * self.made + many

    def made_by(self, made: int) -> int:
        """Return the unit that made an object."""
        return made // _MOST_OBJECTS

    def module(self, name: str) -> Objects:
        """Return the object that an import of `name` gives, in whichever unit."""
        return frozenset({self.imported.setdefault(name, -2 * len(self.imported) - 2)})

    def container_of(self, held: Parts, *, many: bool = False, fixed: bool = False) -> int:
        """Return a new container of some parts; one that is fixed is not changed by ``+=``."""
        made = self.fresh(many=many)
        self.containers.put(made, not fixed)
        self._hold(made, held)
        return made

    def parts_of(self, objects: Objects, key: Key) -> Objects:
        """Return what an item or attribute of some objects may be; one that is not known yet is made.

        A module keeps only what was put into it: what else it offers is no part that a change of it would reach.
        """
        found = NOTHING
        for whole in objects:
            held = self.held.get(whole) or {}
            if self.modules.get(whole):
                found |= known_parts(held, key) or {self.fresh()}
                continue
            known = known_parts(held, key)
            if not known and key == EACH and is_dictionary(held):
                known = frozenset({self.fresh(many=True)})  # the key of a dictionary: no part of anything
            if not known:
                key = None if key == EACH or (key or "").startswith("-") else key
                known = frozenset({self.fresh(many=key is None or bool(whole % 2))})
                self._hold(whole, {**held, key: known})
            found |= known
        return found

    def change(self, whole: int, change: Edit, *, certain: bool) -> None:
        """Put parts into an object, or take them out of it."""
        certain = certain and not whole % 2
        held = dict(self.held.get(whole) or {})
        if change.shifts:
            removed = change.removes if certain else None
            held = shifted(held, removed)
            for key in [key for key in held if removed is None and _is_word(key)]:
                held[key] = held[key] | {self.fresh(many=True)}  # it may be gone
        for key, objects in change.puts:
            known = certain and key != BEHIND
            doubt = NOTHING if known or (key in held and key != BEHIND) else {self.fresh(many=True)}
            self._doubt_replaced(held, key)
            put_part(held, key, objects | doubt, certain=certain)
        self._hold(whole, held)

    def _doubt_replaced(self, held: Parts, key: Key) -> None:
        """Let go of the certainty of parts that one at a place nobody knows, or behind what is known, may replace."""
        place = _place(held, key)
        replaced = held if place is None else {BEHIND} if place.isdecimal() and place not in held else ()
        for other in [other for other in replaced if other in held and key != NEXT]:
            held[other] = held[other] | {self.fresh(many=True)}

    def _hold(self, whole: int, held: Parts) -> None:
        before, now = self.inside.get(whole) or NOTHING, NOTHING.union(*held.values())
        self.held.put(whole, held)
        self.inside.put(whole, now)
        for part in now - before:
            self.wholes.put(part, Chain(whole, self.wholes.get(part)))

    def _wholes_of(self, part: int) -> Iterator[int]:
        """Yield what an object is part of."""
        for whole in self.wholes.get(part) or ():
            if part in (self.inside.get(whole) or NOTHING):
                yield whole

    def upwards(self, objects: Objects) -> Objects:
        """Return some objects and everything they are part of."""
        found, waiting = set(objects), list(objects)
        while waiting:
            for whole in self._wholes_of(waiting.pop()):
                if whole not in found:
                    found.add(whole)
                    waiting.append(whole)
        return frozenset(found)

    def surely_upwards(self, objects: Objects) -> Objects:
        """Return one object and what it is part of without doubt."""
        found, waiting = set[int](), [made for made in objects if not made % 2]
        while waiting:
            part = waiting.pop()
            found.add(part)
            for whole in self._wholes_of(part):
                held = self.held.get(whole) or {}
                here = any(o == {part} and key is not None for key, o in held.items())
                if here and not whole % 2 and whole not in found:
                    waiting.append(whole)
        return frozenset(found)

    def method(self, owner: int, name: str, deep: int = 0) -> Meaning | None:
        """Return the notebook's own method `name` of an instance or a class; None where there is none."""
        meaning = self.meanings.get(owner)
        if meaning is None or not isinstance(meaning.definition, ClassDefinition) or deep > _DEEPEST_BASE:
            return None
        found = dict(meaning.definition.methods).get(name)
        if found is not None:
            return Meaning(found, meaning.frame, home=meaning.home)
        inherited = (self.method(base, name, deep + 1) for bases in meaning.bases for base in sorted(bases))
        return next((method for method in inherited if method is not None), None)


def known_parts(held: Parts, key: Key) -> Objects:
    """Return what is known of the part under `key`: there, or at a place that could not be told."""
    key = _place(held, key)
    if key is None:
        return NOTHING.union(*held.values())
    if key == EACH:
        return NOTHING.union(*(part for known, part in held.items() if (known or "")[:1] not in {"'", '"', "."}))
    behind = NOTHING if key in held else held.get(BEHIND, NOTHING)
    return held.get(key, NOTHING) | held.get(None, NOTHING) | behind


def put_part(held: Parts, key: Key, objects: Objects, *, certain: bool) -> None:
    """Write one part: instead of what was there where that is certain, else beside it."""
    if key == NEXT:
        key = str(len(held)) if certain and is_whole_list(held) else BEHIND
    key = _place(held, key)
    if certain and key not in {None, BEHIND}:
        held[key] = objects
    else:
        held[key] = held.get(key, NOTHING) | objects


def shifted(held: Parts, removed: Key) -> Parts:
    """Return the parts of a container of which one was taken out or put between: most indexes tell nothing then."""
    place = _place(held, removed)
    if removed == EVERY:
        return {}
    if place is not None and (not place.isdecimal() or is_dictionary(held)):
        return {key: part for key, part in held.items() if key != place}
    if place is not None and is_whole_list(held):
        return {str(at): part for at, part in enumerate(part for key, part in held.items() if key != place)}
    new: Parts = {}
    for key, objects in held.items():
        named = key is not None and not key.isdecimal() and key != BEHIND
        put_part(new, key if named else None, objects, certain=False)
    return new


def is_dictionary(held: Parts) -> bool:
    """Whether some part stands under a word."""
    return any(_is_word(key) for key in held)


def keys_of(held: Parts) -> tuple[Key, ...]:
    """Return the keys of a dictionary that are all there for certain; none of anything else."""
    whole = all(_is_word(key) and len(objects) == 1 for key, objects in held.items())
    return tuple(held) if whole else ()


def _is_word(key: Key) -> bool:
    return (key or "")[:1] in {"'", '"'}


def is_whole_list(held: Parts) -> bool:
    """Whether every element is known, and where."""
    return all(key == str(place) for place, key in enumerate(held))


def _place(held: Parts, key: Key) -> Key:
    """Return the key from the beginning for one that counts from the end."""
    if key is None or not key.startswith("-"):
        return key
    place = len(held) + int(key)
    return str(place) if place >= 0 and is_whole_list(held) else None
