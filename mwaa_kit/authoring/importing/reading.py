"""Reading whatever is a notebook: ``.ipynb`` and py:percent files, and notebooks that are a Dag file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mwaa_kit.authoring.importing.dagfile import dag_file_name
from mwaa_kit.authoring.importing.percent import is_percent_notebook, read_percent
from mwaa_kit.authoring.ipynb import read_notebook
from mwaa_kit.model.notebook import Notebook

_MARK = b"dag-file:"
_PIECE = 1 << 20


def is_notebook(path: str) -> bool:
    """Whether a file is a notebook by its name, or a py:percent file with our directives."""
    return path.endswith(".ipynb") or (path.endswith(".py") and is_percent_notebook(path))


def read_any_notebook(path: str) -> Notebook:
    """Return a notebook, whatever form its file has.

    Raises
    ------
    UnreadableInputError
        If the file is no notebook in Python.
    """
    if path.endswith(".py") and Path(path).is_file():
        return read_percent(path)
    return read_notebook(path)


def read_dag_file_document(path: str) -> dict[str, Any] | None:
    """Return the document of a notebook that is a Dag file; None for an ordinary notebook.

    Raises
    ------
    UnreadableInputError
        If the file is no notebook in Python.
    """
    if not path.endswith(".ipynb") or not Path(path).is_file() or not _speaks_of(path, _MARK):
        return None
    read_notebook(path)
    document: dict[str, Any] = json.loads(Path(path).read_bytes().decode("utf-8-sig"))
    return document if document.get("nbformat") == 4 and dag_file_name(document) else None


def _speaks_of(path: str, mark: bytes) -> bool:
    """Whether some bytes are in a file, which may hold any amount of outputs: it is read piece by piece."""
    kept = b""
    try:
        with Path(path).open("rb") as file:
            while piece := file.read(_PIECE):
                if mark in kept + piece:
                    return True
                kept = piece[-len(mark) :]
    except OSError:  # told by whoever reads it next
        return False
    return False
