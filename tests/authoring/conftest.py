"""Notebooks for the tests of authoring, written as Jupyter writes them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

WriteNotebook = Callable[..., str]


def document(cells: list[str]) -> dict[str, Any]:
    """Return a notebook of nbformat 4.5; a cell that begins with ``%md`` is markdown."""
    written = []
    for number, text in enumerate(cells, start=1):
        cell: dict[str, Any] = {"cell_type": "code", "id": f"c{number}", "metadata": {}, "source": text}
        if text.startswith("%md "):
            cell |= {"cell_type": "markdown", "source": text[4:]}
        else:
            cell |= {"outputs": [], "execution_count": None}
        written.append(cell)
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    return {"cells": written, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture
def write_notebook(tmp_path: Path) -> WriteNotebook:
    """Write cells to a notebook file and return its path."""

    def write(cells: list[str], name: str = "nb.ipynb") -> str:
        path = tmp_path / name
        path.write_text(json.dumps(document(cells)), encoding="utf-8")
        return str(path)

    return write
