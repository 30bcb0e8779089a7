"""Stubs, inputs and replays: what stands in place of running, and that it is never taken for the real thing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support_scheduler import CHAIN, EditedEngine, dag_of, play

from mwaa_kit.engine.protocol import TaskInsight
from mwaa_kit.errors import RecordUnreadableError, UnknownRunError, UnknownTaskError, WrongUsageError
from mwaa_kit.scheduler.stubbing import Stub, read_stub
from mwaa_kit.verbs.history import runs


def states(run: Any) -> dict[str, tuple[str | None, bool]]:
    """Return the state of each task, and whether it was stubbed."""
    return {one.task_id: (one.state, one.stubbed) for one in run.task_instances}


def values(run: Any) -> dict[str, Any]:
    """Return what each task returned."""
    return {xcom.task_id: xcom.stored for xcom in run.xcoms if xcom.key == "return_value"}


def test_a_stub_stands_in_place_of_running(tmp_path: Path) -> None:
    run, ran, said = play(CHAIN, {}, tmp_path, stubs=(Stub("train", 0.9, has_value=True),))

    assert ran == ["load", "report"]
    assert states(run) == {"load": ("success", False), "train": ("success", True), "report": ("success", False)}
    assert values(run)["report"] == [0, {}, ["report", 0.9]]
    assert said == ["train is stubbed, a given value: it does not run"]
    assert [one["stubbed"] for one in run.to_dict()["task_instances"]] == [False, True, False]


def test_a_stub_may_fail(tmp_path: Path) -> None:
    run, ran, _ = play(CHAIN, {}, tmp_path, stubs=(Stub("train", state="failed"),))

    assert (ran, run.state, run["train"].instances[0].error) == (["load", "report"], "success", "stubbed: as failed")


def test_a_stubbed_result_is_never_taken_for_the_tasks_own(tmp_path: Path) -> None:
    play(CHAIN, {}, tmp_path, stubs=(Stub("train", 0.9, has_value=True),))
    with pytest.raises(UnknownRunError, match="task 'report' reads what 'train' returns, and no earlier success"):
        play(CHAIN, {}, tmp_path, task_ids=("report",))
    _, ran, _ = play(CHAIN, {}, tmp_path)

    assert ran == ["train", "report"]


def test_a_task_alone_takes_the_newest_values_of_those_above(tmp_path: Path) -> None:
    first, _, _ = play(CHAIN, {}, tmp_path, task_ids=("load",))
    second, _, said = play(CHAIN, {}, tmp_path, task_ids=("train",))

    when = f"{first['load'].instances[0].end_date.astimezone():%Y-%m-%d %H:%M:%S}"
    assert said == [f"takes what load returned from {first.run_id} ({when})"]
    assert values(second) == {"train": [0, {}, ["train", values(first)["load"]]]}


def test_the_run_that_values_come_from_can_be_named(tmp_path: Path) -> None:
    first, _, _ = play(CHAIN, {}, tmp_path, conf={"n": 1})
    play(CHAIN, {}, tmp_path, conf={"n": 2})
    run, _, _ = play(CHAIN, {}, tmp_path, task_ids=("train",), inputs_from=first.run_id)
    with pytest.raises(UnknownRunError, match="run 'never' has no success of it on record"):
        play(CHAIN, {}, tmp_path, task_ids=("train",), inputs_from="never")

    assert values(run)["train"][2] == ["train", values(first)["load"]]


def test_a_value_can_be_given(tmp_path: Path) -> None:
    run, _, said = play(CHAIN, {}, None, task_ids=("train",), inputs=(Stub("load", [7], has_value=True),))

    assert (values(run)["train"][2], said) == (["train", [7]], ["takes what load returns as it was given"])


def test_a_dict_gives_its_keys_where_the_task_would(tmp_path: Path) -> None:
    class Several(EditedEngine):
        def look_into(self, dag_id: str) -> dict[str, TaskInsight]:
            return {name: TaskInsight(name, multiple_outputs=True) for name in self.dag.by_id}

    from mwaa_kit.scheduler.instead import Instead
    from mwaa_kit.scheduler.local import LocalSettings
    from mwaa_kit.scheduler.running import RunOptions, run_dag

    options = RunOptions(instead=Instead(stubs=(Stub("load", {"rows": [1], "n": 1}, has_value=True),)))
    engine: Any = Several(CHAIN, {})
    run = run_dag(engine, CHAIN, options, local=LocalSettings(), store_in=None)

    assert run["load"].xcom("rows") == [1]
    assert run["load"].value == {"rows": [1], "n": 1}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"stubs": (Stub("no"),)}, "Dag 'd' has no task 'no'"),
        ({"stubs": (Stub("load", map_index=1),)}, "task 'load' is not mapped: it has no index 1"),
        ({"inputs": (Stub("load", 1, True),)}, "all tasks run, so none takes a value from outside"),
        ({"inputs": (Stub("load", 1, True),), "task_ids": ("load",)}, "task 'load' runs, so it takes no --input"),
        ({"replay": Path("a"), "resume": True}, "a run is either resumed or replayed"),
    ],
)
def test_what_cannot_be_is_refused(given: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises((WrongUsageError, UnknownTaskError)) as refused:
        play(CHAIN, {}, tmp_path, **given)

    assert (str(refused.value), refused.value.exit_code) == (message, 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a=3", Stub("a", 3, True)),
        ('a={"b": "="}', Stub("a", {"b": "="}, True)),
        ("a=skipped", Stub("a", state="skipped")),
        ('a="skipped"', Stub("a", "skipped", True)),
        ("a=null", Stub("a", None, True)),
        ("a[2]=failed", Stub("a", state="failed", map_index=2)),
        ("group.a=1", Stub("group.a", 1, True)),
    ],
)
def test_stubs_are_written_like_this(text: str, expected: Stub) -> None:
    assert read_stub(text) == expected


@pytest.mark.parametrize("text", ["a", "=1", "a=b", "a=@no.json", "a[x]=1"])
def test_what_is_no_stub_is_refused(text: str) -> None:
    with pytest.raises(WrongUsageError, match="--stub"):
        read_stub(text)


def test_a_value_comes_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "value.json").write_text("[1, 2]")

    assert read_stub(f"a=@{tmp_path / 'value.json'}") == Stub("a", [1, 2], True)


def test_a_recorded_run_is_replayed_without_running_anything(tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    real, _, _ = play(CHAIN, {"train": 3}, None, conf={"n": 1}, record=file)
    replayed, ran, said = play(CHAIN, {"train": 4}, tmp_path, replay=file)
    again, _, _ = play(CHAIN, {}, None, replay=file)

    assert ran == []
    assert (replayed.states, replayed.xcoms, replayed.logical_date) == (real.states, real.xcoms, real.logical_date)
    assert (again.run_id, again.xcoms) == (replayed.run_id, replayed.xcoms)
    assert {one.stubbed for one in replayed.task_instances} == {True}
    assert said == [f"replays {real.run_id} from run.json: no task runs"]


def test_a_replay_that_would_have_to_run_a_task_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    play(CHAIN, {}, None, record=file)
    longer = dag_of({"load": ("all_success", ()), "new": ("all_success", ("load",))})
    with pytest.raises(WrongUsageError) as refused:
        play(longer, {}, None, replay=file)
    run, ran, _ = play(longer, {}, None, replay=file, stubs=(Stub("new", 1, True),))

    assert (str(refused.value), refused.value.hint) == (
        "run.json knows nothing of 'new'",
        "record the run again, or stub it: --stub new=VALUE",
    )
    assert (ran, values(run)["new"]) == ([], 1)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"mwaa_kit_recording": 9}', '{"mwaa_kit_recording": 1}'])
def test_what_is_no_recording_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(RecordUnreadableError):
        play(CHAIN, {}, None, replay=tmp_path / "run.json")


def test_a_recording_is_plain_json(tmp_path: Path) -> None:
    play(CHAIN, {}, None, record=tmp_path / "run.json")
    document = json.loads((tmp_path / "run.json").read_text())

    assert sorted(document) == ["mwaa_kit_recording", "run", "task_instances", "withheld", "xcoms"]


def test_a_value_that_cannot_be_written_ends_the_record_not_the_run(tmp_path: Path) -> None:
    """The kernel refuses to let a file grow: the same error as from a full disk or a quota."""
    import resource

    play(CHAIN, {}, tmp_path)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    try:
        run, ran, said = play(CHAIN, {}, tmp_path, stubs=(Stub("load", "x" * 2_000_000, has_value=True),))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert (run.state, ran) == ("success", ["train", "report"])
    assert said[1:] == [
        "this run is not recorded any more: [Errno 27] File too large; it goes on, but it cannot be resumed or reused"
    ]
    assert list((tmp_path / ".mwaa-kit" / "values").iterdir()) == []
    again, _, _ = play(CHAIN, {}, tmp_path)
    assert again.state == "success"
    assert [line.state for line in runs(tmp_path).lines] == ["success", "success"]
