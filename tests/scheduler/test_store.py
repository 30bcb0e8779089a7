"""The record of runs, and the local settings."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support_scheduler import CHAIN, CountingEngine

from mwaa_kit.errors import ConfigurationError, RecordUnreadableError, UnknownRunError
from mwaa_kit.model.run import RunNote
from mwaa_kit.scheduler import valuefiles
from mwaa_kit.scheduler.folder import make_folder
from mwaa_kit.scheduler.local import LocalSettings, read_local_settings
from mwaa_kit.scheduler.pruning import Bounds
from mwaa_kit.scheduler.running import RunOptions, run_dag
from mwaa_kit.scheduler.store import RunStore
from mwaa_kit.scheduler.world import World
from mwaa_kit.verbs.history import prune, runs

FILE = Path(__file__).parent / "dags_for_executors.py"


def test_a_run_is_read_back_as_it_was(dags: Any, play: Any, tmp_path: Path) -> None:
    run, _ = play(dags(FILE)["values"], store_in=tmp_path)
    store = RunStore(tmp_path)
    (line,) = store.list_runs("values")

    assert (line.run_id, line.state, line.started_at, line.ended_at) == (
        run.run_id,
        run.state,
        run.start_date,
        run.end_date,
    )
    assert store.read_states(line.run_key) == run.states
    assert sorted(store.read_xcoms(line.run_key), key=repr) == sorted(run.xcoms, key=repr)
    assert store.list_runs("another") == ()
    store.close()


@pytest.fixture
def all_in_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep small values in files too."""
    monkeypatch.setattr(valuefiles, "_SMALL_BYTES", -1)


def test_a_small_value_needs_no_file(dags: Any, play: Any, tmp_path: Path) -> None:
    run, _ = play(dags(FILE)["values"], store_in=tmp_path)

    assert not (tmp_path / ".mwaa-kit" / "values").exists()
    assert sorted(runs(tmp_path)[0].xcoms, key=repr) == sorted(run.xcoms, key=repr)


@pytest.mark.usefixtures("all_in_files")
def test_equal_values_are_kept_once(dags: Any, play: Any, tmp_path: Path) -> None:
    for _ in range(2):
        play(dags(FILE)["values"], store_in=tmp_path)
    with sqlite3.connect(tmp_path / ".mwaa-kit" / "runs.db") as database:
        (rows,) = database.execute("select count(*) from xcoms").fetchone()

    assert rows == 12
    assert len(list((tmp_path / ".mwaa-kit" / "values").iterdir())) == 6


def test_the_record_keeps_itself_out_of_git(dags: Any, play: Any, tmp_path: Path) -> None:
    play(dags(FILE)["values"], store_in=tmp_path)

    assert (tmp_path / ".mwaa-kit" / ".gitignore").read_text() == "*\n"


def test_a_record_of_a_newer_kit_is_refused_and_left_as_it_is(dags: Any, play: Any, tmp_path: Path) -> None:
    file = tmp_path / ".mwaa-kit" / "runs.db"
    RunStore(tmp_path).close()
    with sqlite3.connect(file) as database:
        database.execute("pragma user_version = 99")
    database.close()
    before = file.read_bytes()
    with pytest.raises(RecordUnreadableError) as refused:
        play(dags(FILE)["values"], store_in=tmp_path)

    assert (str(refused.value), refused.value.exit_code, file.read_bytes()) == (
        f"{file}: the record of runs was written by a newer mwaa-kit (its form is 99, this one knows 1)",
        2,
        before,
    )


def test_what_is_no_record_is_refused(tmp_path: Path) -> None:
    RunStore(tmp_path).close()
    (tmp_path / ".mwaa-kit" / "runs.db").write_bytes(b"what is this?" * 400)
    with pytest.raises(RecordUnreadableError, match="cannot be used: file is not a database") as refused:
        RunStore(tmp_path)

    assert refused.value.hint == "delete the folder '.mwaa-kit': it holds records only"


def test_a_record_of_an_older_kit_is_brought_up_to_date(tmp_path: Path) -> None:
    """Its form, as the first kit wrote it."""
    folder = make_folder(tmp_path)
    with sqlite3.connect(folder / "runs.db") as database:
        database.executescript(
            "create table runs (run_key integer primary key, dag_id text not null, run_id text not null, logical_date text,"
            " conf text not null, state text not null, cancelled integer not null default 0, started_at text not null,"
            " ended_at text); create table task_instances (run_key integer not null references runs on delete cascade,"
            " task_id text not null, map_index integer not null, state text, try_number integer not null, error text not"
            " null, started_at text, ended_at text, primary key (run_key, task_id, map_index));"
            "insert into runs values (1, 'd', 'r', null, '{}', 'success', 0, '2026-11-25T00:00:00+00:00', null);"
            "insert into task_instances values (1, 'load', -1, 'success', 1, '', null, null);"
        )
    database.close()
    store = RunStore(tmp_path)
    run = store.read_run(store.list_runs()[0])
    store.close()

    assert (run.run_id, dict(run.states)) == ("r", {("load", -1): "success"})


def test_a_killed_run_is_failed_and_its_finished_tasks_are_taken_over(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(
        "import os, signal, time\nfrom airflow.sdk import dag, task\n@dag(schedule=None)\ndef slow():\n"
        "    @task\n    def first():\n        return [1, 2]\n    @task\n    def second(x):\n"
        f"        if not os.path.exists({str(tmp_path / 'mended')!r}):\n"
        "            os.kill(os.getppid(), signal.SIGKILL)\n            time.sleep(20)\n        return sum(x)\n"
        "    second(first())\nslow()\n"
    )
    command = [sys.executable, "-m", "mwaa_kit", "run", str(tmp_path / "slow.py"), "--json"]
    killed = subprocess.run(command, capture_output=True, check=False)
    (line,) = (history := runs(tmp_path)).lines
    shown = (killed.returncode, line.state, line.interrupted, dict(history[0].states))
    (tmp_path / "mended").touch()
    resumed = subprocess.run([*command, "--resume"], capture_output=True, check=False, text=True)

    assert shown == (-9, "failed", True, {("first", -1): "success", ("second", -1): "failed"})
    events = [json.loads(line) for line in resumed.stdout.splitlines()]
    assert [(one["task_id"], one["reused"]) for one in events[-1]["task_instances"]] == [
        ("first", True),
        ("second", False),
    ]
    assert events[-1]["xcoms"][-1]["value"] == 3


def test_two_runs_at_once_keep_both_records(tmp_path: Path) -> None:
    script = (
        "import sys; sys.path[:0] = sys.argv[2:]\n"
        "from test_resuming import CHAIN, play\nfrom pathlib import Path\n"
        "for _ in range(20): play(CHAIN, dict.fromkeys(CHAIN.by_id, 'success'), Path(sys.argv[1]))\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path), str(FILE.parent), str(FILE.parents[1])]
    for process in [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(2)]:
        assert process.communicate()[1] == b""
    history = runs(tmp_path)

    assert [(line.state, dict(line.task_states)) for line in history.lines] == [("success", {"success": 3})] * 40


def test_a_full_disk_ends_the_record_not_the_run(dags: Any, play: Any, tmp_path: Path, monkeypatch: Any) -> None:
    """SQLite is given no more pages than it has: what it says is what it says of a full disk."""
    RunStore(tmp_path).close()
    connect = sqlite3.connect

    def on_a_full_disk(*given: Any, **options: Any) -> sqlite3.Connection:
        database = connect(*given, **options)
        (pages,) = database.execute("pragma page_count").fetchone()
        database.execute(f"pragma max_page_count = {pages}")
        return database

    monkeypatch.setattr(sqlite3, "connect", on_a_full_disk)
    spec = dags(FILE)["values"]
    for _ in range(40):  # until the pages it has are full
        run, events = play(spec, store_in=tmp_path)
        if said := [event.message for event in events if isinstance(event, RunNote)]:
            break
    monkeypatch.undo()

    assert (run.state, said) == (
        "success",
        ["this run is not recorded any more: database or disk is full; it goes on, but it cannot be resumed or reused"],
    )
    assert [line.state for line in runs(tmp_path).lines[1:]] == ["success"] * (len(runs(tmp_path)) - 1)


@pytest.mark.usefixtures("all_in_files")
def test_the_oldest_runs_are_forgotten_with_their_values(dags: Any, play: Any, tmp_path: Path) -> None:
    for _ in range(3):
        play(dags(FILE)["values"], store_in=tmp_path)
    newest = runs(tmp_path).lines[0].run_id
    (tmp_path / ".mwaa-kit" / "values" / "orphan.json").touch()
    os.utime(tmp_path / ".mwaa-kit" / "values" / "orphan.json", (0, 0))
    store = RunStore(tmp_path)
    gone = store.prune(Bounds(runs=1))
    store.close()

    assert (len(gone), [line.run_id for line in runs(tmp_path).lines]) == (2, [newest])
    assert len(runs(tmp_path)[0].xcoms) == len(list((tmp_path / ".mwaa-kit" / "values").iterdir())) == 6


def test_an_interrupt_that_comes_at_the_very_end_leaves_no_run_that_goes_on_for_ever(tmp_path: Path) -> None:
    class InterruptedWorld(World):
        """Lets the interrupt come when all tasks have ended, and the record has not."""

        def finish(self, *arguments: Any) -> None:
            os.kill(os.getpid(), signal.SIGINT)
            super().finish(*arguments)

    engine: Any = CountingEngine(CHAIN, dict.fromkeys(CHAIN.by_id, "success"))
    with pytest.raises(KeyboardInterrupt):
        run_dag(engine, CHAIN, RunOptions(), local=LocalSettings(), store_in=tmp_path, world=InterruptedWorld())

    assert [(line.state, line.cancelled) for line in runs(tmp_path).lines] == [("success", False)]


LARGE = """
from airflow.sdk import dag, task
def make(name, size):
    @dag(dag_id=name, schedule=None, params={"n": 0})
    def sized():
        @task
        def load(params=None):
            return str(params["n"]) * size
        load()
    return sized()
make("large", 10_000)
make("small", 1_000)
"""


def test_the_oldest_runs_go_when_the_values_take_too_many_bytes(dags: Any, play: Any, tmp_path: Path) -> None:
    (tmp_path / "sized.py").write_text(LARGE)
    specs = dags(tmp_path / "sized.py")

    def once(name: str, n: int) -> str:
        """Run one of them; runs with the same `n` share their value."""
        return str(play(specs[name], store_in=tmp_path, conf={"n": n})[0].run_id)

    made = [once("small", 1), once("large", 2), once("large", 2), once("large", 3), once("large", 4)]

    def left() -> list[int]:
        return [made.index(line.run_id) for line in reversed(runs(tmp_path).lines)]

    # the value of the second and third is there once, and goes with the later of them; the newest of a Dag stays
    pruned = prune(tmp_path, max_bytes=25_000)
    assert (pruned.runs, left(), pruned.kept) == ((("large", made[1]), ("large", made[2])), [0, 3, 4], 3)
    assert (prune(tmp_path, max_bytes=1).runs, left()) == ((("large", made[3]),), [0, 4])
    assert prune(tmp_path, keep=0).freed_bytes > 10_000
    assert (left(), list((tmp_path / ".mwaa-kit" / "values").iterdir())) == ([], [])


def test_an_earlier_run_gives_live_objects(dags: Any, play: Any, tmp_path: Path) -> None:
    run, _ = play(dags(FILE)["values"], store_in=tmp_path)
    earlier = runs(tmp_path)[run.run_id]

    assert {name: earlier[name].value for name in earlier} == {name: run[name].value for name in run}
    with pytest.raises(UnknownRunError, match="there is no run 'never' on record"):
        runs(tmp_path)["never"]


def write(folder: Path, text: str) -> Path:
    """Write local settings."""
    (folder / "mwaa-kit.local.toml").write_text(text)
    return folder


def test_settings_are_found_above_the_notebook(tmp_path: Path) -> None:
    write(
        tmp_path,
        '[variables]\nrate = 0.5\nname = "x"\n[connections]\ndb = "postgres://me:p%40ss@host:5432/dwh?sslmode=require"\n'
        '[connections.lake]\nconn_type = "aws"\nextra = { region_name = "eu-west-1" }\n',
    )
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)

    assert read_local_settings(below) == LocalSettings(
        {
            "db": {
                "conn_type": "postgres",
                "host": "host",
                "login": "me",
                "password": "p@ss",
                "port": 5432,
                "schema": "dwh",
                "extra": '{"sslmode": "require"}',
            },
            "lake": {"conn_type": "aws", "extra": '{"region_name": "eu-west-1"}'},
        },
        {"rate": "0.5", "name": "x"},
    )


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        (
            '[variable]\nrate = "1"\n',
            "has 'variable', which is none of its tables: [variables], [connections], [pools], [aws]",
            "is 'variables' meant?",
        ),
        (
            'rate = "1"\n',
            "has 'rate', which is none of its tables: [variables], [connections], [pools], [aws]",
            "it may be one of: variables, connections, pools, aws",
        ),
        (
            '[connections."{w}"]\nconn_typ = "http"\n',
            "gives Connection '{w}' the field 'conn_typ', which no Connection has",
            "is 'conn_type' meant?",
        ),
        (
            '[connections]\ndb = "localhost"\n',
            "holds Connection 'db' that is neither a URI nor a table",
            'write: db = "type://login:password@host:port/schema"',
        ),
    ],
)
def test_what_is_misspelt_in_the_settings_is_not_passed_over(text: str, said: str, hint: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read_local_settings(write(tmp_path, text))

    assert (refused.value.message, refused.value.hint) == (said, hint)


@pytest.mark.parametrize(
    "text",
    [
        '[connections]\ndb = "postgres://me:hunter2@host',
        '[connections]\ndb = "hunter2"\n',
        '[connections]\ndb = \'{"password": "hunter2"\'\n',
        '[connections]\ndb = ["hunter2"]\n',
        '[connections]\ndb = "postgres://me:hunter2@host:port/x"\n',
        'connections = "hunter2"\n',
        'variables = ["hunter2"]\n',
    ],
)
def test_settings_that_cannot_be_read_name_the_file_and_no_secret(text: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read_local_settings(write(tmp_path, text))

    assert refused.value.path == str(tmp_path / "mwaa-kit.local.toml")
    assert "hunter2" not in str(refused.value)
