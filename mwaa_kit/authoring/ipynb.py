"""The one door to notebook files: the only code that knows nbformat.

What cannot be read ends here, with the file's name and the reason in one line. Outputs are passed over while the file is
read: nothing of what a cell printed can reach a Dag file, and 200 MB of pictures need no memory.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mwaa_kit.authoring.skimming import pieces_of, without_outputs
from mwaa_kit.authoring.starimports import with_star_names
from mwaa_kit.errors import MissingInputError, NotANotebookError, OtherLanguageError, UnreadableInputError
from mwaa_kit.model.notebook import Cell, CellKind, Notebook

_CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SMALL_BYTES = 4 << 20
_HINT = "open it in JupyterLab and save it again, or give another file"


def read_notebook(path: str) -> Notebook:
    """Return the notebook that lies in a file of nbformat 3 or 4.

    Raises
    ------
    MissingInputError
        If there is no such file, or a folder of that name.
    UnreadableInputError
        If the file may not be read.
    NotANotebookError
        If it does not hold a notebook.
    OtherLanguageError
        If its kernel does not speak Python.
    """
    document = _read(path)
    if document.get("nbformat") == 3:
        document = _upgrade(document, path)
    return with_star_names(_notebook(document, path))


def read_document(document: Mapping[str, Any], path: str) -> Notebook:
    """Return the notebook that a document in memory says, such as one that an editor has not saved.

    Raises
    ------
    NotANotebookError
        If it has no cells.
    OtherLanguageError
        If its kernel does not speak Python.
    """
    return with_star_names(_notebook({"nbformat": 4, "metadata": {}, **document}, path))


def read_newest(path: str) -> dict[str, Any] | None:
    """Return the document of an nbformat 3 notebook as nbformat 4.4, outputs and all; None for any other.

    Notes
    -----
    4.4 is the last without cell ids: made-up ones would differ each time.
    """
    if _read(path).get("nbformat") != 3:
        return None
    upgraded = _upgrade(json.loads(Path(path).read_bytes().decode("utf-8-sig")), path)
    cells = [{**cell, "source": str(cell["source"]).splitlines(keepends=True)} for cell in upgraded["cells"]]
    return {"cells": cells, "metadata": upgraded["metadata"], "nbformat": 4, "nbformat_minor": 4}


def _read(path: str) -> dict[str, Any]:
    """Return the document without its outputs, which are passed over as the file is read."""
    file = Path(path)
    if file.is_dir():
        raise MissingInputError("is a folder, not a notebook", path=path, hint="name the .ipynb file in it")
    document = _at_once(file)
    if document is not None:
        return document
    try:
        raw, gaps = without_outputs(pieces_of(file))
    except FileNotFoundError as error:
        raise MissingInputError(
            "there is no such file", path=path, hint="look at the spelling and the folder"
        ) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadableInputError(f"cannot be read: {reason}", path=path, hint="look at its permissions") from error
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        reason = f"is not UTF-8 text (byte {error.start + 1})" if not gaps else "is not UTF-8 text"
        raise NotANotebookError(reason, path=path, hint="save the notebook as UTF-8") from error
    del raw
    return _parse(text, gaps, path)


def _at_once(file: Path) -> dict[str, Any] | None:
    """Return the document of a small file, outputs and all; None where it is not small, or there is more to say of it."""
    try:
        if not file.is_file() or file.stat().st_size > _SMALL_BYTES:
            return None
        document = json.loads(b"".join(pieces_of(file)).decode("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) and document.get("nbformat") == 4 else None


def _parse(text: str, gaps: list[tuple[int, int]], path: str) -> dict[str, Any]:
    """Read the JSON, and say what it is when it is no notebook."""
    if not text.strip():
        raise NotANotebookError("the file is empty", path=path, hint=_HINT)
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        at = len(text[: error.pos].encode(errors="replace"))
        line = error.lineno + sum(lines for place, lines in gaps if place <= at)
        where = f"at line {line}, column {error.colno}" if not gaps else f"at line {line}"
        raise NotANotebookError(f"is not complete JSON: {error.msg} {where}", path=path, hint=_HINT) from error
    except (RecursionError, ValueError) as error:
        raise NotANotebookError(
            "is JSON that no notebook has: nested too deep or numbers too long", path=path
        ) from error
    if not isinstance(document, dict) or not ({"cells", "worksheets", "nbformat"} & document.keys()):
        raise NotANotebookError("is JSON, but no notebook: it has no cells", path=path, hint=_HINT)
    return document


def _upgrade(document: dict[str, Any], path: str) -> dict[str, Any]:
    """Turn an nbformat 3 document (worksheets, ``input``) into nbformat 4; the ids it makes up for the cells are dropped."""
    from nbformat import convert, reader

    try:
        upgraded = dict(convert(reader.reads(json.dumps(document)), 4))
    except Exception as error:  # nbformat raises whatever it stumbles over
        reason = f"is an nbformat 3 notebook that cannot be read: {type(error).__name__}"
        raise NotANotebookError(reason, path=path, hint=_HINT) from error
    upgraded["cells"] = [{key: value for key, value in cell.items() if key != "id"} for cell in upgraded["cells"]]
    return upgraded


def _notebook(document: dict[str, Any], path: str) -> Notebook:
    cells, metadata = document.get("cells"), document.get("metadata")
    if not isinstance(cells, list):
        raise NotANotebookError("has no list of cells: it was not saved by Jupyter", path=path, hint=_HINT)
    if not isinstance(metadata, dict):
        raise NotANotebookError("has no metadata: it was not saved by Jupyter", path=path, hint=_HINT)
    if not isinstance(document.get("nbformat"), int):
        raise NotANotebookError("does not say its nbformat: it was not saved by Jupyter", path=path, hint=_HINT)
    if document["nbformat"] > 4:
        raise NotANotebookError(f"is of nbformat {document['nbformat']}; the kit reads 3 and 4", path=path, hint=_HINT)
    kernel = _mapping(metadata.get("kernelspec"))
    language = str(_mapping(metadata.get("language_info")).get("name") or kernel.get("language") or "python")
    kernel_name = str(kernel.get("name") or "")
    if language.lower() not in {"python", "python3", "ipython"}:
        reason = f"is written in {language}, and a Dag file is Python"
        raise OtherLanguageError(reason, path=path, hint="choose a Python kernel for the notebook")
    return Notebook(path, _cells(cells, path), "python", kernel_name)


def _cells(cells: list[Any], path: str) -> tuple[Cell, ...]:
    ids = Counter(cell.get("id") for cell in cells if isinstance(cell, dict) and isinstance(cell.get("id"), str))
    return tuple(_cell(index, cell, ids, path) for index, cell in enumerate(cells))


def _cell(index: int, cell: Any, ids: Counter[Any], path: str) -> Cell:
    if not isinstance(cell, dict):
        raise NotANotebookError(f"cell {index + 1} is not a cell", path=path, hint=_HINT)
    kind, cell_id, count = cell.get("cell_type"), cell.get("id"), cell.get("execution_count")
    if kind not in {"code", "markdown", "raw"}:
        raise NotANotebookError(f"cell {index + 1} is of no kind that Jupyter knows", path=path, hint=_HINT)
    tags = _mapping(cell.get("metadata")).get("tags")
    known = isinstance(cell_id, str) and ids[cell_id] == 1 and _CELL_ID.fullmatch(cell_id)
    return Cell(
        index=index,
        kind=CellKind(kind),
        source=_source(cell.get("source"), index, path),
        cell_id=cell_id if known else None,
        execution_count=count if isinstance(count, int) else None,
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
    )


def _source(source: Any, index: int, path: str) -> str:
    """Join the lines of a cell, which nbformat allows to be a string or a list of strings."""
    if isinstance(source, str):
        return source
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        return "".join(source)
    raise NotANotebookError(f"the source of cell {index + 1} is not text", path=path, hint=_HINT)


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
