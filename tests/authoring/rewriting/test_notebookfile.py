"""An edited notebook differs only where it had to: every byte outside the changed source stays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mwaa_kit.authoring.rewriting.ipynbtext import NewCell, edit_ipynb
from mwaa_kit.authoring.rewriting.notebookfile import open_notebook
from mwaa_kit.errors import RefusedError

OUTPUT = {"output_type": "stream", "name": "stdout", "text": ['"source": ["no"]\n', "é\u2028"]}
CELLS: list[dict[str, Any]] = [
    {"cell_type": "markdown", "metadata": {"z": 1, "a": {"source": []}}, "source": "# Título \\ \"q\""},
    {"id": "b1", "cell_type": "code", "outputs": [OUTPUT], "source": ["x = 1\n", "y = 2"], "execution_count": 3},
    {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": []},
]  # fmt: skip
STYLES: dict[str, dict[str, Any]] = {
    "jupyter": {"indent": 1, "ensure_ascii": False},
    "tabs": {"indent": "\t"},
    "compact": {"separators": (",", ":")},
    "one line": {},
}


def _written(style: str, minor: int = 5) -> str:
    return json.dumps({"nbformat": 4, "cells": CELLS, "metadata": {}, "nbformat_minor": minor}, **STYLES[style])


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("index", [0, 1, 2])
def test_only_the_source_of_the_changed_cell_changes(style: str, index: int) -> None:
    text, source = _written(style), "y = 2\nz = 'ü'\n"
    edited = edit_ipynb(text, {index: source}, (), "nb.ipynb")
    cells = json.loads(edited)["cells"]
    assert "".join(cells[index].pop("source")) == source
    rest = json.loads(text)["cells"]
    rest[index].pop("source")
    assert (cells, list(json.loads(edited))) == (rest, ["nbformat", "cells", "metadata", "nbformat_minor"])
    start = next(i for i, (a, b) in enumerate(zip(text, edited, strict=False)) if a != b)
    end = next(i for i, (a, b) in enumerate(zip(text[::-1], edited[::-1], strict=False)) if a != b)
    source_size = len(json.dumps(CELLS[index]["source"], **STYLES[style])) + 40
    assert len(text) - end - start <= source_size


@pytest.mark.parametrize("style", STYLES)
def test_a_file_that_is_given_its_own_sources_stays_byte_for_byte(style: str) -> None:
    text = _written(style)
    sources = {i: "".join(cell["source"]) for i, cell in enumerate(CELLS)}
    assert edit_ipynb(text, sources, (), "nb.ipynb") == text


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("minor", [4, 5])
def test_new_cells_are_written_as_jupyter_would_in_the_manner_of_the_file(style: str, minor: int) -> None:
    text = _written(style, minor)
    new = (NewCell(0, "first"), NewCell(3, "last\nline"), NewCell(3, "# md", "markdown"))
    document = json.loads(edit_ipynb(text, {1: "x"}, new, "nb.ipynb"))
    assert ["".join(c["source"]) for c in document["cells"]] == [
        "first", CELLS[0]["source"], "x", "", "last\nline", "# md",
    ]  # fmt: skip
    assert [set(document["cells"][i]) >= {"id"} for i in (0, 4)] == [minor == 5] * 2
    if style in {"jupyter", "tabs"}:
        again = json.dumps(document, **STYLES[style])
        assert edit_ipynb(text, {1: "x"}, new, "nb.ipynb").count("\n") == again.count("\n")


def test_a_cell_goes_into_a_notebook_without_cells() -> None:
    for text in ('{"cells": [], "nbformat": 4}', '{\n "cells": [],\n "nbformat": 4\n}'):
        cells = json.loads(edit_ipynb(text, {}, (NewCell(0, "x"),), "nb.ipynb"))["cells"]
        assert [cell["source"] for cell in cells] == [["x"]]


def test_nbformat_3_is_refused_in_one_line() -> None:
    with pytest.raises(RefusedError, match="nbformat 3"):
        edit_ipynb('{"worksheets": []}', {0: "x"}, (), "nb.ipynb")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(), min_size=1, max_size=3), st.text(), st.sampled_from(sorted(STYLES)), st.booleans())
def test_any_text_goes_in_and_comes_out(sources: list[str], new: str, style: str, as_list: bool) -> None:
    cells = [{"source": s.splitlines(keepends=True) if as_list else s, "é\\": '"source": "]}'} for s in sources]
    text = json.dumps({"cells": cells}, **STYLES[style])
    edited = json.loads(edit_ipynb(text, {0: new}, (), "nb.ipynb"))["cells"]
    assert ["".join(cell["source"]) for cell in edited] == [new, *sources[1:]]


def test_line_ends_byte_order_mark_and_mode_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "nb.ipynb"
    text = _written("jupyter").replace("\n", "\r\n").replace("x = 1\\n", "x = 1\\r\\n")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    path.chmod(0o640)
    link = tmp_path / "link.ipynb"
    link.symlink_to(path)
    rewriting = open_notebook(str(link)).rewriting({1: "x = 1\nz"})
    assert path.read_bytes() == rewriting.before
    assert rewriting.write().written
    assert path.read_bytes() == b"\xef\xbb\xbf" + text.replace("y = 2", "z").encode()
    assert (path.stat().st_mode & 0o777, link.is_symlink(), len(list(tmp_path.iterdir()))) == (0o640, True, 2)


def test_a_file_that_was_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "nb.ipynb"
    path.write_text(_written("jupyter"))
    rewriting = open_notebook(str(path)).rewriting({1: "z"})
    path.write_text(_written("compact"))
    with pytest.raises(RefusedError, match="changed meanwhile"):
        rewriting.write()
    assert path.read_text() == _written("compact")


def test_the_diff_names_the_cell_and_shows_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "nb.ipynb"
    path.write_text(_written("jupyter"))
    file = open_notebook(str(path))
    assert file.rewriting({1: "x = 1\nz", 0: CELLS[0]["source"]}, (NewCell(3, "n"),)).diff == (
        f"--- {path}, cell 2\n+++ {path}, cell 2\n@@ -1,2 +1,2 @@\n x = 1\n-y = 2\n+z\n"
        f"--- (a new cell)\n+++ {path}, cell 4\n@@ -0,0 +1 @@\n+n\n"
    )
