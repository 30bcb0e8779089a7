"""Automatic fixes: for some findings, the lines of the cell that mend them. Never a guess: where two remedies fit, none.

A missing package (MK302) has none: it may go into requirements.txt or into a cell, and its version is the author's.
"""

from __future__ import annotations

import ast
import itertools
import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from mwaa_kit.authoring.cells import AuthoredCell, Role, find_cells
from mwaa_kit.authoring.checking import as_annotated
from mwaa_kit.authoring.directives import find_strays
from mwaa_kit.authoring.importing.reading import read_any_notebook
from mwaa_kit.authoring.magics import Magic
from mwaa_kit.authoring.params import JSON_TYPES
from mwaa_kit.authoring.parsing import one_newline
from mwaa_kit.model.finding import Finding
from mwaa_kit.model.notebook import Notebook

_INSTALLS = re.compile(r"!\s*(?:pip|pip3|conda|mamba|uv|apt|apt-get|python3? -m pip)\b")
"""Packages come from requirements.txt on MWAA, never from a task: that is for the author to move."""

_DUPLICATE, _MAGIC, _NEAR_MISS, _PARAM, _GUARD, _ALIAS = "MK101", "MK202", "MK203", "MK206", "MK212", ""
_MENDED = frozenset({_DUPLICATE, _MAGIC, _NEAR_MISS, _PARAM, _GUARD})


@dataclass(frozen=True)
class Fix:
    """Lines of a cell, and what takes their place.

    Parameters
    ----------
    code
        Of the finding it mends; empty for an offer that no finding speaks of.
    cell
        Index among all cells, from 0.
    line
        The first of them in the cell, from 1.
    replacement
        The new text; None where they go.
    description
        In words, for the finding.
    needs
        A module that the cell must import for it; empty where none.
    end
        The last line; 0 where there is one only.
    """

    code: str
    cell: int
    line: int
    replacement: str | None
    description: str
    needs: str = ""
    end: int = 0

    @property
    def last(self) -> int:
        """The last line that it takes the place of."""
        return max(self.line, self.end)


def find_fixes(notebook: Notebook, findings: Iterable[Finding]) -> tuple[Fix, ...]:
    """Return a fix for each finding that has one, and for each ``%%task``, by cell and line, at most one for each line."""
    cells = {cell.cell.number: cell for cell in find_cells(notebook)}
    found = [fix for f in findings if f.at.path == notebook.path and (fix := _fix_of(f, cells))]
    found += [fix for cell in cells.values() if (fix := _alias(cell))]
    by_place: dict[tuple[int, int], Fix] = {}
    for fix in found:
        by_place.setdefault((fix.cell, fix.line), fix)
    free: list[Fix] = []
    for fix in (by_place[place] for place in sorted(by_place)):
        if not free or (fix.cell, fix.line) > (free[-1].cell, free[-1].last):
            free.append(fix)
    return tuple(free)


def with_fixes(path: str, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return the findings, each with the description of its automatic fix where it has one."""
    if not any(finding.code in _MENDED for finding in findings):
        return findings
    return with_fixes_of(read_any_notebook(path), findings)


def with_fixes_of(notebook: Notebook, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return the findings of a notebook in memory, each with the description of its automatic fix where it has one."""
    if not any(finding.code in _MENDED for finding in findings):
        return findings
    cells = {cell.cell.number: cell for cell in find_cells(notebook)}
    pairs = ((f, _fix_of(f, cells) if f.at.path == notebook.path else None) for f in findings)
    return tuple(replace(finding, fix=fix.description) if fix else finding for finding, fix in pairs)


def apply_fixes(cell: AuthoredCell, fixes: Iterable[Fix]) -> str:
    """Return the text of a cell with its fixes made, and the imports they need on top."""
    lines: list[str | None] = list(one_newline(cell.cell.source).split("\n"))
    needs: list[str] = []
    for fix in fixes:
        lines[fix.line - 1 : fix.last] = [fix.replacement, *[None] * (fix.last - fix.line)]
        needs += [fix.needs] if fix.needs and not _imports(cell, fix.needs) else []
    imports = [f"import {module}" for module in dict.fromkeys(needs)]
    place = cell.directive.line if cell.directive is not None else 0
    return "\n".join(line for line in [*lines[:place], *imports, *lines[place:]] if line is not None)


def _fix_of(finding: Finding, cells: dict[int, AuthoredCell]) -> Fix | None:
    cell = cells.get(finding.at.cell or 0)
    line = finding.at.line
    if cell is None or line is None or cell.cell.path:
        return None
    if finding.code == _MAGIC:
        magic = next((magic for magic in cell.parsed.magics if magic.line == line), None)
        return _plain_code(cell, magic) if magic is not None else _print(cell, finding)
    if finding.code == _NEAR_MISS:
        return _directive(cell, line)
    if finding.code == _DUPLICATE:
        return _other_name(cell, line, cells.values())
    statement = next((node for node in cell.parsed.body if node.lineno == line), None)
    if finding.code == _PARAM and statement is not None:
        return _annotated(cell, statement)
    if finding.code == _GUARD and isinstance(statement, ast.If):
        return _unguarded(cell, statement)
    return None


def _line(cell: AuthoredCell, line: int) -> str:
    return one_newline(cell.cell.source).split("\n")[line - 1]


def _plain_code(cell: AuthoredCell, magic: Magic) -> Fix | None:
    """A magic or shell line becomes the Python that does the same; one that only concerns the notebook's looks goes."""
    text = _line(cell, magic.line)
    if text.rstrip().endswith("\\") or magic.name.startswith("%") or _INSTALLS.match(magic.text):
        return None
    index = cell.cell.index
    if magic.code:
        needs = "subprocess" if "subprocess." in magic.code else "os" if magic.code.startswith("os.") else ""
        indent = text[: len(text) - len(text.lstrip())]
        words = f"{magic.text!r} becomes {magic.code!r}"
        return Fix(_MAGIC, index, magic.line, f"{indent}{magic.code.strip()}", words, needs)
    if magic.harmless and text == text.lstrip():
        return Fix(_MAGIC, index, magic.line, None, f"{magic.text!r} goes: it only concerns the notebook")
    return None


def _print(cell: AuthoredCell, finding: Finding) -> Fix | None:
    """``display(x)`` becomes ``print(x)``, where it is all there is of it on the line."""
    line = finding.at.line or 1
    for node in (inner for statement in cell.parsed.body for inner in ast.walk(statement)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "display"):
            continue
        if node.lineno == line and not node.keywords and len(node.args) == 1:
            raw = _line(cell, line).encode()
            text = raw[: node.col_offset] + b"print" + raw[node.col_offset + len("display") :]
            return Fix(_MAGIC, cell.cell.index, line, text.decode(), "'display' becomes 'print'")
    return None


def _directive(cell: AuthoredCell, line: int) -> Fix | None:
    stray = next((s for s in find_strays(cell.cell, cell.directive) if s.line == line and not s.below_code), None)
    text = _line(cell, line)
    match = re.match(r"(?P<head>\s*#\|\s*)(?P<key>[A-Za-z_][\w-]*\+?)(?P<rest>.*)$", text)
    if stray is None or match is None:
        return None
    rest = match["rest"].strip().removeprefix(":").strip()
    new = f"{match['head']}{stray.meant}{': ' if rest else ''}{rest}"
    return Fix(_NEAR_MISS, cell.cell.index, line, new, f"{text.strip()!r} becomes {new.strip()!r}")


def _annotated(cell: AuthoredCell, node: ast.stmt) -> Fix | None:
    """``n = Param(6, …)`` becomes ``n = 6``, where the cell can say all that the ``Param`` does."""
    written, raw = as_annotated(node), one_newline(cell.cell.source).split("\n")
    value = getattr(node, "value", None)
    if not written or node.end_lineno is None or not isinstance(value, ast.Call) or not _says_all(value):
        return None
    rest = raw[node.end_lineno - 1].encode()[node.end_col_offset :].decode()
    said = next((ast.literal_eval(word.value) for word in value.keywords if word.arg == "description"), "")
    if rest.strip() and (said or not rest.strip().startswith("#")):
        return None
    text = f"{written}  # {said}" if said else written + rest
    return Fix(_PARAM, cell.cell.index, node.lineno, text, f"'Param' becomes {text!r}", end=node.end_lineno)


def _says_all(param: ast.Call) -> bool:
    """Whether a ``Param`` has a literal default, and nothing but its choices, its type or a line about it."""
    try:
        known = {word.arg: ast.literal_eval(word.value) for word in param.keywords}
        default = ast.literal_eval(param.args[0])
    except (ValueError, IndexError):
        return False
    said, choices = known.get("description", ""), known.get("enum", [default])
    simple = isinstance(said, str) and "\n" not in said and all(isinstance(one, str | int | bool) for one in choices)
    typed = JSON_TYPES.get(type(default).__name__)
    return (
        len(param.args) == 1
        and simple
        and known.get("type", typed) == typed
        and set(known) <= {"enum", "type", "description"}
    )


def _unguarded(cell: AuthoredCell, node: ast.If) -> Fix | None:
    """The block below ``if __name__ == "__main__":`` moves to the left, where its text means the same there."""
    lines = one_newline(cell.cell.source).split("\n")
    first, last = node.body[0].lineno, node.body[-1].end_lineno
    if node.orelse or last is None or first == node.lineno or ast.unparse(node.test) != "__name__ == '__main__'":
        return None
    block = textwrap.dedent("\n".join(lines[node.lineno : last]))
    try:
        same = ast.dump(ast.Module(node.body, [])) == ast.dump(ast.parse(block))
    except SyntaxError:  # a magic of IPython's is in it
        return None
    words = "the line goes, and its block moves to the left"
    return Fix(_GUARD, cell.cell.index, node.lineno, block, words, end=last) if same else None


def _other_name(cell: AuthoredCell, line: int, cells: Iterable[AuthoredCell]) -> Fix | None:
    """The later of two cells gets another name; one that ``task+`` continues, or a function, is left to the author."""
    directive = cell.directive
    if cell.role is not Role.TASK or directive is None or directive.line != line or directive.key != "task":
        return None
    namesakes = [c for c in cells if c.directive is not None and c.directive.name == directive.name]
    if any(other.directive is not None and other.directive.key == "task+" for other in namesakes):
        return None
    place = max(namesakes.index(cell), 1)
    name = _free_names(directive.name, {name for other in cells for name in _names(other)}, place)[-1]
    pattern = rf"((?:#\|\s*task\s*:|%%task)\s*){re.escape(directive.name)}(?![\w.-])"
    text = re.sub(pattern, rf"\g<1>{name}", _line(cell, line))
    return Fix(_DUPLICATE, cell.cell.index, line, text, f"task {directive.name!r} becomes {name!r}")


def _free_names(name: str, taken: set[str], count: int) -> list[str]:
    numbered = (f"{name}_{number}" for number in itertools.count(2))
    return list(itertools.islice((free for free in numbered if free not in taken), count))


def _names(cell: AuthoredCell) -> Iterator[str]:
    if cell.directive is not None:
        yield cell.directive.name
    yield from (node.name for node in cell.parsed.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _alias(cell: AuthoredCell) -> Fix | None:
    directive = cell.directive
    if directive is None or not directive.line:
        return None
    match = re.match(r"\s*%%task\s+(?P<rest>.*?)\s*$", _line(cell, directive.line))
    if match is None:
        return None
    new = f"#| task: {match['rest']}"
    return Fix(_ALIAS, cell.cell.index, directive.line, new, f"'%%task' becomes {new!r}: it runs without the extension")


def _imports(cell: AuthoredCell, module: str) -> bool:
    nodes = (node for node in cell.parsed.body if isinstance(node, ast.Import))
    return any(alias.name == module and alias.asname is None for node in nodes for alias in node.names)
