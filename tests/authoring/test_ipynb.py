"""Bad input is told in one line with the file and the reason; a notebook is read as it lies in its file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mwaa_kit.authoring.ipynb import read_notebook
from mwaa_kit.errors import MissingInputError, MwaaKitError, NotANotebookError, OtherLanguageError
from mwaa_kit.model.notebook import Cell, CellKind, Notebook

CELL = {"cell_type": "code", "id": "a1", "metadata": {}, "outputs": [], "execution_count": 3}
GOOD: dict[str, Any] = {
    "cells": [CELL | {"source": ["x = 1\n", "x"]}],
    "metadata": {"kernelspec": {"name": "python3", "language": "python"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}  # fmt: skip


def _with(**changed: object) -> bytes:
    return json.dumps(GOOD | changed).encode()


def _without(key: str) -> str:
    return json.dumps({name: value for name, value in GOOD.items() if name != key})


BAD: dict[str, tuple[bytes, type[MwaaKitError], str]] = {
    "empty": (b"", NotANotebookError, "the file is empty"),
    "truncated": (json.dumps(GOOD)[:60].encode(), NotANotebookError, "is not complete JSON"),
    "no notebook": (b'{"name": "package"}', NotANotebookError, "is JSON, but no notebook"),
    "a list": (b"[1, 2]", NotANotebookError, "is JSON, but no notebook"),
    "no cells": (_without("cells").encode(), NotANotebookError, "has no list of cells"),
    "no metadata": (_without("metadata").encode(), NotANotebookError, "has no metadata"),
    "no nbformat": (_without("nbformat").encode(), NotANotebookError, "does not say its nbformat"),
    "not utf-8": (b'{"cells": "\xff\xfe"}', NotANotebookError, "is not UTF-8 text (byte 12)"),
    "nested deep": (b"[" * 100_000, NotANotebookError, "nested too deep"),
    "source is a number": (_with(cells=[CELL | {"source": 5}]), NotANotebookError, "source of cell 1"),
    "cell is a number": (_with(cells=[5]), NotANotebookError, "cell 1 is not a cell"),
    "R": (_with(metadata={"kernelspec": {"name": "ir", "language": "R"}}), OtherLanguageError, "is written in R"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_no_notebook_is_one_line_with_its_name_and_the_reason(name: str, tmp_path: Path) -> None:
    content, kind, reason = BAD[name]
    path = tmp_path / "bad.ipynb"
    path.write_bytes(content)
    with pytest.raises(kind) as raised:
        read_notebook(str(path))
    assert str(raised.value).startswith(f"{path}: ")
    assert reason in str(raised.value)
    assert "\n" not in str(raised.value)
    assert raised.value.exit_code == 2


def test_a_folder_and_a_missing_file_are_missing_input(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.ipynb"):
        with pytest.raises(MissingInputError):
            read_notebook(str(path))


def test_cells_keep_their_text_ids_counts_and_tags(tmp_path: Path) -> None:
    cells = [
        *GOOD["cells"],
        {"cell_type": "markdown", "id": "twice", "metadata": {}, "source": "# Title"},
        {"cell_type": "code", "id": "twice", "metadata": {"tags": ["parameters"]}, "source": "n = 1", "outputs": []},
        {"cell_type": "code", "id": "no\nid", "metadata": {}, "source": "", "outputs": []},
    ]
    path = tmp_path / "good.ipynb"
    path.write_text(json.dumps(GOOD | {"cells": cells}))
    assert read_notebook(str(path)) == Notebook(
        path=str(path),
        cells=(
            Cell(0, CellKind.CODE, "x = 1\nx", "a1", 3),
            Cell(1, CellKind.MARKDOWN, "# Title"),
            Cell(2, CellKind.CODE, "n = 1", tags=("parameters",)),
            Cell(3, CellKind.CODE, ""),
        ),
        kernel_name="python3",
    )


def test_a_notebook_of_nbformat_3_is_read(tmp_path: Path) -> None:
    cell = {
        "cell_type": "code",
        "collapsed": False,
        "input": ["x = 1"],
        "language": "python",
        "outputs": [],
        "metadata": {},
    }
    old = {
        "metadata": {"name": ""},
        "nbformat": 3,
        "nbformat_minor": 0,
        "worksheets": [{"cells": [cell], "metadata": {}}],
    }
    path = tmp_path / "old.ipynb"
    path.write_text(json.dumps(old))
    assert [cell.source for cell in read_notebook(str(path)).cells] == ["x = 1"]
