"""What values are: the objects behind the names, displays and parts that a step speaks of."""

from __future__ import annotations

from mwaa_kit.authoring.dunders import is_dunder
from mwaa_kit.authoring.links import Chain, Held
from mwaa_kit.authoring.objects import NOTHING, Frame, Heap, Meaning, Objects, Parts, is_whole_list, keys_of, put_part
from mwaa_kit.authoring.steps import (
    BEHIND,
    EACH,
    EVERY,
    Call,
    FromFunction,
    FromModule,
    FromName,
    Function,
    Holding,
    Joined,
    Kept,
    Part,
    Several,
    Special,
    Value,
)
from mwaa_kit.authoring.timeline import Table, Timeline


class Valuer:
    """Knows which objects values are."""

    def __init__(self) -> None:
        self.timeline = Timeline()
        self.heap = Heap(self.timeline)
        self.names: Table[str, Chain[Held]] = Table(self.timeline)
        self.locals: Table[tuple[Frame, str], Objects] = Table(self.timeline)
        self.results: dict[Call | Kept, Objects] = {}
        self.calling: list[Meaning] = []
        self.path: tuple[int, ...] = ()
        self.branches = 0
        self.maybe: dict[str, list[tuple[tuple[int, ...], Objects]]] = {}
        self.bound_by_caller = frozenset[str]()
        self.running_here: Frame | None = None
        self.call_line = 0

    @property
    def unit(self) -> int:
        """The unit that is being followed."""
        return self.timeline.unit

    @property
    def home(self) -> int:
        """The unit whose text is being followed: a function's may be another one."""
        return self.calling[-1].home if self.calling else self.unit

    def new(self) -> Objects:
        """Return one new object: in a branch it may stand for many."""
        return frozenset({self.heap.fresh(many=bool(self.path))})

    def objects_of(self, name: str) -> Objects:
        """Return what a global name may be."""
        chain = self.names.get(name)
        if chain is None:
            return NOTHING
        if chain.older is None:
            return chain.newest.objects
        return NOTHING.union(*(held.objects for held in chain))

    def objects(self, value: Value | None, frame: Frame | None) -> Objects:
        """Return the objects a value may be; a new one where nothing is known."""
        found = NOTHING
        if isinstance(value, FromName):
            found = self._lookup(value.name, frame)
        elif isinstance(value, FromModule):
            found = self.heap.module(value.name)
        elif isinstance(value, Part):
            found = self.heap.parts_of(self.objects(value.of, frame), value.key)
        elif isinstance(value, FromFunction):
            found = self._defined(value, frame)
        elif isinstance(value, Several):
            found = NOTHING.union(*(self.objects(one, frame) for one in value.values))
        elif isinstance(value, Holding):
            parts = self._parts(value, frame)
            found = frozenset({self.heap.container_of(parts, many=bool(self.path), fixed=value.fixed)})
        elif isinstance(value, Joined):
            found = self._joined(value, frame)
        elif isinstance(value, Special):
            known = self.results.get(value.call)
            found = self.objects(value.call.gives, frame) if known is None else known
        elif isinstance(value, Call | Kept):
            found = self.results.get(value, NOTHING)
        return found or self.new()

    def _defined(self, value: FromFunction, frame: Frame | None) -> Objects:
        made, definition = self.new(), value.definition
        if isinstance(definition, Function):
            defaults = tuple((name, self.objects(default, frame)) for name, default in definition.defaults)
            meaning = Meaning(definition, frame, defaults=defaults, home=self.home)
        else:
            for name, method in definition.methods:
                if method.is_property or "." in name or is_dunder(name):
                    self.let_touch(name)
            bases = tuple(self.objects(base, frame) for base in definition.bases)
            meaning = Meaning(definition, frame, bases=bases, home=self.home)
        self.heap.meanings.put(min(made), meaning)
        return made

    def _parts(self, value: Holding, frame: Frame | None) -> Parts:
        parts: Parts = {}
        for key, held in value.parts:
            objects = self.objects(held, frame)
            if key != EVERY:
                put_part(parts, key, objects, certain=True)
                continue
            for whole in sorted(objects):
                for inner, more in (self.heap.held.get(whole) or {None: self.heap.parts_of(objects, None)}).items():
                    put_part(parts, inner, more, certain=len(objects) == 1)
        return parts

    def _joined(self, value: Joined, frame: Frame | None) -> Objects:
        every = sorted(made for one in value.values for made in self.objects(one, frame))
        same = frozenset(made for made in every if value.iterator and self._is_iterator(made))
        every = [made for made in every if made not in same]
        if same and not every:
            return same
        wholes = every if value.of_any else [made for made in every if self.heap.containers.get(made) is not None]
        if not wholes and not value.of_any:
            return NOTHING
        parts: Parts = self._in_a_row(value, frame) if value.in_a_row else {}
        for whole in wholes if not parts else ():
            held = self.heap.held.get(whole) or {}
            empty = not held and self.heap.containers.get(whole) is not None
            if value.of_any and not empty and not any(key in held for key in ("0", BEHIND)):
                known = keys_of(held) if self.heap.containers.get(whole) else ()
                held = dict(enumerate_keys([self.new() for _ in known])) or {
                    None: self.heap.parts_of(frozenset({whole}), EACH)
                }
            for key, objects in held.items():
                kept = value.ordered and len(wholes) == 1
                put_part(parts, key if kept else None, objects, certain=kept)
        return same | {self.heap.container_of(parts, many=bool(self.path))}

    def _is_iterator(self, made: int) -> bool:
        meaning = self.heap.meanings.get(made)
        return meaning is not None and (meaning.given is not None or self.heap.method(made, "__next__") is not None)

    def _in_a_row(self, value: Joined, frame: Frame | None) -> Parts:
        """Return the parts of ``one + other`` under their new places; none where those cannot be told."""
        parts: list[Objects] = []
        for one in value.values:
            objects = self.objects(one, frame)
            held = self.heap.held.get(min(objects)) or {}
            known = len(objects) == 1 and self.heap.containers.get(min(objects)) is not None
            if not known or not is_whole_list(held) or (min(objects) % 2):
                return {}
            parts += held.values()
        return dict(enumerate_keys(parts))

    def _lookup(self, name: str, frame: Frame | None) -> Objects:
        home = frame.find(name) if frame is not None else None
        if home is not None:
            return home.get(name, self.unit)
        known = self._bound_on_the_way(name) or self.objects_of(name)
        if not known:
            known = frozenset({self.heap.fresh()})
            self.names.put(name, Chain(Held(None, known)))
        return known

    def _bound_on_the_way(self, name: str) -> Objects:
        """Return what `name` may be where this branch has bound it: nothing older then."""
        found = NOTHING
        for path, objects in reversed(self.maybe[name]) if name in self.maybe else ():
            found |= objects
            if path == self.path[: len(path)]:
                return found
        return NOTHING

    def boxed(self, parts: Objects) -> Objects:
        """Return a new container of some parts; nothing where there are none."""
        return frozenset({self.heap.container_of({None: parts}, many=True)}) if parts else NOTHING

    def let_touch(self, method: str) -> None:
        """Note that some unit so far has given a method a meaning of its own."""
        if not self.heap.touchable.get(method):
            self.heap.touchable.put(method, True)


def enumerate_keys(every: list[Objects]) -> list[tuple[str, Objects]]:
    """Return some objects under the keys of their places."""
    return [(str(place), objects) for place, objects in enumerate(every)]
