"""What a run has recorded and the database has not yet."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from mwaa_kit.engine.protocol import RunInfo
from mwaa_kit.model.run import DagRun, TaskInstance, TaskStateChanged, XCom
from mwaa_kit.scheduler.store import RunStore

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LOADED = TaskInstance("load", -1, "success", 1, start_date=NOW, end_date=NOW)
FIT = ("fit", -1)


def begin(store: RunStore) -> int:
    """A run of which one task has ended and another one runs."""
    key = store.begin(RunInfo("d", "r", NOW), NOW)
    store.note(key, TaskStateChanged(NOW, "load", -1, 1, "running"))
    store.keep(key, LOADED, [XCom("load", -1, "return_value", [1, 2])])
    store.note(key, TaskStateChanged(NOW, "fit", -1, 1, "running"))
    return key


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / ".mwaa-kit").glob("*.ahead"))


def test_others_see_a_run_that_goes_on_as_it_is_and_each_line_counts_once(tmp_path: Path) -> None:
    store, other = RunStore(tmp_path), RunStore(tmp_path)
    key = begin(store)
    seen = [other.read_states(key), other.read_states(key)]
    store.note(key, TaskStateChanged(NOW, "fit", -1, 1, "up_for_retry"))
    run = other.read_run(other.list_runs()[0])

    assert seen == [{("load", -1): "success", FIT: "running"}] * 2
    assert (run.states[FIT], run.task_instances[0], run.xcoms) == (
        "up_for_retry",
        LOADED,
        (XCom("load", -1, "return_value", [1, 2]),),
    )
    assert files(tmp_path) == [f"{key}.ahead"]


def test_the_end_of_a_run_leaves_no_file(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    key = begin(store)
    ended = TaskInstance("fit", -1, "success", 1, start_date=NOW, end_date=NOW)
    store.keep(key, ended, [])
    store.finish(key, DagRun("d", "r", "success", task_instances=(LOADED, ended), end_date=NOW))

    assert (store.read_states(key), files(tmp_path)) == ({("load", -1): "success", FIT: "success"}, [])


def test_a_line_that_a_kill_cut_off_is_not_taken(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    key = begin(store)
    with (tmp_path / ".mwaa-kit" / f"{key}.ahead").open("a") as file:
        file.write('[["fit", -1, "suc')

    assert store.read_states(key) == {("load", -1): "success", FIT: "running"}


def test_a_file_of_a_deleted_database_is_not_taken_for_a_new_run(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    begin(store)
    store.close()
    for path in (tmp_path / ".mwaa-kit").glob("runs.db*"):
        path.unlink()
    again = RunStore(tmp_path)

    assert again.list_runs() == ()
    assert again.read_states(again.begin(RunInfo("d", "r", NOW), NOW)) == {}
