"""The record of runs, and the local settings."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from mwaa_kit.errors import ConfigurationError
from mwaa_kit.scheduler.local import LocalSettings, read_local_settings
from mwaa_kit.scheduler.store import RunStore

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
