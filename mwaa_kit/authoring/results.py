"""Well-known calls: what they give back of what they are given, and what they put into what they change.

References
----------
Python library reference (built-in functions and types); API references of matplotlib and scikit-learn.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from mwaa_kit.authoring.steps import BEHIND, EACH, EVERY, NEXT, Holding, Joined, Key, Part, Several, Value

Args = tuple[Value | None, ...]
Keywords = dict[str | None, Value | None]

_COPIES_IN_ORDER = frozenset({"dict", "OrderedDict"})
_IN_ORDER = frozenset({"list", "tuple", "deque", "iter"})
_COPIES = frozenset(
    {"list", "tuple", "deque", "iter", "sorted", "set", "frozenset", "reversed", "filter", "islice", "chain", "cycle"}
)
_GIVES_PART = frozenset({"next", "min", "max", "choice"})
_GIVES_FIRST = frozenset({"nullcontext", "closing"})
_PART_METHODS = frozenset({"get", "pop", "popleft", "setdefault", "__getitem__"})
_SELF_METHODS = frozenset({"fit", "partial_fit", "set_params", "__enter__"})
_AXES_METHODS = frozenset({"add_subplot", "add_axes", "gca", "twinx", "twiny", "inset_axes"})
TAKES_OUT = frozenset({"pop", "popleft", "popitem"})
ONLY_OF_CONTAINERS = _PART_METHODS | {"copy", "values", "items", "popitem", "union"}
"""Methods that mean something else on what is no list, dictionary or set: ``requests.get``, ``df.copy``."""
FIGURE_AND_AXES = frozenset({"subplots"})
"""Functions that give a figure, and axes that are part of it."""
_SHIFTS = frozenset(
    {"insert", "pop", "remove", "sort", "reverse", "shuffle", "heappush", "heappop", "popleft", "rotate"}
)
_SHIFTS_TOO = frozenset({"appendleft", "extendleft", "popitem", "clear", "heapify", "insort", "move_to_end", "discard"})

_LOOKS = frozenset(
    {
        *("list", "tuple", "dict", "set", "frozenset", "len", "print", "repr", "str", "int", "float", "bool", "type"),
        *("id", "isinstance", "issubclass", "callable", "hasattr", "getattr", "setattr", "range", "enumerate", "zip"),
        *("iter", "reversed", "hash", "vars", "dir", "display", "help", "format", "round", "abs", "sum", "deque"),
    }
)
_KEEPS = frozenset(
    {"append", "appendleft", "add", "insert", "setdefault", "update", "get", "index", "count", "discard", "remove"}
)


@dataclass(frozen=True)
class Change:
    """What a change does to the parts of an object; the fields are those of `Mutate`."""

    puts: tuple[tuple[Key, Value | None], ...] = ()
    removes: Key = None
    shifts: bool = False
    containers: bool = False
    of: Value | None = None
    instead: Value | None = None


NO_PARTS = Change()


def calls_nothing(node: ast.Call) -> bool:
    """Whether a well-known function or method never calls what it is given."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in (_KEEPS if isinstance(node.func, ast.Attribute) else _LOOKS)


def result_of(node: ast.Call, receiver: Value | None, args: Args, keywords: Keywords) -> Value | None:
    """Return what a well-known function or method gives; None for one that gives something new."""
    if isinstance(node.func, ast.Attribute) and receiver is not None:
        found = _of_method(node, node.func.attr, receiver, args)
        if found is not None:
            return found
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return _of_function(node, name, args, keywords)


def _of_method(node: ast.Call, name: str, receiver: Value, args: Args) -> Value | None:
    if name in _PART_METHODS:
        last = "-1" if name == "pop" else None
        default = args[1:2] if name in {"get", "setdefault", "pop"} else ()
        return Several((Part(receiver, _index(node) if args else last), *default))
    if name in {"copy", "union"}:
        return Joined((receiver, *(arg for arg in args if arg is not None)), ordered=name == "copy")
    if name == "values":
        return Holding(((None, Part(receiver)),))
    if name in {"items", "popitem"}:
        pair = Holding((("0", None), ("1", Part(receiver))))
        return Holding(((None, pair),)) if name == "items" else pair
    if name in _SELF_METHODS:
        return receiver
    return Part(receiver) if name in _AXES_METHODS else None


def _of_function(node: ast.Call, name: str, args: Args, keywords: Keywords) -> Value | None:
    first = args[0] if args else None
    if name == "enumerate" and first is not None:
        return Holding(((None, Holding((("0", None), ("1", Part(first, EACH))))),))
    if name in {"zip", "product", "zip_longest"}:
        parts = tuple((str(i), Part(arg, EACH) if arg is not None else None) for i, arg in enumerate(args))
        return Holding(((None, Holding(parts)),))
    if name in _COPIES_IN_ORDER:
        named = tuple((repr(key), value) for key, value in keywords.items() if key is not None)
        return Holding((*(((EVERY, first),) if first is not None else ()), *named))
    if name in _COPIES:
        every = tuple(arg for arg in args if arg is not None)
        return Joined(every, ordered=name in _IN_ORDER, of_any=True, iterator=name == "iter")
    if name in _GIVES_PART and first is not None:
        return Several(args) if len(args) > 1 and name != "next" else Part(first, EACH)
    if name == "sum" and len(args) > 1:  # of lists: a new one of what they hold
        return Joined(
            tuple(arg for arg in (args[1], Part(first, EACH) if first is not None else None) if arg is not None)
        )
    if name in _GIVES_FIRST:
        return first
    if name == "getattr" and first is not None:
        key = node.args[1].value if len(node.args) > 1 and isinstance(node.args[1], ast.Constant) else None
        return Several((Part(first, f".{key}" if isinstance(key, str) else None), *args[2:3]))
    return None


def change_by(node: ast.Call, name: str, args: Args, keywords: Keywords) -> Change:
    """Return what a well-known method or function puts into the object that it changes."""
    last = args[-1] if args else None
    if name in {"append", "add", "put", "put_nowait"}:
        return Change(((NEXT, last),))
    if name == "extend":
        return Change(added_parts(last))
    if name == "setdefault":
        return Change(((None, last),) if len(args) > 1 else ())
    if name == "update":
        named = tuple((repr(key) if key else None, value) for key, value in keywords.items())
        return Change((*((EVERY, arg) for arg in args), *named))
    if name in {"setattr", "__setitem__"}:
        return Change(((_index(node), last),))
    if name in _SHIFTS | _SHIFTS_TOO:
        puts = name in {"insert", "heappush", "appendleft", "extendleft", "insort"}
        held = Part(last) if name == "extendleft" and last is not None else last
        if name == "clear":
            return Change(removes=EVERY, shifts=True)
        removes = (_index(node) if args else "-1") if name == "pop" else None
        return Change(((None, held),) if puts else (), removes, shifts=True)
    return Change()


def added_parts(value: Value | None) -> tuple[tuple[Key, Value | None], ...]:
    """Return what ``extend`` and ``+=`` put behind what is there: one after the other, as far as they are known."""
    if isinstance(value, Holding) and all(key is not None and key.isdecimal() for key, _ in value.parts):
        return tuple((NEXT, part) for _, part in value.parts)
    return ((BEHIND, Part(value)),) if value is not None else ()


def _index(node: ast.Call) -> Key:
    """Return the key that the arguments of ``get``, ``pop``, ``setattr`` and the like name."""
    function = isinstance(node.func, ast.Name)
    place = node.args[1 if function else 0] if len(node.args) > function else None
    if not isinstance(place, ast.Constant) or not isinstance(place.value, str | int):
        return None
    return f".{place.value}" if function else repr(place.value)
