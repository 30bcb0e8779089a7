"""What calls do: the functions of a notebook followed into, with the arguments they get.

Functions that the notebook hands to somebody else's code are followed too, as they may be called with anything that
goes there. Operators, loops and properties call what the notebook defines for them; a generator runs where it is run
through.
"""

from __future__ import annotations

from dataclasses import replace

from mwaa_kit.authoring.dunders import REFLECTED, SHOWN, STEPS_OF_GENERATORS, instead, is_dunder
from mwaa_kit.authoring.objects import NOTHING, Edit, Frame, Meaning, Objects, Parts
from mwaa_kit.authoring.results import FIGURE_AND_AXES, ONLY_OF_CONTAINERS
from mwaa_kit.authoring.scopes import GENERATOR
from mwaa_kit.authoring.steps import (
    BEHIND,
    Call,
    Function,
    Special,
    Step,
)
from mwaa_kit.authoring.valuing import Valuer, enumerate_keys

_DEEPEST_CALL = 15


class Caller(Valuer):
    """Follows calls."""

    def step(self, step: Step, frame: Frame | None, *, certain: bool) -> Objects | None:
        """Follow one step of a function; the linker knows how."""
        raise NotImplementedError

    def call(self, call: Call, frame: Frame | None, *, certain: bool) -> Objects:
        """Follow a call, and return what it may give."""
        callees = self.objects(call.callee, frame)
        args = [self.objects(arg, frame) for arg in call.args]
        named = {name or "**": self.objects(value, frame) for name, value in call.keywords}
        found, own = NOTHING, False
        certain, before = certain and len(callees) == 1, self.path
        for callee in sorted(callees):
            self.path = self._way_of_one(before, callees)
            meaning = self._target(callee, call.method)
            if meaning is not None and meaning.given is not None:
                own, found = True, found | self._go_on(callee, meaning, call)
            elif meaning is not None:
                own = True
                given = [frozenset({callee}), *args] if meaning.instance else args
                star = call.starred + meaning.instance if call.starred >= 0 else -1
                found |= self._run(meaning, given, named, call, certain, star)
            elif call.method != "@" and not call.quiet:
                found |= self._handed_over([frozenset({callee}), *args, *named.values()], call)
        self.path = before
        return found if own else found | self._given(call, callees, frame)

    def _way_of_one(self, path: tuple[int, ...], ones: Objects) -> tuple[int, ...]:
        """Return the way on of one of several that may be meant: what it binds, the others have not bound."""
        self.branches += 1
        return path if len(ones) == 1 else (*path, self.branches)

    def touch(self, call: Call, frame: Frame | None, *, certain: bool) -> None:
        """Follow what runs a property or a dunder method of the notebook's, or a part of a generator."""
        method = call.method
        while method and not self.heap.touchable.get(method):
            method = instead(method)
        if not method:
            return
        self.results.pop(call, None)
        if method in REFLECTED and isinstance(call.gives, Special) and call.gives.call in self.results:
            return
        objects, args = self.objects(call.callee, frame), [self.objects(arg, frame) for arg in call.args]
        certain, found, others = certain and len(objects) == 1, NOTHING, NOTHING
        ran, before = [], self.path
        for made in sorted(objects):
            self.path = self._way_of_one(before, objects)
            ran.append((made, self._touched(made, args, call, certain=certain)))
        self.path = before
        for made, gives in ran:
            found |= gives or NOTHING
            others |= NOTHING if gives is not None else {made}
        if len(others) < len(ran):
            same = call.method in {"__iter__", "__enter__"}
            self.results[call] = found | (others if same else self.objects(call.gives, frame) if others else NOTHING)

    def _touched(
        self, made: int, args: list[Objects], call: Call, *, certain: bool, within: Objects = NOTHING
    ) -> Objects | None:
        """Follow what one object runs when it is touched; None where it runs nothing of the notebook's.

        `within` are the containers that are being shown around it.
        """
        method, meaning = call.method, self.heap.meanings.get(made)
        if meaning is None and method in SHOWN and self.heap.containers.get(made) is not None and made not in within:
            self._show_parts(made, replace(call, method="__repr__"), certain, within | {made})
        if meaning is None or not (meaning.instance or meaning.given is not None):
            return None
        target = self._target(made, method)
        while target is None and (method := instead(method)):
            target = self._target(made, method)
        if target is None or (method == "__getattr__" and f".{call.method}" in (self.heap.held.get(made) or {})):
            return None
        if target.given is not None:
            gives = self._go_on(made, target, call)
            return gives if method in {"__enter__", "__next__"} else frozenset({made})
        function = target.definition
        implicit = is_dunder(method) or "." in method or (isinstance(function, Function) and function.is_property)
        if not implicit:
            return None
        given = [self.new()] if method == "__getattr__" else args
        gives = self._run(target, [frozenset({made}), *given], {}, call, certain, -1)
        if method != "__iter__":
            return self.boxed(gives) if call.method == "__iter__" else gives
        following = replace(call, method="__next__", args=())
        steps = [self._touched(one, [], following, certain=certain and len(gives) == 1) for one in sorted(gives)]
        return gives | self.boxed(NOTHING.union(*(step for step in steps if step)))

    def _show_parts(self, container: int, call: Call, certain: bool, within: Objects) -> None:
        """Follow what a list, tuple, dictionary or set calls on what it holds when it is shown."""
        for key, parts in tuple((self.heap.held.get(container) or {}).items()):
            sure = certain and key not in {None, BEHIND} and len(parts) == 1
            for part in sorted(parts):
                self._touched(part, [], call, certain=sure, within=within)

    def _begun(self, meaning: Meaning, given: dict[str, Objects]) -> Objects:
        """Return a new generator, of which nothing has run yet."""
        made = self.new()
        self.heap.meanings.put(min(made), replace(meaning, given=tuple(given.items())))
        for method in STEPS_OF_GENERATORS:
            self.let_touch(method)
        return made

    def _go_on(self, made: int, generator: Meaning, call: Call) -> Objects:
        """Follow a generator from its beginning, as nobody knows how far it has come; return what it may yield."""
        self.path = (*self.path, -1)
        expression = generator.definition.name == GENERATOR and generator.frame is None
        here = expression and self.heap.made_by(made) == self.unit
        returned = self._enter(generator, dict(generator.given or ()), call, certain=False, here=here)
        self.path = self.path[:-1]
        parts = self.heap.parts_of(returned, None) if returned else NOTHING
        if parts:
            self.heap.change(made, Edit(((None, parts),)), certain=False)
        return parts

    def _given(self, call: Call, callees: Objects, frame: Frame | None) -> Objects:
        """Return what a well-known function gives."""
        if call.method in FIGURE_AND_AXES:
            figure, many = frozenset({self.heap.fresh()}), bool(self.path)
            parts: Parts = {"0": figure, "1": self.heap.parts_of(figure, None)}
            return frozenset({self.heap.container_of(parts, many=many)})
        if call.gives is None:
            return NOTHING
        if call.method in ONLY_OF_CONTAINERS and all(self.heap.containers.get(callee) is None for callee in callees):
            return NOTHING
        return self.objects(call.gives, frame)

    def _target(self, callee: int, method: str) -> Meaning | None:
        """Return what a call runs, where the notebook defines it; `instance` says that it gets the callee first."""
        meaning = self.heap.meanings.get(callee)
        if meaning is not None and meaning.given is not None and method in STEPS_OF_GENERATORS:
            return meaning
        if method and method != "@":
            found = self.heap.method(callee, method)
            bound = found is not None and meaning is not None and meaning.instance
            return replace(found, instance=bound) if found is not None else None
        if meaning is None or not meaning.instance:
            return meaning if meaning is None or meaning.given is None or method == "@" else None
        special = self.heap.method(callee, "__call__")
        return replace(special, instance=True) if special is not None else None

    def _run(
        self, meaning: Meaning, args: list[Objects], named: dict[str, Objects], call: Call, certain: bool, star: int
    ) -> Objects:
        if isinstance(meaning.definition, Function):
            given = _arguments(self, meaning, args, named, star)
            if meaning.definition.is_generator:
                return self._begun(meaning, given)
            return self._enter(meaning, given, call, certain=certain)
        made = self.new()
        self.heap.meanings.put(min(made), replace(meaning, instance=True, defaults=()))
        for name in ("__new__", "__init__", "__post_init__"):
            method = self.heap.method(min(made), name)
            if method is not None:
                given = _arguments(self, method, [made, *args], named, star + (star >= 0))
                self._enter(method, given, call, certain=certain)
        return made

    def _handed_over(self, every: list[Objects], call: Call) -> Objects:
        """Follow the functions of the notebook that are handed to somebody else's, called with whatever goes there."""
        known = [(made, meaning) for o in every for made in sorted(o) if (meaning := self.heap.meanings.get(made))]
        for made, meaning in known:
            if meaning.given is not None:
                self._go_on(made, meaning, call)
        functions = [m for _, m in known if isinstance(m.definition, Function) and m.given is None]
        if not functions:
            return NOTHING
        others = NOTHING.union(*every)
        anything = others | self.heap.parts_of(others, None)
        returned = NOTHING
        self.path = (*self.path, -1)
        for meaning in functions:
            assert isinstance(meaning.definition, Function)
            given = dict.fromkeys((*meaning.definition.positional, *meaning.definition.keyword_only), anything)
            returned |= self._enter(meaning, given, call, certain=False)
        self.path = self.path[:-1]
        return returned | {self.heap.container_of({None: returned}, many=True)} if returned else NOTHING

    def _enter(
        self, meaning: Meaning, values: dict[str, Objects], call: Call, *, certain: bool, here: bool = False
    ) -> Objects:
        """Follow a function of the notebook through its body, and return what it gives back.

        `here` says that it is a generator expression of the unit itself: what it reads, the unit reads.
        """
        function = meaning.definition
        again = any(one.definition is function for one in self.calling)
        if not isinstance(function, Function) or again or len(self.calling) > _DEEPEST_CALL:
            return NOTHING
        frame = Frame(function.own, values, meaning.frame, self.unit, self.locals)
        outermost = not self.calling
        if outermost:
            self.bound_by_caller, self.call_line = call.bound, call.line
        self.calling.append(meaning)
        before, self.running_here = self.running_here, frame if here else self.running_here
        returned = NOTHING
        for step in function.steps:
            returned |= self.step(step, frame, certain=certain) or NOTHING
        self.calling.pop()
        self.running_here = before
        if outermost:
            self.bound_by_caller = frozenset[str]()
        return returned


def _arguments(
    caller: Caller, meaning: Meaning, args: list[Objects], named: dict[str, Objects], star: int
) -> dict[str, Objects]:
    """Give each parameter what it may be."""
    function = meaning.definition
    assert isinstance(function, Function)
    values = dict(meaning.defaults)
    spread = args[star] if star >= 0 else NOTHING
    fixed = args[:star] if star >= 0 else args
    values.update(zip(function.positional, fixed, strict=False))
    if star >= 0:
        values.update({name: spread | values.get(name, NOTHING) for name in function.positional[star:]})
    values.update({name: objects for name, objects in named.items() if name in function.own})
    if "**" in named:
        more = caller.heap.parts_of(named["**"], None)
        values.update(
            {name: more | values.get(name, NOTHING) for name in (*function.positional, *function.keyword_only)}
        )
    if function.rest:
        spare: Parts = dict(enumerate_keys(fixed[len(function.positional) :]))
        if star >= 0:
            spare[None] = spread
        values[function.rest] = frozenset({caller.heap.container_of(spare)})
    if function.named_rest:
        rest: Parts = {repr(name): objects for name, objects in named.items() if name not in function.own}
        values[function.named_rest] = frozenset({caller.heap.container_of(rest)})
    return values
