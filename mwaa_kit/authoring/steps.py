"""What a block of code does to names, as a short list of steps: the facts that the dataflow of cells is made of.

A cell is a block, and so is each function in it. The steps keep only what concerns names from outside the block, in the
order they happen, so that a cell is looked at once and its neighbours may change without looking again.

One idea in more than 300 lines: the words for values and steps, each a small data class.
"""

from __future__ import annotations

import builtins
from dataclasses import dataclass
from typing import TypeAlias

BUILTINS = frozenset(dir(builtins)) | {
    *("__file__", "__builtins__", "__annotations__", "display", "get_ipython", "exit", "quit"),
    *("_", "__", "___", "In", "Out", "_i", "_ii", "_iii", "_oh", "_ih", "_dh"),
    *(f"{name}{number}" for name in ("_", "_i") for number in range(1, 1000)),
}
"""What is there without being bound: Python's own names, and those that IPython puts into a session."""


Key: TypeAlias = str | None
"""Which part of an object: ``.name`` of an attribute, an index as it is written; None where that cannot be told."""
EVERY: Key = "*"
"""In a new container: all parts of the value, under their own keys."""
EACH: Key = "each"
"""What a loop takes out: the elements of a list, and not the values of a dictionary."""
NEXT: Key = "+"
"""The place behind all that is there."""
BEHIND: Key = "++"
"""Some place behind what was there when it was known."""


@dataclass(frozen=True, slots=True)
class FromName:
    """The value a name holds."""

    name: str


@dataclass(frozen=True, slots=True)
class FromModule:
    """What an import gives: for one module, or one name of it, always the same object."""

    name: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a value: an item, an attribute, what a loop takes out."""

    of: Value
    key: Key = None


@dataclass(frozen=True, slots=True)
class FromFunction:
    """A function or lambda, or a class."""

    definition: Function | ClassDefinition


@dataclass(frozen=True, slots=True)
class Several:
    """One of several values; None is one that has no name yet."""

    values: tuple[Value | None, ...]


@dataclass(frozen=True, slots=True)
class Holding:
    """A new list, dictionary or the like, of these parts; a tuple is `fixed`."""

    parts: tuple[tuple[Key, Value | None], ...]
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Joined:
    """A new container of all parts of those values that are containers; where none is, an object without parts.

    Parameters
    ----------
    ordered
        Whether the parts of a single value keep their keys.
    of_any
        Whether it is a new list whatever the values are, of what a loop over them takes out.
    in_a_row
        Whether those of the second come behind those of the first, where both are lists that are known.
    iterator
        Whether it is the value itself where that is an iterator of the notebook's, as of ``iter()``.
    """

    values: tuple[Value, ...]
    ordered: bool = False
    of_any: bool = False
    in_a_row: bool = False
    iterator: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """A value worked out once, for several names."""

    value: Value | None


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """A call, and the value it gives.

    Parameters
    ----------
    callee
        What is called; for ``a.b(…)`` the value of ``a``, with `method` ``b``. A decorator has the `method` ``@``.
    starred
        Which of `args` stands for any number of them; -1 where none does.
    bound
        The names that the block has bound for certain when the call happens.
    gives
        What the call gives where the notebook does not define what is called.
    quiet
        Whether what is called, if it is what its name says, calls nothing that it is given.
    """

    callee: Value
    method: str
    args: tuple[Value | None, ...]
    keywords: tuple[tuple[str | None, Value | None], ...]
    starred: int
    bound: frozenset[str]
    line: int
    certain: bool
    gives: Value | None = None
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Special:
    """What an operator or a loop makes of a value: what the notebook's own method gives, else what `call` says it gives."""

    call: Call


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
    added
        What ``+=`` and the like add; a list is changed in place instead.
    """

    name: str
    kind: str
    line: int
    certain: bool
    value: Value | None = None
    added: Value | None = None


@dataclass(frozen=True, slots=True)
class Mutate:
    """An object is changed in place.

    Parameters
    ----------
    name
        The name it was reached by; empty where it has none out here.
    value
        The object.
    method
        The method that changes it: on a module that is only a function of that name. Empty for an assignment.
    puts
        What becomes a part of it, and where.
    removes
        The key of a part that goes; None where none goes, or any may.
    shifts
        Whether its other parts get other places.
    containers
        Whether it is changed only if it is a container, as by ``+=``.
    of
        For ``random.shuffle(xs)``: what the function is an attribute of.
    instead
        What ``+=`` gives where a class of the notebook's says how; the name is bound to it then.
    """

    name: str
    line: int
    certain: bool
    value: Value
    method: str = ""
    puts: tuple[tuple[Key, Value | None], ...] = ()
    removes: Key = None
    shifts: bool = False
    containers: bool = False
    of: Value | None = None
    instead: Value | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """A name is deleted."""

    name: str
    line: int
    certain: bool


@dataclass(frozen=True, slots=True)
class Branch:
    """One of several ways on begins, or ends: its steps may be left out, unless `certain`, or run many times."""

    begins: bool
    certain: bool = False


@dataclass(frozen=True, slots=True)
class Return:
    """A function gives this value back; a generator gives parts of it, where it `yields`."""

    value: Value | None
    yields: bool = False


@dataclass(frozen=True, slots=True)
class Touch:
    """Something is done that calls no name: a call, where the notebook defines what it runs.

    An attribute is read that is a property; an operator is used, or a loop begins, on an instance of its class; a
    generator goes on.
    """

    call: Call


Value: TypeAlias = FromName | FromModule | Part | FromFunction | Several | Holding | Joined | Kept | Call | Special
Step: TypeAlias = Read | Bind | Mutate | Delete | Branch | Return | Kept | Call | Touch


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function or lambda: its parameters, its own names, and its steps.

    Parameters
    ----------
    positional, keyword_only
        Names of parameters.
    rest, named_rest
        The names after ``*`` and ``**``; empty where there is none.
    defaults
        The values of parameters that need not be given.
    own
        Every name that is local to it; all others come from outside.
    is_property
        Whether reading the attribute calls it.
    is_generator
        Whether a call runs nothing yet: the loops over what it gives do.
    """

    name: str
    line: int
    positional: tuple[str, ...]
    keyword_only: tuple[str, ...]
    rest: str
    named_rest: str
    defaults: tuple[tuple[str, Value], ...]
    own: frozenset[str]
    steps: tuple[Step, ...]
    is_property: bool = False
    is_generator: bool = False


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
