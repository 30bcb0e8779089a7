"""What is asked for with a mouse becomes text; applied and read again, it says what was asked for."""

from __future__ import annotations

from typing import Any

import pytest
from support_server import CELLS, cells_of

from mwaa_kit.errors import MwaaKitError
from mwaa_kit.verbs.editing import CellEdits, edit
from mwaa_kit.verbs.live import look

OPERATORS = (
    "from airflow.sdk import dag, task\nfrom airflow.providers.standard.operators.bash import BashOperator",
    'hello = BashOperator(\n    task_id="hello",  # says é\n    bash_command="echo é",\n)',
    "@task.branch\ndef which(x):\n    return 'hello'",
    "#| task: make  after=hello   retries=1\nx = 1",
    "#| dag\n@dag\ndef d(): ...",
)


def _edit(sources: tuple[str, ...], do: str, **given: Any) -> CellEdits:
    return edit("n.ipynb", {"cells": cells_of(*sources)}, do, **given)


def _applied(sources: tuple[str, ...], edits: CellEdits) -> list[dict[str, Any]]:
    """Do what the front end does."""
    cells = cells_of(*sources)
    for change in edits.changes:
        assert (cells[change.index]["id"], cells[change.index]["source"]) == (change.id, change.before)
        cells[change.index]["source"] = change.source
    for insert in edits.inserts:
        cells.insert(insert.index, {"id": f"new{insert.index}", "cell_type": "code", "source": insert.source})
    return cells


def _refusal(sources: tuple[str, ...], do: str, **given: Any) -> tuple[str, str]:
    with pytest.raises(MwaaKitError) as caught:
        _edit(sources, do, **given)
    return type(caught.value).__name__, str(caught.value)


@pytest.mark.parametrize(
    ("task_id", "options", "line"),
    [
        ("make", {"retries": "3"}, "#| task: make after=hello retries=3"),
        ("make", {"retries": None, "pool": '"ml"'}, '#| task: make after=hello pool="ml"'),
        ("make", {"retries": "1 + 1"}, "#| task: make after=hello retries=(1 + 1)"),
        ("make", {"doc_md": "'two words'"}, "#| task: make after=hello retries=1 doc_md='two words'"),
        ("hello", {"retries": "2"}, '    bash_command="echo é", retries=2,'),
        ("hello", {"bash_command": '"ls"'}, '    bash_command="ls",'),
        ("which", {"retries": "2"}, "@task.branch(retries=2)"),
        ("which", {"retries": "2", "pool": "'p'"}, "@task.branch(retries=2, pool='p')"),
    ],
)
def test_options_are_set_where_the_task_is_written_and_all_else_stays(
    task_id: str, options: dict[str, str | None], line: str
) -> None:
    edits = _edit(OPERATORS, "set_options", task_id=task_id, options=options)
    (change,) = edits.changes
    before, after = change.before.split("\n"), change.source.split("\n")
    assert (line in after, len(before) - len(set(before) & set(after))) == (True, 1)


def test_options_of_a_function_are_taken_away_again() -> None:
    sources = ("from airflow.sdk import task", "@task(retries=2, pool='p')  # why\ndef f(): ...", CELLS[2])
    taken = [
        _edit(sources, "set_options", task_id="f", options=options).changes[0].source.split("\n")[0]
        for options in ({"retries": None}, {"pool": None}, {"pool": None, "retries": None})
    ]
    assert taken == ["@task(pool='p')  # why", "@task(retries=2)  # why", "@task()  # why"]


def test_an_edge_is_an_after_of_the_directive_and_can_be_taken_away_again() -> None:
    sources = (CELLS[2].replace("range(n)", "range(3)"), "#| task: audit\nprint('x')")
    edits = _edit(sources, "connect", upstream="load", downstream="audit")
    assert [change.source for change in edits.changes] == ["#| task: audit after=load\nprint('x')"]
    cells = _applied(sources, edits)
    drawn = look("n.ipynb", {"cells": cells}).to_dict()["dags"][0]["edges"]
    assert [(one["upstream"], one["downstream"]) for one in drawn] == [("load", "audit")]
    undone = edit("n.ipynb", {"cells": cells}, "disconnect", upstream="load", downstream="audit")
    assert _applied(tuple(cell["source"] for cell in cells), undone) == [
        {**cell, "execution_count": None} for cell in cells_of(*sources)
    ]


def test_an_edge_that_cannot_be_is_refused_with_what_can_be_done() -> None:
    assert _refusal(CELLS, "connect", upstream="features", downstream="load") == (
        "RefusedError",
        "n.ipynb: 'features' waits for 'load' already: they would wait for each other",
    )
    assert _refusal(CELLS, "connect", upstream="load", downstream="load")[0] == "RefusedError"
    assert _refusal(CELLS, "disconnect", upstream="load", downstream="features") == (
        "RefusedError",
        "n.ipynb: 'features' reads what 'load' makes: 'rows' written in cell 3 line 2, read in cell 5 line 2",
    )
    assert _refusal(CELLS, "connect", upstream="load", downstream="score")[1] == (
        "n.ipynb: task 'score' is Airflow code: its edges are written in cell 6"
    )
    assert _refusal(CELLS, "connect", upstream="nobody", downstream="load")[0] == "UnknownTaskError"
    assert _edit(CELLS, "connect", upstream="load", downstream="features").notes == (
        "'features' waits for 'load' already",
    )


def test_a_schedule_is_set_in_the_decorator_or_the_directive_and_a_dag_cell_is_made_where_there_is_none() -> None:
    options = {"schedule": '"@daily"'}
    decorated = _edit(CELLS, "set_dag_options", dag_id="churn", options=options).changes[0].source.split("\n")[1]
    assert decorated == '@dag(schedule="@daily", start_date=datetime(2026, 1, 1), tags=["ml"])'
    directed = (CELLS[1], CELLS[2], '#| dag: etl schedule="0 6 * * *"')
    change = _edit(directed, "set_dag_options", dag_id="etl", options=options).changes[0]
    assert change.source == '#| dag: etl schedule="@daily"'
    inserts = _edit(directed[:2], "set_dag_options", dag_id="n", options=options).inserts
    assert [(one.index, one.source) for one in inserts] == [(2, '#| dag: n schedule="@daily"')]


def test_an_exploring_cell_becomes_a_task() -> None:
    edits = _edit(CELLS, "make_task", cell_id="c4", task_id="show")
    roles = [(cell.role, cell.task_ids) for cell in look("n.ipynb", {"cells": _applied(CELLS, edits)}).cells]
    assert roles[3] == ("task", ("show",))
    assert _refusal(CELLS, "make_task", cell_id="c4", task_id="load")[0] == "WrongUsageError"
    assert _refusal(CELLS, "make_task", cell_id="c7", task_id="show")[0] == "RefusedError"


def test_promote_freeze_and_fix_are_answered_as_texts() -> None:
    promoted = _edit(CELLS, "promote", task_ids=["features"])
    assert "def features(rows):" in {change.id: change.source for change in promoted.changes}["c5"]
    frozen = _edit(CELLS, "freeze")
    assert "_load = load()" in {change.id: change.source for change in frozen.changes}["c7"]
    fixed = _edit(("#| task: a\n!ls", "#| task: b\n!ls"), "fix", cell_id="c2")
    assert [change.id for change in fixed.changes] == ["c2"]


@pytest.mark.parametrize("value", ["1 +", "open(", "a\nb", "#", "\0"])
def test_a_value_that_is_no_python_is_refused(value: str) -> None:
    assert _refusal(CELLS, "set_options", task_id="load", options={"retries": value})[0] == "WrongUsageError"
