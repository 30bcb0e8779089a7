"""A Dag file opens as a notebook and comes back byte for byte; one edited cell changes its own bytes only."""

from __future__ import annotations

import ast
import json
import re
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mwaa_kit.authoring.importing.dagfile import dag_file_name, format_document, open_dag_file, source_of, to_dag_file
from mwaa_kit.authoring.importing.dagmodule import dag_file_module
from mwaa_kit.authoring.importing.reading import read_dag_file_document
from mwaa_kit.errors import RefusedError, UnreadableInputError

ODD = {
    "crlf": b"import a\r\n\r\n\r\ndef f():\r\n    return 1\r\n",
    "mixed line ends": b"import a\r\n\ndef f():\n    return 1\r\n\r\nx = 2\r",
    "tabs": b"def f():\n\treturn 1\n\n\n\t# tail\ndef g():\n\treturn 2\n",
    "form feeds": b"import a\n\x0c\nx = 1\n\x0c\n\ndef f(): ...\n",
    "no newline at the end": b"import a\nx = 1",
    "many newlines at the end": b"import a\nx = 1\n\n\n\n",
    "byte order mark": b"\xef\xbb\xbfimport a\n\nx = 1\n",
    "leading blank lines": b"\n\n  \nimport a\n",
    "comments between decorators": b"import a\n@a\n# one\n\n# two\n@b\ndef f(): ...\n# END f\n",
    "semicolons": b"import a; x = 1; import b\ndef f(): ...\nclass C: pass; y = 2\n",
    "line continuations": b"import a; \\\n x = 1\ny = \\\n 2\ndef f(): ...\n",
    "blank lines with spaces": b"import a\n   \n\t\ndef f(): ...\n  \n",
    "only comments": b"# nothing\n\n# here\n",
    "strings that look like cells": b'x = """\n\n\ndef f():\n    pass\n"""\ndef g(): ...\n',
    "odd line separators": "x = '\u2028 \x85 \x1c'\n\ndef f(): ...\n# \u2029\ny = 1\n".encode(),
    "no blank lines": b"import a\ndef f(): ...\ndef g(): ...\nx = 1\n",
    "docstring first": b'"""Doc."""\nfrom __future__ import annotations\nif True:\n    import b\n',
}


def _dag_files() -> list[Path]:
    """Return every Dag file of the installed Airflow and its providers."""
    files = (p for root in map(Path, sys.path) for p in sorted((root / "airflow").rglob("*.py")))
    return [p for p in files if "example_dags" in p.parts or re.search(rb"@dag\b|DAG\(", p.read_bytes())]


FILES = _dag_files()


def test_there_are_dag_files_to_try() -> None:
    assert len(FILES) > 50


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_dag_file_of_airflow_comes_back_identical_and_an_edit_touches_its_cell_only(path: Path) -> None:
    content = path.read_bytes()
    if not content.strip():
        return
    document = json.loads(format_document(open_dag_file(content, str(path))))
    nbformat.validate(document)
    assert to_dag_file(document, "nb.ipynb") == content
    assert all("def " not in json.dumps(cell["metadata"]) for cell in document["cells"])
    _edit_every_third_cell(document, content)


def _edit_every_third_cell(document: dict[str, Any], content: bytes) -> None:
    place = 0
    for i, cell in enumerate(document["cells"][1:], start=1):
        source = source_of(cell)
        start = content.index(source.encode(), place)
        place = start + len(source.encode())
        if i % 3 == 1 and not source.endswith("\\"):
            edited = json.loads(json.dumps(document))
            edited["cells"][i]["source"] = source + "\n# edited"
            assert to_dag_file(edited, "nb.ipynb") == content[:place] + b"\n# edited" + content[place:]


@pytest.mark.parametrize("name", ODD)
def test_odd_files_come_back_identical_also_after_jupyter_saved_them(name: str) -> None:
    document = json.loads(format_document(open_dag_file(ODD[name], "etl.py")))
    saved = json.loads(nbformat.writes(nbformat.from_dict(document)))
    assert (to_dag_file(document, ""), to_dag_file(saved, "")) == (ODD[name], ODD[name])
    assert dag_file_name(saved) == "etl.py"


PIECE = st.sampled_from(
    ["import a", "x = 1", "def f():\n    return 1", "@d\n# c\ndef g(): ...", "# note", "", " ", "\t", "\x0c", "class C: pass"]
    + ["y = (1,\n  2)", "z = 1;", "if x:\n  pass\n  # in\n", '"""\n\n"""', "with D(): pass", "t = O(task_id='t')", "\\"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(PIECE, st.sampled_from(["\n", "\n\n", "\r\n", "\n\n\n", "\r"])), max_size=8), st.booleans())
def test_whatever_python_accepts_comes_back_identical(parts: list[tuple[str, str]], bom: bool) -> None:
    content = (b"\xef\xbb\xbf" if bom else b"") + "".join(a + b for a, b in parts).encode()
    try:
        document = open_dag_file(content, "x.py")
    except UnreadableInputError:
        return
    assert to_dag_file(document, "x.ipynb") == content
    for cell in document["cells"]:
        if not source_of(cell).rstrip("\r").endswith("\\"):  # a file may end in a continuation, a text alone may not
            ast.parse(source_of(cell))


def test_a_dag_file_has_a_cell_for_each_function_operator_and_dag() -> None:
    content = (
        b'"""Doc."""\nimport a\nfrom airflow.sdk import dag, task\n\nA = 1\nB = 2\n\n\n@task\ndef load(): ...\n\n\n'
        b"# about use\n@task\ndef use(x): ...\n\n\n@dag\ndef etl():\n    use(load())\n\n\netl()\n"
    )
    document = open_dag_file(content, "dags/etl.py")
    assert [source_of(cell) for cell in document["cells"]] == [
        "#| dag-file: etl.py\n# The cells below are this file, line by line. It comes back with: mwaa-kit export",
        '"""Doc."""',
        "import a\nfrom airflow.sdk import dag, task",
        "A = 1\nB = 2",
        "@task\ndef load(): ...",
        "# about use\n@task\ndef use(x): ...",
        "@dag\ndef etl():\n    use(load())",
        "etl()",
    ]


def test_new_cells_go_in_with_two_blank_lines_and_notes_stay_behind() -> None:
    document = open_dag_file(b"import a\n\n\ndef f(): ...\n", "x.py")
    new = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    note = {"cell_type": "markdown", "metadata": {}, "source": "# Note"}
    document["cells"][2:2] = [
        new | {"source": "def g(): ..."},
        note,
        new | {"source": "#| skip\nf()"},
        new | {"source": ""},
    ]
    assert to_dag_file(document, "x.ipynb") == b"import a\n\n\ndef g(): ...\n\n\ndef f(): ...\n"


def test_an_edit_that_is_no_python_is_refused_and_names_the_cell() -> None:
    document = open_dag_file(b"import a\n\n\ndef f(): ...\n", "x.py")
    document["cells"][2]["source"] = "def f(:"
    with pytest.raises(RefusedError, match="cell 3: is not Python, line 4"):
        to_dag_file(document, "x.ipynb")


@pytest.mark.parametrize("content", [b"", b" \n", b"def f(:", b"x = '\xff'", b"x = '\0'"])
def test_what_is_no_dag_file_is_told(content: bytes) -> None:
    with pytest.raises(UnreadableInputError):
        open_dag_file(content, "x.py")


def test_its_module_is_the_file_itself_and_each_line_leads_to_its_cell() -> None:
    content = (
        b"\xef\xbb\xbf"
        b"from airflow.sdk import dag, task\r\n\r\n@task(task_id='one')\r\ndef load():\r\n    return 1\r\n\r\n"
        b"@dag(dag_id='etl')\r\ndef d():\r\n    load()\r\n\r\nd()\r\n"
    )
    module = dag_file_module(open_dag_file(content, "etl.py"), "nb.ipynb", target="3.3.1")
    assert (module.source.encode(), module.file_name, module.dag_ids) == (content[3:], "etl.py", ("etl",))
    assert [(anchor.task_id, anchor.cell) for anchor in module.tasks] == [("one", 3)]
    assert [(str(module.locate(n))) for n in (1, 4, 11)] == [
        "nb.ipynb, cell 2, line 1",
        "nb.ipynb, cell 3, line 2",
        "nb.ipynb, cell 5, line 1",
    ]


def test_a_notebook_is_known_for_a_dag_file_by_its_first_code_cell_only(tmp_path: Path) -> None:
    imported, ordinary = tmp_path / "a.ipynb", tmp_path / "b.ipynb"
    document = open_dag_file(b"x = 1\n", "x.py")
    document["cells"].insert(0, {"cell_type": "markdown", "metadata": {}, "source": "#" * (1 << 20)})
    imported.write_text(format_document(document))
    document["cells"].insert(0, document["cells"][2])
    ordinary.write_text(format_document(document))
    found = [read_dag_file_document(str(path)) for path in (imported, ordinary, tmp_path / "none.ipynb")]
    assert [document is not None for document in found] == [True, False, False]
