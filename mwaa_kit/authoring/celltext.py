"""The lines of a cell as they go into the Dag file: the user's own, less directives, imports in the dialect."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from functools import lru_cache

from mwaa_kit.authoring.cells import AuthoredCell
from mwaa_kit.authoring.chunks import Chunk
from mwaa_kit.authoring.dialects import translate
from mwaa_kit.authoring.scopes import import_name
from mwaa_kit.authoring.writer import TextLine, trimmed


def cell_lines(cell: AuthoredCell, target: str, keep: Callable[[ast.stmt], bool] | None = None) -> list[TextLine]:
    """Return all lines of a cell, from line 1, without its directive.

    Parameters
    ----------
    keep
        Says of each statement at the top of the cell whether its lines stay.
    """
    lines: list[TextLine | None] = list(_plain(cell))
    if cell.directive is not None and cell.directive.line:
        lines[cell.directive.line - 1] = None
    imports = "import" in cell.parsed.text
    for node in cell.parsed.body:
        for inner in ast.walk(node) if imports else ():
            if isinstance(inner, ast.ImportFrom) and (new := translate(inner, target)):
                _replace(lines, inner, "; ".join(new), cell)
        if keep is not None and not keep(node):
            _replace(lines, node, None, cell)
    return [line for line in lines if line is not None]


def line_of(cell: AuthoredCell, text: str, number: int | None) -> TextLine:
    """Return a line that stands for a line of a cell; without a number it stands for none."""
    return TextLine(text, cell.number, number, cell.cell.path)


def _plain(cell: AuthoredCell) -> list[TextLine]:
    return [line_of(cell, text, number) for number, text in enumerate(cell.parsed.text.split("\n"), start=1)]


def _replace(lines: list[TextLine | None], node: ast.stmt, text: str | None, cell: AuthoredCell) -> None:
    """Put other text in the place of a statement; its further lines go."""
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    if lines[first] is None:
        return
    whole = lines[first].text if lines[first] is not None else ""  # type: ignore[union-attr]
    if text is not None:
        end = lines[last].text if lines[last] is not None else ""  # type: ignore[union-attr]
        head = whole.encode()[: node.col_offset].decode()
        tail = end.encode()[node.end_col_offset :].decode()
        lines[first] = line_of(cell, f"{head}{text}{tail}", node.lineno)
        first += 1
    for i in range(first, last + 1):
        lines[i] = None


def chunk_lines(chunk: Chunk, target: str) -> list[TextLine]:
    """Return the lines of a statement with the comments above it."""
    return trimmed([line for line in _whole(chunk.cell, target) if chunk.start <= (line.cell_line or 0) <= chunk.end])


@lru_cache(maxsize=64)
def _whole(cell: AuthoredCell, target: str) -> tuple[TextLine, ...]:
    return tuple(cell_lines(cell, target))


def import_text(chunk: Chunk, names: Iterable[str], target: str) -> list[TextLine]:
    """Return an import statement that binds only `names`."""
    node, wanted = chunk.node, set(names)
    assert isinstance(node, ast.Import | ast.ImportFrom)
    aliases = [alias for alias in node.names if import_name(alias) in wanted]
    if isinstance(node, ast.Import):
        texts: tuple[str, ...] = (ast.unparse(ast.Import(aliases)),)
    else:
        pruned = ast.ImportFrom(node.module, aliases, node.level)
        texts = translate(pruned, target) or (ast.unparse(pruned),)
    return [line_of(chunk.cell, text, node.lineno) for text in texts]
