"""The way back (rule 11): a Dag file opens as a notebook, and comes back byte for byte where nothing was edited.

The first cell says ``#| dag-file: churn.py``: the notebook *is* that file, and its code cells are the file's lines, in
order. Nothing is lowered and nothing inferred; markdown cells and cells that begin with ``#| skip`` stay behind.

Notes
-----
Metadata holds only layout, and only where it is not what PEP 8 asks for: how many newlines stand above a cell (3), the
newlines that end the file (1), its line ends, a byte order mark.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import PurePath
from typing import Any

from mwaa_kit.authoring.importing.splitting import find_cuts
from mwaa_kit.authoring.parsing import one_newline
from mwaa_kit.errors import RefusedError, UnreadableInputError

KEY = "mwaa_kit"
_BOM = b"\xef\xbb\xbf"
_ABOVE, _ENDING = 3, 1
_MARK = re.compile(r"\s*#\|\s*dag-file:\s*(?P<name>[^/\\]*\.py)\s*$")
_SKIP = re.compile(r"\s*#\|\s*skip\b")
_NOTE = "# The cells below are this file, line by line. It comes back with: mwaa-kit export"


def open_dag_file(content: bytes, path: str) -> dict[str, Any]:
    """Return a Dag file as a notebook document of nbformat 4.5.

    Parameters
    ----------
    path
        As the user wrote it; only its last part goes into the notebook.

    Raises
    ------
    UnreadableInputError
        If it is empty, not UTF-8, or not Python.
    """
    text, layout = _read(content, path)
    lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)
    cuts = find_cuts([one_newline(line) for line in lines], _parse(text, path))
    bounds = [0, *cuts, len(lines)]
    texts = ["".join(lines[a:b]) for a, b in pairwise(bounds)]
    cells = [_cell(0, f"#| dag-file: {PurePath(path).name}\n{_NOTE}", {})]
    above = _ABOVE
    for number, piece in enumerate(texts, start=1):
        source = piece.rstrip("\n")
        source = piece if source.endswith("\\") else source  # a last backslash needs its newline
        cells.append(_cell(number, source, {} if above == _ABOVE else {"newlines_above": above}))
        above = len(piece) - len(source)
    layout |= {} if above == _ENDING else {"newlines_at_end": above}
    document = _document(cells, layout)
    if _joined(document) != content:
        raise RefusedError("cannot be opened as a notebook without changing it", path=path)
    return document


def to_dag_file(document: Mapping[str, Any], path: str) -> bytes:
    """Return the Dag file that a notebook of `open_dag_file` is.

    Raises
    ------
    RefusedError
        If a cell makes it something that is not Python.
    """
    _check(document, path)
    return _joined(document)


def _joined(document: Mapping[str, Any]) -> bytes:
    text = "".join(piece for piece, _ in pieces(document))
    layout = _layout(document)
    if layout.get("newline") == "\r\n":
        text = text.replace("\n", "\r\n")
    return (_BOM if layout.get("bom") is True else b"") + text.encode()


def dag_file_name(document: Mapping[str, Any]) -> str:
    """Return the name of the Dag file that a notebook is; empty when it is an ordinary notebook."""
    for cell in document.get("cells", []):
        if cell.get("cell_type") == "code" and (source := source_of(cell)).strip():
            match = _MARK.match(source.split("\n", 1)[0])
            return match["name"] if match and match["name"].isprintable() else ""
    return ""


def pieces(document: Mapping[str, Any]) -> Iterator[tuple[str, int | None]]:
    """Yield the text of the Dag file piece by piece, each with the index of its cell; None for the newlines between."""
    first = True
    for index, cell in enumerate(document["cells"]):
        source = one_newline(source_of(cell)) if _layout(document).get("newline") == "\r\n" else source_of(cell)
        if (
            cell.get("cell_type") != "code"
            or not source
            or _SKIP.match(source)
            or _MARK.match(source.split("\n", 1)[0])
        ):
            continue
        if not first:
            yield "\n" * _count(_layout(cell), "newlines_above", _ABOVE), None
        yield source, index
        first = False
    yield "\n" * _count(_layout(document), "newlines_at_end", _ENDING), None


def source_of(cell: Mapping[str, Any]) -> str:
    """Return the text of a cell of a document."""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def _read(content: bytes, path: str) -> tuple[str, dict[str, Any]]:
    """Return the text with plain newlines where all line ends are alike, and the layout that gives the bytes back."""
    layout: dict[str, Any] = {"bom": True} if content.startswith(_BOM) else {}
    try:
        text = content.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        reason = f"is not UTF-8 text: byte {error.start} cannot be read"
        raise UnreadableInputError(reason, path=path, hint="save the file as UTF-8") from error
    if not text.strip():
        raise UnreadableInputError("is empty", path=path)
    if "\r\n" in text and not re.search(r"\r(?!\n)|(?<!\r)\n", text):
        return text.replace("\r\n", "\n"), layout | {"newline": "\r\n"}
    return text, layout


def _parse(text: str, path: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, path, "exec", dont_inherit=True)
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        reason = error.msg if isinstance(error, SyntaxError) else str(error) or "nested too deep"
        raise UnreadableInputError(f"is not Python{line}: {reason}", path=path) from error


def _check(document: Mapping[str, Any], path: str) -> None:
    """Refuse a notebook whose cells do not make a Python file, and name the first cell that is none."""
    text = "".join(piece for piece, _ in pieces(document))
    try:
        _parse(text, path)
    except UnreadableInputError as error:
        raise RefusedError(f"{_cell_at(document, error)}: {error.message}", path=path, hint="mend the cell") from error


def _cell_at(document: Mapping[str, Any], error: UnreadableInputError) -> str:
    cause, line = error.__cause__, 1
    wanted = (cause.lineno or 1) if isinstance(cause, SyntaxError) else 1
    cell = 1
    for piece, index in pieces(document):
        cell = index + 1 if index is not None else cell
        line += one_newline(piece).count("\n")
        if line >= wanted and index is not None:
            break
    return f"cell {cell}"


def _layout(part: Mapping[str, Any]) -> dict[str, Any]:
    metadata = part.get("metadata")
    layout = metadata.get(KEY) if isinstance(metadata, dict) else None
    return layout if isinstance(layout, dict) else {}


def _count(layout: Mapping[str, Any], key: str, default: int) -> int:
    count = layout.get(key)
    return count if isinstance(count, int) and 0 <= count <= 10_000 else default


def _cell(number: int, source: str, layout: dict[str, Any]) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": f"dag-file-{number}",
        "metadata": {KEY: layout} if layout else {},
        "outputs": [],
        "source": source.splitlines(keepends=True),
    }


def _document(cells: list[dict[str, Any]], layout: dict[str, Any]) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    metadata |= {KEY: layout} if layout else {}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def format_document(document: Mapping[str, Any]) -> str:
    """Return the text of a notebook file, as Jupyter writes it."""
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=False) + "\n"
