"""What a function is, so that a change of it is noticed; and whether running it again could matter.

Notes
-----
A function's print covers its byte code, constants and defaults, and everything it uses by name: helpers and classes of the
user's own, with theirs, and the values of constants. Comments and layout are not in it. What is the Python's or a
library's own is covered by its name and version.

Whether a function could matter, beyond what it returns, is judged the careful way round: whatever is not known to give the
same for the same arguments is a doubt. Known are most builtins, modules of the standard library that only compute, and
numpy and pandas as long as nothing by the name of their readers, writers and random numbers is called. Anything else, such
as ``open``, ``os``, a clock or an unknown library, reaches outside or may differ the next time. What is printed or
logged is no doubt. A library's function can still be changed behind our back, so this is a rule for test-runs, no proof.

Both are judged in one walk through the code, hence one file of a little more than 300 lines.
"""

from __future__ import annotations

import builtins
import dis
import enum
import functools
import hashlib
import logging
import sys
import sysconfig
import types
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass
from datetime import date, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePath
from typing import Any


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


REPEATABLE_MODULES = _words(
    "__future__ _collections _functools _operator _statistics abc array ast base64 binascii bisect builtins calendar cmath"
    " collections colorsys copy copyreg dataclasses datetime decimal difflib enum fractions functools graphlib hashlib heapq"
    " html itertools json keyword logging math numbers operator pprint re statistics string struct textwrap types typing"
    " unicodedata warnings zlib zoneinfo numpy pandas"
)
"""Modules that give the same for the same arguments, but for `OUTSIDE_NAMES`."""

OUTSIDE_BUILTINS = _words(
    "__import__ breakpoint compile delattr dir eval exec exit getattr globals hash help id input locals open quit setattr"
    " vars"
)
"""Builtins that reach outside, differ from process to process, or hide what is used."""

OUTSIDE_NAMES = _words(
    "now today utcnow fromfile genfromtxt load loadtxt memmap open read read_bytes read_text save savefig"
    " savetxt savez savez_compressed tofile to_clipboard to_csv to_excel to_feather to_gbq to_hdf to_iceberg to_json to_orc"
    " to_parquet to_pickle to_sql to_stata to_xml dump write write_bytes write_text writelines unlink mkdir touch rename"
    " sample shuffle permutation rand randn randint random random_sample choice default_rng RandomState seed bootstrap"
    " execute commit connect send request environ getenv system popen"
)
"""Attributes that read or write outside, ask a clock, or draw random numbers, whatever object has them."""

_LARGEST = 10_000
"""How many items of a constant are compared; a larger one is not taken for a constant."""

_PLAIN = (
    bool,
    int,
    float,
    complex,
    str,
    bytes,
    type(None),
    type(Ellipsis),
    Decimal,
    Fraction,
    date,
    time,
    timedelta,
    timezone,
)


@dataclass(frozen=True)
class Print:
    """What something is.

    Parameters
    ----------
    digest
        The same for two that do the same.
    doubts
        Why running it again might matter, in words; empty where it gives the same for the same arguments.
    """

    digest: str
    doubts: tuple[str, ...] = ()


class Printer:
    """Takes prints; what several tasks use is looked at once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[object, Print]] = {}

    def of(self, value: object) -> Print:
        """Return the print of a function, a class or a constant."""
        if (known := self._known.get(id(value))) is not None:
            return known[1]
        look = _Look()
        look.at(value, "")
        found = Print(look.digest(), tuple(dict.fromkeys(look.doubts)))
        self._known[id(value)] = (value, found)  # holding the value keeps its id its own
        return found


class _Look:
    """One look at everything that hangs on a value."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._seen: dict[int, int] = {}
        self.doubts: list[str] = []

    def digest(self) -> str:
        """Return the digest of what was seen."""
        return self._hash.hexdigest()

    def _add(self, *parts: object) -> None:
        self._hash.update(repr(parts).encode("utf-8", "backslashreplace"))

    def at(self, value: object, name: str) -> None:
        """Look at a value that is used under a name."""
        if isinstance(value, _PLAIN):
            self._add(type(value).__name__, value)
            return
        if id(value) in self._seen:
            self._add("seen", self._seen[id(value)])
            return
        self._seen[id(value)] = len(self._seen)
        if isinstance(value, types.FunctionType):
            self._at_function(value)
        elif isinstance(value, types.CodeType):
            self._at_code(value, {})
        elif isinstance(value, type):
            self._at_class(value)
        elif isinstance(value, types.ModuleType):
            self._at_module(value.__name__)
        elif isinstance(value, tuple | list | set | frozenset | dict):
            self._at_items(value, name)
        else:
            self._at_other(value, name)

    def _at_function(self, function: types.FunctionType) -> None:
        if not _is_own(function.__module__, function.__code__.co_filename):
            self._at_library(function.__module__, function.__qualname__)
            return
        cells = [_content(cell) for cell in function.__closure__ or ()]
        for value in (function.__defaults__, function.__kwdefaults__, *cells):
            self.at(value, function.__name__)
        self._at_code(function.__code__, function.__globals__)

    def _at_code(self, code: types.CodeType, known: Mapping[str, Any]) -> None:
        """Look at byte code, and at what it names."""
        self._add(code.co_code, code.co_names, code.co_varnames, code.co_freevars, code.co_flags, code.co_argcount)
        for constant in code.co_consts:
            if isinstance(constant, types.CodeType):
                self._at_code(constant, known)
            else:
                self.at(constant, "")
        named = list(_names(code))
        attributes = {name for kind, name in named if kind in ("attribute", "from")}
        self.doubts += [f"calls .{name}" for name in sorted(attributes) if _is_outside(name)]
        for kind, name in named:
            if kind == "import":
                self._at_import(name, attributes)
            elif kind == "store":
                self.doubts.append(f"sets the global {name}")
            elif kind == "global":
                self._at_global(name, known, attributes)

    def _at_global(self, name: str, known: Mapping[str, Any], attributes: set[str]) -> None:
        if name not in known:
            self._add("builtin", name)
            if name in OUTSIDE_BUILTINS or not hasattr(builtins, name):
                self.doubts.append(f"calls {name}" if hasattr(builtins, name) else f"uses {name}, which is not defined")
            return
        value = known[name]
        self.at(value, name)
        if isinstance(value, types.ModuleType):
            self._at_contents(value, attributes)

    def _at_import(self, name: str, attributes: set[str]) -> None:
        """Look at what is imported while the code runs."""
        self._at_module(name)
        for loaded in dict.fromkeys((name, name.partition(".")[0])):
            if loaded in sys.modules:
                self._at_contents(sys.modules[loaded], attributes)

    def _at_contents(self, module: types.ModuleType, attributes: set[str]) -> None:
        """Look at what of a module of the user's own may be meant: whatever has a name that the code uses."""
        if not _is_own(module.__name__, getattr(module, "__file__", None)):
            return
        for name in sorted(attributes & set(vars(module))):
            value = vars(module)[name]
            if isinstance(value, types.ModuleType) and id(value) not in self._seen:
                self.at(value, name)
                self._at_contents(value, attributes)
            else:
                self.at(value, name)

    def _at_class(self, kind: type) -> None:
        if not _is_own(kind.__module__, _file_of(kind.__module__)):
            self._at_library(kind.__module__, kind.__qualname__)
            return
        self._add("class", kind.__qualname__)
        for base in kind.__bases__:
            self.at(base, base.__name__)
        self._add({name: str(annotation) for name, annotation in vars(kind).get("__annotations__", {}).items()})
        for one in vars(kind).get("__dataclass_fields__", {}).values():
            self.at([one.name, *(d for d in (one.default, one.default_factory) if d is not MISSING)], one.name)
        for name, value in vars(kind).items():
            if name in _OF_EVERY_CLASS or _is_made(value):
                continue
            inner = value.__func__ if isinstance(value, classmethod | staticmethod) else value
            parts = (inner.fget, inner.fset) if isinstance(inner, property) else (inner,)
            for part in parts:
                self._add(name)
                self.at(part, f"{kind.__name__}.{name}")

    def _at_module(self, name: str) -> None:
        self._add("module", name)
        if not _is_own(name, _file_of(name)):
            self._at_library(name, "")
        elif name not in sys.modules:
            self.doubts.append(f"imports {name} only when it runs")

    def _at_library(self, module: str | None, name: str) -> None:
        root = (module or "").partition(".")[0]
        self._add("library", module, name, getattr(sys.modules.get(root), "__version__", ""))
        if root not in REPEATABLE_MODULES:
            self.doubts.append(f"uses {root or name}")
        if _is_outside(name.rpartition(".")[2]) or ".random" in (module or ""):
            self.doubts.append(f"calls {name}")

    def _at_items(self, value: Any, name: str) -> None:
        if len(value) > _LARGEST:
            self._cannot_compare(value, name)
            return
        items = value.items() if isinstance(value, dict) else value
        self._add(type(value).__name__, len(value))
        for item in sorted(items, key=repr) if isinstance(value, set | frozenset) else items:
            self.at(item, name)

    def _at_other(self, value: Any, name: str) -> None:
        """Look at an object of some class."""
        if isinstance(value, enum.Enum):
            self._add(type(value).__qualname__, value.name)
        elif isinstance(value, PurePath):
            self._add("path", str(value))
        elif isinstance(value, logging.Logger):
            self._add("logger")
        elif isinstance(value, functools.partial):
            self.at((value.func, value.args, value.keywords), name)
        elif hasattr(value, "__wrapped__"):
            self.at(value.__wrapped__, name)
        elif isinstance(value, types.BuiltinFunctionType | types.MethodDescriptorType | types.BuiltinMethodType):
            self._at_library(getattr(value, "__module__", None) or "builtins", value.__name__)
        elif type(value).__module__ in ("re", "typing", "types", "numpy") and not hasattr(value, "dtype"):
            self._add(repr(value))
        else:
            self._cannot_compare(value, name)

    def _cannot_compare(self, value: object, name: str) -> None:
        self._add("other", type(value).__qualname__)
        self.doubts.append(f"uses {name or 'a value'}, a {type(value).__name__} that cannot be compared")


_OF_EVERY_CLASS = _words(
    "__module__ __qualname__ __dict__ __weakref__ __doc__ __firstlineno__ __static_attributes__ __dataclass_params__"
    " __dataclass_fields__ __match_args__ __annotations__ __abstractmethods__ _abc_impl __slots__ __hash__ __parameters__"
    " __orig_bases__ __annotate_func__ __annotations_cache__"
)


def _is_made(value: object) -> bool:
    """Whether a library wrote a method into a class, as ``@dataclass`` does: it follows from the rest of the class."""
    if not isinstance(value, types.FunctionType):
        return False
    file = value.__code__.co_filename
    return file.startswith("<string>") or not _is_own(None, file)


def _names(code: types.CodeType) -> Iterator[tuple[str, str]]:
    """Yield what code names, by how it does."""
    kinds = {
        **dict.fromkeys(("LOAD_GLOBAL", "LOAD_NAME"), "global"),
        **dict.fromkeys(("LOAD_ATTR", "LOAD_METHOD", "STORE_ATTR", "LOAD_SUPER_ATTR"), "attribute"),
        **dict.fromkeys(("STORE_GLOBAL", "DELETE_GLOBAL"), "store"),
        "IMPORT_NAME": "import",
        "IMPORT_FROM": "from",
    }
    found = (
        (kinds[one.opname], str(one.argval)) for one in dis.get_instructions(code) if one.opname in kinds and one.argval
    )
    yield from dict.fromkeys(found)


def _is_outside(name: str) -> bool:
    return name in OUTSIDE_NAMES or name.startswith("read_")


def _content(cell: types.CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # not bound yet
        return None


@functools.cache
def _libraries() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    return tuple({paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")})


def _is_own(module: str | None, file: str | None) -> bool:
    """Whether code is the user's: it lies in a file that is no library's, or in a cell."""
    if (module or "").partition(".")[0] in sys.stdlib_module_names | {"builtins"} or file is None:
        return module == "__main__"
    return not file.startswith(_libraries()) and "site-packages" not in file


@functools.lru_cache(maxsize=1024)
def _file_of(module: str) -> str | None:
    """Return where a module lies, without importing it; None for one that is built in, or not there."""
    if module in sys.modules:
        return getattr(sys.modules[module], "__file__", None)
    from importlib.util import find_spec

    try:
        spec = find_spec(module.partition(".")[0])
    except (ImportError, ValueError):
        return None
    return spec.origin if spec else None
