"""What is written reads as if by hand: quotes, folding, imports in groups, docstrings from markdown, typed params."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mwaa_kit.authoring.codestyle import folded, long_dict, quoted, tidy
from mwaa_kit.authoring.compile import compile_notebook
from mwaa_kit.authoring.docstrings import docstring_lines, first_paragraph
from mwaa_kit.authoring.importblock import import_block, spaced
from mwaa_kit.authoring.writer import TextLine

WriteNotebook = Callable[..., str]


@given(st.text())
def test_a_quoted_text_reads_back_as_itself(text: str) -> None:
    assert ast.literal_eval(quoted(text)) == text


@pytest.mark.parametrize(
    ("code", "tidied"),
    [
        ("'a'", '"a"'),
        ("['a','b']", '["a", "b"]'),
        ("6_000", "6_000"),
        ("{'q': 'say \"x\"', 'n': 1e6}", '{"q": \'say "x"\', "n": 1e6}'),
        ("timedelta(minutes = 5)", "timedelta(minutes=5)"),
        ("True", "True"),
    ],
)
def test_a_value_is_written_in_one_style_and_its_numbers_stay(code: str, tidied: str) -> None:
    assert tidy(code) == tidied


def test_a_call_is_folded_only_where_it_runs_too_long() -> None:
    words = ["a=1", long_dict("params=", ['"n": 6', '"m": 7'])]
    assert folded("@dag(", words, ")") == ['@dag(a=1, params={"n": 6, "m": 7})']
    long = [*words, f'b="{"x" * 90}"']
    assert folded("@dag(", long, ")") == [
        "@dag(",
        "    a=1,",
        '    params={"n": 6, "m": 7},',
        f'    b="{"x" * 90}",',
        ")",
    ]


def test_imports_are_sorted_in_groups_and_merged_by_module() -> None:
    lines = [
        TextLine("import pandas as pd"),
        TextLine("from airflow.sdk import task"),
        TextLine("import helpers"),
        TextLine("from airflow.sdk import Param, dag"),
        TextLine("from datetime import datetime, UTC"),
        TextLine("import os"),
    ]
    assert [line.text for line in spaced(import_block(lines, frozenset({"helpers"})))] == [
        "import os",
        "from datetime import UTC, datetime",
        "",
        "import pandas as pd",
        "from airflow.sdk import Param, dag, task",
        "",
        "import helpers",
    ]


@given(st.text())
def test_no_text_can_leave_its_docstring(text: str) -> None:
    lines = docstring_lines(first_paragraph(text))
    tree = ast.parse("\n".join(["def f():", *(f"    {line}" for line in lines), "    return 1"]))
    (function,) = tree.body
    assert isinstance(function, ast.FunctionDef)
    assert (len(tree.body), len(function.body)) == (1, 1 + bool(lines))


@pytest.mark.parametrize(
    ("markdown", "said"),
    [
        ("Loads the **rows** of `db`.", "Loads the rows of db."),
        ("## Load\n\nReads [them](https://x.org)\nall.\n\nMore.", "Reads them all."),
        ("## Load", "Load"),
        ("# All\n\n## Part\n\nReads.", "Reads."),
        ("# All\n## Part\n### Piece", "All"),
        ("- a list", ""),
        ("# Clean\n\n- a list", "Clean"),
        ("snake_case_names and 2 * 3 * 4 stay", "snake_case_names and 2 * 3 * 4 stay"),
        ("", ""),
    ],
)
def test_the_first_paragraph_in_plain_words(markdown: str, said: str) -> None:
    assert first_paragraph(markdown) == said


def test_the_markdown_cell_above_a_task_is_its_docstring(write_notebook: WriteNotebook) -> None:
    path = write_notebook(
        ["%md ## Load\n\nReads the *rows*.", "#| task: load\nrows = [1]", "#| task: use\nn = len(rows)"]
    )
    assert compile_notebook(path).source.count('"""') == 2
    assert 'def load():\n    """Reads the rows."""\n    # cell c2\n' in compile_notebook(path).source


PARAMS = """#| params
n = 6
k: int = 3
rate: float = 1_000
species: Literal["Adelie", 'Gentoo'] = "Adelie"
color = "red"  # one of: red, green
label: str | None = None
ids: list[int] = [1]
deep = {'a': [1]}  # what goes in
"""


def test_params_are_typed_by_an_annotation_or_by_their_comment(write_notebook: WriteNotebook) -> None:
    reads = "print(n, k, rate, species, color, label, ids, deep)"
    path = write_notebook(["from typing import Literal", PARAMS, f"#| task: a\n{reads}"])
    source = compile_notebook(path).source
    assert (
        source.partition("@dag(")[2].partition("def nb")[0]
        == """
    schedule=None,
    params={
        "n": 6,
        "k": Param(3, type="integer"),
        "rate": Param(1_000, type="number"),
        "species": Param("Adelie", enum=["Adelie", "Gentoo"]),
        "color": Param("red", enum=["red", "green"]),
        "label": Param(None, type=["null", "string"]),
        "ids": Param([1], type="array", items={"type": "integer"}),
        "deep": Param({"a": [1]}, type="object", description="what goes in"),
    },
)
"""
    )
    assert "from airflow.sdk import Param, dag, task" in source
    assert '    species: str = params["species"]\n' in source
    assert "from airflow.models.param import Param" in compile_notebook(path, target="2.10.3").source


@pytest.mark.parametrize("line", ["n: int = 'x'", "n: Literal['a'] = 'b'", "n: list[int] = {}"])
def test_a_default_that_its_annotation_refuses_is_a_finding(line: str, write_notebook: WriteNotebook) -> None:
    module = compile_notebook(write_notebook([f"#| params\n{line}", "#| task: a\nprint(n)"]))
    assert [finding.code for finding in module.findings] == ["MK110", "MK206"]


def test_every_option_keeps_its_type(write_notebook: WriteNotebook) -> None:
    options = (
        "retries=2 retry_delay=timedelta(minutes=5) pool=ml queue='big' doc_md=\"a b\" trigger_rule=all_done cache=off"
    )
    cells = ["from datetime import timedelta", f"#| task: a {options}\nx = 1", "#| dag: d schedule=timedelta(hours=6)"]
    source = compile_notebook(write_notebook(cells)).source
    assert "schedule=timedelta(hours=6)" in source
    words = source.partition("@task(")[2].partition(")\ndef")[0].replace("\n    ", " ").strip().rstrip(",")
    assert words == (
        'retries=2, retry_delay=timedelta(minutes=5), pool="ml", queue="big", doc_md="a b", trigger_rule="all_done"'
    )
