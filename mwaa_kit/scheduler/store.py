"""The record of runs: a folder `.mwaa-kit/` beside the notebook, with SQLite for what happened and a file for each value.

Nothing of the user's own is in it: it may be deleted at any time. It brings its own `.gitignore`.

Notes
-----
Each state is written as it happens, and a task's values when it ends, so a run that is killed can be resumed: what it had
done is there, in the database or in a file that waits for it (see :mod:`~mwaa_kit.scheduler.ahead`). Whoever next opens the
store finds that its process is gone, and records it as failed. Several runs may write at once: SQLite's write-ahead log
lets them wait for each other.

What is kept is bounded, see :mod:`~mwaa_kit.scheduler.pruning`. A store of a newer kit is refused rather than misread; an
older one is brought up to date, which only ever adds columns.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from mwaa_kit.engine.protocol import RunInfo
from mwaa_kit.errors import RecordUnreadableError
from mwaa_kit.model.run import FAILED, FINISHED, RUNNING, DagRun, Event, TaskInstance, TaskStateChanged, XCom
from mwaa_kit.model.wire import to_dict
from mwaa_kit.scheduler.ahead import TABLE, Ahead
from mwaa_kit.scheduler.folder import make_folder
from mwaa_kit.scheduler.history import INSTANCE, History, instance_row
from mwaa_kit.scheduler.owner import is_alive, owner_name
from mwaa_kit.scheduler.pruning import Bounds, find_too_large, find_too_many
from mwaa_kit.scheduler.valuefiles import ValueFiles

_VERSION = 1
_BUSY_SECONDS = 30.0
"""How long a write waits for another run's; one takes well under a millisecond."""

_REMOVE = "delete the folder '.mwaa-kit': it holds records only"

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
_ADDED = {
    "runs": {"info": "''", "tasks": "'[]'", "source": "''", "owner": "''", "interrupted": "0"},
    "task_instances": {
        "reused": "0",
        "stubbed": "0",
        "source": "''",
        "digest": "''",
        "reuse_key": "''",
        "reuse_parts": "''",
    },
}
"""Columns that came later, with what older rows hold there."""


class RunStore(History):
    """The runs of the notebooks and Dag files in one folder.

    Parameters
    ----------
    folder
        Where the notebook lies; the store is made in it at the first run.

    Raises
    ------
    RecordUnreadableError
        If a newer kit wrote it, or something else did.
    """

    def __init__(self, folder: Path) -> None:
        self.root = make_folder(folder)
        self.values = ValueFiles(self.root / "values")
        self._ahead = Ahead(self.root)
        self._turn = threading.RLock()
        self._db = sqlite3.connect(
            self.root / "runs.db", timeout=_BUSY_SECONDS, check_same_thread=False, isolation_level=None
        )
        try:
            self._open()
        except sqlite3.OperationalError:  # a full disk, or one that cannot be written: a run can do without
            self._db.close()
            raise
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise RecordUnreadableError(
                f"the record of runs cannot be used: {error}", path=str(self.root / "runs.db"), hint=_REMOVE
            ) from error

    def _open(self) -> None:
        """Bring the tables up to date, and close what killed processes left open."""
        (version,) = self._db.execute("pragma user_version").fetchone()
        if version > _VERSION:
            self._db.close()
            raise RecordUnreadableError(
                f"the record of runs was written by a newer mwaa-kit (its form is {version}, this one knows {_VERSION})",
                path=str(self.root / "runs.db"),
                hint=f"upgrade mwaa-kit, or {_REMOVE}",
            )
        self._db.executescript("pragma journal_mode=wal; pragma synchronous=off; pragma foreign_keys=on;")
        if version < _VERSION:
            with self._writing() as db:
                for statement in _SCHEMA.split(";"):
                    db.execute(statement)
                self._add_columns(db)
                db.execute("create index if not exists by_task on task_instances (task_id, map_index, state)")
                db.execute(f"pragma user_version = {_VERSION}")
        self._db.execute(TABLE)
        self._close_abandoned()

    @staticmethod
    def _add_columns(db: sqlite3.Connection) -> None:
        for table, columns in _ADDED.items():
            there = {row[1] for row in db.execute(f"pragma table_info({table})")}
            for name, default in columns.items():
                if name not in there:
                    db.execute(f"alter table {table} add column {name} not null default {default}")

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction; other threads of this process, and other processes, wait."""
        with self._turn:
            self._db.execute("begin immediate")
            try:
                yield self._db
            except BaseException:
                if self._db.in_transaction:  # on a full disk SQLite has rolled back by itself
                    self._db.execute("rollback")
                raise
            self._db.execute("commit")

    def _close_abandoned(self) -> None:
        """Record as failed what a process that is gone was running."""
        open_runs = self._db.execute("select run_key, owner from runs where state = ?", (RUNNING,)).fetchall()
        gone = [key for key, owner in open_runs if not is_alive(owner)]
        if not gone:
            return
        states = ", ".join(f"'{state}'" for state in sorted(FINISHED))
        with self._writing() as db:
            for key in gone:
                self._ahead.take(db, key)
                self._ahead.drop(db, key)
                db.execute("update runs set state = ?, interrupted = 1 where run_key = ?", (FAILED, key))
                db.execute(
                    f"update task_instances set state = ?, error = 'its process was killed'"
                    f" where run_key = ? and state is not null and state not in ({states})",
                    (FAILED, key),
                )

    # Writing a run as it goes on

    def begin(self, run: RunInfo, at: datetime, *, tasks: Sequence[str] = (), source: str = "") -> int:
        """Record that a run began; return its key."""
        row = (
            *(run.dag_id, run.run_id, to_dict(run.logical_date), json.dumps(dict(run.conf), default=str), RUNNING),
            *(str(to_dict(at)), json.dumps(to_dict(run), default=str), json.dumps(list(tasks)), source, owner_name()),
        )
        with self._writing() as db:
            made = db.execute(
                "insert into runs (dag_id, run_id, logical_date, conf, state, started_at, info, tasks, source, owner)"
                " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            run_key = int(made.lastrowid or 0)
            self._ahead.drop(db, run_key)  # left behind where somebody deleted the database alone
        return run_key

    def note(self, run_key: int, event: Event) -> None:
        """Record a state as it happens, so that a run that was killed shows how far it came."""
        if not isinstance(event, TaskStateChanged):
            return
        error = event.reason if event.state == FAILED else ""
        row = (event.task_id, event.map_index, event.state, event.try_number, error, event.at.isoformat())
        with self._turn:
            self._ahead.note(run_key, *row)

    def keep(
        self,
        run_key: int,
        instance: TaskInstance,
        xcoms: Iterable[XCom],
        *,
        withheld: Iterable[XCom] = (),
        digest: str = "",
        reuse: tuple[str, str] = ("", ""),
    ) -> None:
        """Record how a task instance ended, with its values.

        Parameters
        ----------
        withheld
            Values that may not be written, because they hold a secret: only that they were there is noted.
        digest
            What the task was; a resumed run takes its result only while it still is.
        reuse
            Under which key later runs may find the result, and the parts of the key; empty where they may not.
        """
        files = [(xcom, self.values.write(xcom.stored)) for xcom in xcoms] + [(xcom, "") for xcom in withheld]
        rows = [(xcom.key, xcom.type_name, xcom.size_bytes, file) for xcom, file in files]
        with self._turn:
            self._ahead.keep(run_key, (*instance_row(instance), digest, *reuse), rows)

    def finish(self, run_key: int, run: DagRun) -> None:
        """Record a run's end, with the instances that came to none."""
        with self._writing() as db:
            self._ahead.take(db, run_key)
            self._ahead.drop(db, run_key)
            query = f"select {INSTANCE} from task_instances where run_key = ?"
            known = set(db.execute(query, (run_key,)))
            rows = (row for instance in run.task_instances if (row := instance_row(instance)) not in known)
            db.executemany(
                f"insert into task_instances (run_key, {INSTANCE}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " on conflict do update set state = excluded.state, error = excluded.error, ended_at = excluded.ended_at",
                [(run_key, *row) for row in rows],
            )
            db.execute(
                "update runs set state = ?, cancelled = ?, ended_at = ? where run_key = ?",
                (run.state, run.cancelled, to_dict(run.end_date), run_key),
            )

    def forget(self, run_key: int) -> None:
        """Delete one run."""
        with self._writing() as db:
            db.execute("delete from runs where run_key = ?", (run_key,))
            self._ahead.drop(db, run_key)

    def _settle(self) -> None:
        """Take over what runs that go on have written meanwhile."""
        for run_key in self._ahead.pending():
            with self._writing() as db:
                self._ahead.take(db, run_key)

    def prune(self, bounds: Bounds | None = None) -> tuple[tuple[str, str], ...]:
        """Delete runs beyond what is kept, and values that no run uses; return (dag_id, run_id) of those that went."""
        bounds = bounds or Bounds()
        with self._writing() as db:
            gone = find_too_many(db, bounds)
            db.executemany("delete from runs where run_key = ?", [(key,) for key in gone])
            if large := find_too_large(db, bounds, self.values.sizes):
                db.executemany("delete from runs where run_key = ?", [(key,) for key in large])
                gone |= large
            if gone:  # while nothing runs, no new file can belong to a run that has not noted it yet
                running = db.execute("select 1 from runs where state = ?", (RUNNING,)).fetchone()
                used = frozenset(file for (file,) in db.execute("select distinct file from xcoms"))
                self.values.sweep(used, all_ages=running is None)
        return tuple(gone[key] for key in sorted(gone))

    def shrink(self) -> None:
        """Give back what deleted runs took in the database, unless a run is writing."""
        with self._turn, suppress(sqlite3.OperationalError):
            self._db.execute("vacuum")
            self._db.execute("pragma wal_checkpoint(truncate)")

    def close(self) -> None:
        """Release the files."""
        self._ahead.close()
        self._db.close()
