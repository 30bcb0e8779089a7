"""Resume, against a plain definition: it ends as a fresh run of the mended Dag does, and runs nothing twice for no reason."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_scheduler import CHAIN, CountingEngine, dag_of

from mwaa_kit.errors import UnknownRunError, WrongUsageError
from mwaa_kit.model.run import RunNote
from mwaa_kit.model.spec import DagSpec
from mwaa_kit.scheduler.instead import Instead
from mwaa_kit.scheduler.local import LocalSettings
from mwaa_kit.scheduler.running import RunOptions, run_dag
from mwaa_kit.scheduler.store import RunStore

RULES = ("all_success", "all_done", "one_failed", "none_failed", "all_skipped", "none_failed_min_one_success")


def play(
    dag: DagSpec, outcomes: Mapping[str, str], folder: Path | None, *, resume: bool = False, **options: Any
) -> tuple[Any, list[str], list[str]]:
    """Run it; return the run, what ran, and what was said."""
    engine, said = CountingEngine(dag, outcomes), []

    def listen(event: Any) -> None:
        if isinstance(event, RunNote):
            said.append(event.message)

    chosen = RunOptions(instead=Instead(resume=resume), **options)
    run = run_dag(engine, dag, chosen, local=LocalSettings(), store_in=folder, listen=listen)  # type: ignore[arg-type]
    return run, engine.ran, said


@st.composite
def broken_dags(draw: st.DrawFn) -> tuple[DagSpec, dict[str, str], dict[str, str]]:
    """Draw a Dag, how its tasks end at first, and how once what failed was mended."""
    names = [f"t{number}" for number in range(draw(st.integers(1, 7)))]
    tasks, before, after = {}, {}, {}
    for position, name in enumerate(names):
        earlier = st.sets(st.sampled_from(names[:position]), max_size=3) if position else st.just(set())
        tasks[name] = (draw(st.sampled_from(RULES)), tuple(sorted(draw(earlier))))
        before[name] = draw(st.sampled_from(["success", "failed", "skipped"]))
        after[name] = draw(st.sampled_from(["success", "skipped"])) if before[name] == "failed" else before[name]
    return dag_of(tasks), before, after


@settings(max_examples=60, deadline=None)
@given(broken_dags())
def test_a_resumed_run_ends_as_a_fresh_run_of_the_mended_dag(drawn: Any) -> None:
    dag, before, after = drawn
    with tempfile.TemporaryDirectory() as folder:
        first, _, _ = play(dag, before, Path(folder))
        if first.state == "success":
            with pytest.raises(UnknownRunError, match="nothing to resume"):
                play(dag, after, Path(folder), resume=True)
            return
        resumed, ran, _ = play(dag, after, Path(folder), resume=True)
    fresh, _, _ = play(dag, after, None)

    assert (resumed.states, resumed.xcoms, resumed.state) == (fresh.states, fresh.xcoms, fresh.state)
    assert (resumed.run_id, resumed.logical_date) == (first.run_id, first.logical_date)
    reused = {one.task_id for one in resumed.task_instances if one.reused}
    assert reused.isdisjoint(ran)
    assert {name for name in reused if first.states[name, -1] not in ("success", "skipped")} == set()


def test_what_is_taken_over_and_what_runs_is_said(tmp_path: Path) -> None:
    first, _, _ = play(CHAIN, {"load": "success", "train": "failed", "report": "failed"}, tmp_path, conf={"n": 3})
    run, ran, said = play(CHAIN, dict.fromkeys(CHAIN.by_id, "success"), tmp_path, resume=True)

    begun = f"{first.start_date.astimezone():%Y-%m-%d %H:%M:%S}"
    assert said == [f"resumes {first.run_id}, begun {begun}, which failed; takes over: load"]
    assert ran == ["train", "report"]
    assert [(one.task_id, one.state, one.reused, one.source) for one in run.task_instances] == [
        ("load", "success", True, first.run_id),
        ("train", "success", False, ""),
        ("report", "success", False, ""),
    ]
    store = RunStore(tmp_path)
    assert [line.info.conf for line in store.list_runs() if line.info] == [{"n": 3}, {"n": 3}]
    store.close()


def test_a_run_that_was_resumed_and_succeeded_is_not_resumed_again(tmp_path: Path) -> None:
    play(CHAIN, dict.fromkeys(CHAIN.by_id, "failed"), tmp_path)
    play(CHAIN, dict.fromkeys(CHAIN.by_id, "success"), tmp_path, resume=True)
    with pytest.raises(UnknownRunError) as refused:
        play(CHAIN, dict.fromkeys(CHAIN.by_id, "success"), tmp_path, resume=True)

    assert str(refused.value) == (
        "there is nothing to resume of Dag 'd': every run of it on record succeeded or still runs"
    )
    assert refused.value.exit_code == 2


def test_a_resumed_run_keeps_its_params(tmp_path: Path) -> None:
    with pytest.raises(WrongUsageError, match="cannot be given params"):
        play(CHAIN, {}, tmp_path, resume=True, conf={"n": 3})


def test_a_setup_runs_again_with_all_below_it(tmp_path: Path) -> None:
    dag = dag_of(
        {
            "before": ("all_success", ()),
            "cluster": ("all_success", ("before",)),
            "fill": ("all_success", ("cluster",)),
            "query": ("all_success", ("fill",)),
        },
        {"fill": ("cluster",), "query": ("cluster",)},
    )
    play(dag, {**dict.fromkeys(dag.by_id, "success"), "query": "failed"}, tmp_path)
    _, ran, _ = play(dag, dict.fromkeys(dag.by_id, "success"), tmp_path, resume=True)

    assert ran == ["cluster", "fill", "query"]


def test_a_selection_that_failed_is_resumed_as_that_selection(tmp_path: Path) -> None:
    play(CHAIN, dict.fromkeys(CHAIN.by_id, "failed"), tmp_path, task_ids=("load", "train"))
    run, _, _ = play(CHAIN, dict.fromkeys(CHAIN.by_id, "success"), tmp_path, resume=True)

    assert dict(run.states) == {("load", -1): "success", ("train", -1): "success"}
