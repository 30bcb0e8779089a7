"""The record of runs: a folder `.mwaa-kit/` beside the notebook, with SQLite for what happened and a file for each value.

Nothing of the user's own is in it: it may be deleted at any time. It brings its own `.gitignore`.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from mwaa_kit.engine.protocol import RunInfo
from mwaa_kit.model.run import DagRun, Event, TaskInstance, TaskStateChanged, XCom, XComPushed
from mwaa_kit.model.wire import to_dict
from mwaa_kit.scheduler.folder import make_folder

_SCHEMA = """
create table if not exists runs (
    run_key integer primary key, dag_id text not null, run_id text not null, logical_date text, conf text not null,
    state text not null, cancelled integer not null default 0, started_at text not null, ended_at text
);
create table if not exists task_instances (
    run_key integer not null references runs on delete cascade, task_id text not null, map_index integer not null,
    state text, try_number integer not null, error text not null, started_at text, ended_at text,
    primary key (run_key, task_id, map_index)
);
create table if not exists xcoms (
    run_key integer not null references runs on delete cascade, task_id text not null, map_index integer not null,
    key text not null, type text not null, bytes integer not null, file text not null,
    primary key (run_key, task_id, map_index, key)
);
"""


@dataclass(frozen=True)
class StoredRun:
    """One line of the history."""

    run_key: int
    dag_id: str
    run_id: str
    state: str
    started_at: datetime
    ended_at: datetime | None


class RunStore:
    """The runs of the notebooks and Dag files in one folder.

    Parameters
    ----------
    folder
        Where the notebook lies; the store is made in it at the first run.
    """

    def __init__(self, folder: Path) -> None:
        self.root = make_folder(folder)
        self._db = sqlite3.connect(self.root / "runs.db")
        self._db.executescript("pragma journal_mode=wal; pragma synchronous=off; pragma foreign_keys=on;" + _SCHEMA)

    def begin(self, run: RunInfo, at: datetime) -> int:
        """Record that a run began; return its key."""
        values = (
            run.dag_id,
            run.run_id,
            to_dict(run.logical_date),
            json.dumps(dict(run.conf), default=str),
            str(to_dict(at)),
        )
        made = self._db.execute(
            "insert into runs (dag_id, run_id, logical_date, conf, state, started_at) values (?, ?, ?, ?, 'running', ?)",
            values,
        )
        self._db.commit()
        return int(made.lastrowid or 0)

    def note(self, run_key: int, event: Event) -> None:
        """Record a state as it happens, so that a run that was killed shows how far it came."""
        if isinstance(event, TaskStateChanged):
            self._db.execute(
                "insert into task_instances values (?, ?, ?, ?, ?, ?, ?, null) on conflict do update"
                " set state = excluded.state, try_number = excluded.try_number, error = excluded.error",
                (
                    run_key,
                    event.task_id,
                    event.map_index,
                    event.state,
                    event.try_number,
                    event.reason,
                    to_dict(event.at),
                ),
            )
            self._db.commit()
        if isinstance(event, XComPushed):
            self._db.execute(
                "insert or replace into xcoms values (?, ?, ?, ?, ?, ?, '')",
                (run_key, event.task_id, event.map_index, event.key, event.type, event.size_bytes),
            )
            self._db.commit()

    def finish(self, run_key: int, run: DagRun) -> None:
        """Record a run's end, with all its values."""
        with self._db:
            self._db.executemany(
                "insert or replace into task_instances values (?, ?, ?, ?, ?, ?, ?, ?)",
                [_instance_row(run_key, instance) for instance in run.task_instances],
            )
            self._db.execute("delete from xcoms where run_key = ?", (run_key,))
            self._db.executemany(
                "insert into xcoms values (?, ?, ?, ?, ?, ?, ?)", [self._xcom_row(run_key, xcom) for xcom in run.xcoms]
            )
            self._db.execute(
                "update runs set state = ?, cancelled = ?, ended_at = ? where run_key = ?",
                (run.state, run.cancelled, to_dict(run.end_date), run_key),
            )

    def _xcom_row(self, run_key: int, xcom: XCom) -> tuple[Any, ...]:
        file = self._write_value(xcom.stored)
        return (run_key, xcom.task_id, xcom.map_index, xcom.key, xcom.type_name, xcom.size_bytes, file)

    def _write_value(self, stored: Any) -> str:
        """Write a value once, under the digest of its content."""
        content = json.dumps(stored, default=str).encode()
        name = f"{hashlib.sha256(content).hexdigest()}.json"
        path = self.root / "values" / name
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            aside = path.with_suffix(f".{os.getpid()}.part")
            aside.write_bytes(content)
            aside.replace(path)
        return name

    def list_runs(self, dag_id: str | None = None) -> tuple[StoredRun, ...]:
        """Return the runs, newest first."""
        rows = self._db.execute(
            "select run_key, dag_id, run_id, state, started_at, ended_at from runs"
            " where :dag_id is null or dag_id = :dag_id order by run_key desc",
            {"dag_id": dag_id},
        )
        return tuple(
            StoredRun(key, dag, run, state, datetime.fromisoformat(start), datetime.fromisoformat(end) if end else None)
            for key, dag, run, state, start, end in rows
        )

    def read_states(self, run_key: int) -> Mapping[tuple[str, int], str | None]:
        """Return a run's states by (task_id, map_index)."""
        rows = self._db.execute("select task_id, map_index, state from task_instances where run_key = ?", (run_key,))
        return {(task_id, map_index): state for task_id, map_index, state in rows}

    def read_xcoms(self, run_key: int) -> tuple[XCom, ...]:
        """Return the values of a finished run."""
        rows = self._db.execute(
            "select task_id, map_index, key, file from xcoms where run_key = ? and file <> '' order by rowid",
            (run_key,),
        )
        return tuple(
            XCom(task_id, map_index, key, json.loads((self.root / "values" / file).read_bytes()))
            for task_id, map_index, key, file in rows
        )

    def close(self) -> None:
        """Release the files."""
        self._db.close()


def _instance_row(run_key: int, instance: TaskInstance) -> tuple[Any, ...]:
    return (
        run_key,
        instance.task_id,
        instance.map_index,
        instance.state,
        instance.try_number,
        instance.error,
        to_dict(instance.start_date),
        to_dict(instance.end_date),
    )
