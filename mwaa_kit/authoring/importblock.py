"""The imports at the top of a file or a function: sorted and grouped as ruff's isort does it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable

from mwaa_kit.authoring.codestyle import folded
from mwaa_kit.authoring.writer import TextLine

_Key = tuple[bool, str, str]


def import_block(lines: Iterable[TextLine], local: frozenset[str] = frozenset()) -> list[list[TextLine]]:
    """Return the groups of some import lines: the standard library, what is installed, the user's own.

    Parameters
    ----------
    local
        The modules that lie beside the notebook.
    """
    names: dict[_Key, dict[str, None]] = {}
    origins: dict[_Key, TextLine] = {}
    for line in lines:
        for node in ast.parse(line.text).body:
            for key, name in _parts(node):
                names.setdefault(key, {})[name] = None
                origins.setdefault(key, line)
    groups: list[list[TextLine]] = [[], [], []]
    for key in sorted(names, key=lambda key: (key[0], key[1].lower(), key[1], key[2])):
        origin = origins[key]
        texts = _texts(key, sorted(names[key], key=_member))
        groups[_group(key[1], local)] += [TextLine(text, origin.cell, origin.cell_line, origin.path) for text in texts]
    return [group for group in groups if group]


def _parts(node: ast.stmt) -> Iterable[tuple[_Key, str]]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield (False, alias.name, alias.asname or ""), ""
    elif isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            yield (True, module, ""), f"{alias.name} as {alias.asname}" if alias.asname else alias.name


def _texts(key: _Key, names: list[str]) -> list[str]:
    from_module, module, alias = key
    if not from_module:
        return [f"import {module} as {alias}" if alias else f"import {module}"]
    flat = f"from {module} import {', '.join(names)}"
    folds = folded(f"from {module} import (", names, ")")
    return folds if len(folds) > 1 else [flat]


def _member(name: str) -> tuple[int, str, str]:
    first = name.partition(" ")[0]
    kind = 0 if first.isupper() and len(first) > 1 else 1 if first[:1].isupper() else 2
    return kind, name.lower(), name


def _group(module: str, local: frozenset[str]) -> int:
    top = module.partition(".")[0]
    if top in local or not top:
        return 2
    return 0 if top in sys.stdlib_module_names else 1


def spaced(groups: Iterable[list[TextLine]]) -> list[TextLine]:
    """Return groups of lines with one blank line between them."""
    lines: list[TextLine] = []
    for group in groups:
        lines += [TextLine("")] * bool(lines) + group
    return lines
