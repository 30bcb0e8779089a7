"""What was generated for a notebook, taken apart: its functions, as text that can go back into a cell."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mwaa_kit.authoring.tokens import lines_inside_strings
from mwaa_kit.model.module import DagModule

_ANCHOR = re.compile(r"\s*# cell \S+\s*")


class Generated:
    """The Dag file of a notebook that has no findings of severity error."""

    def __init__(self, module: DagModule) -> None:
        self.module = module
        self.tree = ast.parse(module.source)
        self._lines = module.source.split("\n")
        self._places = {entry.line: (entry.path, entry.cell, entry.cell_line) for entry in module.source_map}

    @property
    def functions(self) -> dict[str, ast.FunctionDef]:
        """The functions at the top of the file, by name."""
        return {node.name: node for node in self.tree.body if isinstance(node, ast.FunctionDef)}

    def function_at(self, cell: int, line: int) -> ast.FunctionDef | None:
        """Return the function whose ``def`` line comes from a line of a cell of the notebook itself; both from 1."""
        place = ("", cell, line)
        return next((node for node in self.functions.values() if self._places.get(node.lineno) == place), None)

    def whole(self, node: ast.FunctionDef) -> str:
        """Return a function with its decorators, without the comments that name cells."""
        return "\n".join(self._text(min(d.lineno for d in node.decorator_list), self._end(node)))

    def body(self, node: ast.FunctionDef) -> list[str]:
        """Return the lines of a function's body, not indented, without its docstring."""
        start = node.lineno + 1
        if ast.get_docstring(node, clean=False) is not None:
            start = (node.body[0].end_lineno or node.lineno) + 1
        return indented(self._text(start, self._end(node)), -4)

    def _end(self, node: ast.FunctionDef) -> int:
        """Return the last line of a function, comments below its last statement included."""
        end = node.end_lineno or node.lineno
        for number, line in enumerate(self._lines[end:], start=end + 1):
            if line.strip() and not line[0].isspace():
                break
            end = number if line.strip() else end
        return end

    def _text(self, start: int, end: int) -> list[str]:
        numbers = range(start, end + 1)
        kept = (n for n in numbers if n in self._places or not _ANCHOR.fullmatch(self._lines[n - 1]))
        return [self._lines[n - 1] for n in kept]

    def segment(self, node: ast.expr) -> str:
        """Return the text of an expression, as it is written."""
        return ast.get_source_segment(self.module.source, node) or ast.unparse(node)

    def own_imports(self, names: set[str]) -> tuple[str, ...]:
        """Return import lines that no cell wrote, for the names among `names` that they bind."""
        found = []
        for node in self.tree.body:
            if isinstance(node, ast.ImportFrom) and node.lineno not in self._places:
                for alias in node.names:
                    if (alias.asname or alias.name) in names:
                        found.append(ast.unparse(ast.ImportFrom(node.module, [alias], node.level)))
        return tuple(found)


def indented(lines: list[str], spaces: int) -> list[str]:
    """Indent code further, or less far for a negative number; lines that begin inside a string keep their place."""
    if spaces < 0:
        inside = lines_inside_strings("if 1:\n" + "\n".join(lines) + "\n")
        return [line if i in inside else _less(line, -spaces) for i, line in enumerate(lines, start=2)]
    inside = lines_inside_strings("\n".join(lines))
    return [line if i in inside or not line.strip() else " " * spaces + line for i, line in enumerate(lines, start=1)]


def _less(line: str, spaces: int) -> str:
    return line[spaces:] if line[:spaces].isspace() else line.lstrip(" ")


def find_differences(before: Generated, after: Generated) -> frozenset[str]:
    """Return the names of functions that are not the same in both, ``""`` for other code of the file.

    Comments, the order of definitions and the place of imports may differ: none of them changes the Dag.
    """
    first, second = _definitions(before.tree), _definitions(after.tree)
    names = {name for name in {*first, *second} if first.get(name) != second.get(name)}
    lost = set(_imports(before.tree)) - set(_imports(after.tree))
    return frozenset(names | ({""} if lost else set()))


def _definitions(tree: ast.Module) -> dict[str, str]:
    """Return what is defined and done at the top of the file, each as text that ignores the layout."""
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            continue
        name = node.name if isinstance(node, ast.FunctionDef) else ""
        found[name] = found.get(name, "") + _canonical(node)
    return found


def _canonical(node: ast.stmt) -> str:
    """Write a statement without its layout; the order of a decorator's keywords means nothing."""
    copy = ast.parse(ast.unparse(node)).body[0]
    for call in copy.decorator_list if isinstance(copy, ast.FunctionDef) else []:
        if isinstance(call, ast.Call):
            call.keywords.sort(key=lambda word: word.arg or "")
    return ast.dump(copy)


def _imports(tree: ast.Module) -> Iterator[tuple[str, str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
            yield from ((module, alias.name, alias.asname or "") for alias in node.names)
