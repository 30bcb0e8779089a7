"""Notebooks that mean no good: whatever is written anywhere, the Dag file holds no code that is in no cell."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mwaa_kit.authoring.compile import compile_notebook
from mwaa_kit.authoring.dataflow import find_dataflow
from mwaa_kit.authoring.ipynb import read_notebook
from mwaa_kit.errors import MwaaKitError, NotANotebookError
from mwaa_kit.model.finding import errors_in

EVIL = "evil"  # no cell's code calls it
PIECES = (
    *(
        "'",
        '"',
        "'''",
        '"""',
        "\\",
        "\n",
        "\r",
        "\r\n",
        "\x00",
        "\x0c",
        "\u2028",
        "\u202e",
        "#",
        "#|",
        ";",
        ":",
        "=",
        ",",
    ),
    *(
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "<script>",
        "../",
        "/",
        "\t",
        " ",
        "task: ",
        "@",
        "évil",
        "\ud83d",
        "%",
        "{{",
        "}}",
    ),
    *(
        f"{EVIL}()",
        f"\n{EVIL}()\n",
        f"'''\n{EVIL}()\n'''",
        f'"""\n{EVIL}()\n"""',
        f"{{{EVIL}()}}",
        f"x\n    {EVIL}()",
        "a=1",
    ),
)
TEXT = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
JSONABLE = st.recursive(TEXT | st.none() | st.integers(), lambda inner: st.lists(inner, max_size=2), max_leaves=3)
GENTLY = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def code_cell(source: object, **more: Any) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source, **more}


def save(path: Path, cells: list[Any], **metadata: Any) -> str:
    document = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


def calls_evil(source: str) -> bool:
    names = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    return EVIL in names


@GENTLY
@given(st.data())
def test_text_in_any_field_stays_text_in_the_dag_file(tmp_path: Path, data: st.DataObject) -> None:
    def text() -> str:
        return data.draw(TEXT)

    def comment() -> str:  # an inner line would be the user's own code
        return text().replace("\n", " ").replace("\r", " ").replace("\x0c", " ").replace("\u2028", " ")

    cells = [
        {"cell_type": "markdown", "metadata": {"x": data.draw(JSONABLE)}, "id": text(), "source": text()},
        code_cell(f"#| params\nn = {text()!r}", id=data.draw(JSONABLE), metadata={"tags": [text()], text(): text()}),
        {"cell_type": "raw", "metadata": {}, "id": "raw", "source": text()},
        code_cell(f"#| requirements\n# {comment()}", id=text()),
        code_cell(f"#| task: load {comment()}\nrows = [n]", id=text()),
        code_cell(f"#| task: {comment()}\nprint(rows)", id="same"),
        code_cell(f"#| notebook: other path={comment()}", id="same"),
        code_cell(f"#| include: {comment()}"),
        code_cell(f"#| dag: {comment()}"),
        {"cell_type": "markdown", "metadata": {}, "source": text()},
        code_cell(f"#| task: last doc={text()!r} pool={text()!r}\nprint(rows, {text()!r})"),
    ]
    kept = [cell for cell in cells if data.draw(st.booleans())]
    name = "".join(c for c in text() if c not in "/\x00\ud83d") or "n"
    path = save(tmp_path / f"{name}.ipynb", kept, kernelspec={"name": text(), "language": "python", "x": text()})
    try:
        module = compile_notebook(path)
    except MwaaKitError as error:
        assert "Traceback" not in str(error)
    else:
        assert not calls_evil(module.source), module.source
    Path(path).unlink()


BROKEN: dict[str, Any] = {
    "a source that is a number": code_cell(7),
    "a source of numbers": code_cell([1, 2]),
    "no source": {"cell_type": "code", "metadata": {}},
    "a cell that is a word": "cell",
    "a cell of no kind": {"cell_type": "spell", "metadata": {}, "source": ""},
}
ODD: dict[str, list[Any]] = {
    "ids twice": [code_cell("x = 1", id="a"), code_cell("x", id="a")],
    "no ids": [code_cell("x = 1"), code_cell("x")],
    "lines": [code_cell(["x", " = ", "1\n", "y = 2"]), code_cell(["x"])],
    "CRLF": [code_cell("x = 1\r\ny = 2\r\n"), code_cell("x\r\n")],
    "right to left": [code_cell("x = 'שלום'\nמשתנה = 1"), code_cell("x")],
    "NUL": [code_cell("x = 1"), code_cell("x"), code_cell("y = '\x00'")],
    "a keyword": [code_cell("x = 1"), code_cell("x"), code_cell("class = 1")],
    "a surrogate": [code_cell("x = 1"), code_cell("x"), code_cell("y = '\ud83d'")],
    "deep brackets": [code_cell("x = 1"), code_cell("x"), code_cell("(" * 1000 + ")" * 1000)],
    "deep calls": [code_cell("x = 1"), code_cell("x"), code_cell("f(" * 1000 + ")" * 1000)],
    "deep attributes": [code_cell("x = 1"), code_cell("x"), code_cell("y" + ".a" * 30_000)],
    "a long sum": [code_cell("x = 1"), code_cell("x"), code_cell("+".join(["y"] * 30_000))],
    "deep minus": [code_cell("x = 1"), code_cell("x"), code_cell("-" * 30_000 + "y")],
    "deep blocks": [
        code_cell("x = 1"),
        code_cell("x"),
        code_cell("".join(f"{' ' * i}if y:\n" for i in range(99)) + " " * 99 + "1"),
    ],
    "deep lambdas": [code_cell("x = 1"), code_cell("x"), code_cell("lambda: " * 400 + "y")],
    "many elifs": [code_cell("x = 1"), code_cell("x"), code_cell("if y: 1\n" + "elif y: 1\n" * 3000)],
    "deep f-strings": [code_cell("x = 1"), code_cell("x"), code_cell("f'{" * 200 + "1" + "}'" * 200)],
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_cell_is_said_so_and_ends_with_2(name: str, tmp_path: Path) -> None:
    path = save(tmp_path / "n.ipynb", [code_cell("x = 1"), BROKEN[name]])
    with pytest.raises(NotANotebookError, match="cell 2") as caught:
        read_notebook(path)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("name", ODD)
def test_an_odd_cell_leaves_the_others_as_they_are(name: str, tmp_path: Path) -> None:
    path = save(tmp_path / "n.ipynb", [*ODD[name], code_cell("#| task: t\nz = 1")])
    edges = [(e.source, e.target, e.names) for e in find_dataflow(read_notebook(path)).edges]
    assert (0, 1, ("x",)) in edges
    module = compile_notebook(path)
    assert bool(module.source) != bool(errors_in(module.findings))
