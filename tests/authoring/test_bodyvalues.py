"""What a written Dag body takes of tasks made of ordinary cells."""

from __future__ import annotations

import ast

import pytest

from mwaa_kit.authoring.bodyvalues import taken_by

FUNCTIONS = frozenset({"load", "clean", "last"})


@pytest.mark.parametrize(
    ("body", "taken"),
    [
        ("load()", {}),
        ("load() >> clean()", {}),
        ("[load(), clean()] >> last()", {}),
        ("show(load())", {"load": ([], True)}),
        ("show(rows=load())", {"load": ([], True)}),
        ("show.expand(row=load())", {"load": ([], True)}),
        ("show(load.override(task_id='again')())", {"load": ([], True)}),
        ("show(load()['rows'], load()['ids'])", {"load": (["rows", "ids"], False)}),
        ("made = load()\n    show(made['rows'])\n    made >> last()", {"load": (["rows"], False)}),
        ("made = load()\n    show([made, clean()['x']])", {"load": ([], True), "clean": (["x"], False)}),
    ],
)
def test_a_body_says_by_what_it_does_with_a_call_what_the_task_returns(body: str, taken: dict[str, object]) -> None:
    node = ast.parse(f"def d():\n    {body}").body[0]
    assert isinstance(node, ast.FunctionDef)
    found = taken_by(node, FUNCTIONS)
    assert {name: (one.keys, one.whole) for name, one in found.items()} == taken


@pytest.mark.parametrize(
    ("body", "given"),
    [
        ("show(load())", {""}),
        ("show(rows=load())", {"rows"}),
        ("show(rows=load(), other=[load()])", {"rows", ""}),
        ("made = load()\n    show(rows=made)\n    show.expand(rows=made)", {"rows"}),
    ],
)
def test_a_body_says_to_which_parameters_a_value_goes(body: str, given: set[str]) -> None:
    node = ast.parse(f"def d():\n    {body}").body[0]
    assert isinstance(node, ast.FunctionDef)
    assert taken_by(node, FUNCTIONS)["load"].given == given
