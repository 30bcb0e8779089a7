"""py:percent files: Python text whose cells begin with ``# %%``, read as notebooks without jupytext.

A Python file is taken for a notebook only when a cell of it begins with one of the kit's directives; a plain Dag file
with ``# %%`` lines stays what it is. Magics are comments in such files, and stay comments.

References
----------
Jupytext documentation, "Notebooks as scripts: the percent format".
"""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from pathlib import Path

from mwaa_kit.authoring.directives import find_directive
from mwaa_kit.authoring.starimports import with_star_names
from mwaa_kit.authoring.tokens import statement_starts
from mwaa_kit.errors import MissingInputError, OtherLanguageError, UnreadableInputError
from mwaa_kit.model.notebook import Cell, CellKind, Notebook

_MARKER = re.compile(r"# ?%%(?!%)\s*(?P<rest>.*)$")
_KIND = re.compile(r"\[(markdown|md|raw)\]")
_TAGS = re.compile(r"tags=(\[[^\]]*\])")
_LANGUAGE = re.compile(r"^#\s+language:\s*(\w+)\s*$", re.M)


@dataclass(frozen=True)
class PercentCell:
    """One cell and its lines in the file: `start` and `end` are line indices from 0, without the marker."""

    cell: Cell
    start: int
    end: int


def is_percent_notebook(path: str) -> bool:
    """Whether a Python file is a notebook: a percent cell of it begins with a directive."""
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except (OSError, ValueError):
        return False
    if "%%" not in text or "#|" not in text:
        return False
    found = (find_directive(p.cell) for p in percent_cells(text) if p.cell.kind is CellKind.CODE)
    return any(directive is not None and directive.line for directive in found)


def read_percent(path: str) -> Notebook:
    """Return the notebook that a py:percent file is.

    Raises
    ------
    UnreadableInputError
        If it cannot be read as text.
    OtherLanguageError
        If its header names a kernel that does not speak Python.
    """
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise MissingInputError("there is no such file", path=path) from error
    except UnicodeDecodeError as error:
        raise UnreadableInputError(f"is not UTF-8 text (byte {error.start + 1})", path=path) from error
    except OSError as error:
        raise UnreadableInputError(f"cannot be read: {error.strerror}", path=path) from error
    language = _LANGUAGE.search(_header(text))
    if language and language[1].lower() != "python":
        raise OtherLanguageError(f"is written in {language[1]}, and a Dag file is Python", path=path)
    return with_star_names(Notebook(path, tuple(found.cell for found in percent_cells(text))))


def percent_cells(text: str) -> tuple[PercentCell, ...]:
    """Return the cells of a py:percent text, in order."""
    lines = percent_lines(text)
    starts = statement_starts([line.rstrip("\r\n") for line in lines])
    found = [(i, m) for i, line in enumerate(lines) if starts[i] and (m := _MARKER.match(line.rstrip("\r\n")))]
    cells: list[PercentCell] = []
    if not found:
        return ()
    if not _is_header("".join(lines[: found[0][0]])):
        cells.append(_percent_cell(0, "", lines, 0, found[0][0]))
    for (line, match), end in zip(found, [*(i for i, _ in found[1:]), len(lines)], strict=True):
        cells.append(_percent_cell(len(cells), match["rest"], lines, line + 1, end))
    return tuple(cells)


def _percent_cell(index: int, rest: str, lines: list[str], start: int, end: int) -> PercentCell:
    while end > start and not lines[end - 1].strip():
        end -= 1
    source = "".join(lines[start:end]).rstrip("\r\n").replace("\r\n", "\n")
    kind, tags = _KIND.search(rest), _TAGS.search(rest)
    if kind is None:
        return PercentCell(Cell(index, CellKind.CODE, source, tags=_tags(tags[1] if tags else "")), start, end)
    kinds = {"raw": CellKind.RAW}
    return PercentCell(Cell(index, kinds.get(kind[1], CellKind.MARKDOWN), _prose(source)), start, end)


def _prose(source: str) -> str:
    """Return the text of a markdown cell: without comment signs, or without the quotes of a string."""
    if source.startswith(('"""', "'''")):
        return source[3:].removesuffix(source[:3]).strip("\n")
    return "\n".join(re.sub(r"^# ?", "", line) for line in source.split("\n"))


def _tags(text: str) -> tuple[str, ...]:
    try:
        tags = json.loads(text or "[]")
    except ValueError:
        return ()
    return tuple(tag for tag in tags if isinstance(tag, str))


def percent_lines(text: str) -> list[str]:
    """Return the lines of a text with their ends."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _header(text: str) -> str:
    match = re.match(r"\s*# ---\n(?:#.*\n)*?# ---\n", text.replace("\r\n", "\n"))
    return match[0] if match else ""


def _is_header(text: str) -> bool:
    """Whether what stands above the first marker is no code: a header, comments, a docstring."""
    try:
        body = ast.parse(text.removeprefix("\ufeff")).body
    except (SyntaxError, ValueError):
        return False
    return all(isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) for node in body)
