"""What IPython keeps of a session: ``_`` and its like are read from the cell whose value was shown.

Cells are taken in document order, as everywhere: ``_`` is the value that the nearest cell above shows, ``__`` the one before.
A number, ``_3`` or ``Out[3]``, is a count that the notebook has saved: it means the cell above with that count.

References
----------
IPython documentation, "Output caching system".
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence

from mwaa_kit.authoring.parsing import parse_cell
from mwaa_kit.model.notebook import Cell

_SHOWN = ("_", "__", "___")
_NAMES = re.compile(r"_{1,3}|_[1-9]\d{0,8}|Out|_oh")


def session_names(reads: Iterable[str]) -> tuple[str, ...]:
    """Return those of the names a cell reads under which IPython keeps values."""
    return tuple(name for name in reads if _NAMES.fullmatch(name))


def shows(cell: Cell) -> bool:
    """Whether IPython keeps the last value of a cell: it is an expression, and no semicolon hides it."""
    parsed = parse_cell(cell.source)
    last = parsed.body[-1] if parsed.python and parsed.body else None
    return isinstance(last, ast.Expr) and not parsed.text.rstrip().endswith(";")


def shown_above(code: Sequence[Cell], at: int, name: str) -> Iterator[tuple[int, str]]:
    """Yield the cells whose shown values the cell `at` reads by a name, as indexes of code cells, with what is read.

    Parameters
    ----------
    name
        One of those of :func:`session_names`, which no cell down to `at` binds.
    """
    if name in _SHOWN:
        above = [index for index in range(at) if shows(code[index])]
        if len(above) > _SHOWN.index(name):
            yield above[-1 - _SHOWN.index(name)], name
        return
    counts = {int(name[1:]): name} if name[1:].isdigit() else _subscripts(code[at], name)
    for index in range(at):
        if code[index].execution_count in counts and shows(code[index]):
            yield index, counts[code[index].execution_count or 0]


def _subscripts(cell: Cell, name: str) -> dict[int, str]:
    """Return the counts that a cell looks up in ``Out``, with the words it does so by."""
    found = {}
    for node in (node for top in parse_cell(cell.source).body for node in ast.walk(top)):
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.value, ast.Name)
            and node.value.id == name
            and isinstance(node.slice, ast.Constant)
            and type(node.slice.value) is int
        ):
            found[node.slice.value] = f"{name}[{node.slice.value}]"
    return found
