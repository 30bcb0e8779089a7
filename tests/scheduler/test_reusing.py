"""Reuse, against a plain definition: the same values as running all anew, and only what could come out otherwise runs."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_scheduler import CHAIN, dag_of, play

from mwaa_kit.model.spec import DagSpec
from mwaa_kit.scheduler import valuefiles
from mwaa_kit.scheduler.reusing import NEVER, UNCHANGED, ReusePolicy
from mwaa_kit.scheduler.stubbing import Stub


@st.composite
def edited_dags(draw: st.DrawFn) -> tuple[DagSpec, list[dict[str, int]], frozenset[str]]:
    """Draw a Dag, how its tasks are edited from run to run, and which of them reach outside."""
    names = [f"t{number}" for number in range(draw(st.integers(1, 6)))]
    tasks = {}
    for position, name in enumerate(names):
        earlier = st.sets(st.sampled_from(names[:position]), max_size=3) if position else st.just(set())
        tasks[name] = ("all_success", tuple(sorted(draw(earlier))))
    edits = st.fixed_dictionaries({name: st.integers(0, 1) for name in names})
    return dag_of(tasks), draw(st.lists(edits, min_size=2, max_size=4)), draw(st.frozensets(st.sampled_from(names)))


@settings(max_examples=40, deadline=None)
@given(edited_dags())
def test_reuse_gives_what_running_all_anew_gives(drawn: Any) -> None:
    dag, edits, doubtful = drawn
    made: set[str] = set()
    with tempfile.TemporaryDirectory() as folder:
        for versions in edits:
            run, ran, _ = play(dag, versions, Path(folder), doubtful)
            fresh, _, _ = play(dag, versions, None, doubtful)

            assert (run.states, run.xcoms) == (fresh.states, fresh.xcoms)
            values = {xcom.task_id: repr(xcom.stored) for xcom in fresh.xcoms}
            assert sorted(ran) == sorted(name for name in values if name in doubtful or values[name] not in made)
            assert {one.task_id for one in run.task_instances if one.reused} == set(values) - set(ran)
            made |= {f"{value}" for name, value in values.items() if name not in doubtful}


def test_what_is_reused_and_why_the_rest_runs_is_said(tmp_path: Path) -> None:
    first, _, _ = play(CHAIN, {}, tmp_path)
    _, ran, said = play(CHAIN, {"train": 1}, tmp_path, frozenset({"report"}), explain=True)

    assert ran == ["train", "report"]
    assert [sentence.partition("; key")[0] for sentence in said] == [
        f"load is reused from {first.run_id}",
        f"train runs: changed since {first.run_id}: its code or arguments",
        "report runs: it calls open",
    ]


@pytest.mark.parametrize(
    ("given", "doubtful", "expected"),
    [
        ({}, ("train",), ["train"]),
        ({"reuse": ReusePolicy(NEVER)}, (), ["load", "train", "report"]),
        ({"reuse": ReusePolicy(UNCHANGED)}, ("train",), []),
        ({"reuse": ReusePolicy(vouched=frozenset({"train"}))}, ("train", "load"), ["load"]),
        ({"reuse": ReusePolicy(refused=frozenset({"load"}))}, (), ["load"]),
        ({"conf": {"n": 2}}, (), ["load", "train", "report"]),
    ],
)
def test_what_runs_again(given: Any, doubtful: tuple[str, ...], expected: list[str], tmp_path: Path) -> None:
    play(CHAIN, {}, tmp_path, frozenset(doubtful))
    _, ran, _ = play(CHAIN, {}, tmp_path, frozenset(doubtful), **given)

    assert ran == expected


def test_values_that_were_deleted_are_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(valuefiles, "_SMALL_BYTES", -1)
    play(CHAIN, {}, tmp_path)
    for file in (tmp_path / ".mwaa-kit" / "values").iterdir():
        file.unlink()
    run, ran, _ = play(CHAIN, {}, tmp_path)

    assert (run.state, ran) == ("success", ["load", "train", "report"])


@pytest.mark.parametrize(("module", "expected"), [("mine.Thing", ["train"]), ("pandas.core.frame.DataFrame", [])])
def test_who_reads_an_object_of_an_own_class_runs(module: str, expected: list[str], tmp_path: Path) -> None:
    stored = {"__classname__": module, "__version__": 1, "__data__": 1}
    inputs = (Stub("load", stored, has_value=True),)
    play(CHAIN, {}, tmp_path, task_ids=("train",), inputs=inputs)
    _, ran, _ = play(CHAIN, {}, tmp_path, task_ids=("train",), inputs=inputs)

    assert ran == expected
