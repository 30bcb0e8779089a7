"""What a block of code does to names, as a short list of steps: the facts that the dataflow of cells is made of.

A cell is a block, and so is each function in it. The steps keep only what concerns names from outside the block, in the
order they happen, so that a cell is looked at once and its neighbours may change without looking again.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

BUILTINS = frozenset(dir(builtins)) | {
    *("__file__", "__builtins__", "__annotations__", "display", "get_ipython", "exit", "quit"),
    *("_", "__", "___", "In", "Out", "_i", "_ii", "_iii", "_oh", "_ih", "_dh"),
    *(f"{name}{number}" for name in ("_", "_i") for number in range(1, 1000)),
}
"""What is there without being bound: Python's own names, and those that IPython puts into a session."""


@dataclass(frozen=True, slots=True)
class FromName:
    """The value a name holds, or a part of it: an item, an attribute, what a loop takes out."""

    name: str
    part: bool = False


@dataclass(frozen=True, slots=True)
class FromFunction:
    """A function or lambda, or a class."""

    definition: Function | ClassDefinition


@dataclass(frozen=True, slots=True)
class Several:
    """One of several values, or a new container of them."""

    values: tuple[Value, ...]
    container: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """A call, and the value it gives.

    Parameters
    ----------
    callee
        What is called; for ``a.b(…)`` the value of ``a``, with `method` ``b``. A decorator has the `method` ``@``.
    bound
        The names that the block has bound for certain when the call happens.
    """

    callee: Value
    method: str
    args: tuple[Value | None, ...]
    keywords: tuple[tuple[str | None, Value | None], ...]
    bound: frozenset[str]
    line: int
    certain: bool


@dataclass(frozen=True, slots=True)
class Read:
    """A name is read that the block has not bound for certain."""

    name: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Bind:
    """A name is bound.

    Parameters
    ----------
    kind
        ``data``, ``import`` or ``definition`` (functions and classes).
    certain
        Whether it happens whenever the block runs.
    augmented
        Whether by ``+=`` and the like: a list would be changed in place instead.
    """

    name: str
    kind: str
    line: int
    certain: bool
    value: Value | None = None
    augmented: bool = False


@dataclass(frozen=True, slots=True)
class Mutate:
    """The object of a name, or a part of it, is changed in place.

    Parameters
    ----------
    method
        The method that changes it: on a module that is only a function of that name. ``.append`` when it is called on a
        part of the object. Empty for an assignment.
    """

    name: str
    line: int
    certain: bool
    method: str = ""


@dataclass(frozen=True, slots=True)
class Delete:
    """A name is deleted."""

    name: str
    line: int
    certain: bool


@dataclass(frozen=True, slots=True)
class Branch:
    """One of several ways on begins, or ends: its steps may be left out."""

    begins: bool


@dataclass(frozen=True, slots=True)
class Return:
    """A function gives this value back."""

    value: Value | None


Value: TypeAlias = FromName | FromFunction | Several | Call
Step: TypeAlias = Read | Bind | Mutate | Delete | Branch | Return | Call


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function or lambda: its parameters, its own names, and its steps.

    Parameters
    ----------
    positional, keyword_only, variadic
        Names of parameters; `variadic` are ``*args`` and ``**kwargs``.
    own
        Every name that is local to it; all others come from outside.
    property
        Whether reading the attribute calls it.
    """

    name: str
    line: int
    positional: tuple[str, ...]
    keyword_only: tuple[str, ...]
    variadic: tuple[str, ...]
    own: frozenset[str]
    steps: tuple[Step, ...]
    is_property: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ClassDefinition:
    """A class: its methods by name, and the values of its bases."""

    name: str
    line: int
    methods: tuple[tuple[str, Function], ...]
    bases: tuple[Value, ...] = ()


@dataclass(frozen=True)
class Unknowable:
    """Something that hides names: a star import, ``exec``, ``globals()``, ``%run``."""

    what: str
    line: int
    column: int


@dataclass(frozen=True)
class CellFacts:
    """What one cell does to names, whatever its neighbours do.

    Parameters
    ----------
    reads
        Names it takes from outside, with the place of the first read.
    binds
        Names it binds, with the line of the last binding.
    certain
        The names among `binds` that are bound whenever the cell runs to its end.
    kinds
        ``data``, ``import`` or ``definition`` for each name in `binds`.
    deferred
        Names from outside that functions of the cell read when they are called, with the line.
    """

    steps: tuple[Step, ...]
    reads: dict[str, tuple[int, int]]
    binds: dict[str, int]
    certain: frozenset[str]
    kinds: dict[str, str]
    mutates: dict[str, int]
    deletes: dict[str, int]
    deferred: dict[str, int]
    unknowable: tuple[Unknowable, ...] = ()
    too_deep: bool = False


def steps_within(steps: Iterable[Step]) -> Iterator[tuple[Function, frozenset[str]]]:
    """Yield each function defined in a block, however deep, with the names that the functions around it hide."""
    waiting: list[tuple[object, frozenset[str]]] = [(step, frozenset()) for step in steps]
    while waiting:
        item, hidden = waiting.pop(0)
        if isinstance(item, Function):
            yield item, hidden | item.own
            waiting[:0] = [(step, hidden | item.own) for step in item.steps]
        elif isinstance(item, ClassDefinition):
            waiting[:0] = [(method, hidden) for _, method in item.methods]
        elif isinstance(item, FromFunction):
            waiting.insert(0, (item.definition, hidden))
        elif isinstance(item, Several):
            waiting[:0] = [(value, hidden) for value in item.values]
        elif isinstance(item, Bind | Return) and not isinstance(item.value, Call):
            waiting.insert(0, (item.value, hidden))
        elif isinstance(item, Call):
            inner = [item.callee, *item.args, *(value for _, value in item.keywords)]
            waiting[:0] = [(value, hidden) for value in inner if not isinstance(value, Call)]
