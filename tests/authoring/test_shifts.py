"""Edges that cells write out: those that the text makes certain are told, with their place, and agree with Airflow."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from mwaa_kit.authoring.compile import compile_notebook
from mwaa_kit.engine.opening import open_engine

HEAD = """from datetime import datetime
from airflow.sdk import Label, TaskGroup, chain, dag, task
from airflow.providers.standard.operators.empty import EmptyOperator"""
MADE = "\n".join(f"{name} = EmptyOperator(task_id='the_{name}')" for name in "abcdef")
DAG = "#| dag\n@dag(schedule=None, start_date=datetime(2026, 1, 1))\ndef shifted(): ..."


def edges_of(folder: Path, *cells: str) -> tuple[dict[tuple[str, str], str], set[tuple[str, str]]]:
    """Return the edges that the text tells, each with its reason, and those that Airflow makes of it."""
    path = folder / "shifted.ipynb"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(one) for one in (HEAD, *cells, DAG)])
    nbformat.write(notebook, path)
    module = compile_notebook(str(path))
    assert module.findings == ()
    dag_file = folder / "shifted.py"
    dag_file.write_text(module.source)
    [dag] = open_engine().load(str(dag_file)).dags
    return {(edge.upstream, edge.downstream): edge.reason for edge in module.edges}, set(dag.edges)


@pytest.mark.parametrize(
    "written",
    [
        "a >> b",
        "a << b << c",
        "a >> b >> c",
        "a >> [b, c] >> d",
        "[a, b] >> c << d",
        "a >> b << c >> d",
        "(a, b) << c",
        "chain(a, b, c)",
        "chain(a, [b, c], d)",
        "chain([a, b], [c, d], e)",
        "a.set_downstream(b)\nb.set_upstream([c, d])",
        "b.as_teardown(setups=a)",
        "b.as_teardown(setups=[a, c])",
        "@task\ndef begin(): ...\n---\nbegin() >> a",
    ],
)
def test_what_is_written_plainly_is_what_airflow_makes_of_it(tmp_path: Path, written: str) -> None:
    told, made = edges_of(tmp_path, MADE, *written.split("\n---\n"))
    assert set(told) == made
    assert made


@pytest.mark.parametrize(
    "written",
    [
        "g = EmptyOperator(task_id='g')\nfor one in (b, c):\n    a >> one",
        "g = EmptyOperator(task_id='g')\nif g:\n    a >> b",
        "a >> Label('only if') >> b",
        "a >> (b if a else c)",
        "pair = [b, c]\na >> pair",
        "b = EmptyOperator(task_id='again')\na >> b",
        "chain(a, *[b, c])",
        "@task\ndef begin(): ...\n---\nonce = begin()\nbegin() >> a",
    ],
)
def test_what_is_not_certain_is_left_to_airflow(tmp_path: Path, written: str) -> None:
    told, made = edges_of(tmp_path, MADE, *written.split("\n---\n"))
    assert told == {}
    assert made


def test_an_edge_says_where_it_was_written_beside_what_travels_along_it(tmp_path: Path) -> None:
    told, made = edges_of(
        tmp_path,
        "#| task: load\nrows = [1]",
        "@task\ndef count(rows):\n    return len(rows)",
        "with TaskGroup('late') as late:\n    a = EmptyOperator(task_id='a')\n    b = EmptyOperator(task_id='b')\n    a >> b",
        "count >> a\n\nlate",
    )
    assert (told, set(told)) == (
        {
            ("load", "count"): "'rows' written in cell 2 line 2, read in cell 3 line 2",
            ("late.a", "late.b"): "'a >> b' in cell 4 line 4",
            ("count", "late.a"): "'count >> a' in cell 5 line 1",
        },
        made,
    )
