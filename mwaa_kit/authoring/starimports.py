"""What ``from module import *`` binds: found in the module's source, which is read and never run.

The module is looked for beside the notebook, then where this Python finds its modules. Its ``__all__`` says the names
where it is written out; else every public name that its top level binds. Modules of Python itself that have no source,
as ``math``, are asked. Any other that is compiled, or that works out its ``__all__``, cannot be known: the import stays
a finding.

References
----------
The Python Language Reference, "The import statement": the public names of a module.
"""

from __future__ import annotations

import ast
import re
import sys
import sysconfig
from dataclasses import replace
from importlib import import_module
from importlib.machinery import ExtensionFileLoader, PathFinder
from pathlib import Path

from mwaa_kit.authoring.directives import find_directive
from mwaa_kit.authoring.names import facts_of
from mwaa_kit.authoring.parsing import ParsedCell, parse_cell
from mwaa_kit.authoring.steps import CellFacts
from mwaa_kit.model.notebook import Cell, CellKind, Notebook

_STAR = re.compile(r"^\s*from\s+([\w.]+)\s+import\s*\(?\s*\*", re.M)
_LARGEST_MODULE = 2_000_000
_DEEPEST = 5


def with_star_names(notebook: Notebook) -> Notebook:
    """Return a notebook whose cells know the names behind their star imports, as far as they can be known."""
    if not any("*" in cell.source and _STAR.search(cell.source) for cell in notebook.cells):
        return notebook
    folder = Path(notebook.path).resolve().parent
    return replace(notebook, cells=tuple(_with_names(cell, folder) for cell in notebook.cells))


def _with_names(cell: Cell, folder: Path) -> Cell:
    directive = find_directive(cell)
    if cell.kind is not CellKind.CODE or (directive is not None and directive.key.startswith("task")):
        return cell  # a star import cannot stand in a task's function, whatever is behind it
    modules = dict.fromkeys(_STAR.findall(cell.source))
    found = ((module, find_names(module, folder)) for module in modules)
    return replace(cell, stars=tuple((module, names) for module, names in found if names is not None))


def find_names(module: str, folder: Path, deep: int = 0) -> tuple[str, ...] | None:
    """Return what ``from module import *`` binds in a notebook of `folder`; None where the source does not tell."""
    if module in sys.stdlib_module_names and _is_compiled(module, folder):
        known = vars(import_module(module))
        return tuple(known.get("__all__") or [name for name in known if not name.startswith("_")])
    path = _find_source(module, folder)
    if path is None or deep > _DEEPEST or path.stat().st_size > _LARGEST_MODULE:
        return None
    try:
        body = ast.parse(path.read_bytes()).body
    except (SyntaxError, ValueError, RecursionError, OSError):
        return None
    said = _said(body)
    if said is not None or any(_speaks_of_all(node) for node in body):
        return said
    facts, names = facts_of(body), list[str]()
    for node in body:
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            inner = find_names(_absolute(node, module, path), folder, deep + 1)
            if inner is None:
                return None
            names += inner
    return tuple(name for name in dict.fromkeys([*names, *facts.binds]) if not name.startswith("_"))


def _find_source(module: str, folder: Path) -> Path | None:
    places: list[str] | None = [str(folder), *sys.path]
    spec = None
    for part in module.split("."):
        try:
            spec = PathFinder.find_spec(part, places)
        except (ImportError, ValueError, OSError):
            return None
        if spec is None:
            return None
        places = list(spec.submodule_search_locations or ())
    path = Path(spec.origin) if spec is not None and spec.origin else None
    return path if path is not None and path.suffix == ".py" and path.is_file() else None


def _is_compiled(module: str, folder: Path) -> bool:
    """Whether a module of Python itself is part of the interpreter or compiled, and nobody's file hides it."""
    if module in sys.builtin_module_names:
        return True
    spec = PathFinder.find_spec(module, [str(folder), *sys.path])
    home = Path(sysconfig.get_path("stdlib")).resolve()
    return spec is not None and isinstance(spec.loader, ExtensionFileLoader) and home in Path(spec.loader.path).parents


def _absolute(node: ast.ImportFrom, module: str, path: Path) -> str:
    parts = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    around = parts[: len(parts) - node.level + 1] if node.level else []
    return ".".join([*around, *([node.module] if node.module else [])])


def _said(body: list[ast.stmt]) -> tuple[str, ...] | None:
    """Return what ``__all__`` says, where every line that speaks of it is written out."""
    names: list[str] | None = None
    for node in (node for node in body if _speaks_of_all(node)):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        if not isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) or not isinstance(targets[0], ast.Name):
            return None
        try:
            more = ast.literal_eval(value) if value is not None else None
        except (ValueError, TypeError, SyntaxError, RecursionError):
            return None
        if not isinstance(more, list | tuple) or not all(
            isinstance(name, str) and name.isidentifier() for name in more
        ):
            return None
        names = [*(names or []), *more] if isinstance(node, ast.AugAssign) else list(more)
    return tuple(names) if names is not None else None


def _speaks_of_all(node: ast.stmt) -> bool:
    return any(isinstance(inner, ast.Name) and inner.id == "__all__" for inner in ast.walk(node))


def parsed_cell(cell: Cell) -> ParsedCell:
    """Return a cell's tree, its star imports written out where their names are known."""
    parsed = parse_cell(cell.source)
    if not cell.stars or parsed.tree is None:
        return parsed
    body = [_written_out(node, dict(cell.stars)) for node in parsed.body]
    return replace(parsed, tree=ast.Module(body, parsed.tree.type_ignores))


def _written_out(node: ast.stmt, stars: dict[str, tuple[str, ...]]) -> ast.stmt:
    if (
        not isinstance(node, ast.ImportFrom)
        or node.names[0].name != "*"
        or node.level
        or not stars.get(node.module or "")
    ):
        return node
    aliases = [ast.copy_location(ast.alias(name), node.names[0]) for name in stars[node.module or ""]]
    return ast.copy_location(ast.ImportFrom(node.module, aliases, 0), node)


def facts_of_cell(cell: Cell) -> CellFacts:
    """Return the facts of a cell that has star imports."""
    return facts_of(parsed_cell(cell).body)
