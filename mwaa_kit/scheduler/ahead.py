"""What a run has recorded and the database has not yet: a file of lines beside it, which outlives the process.

Notes
-----
A transaction for each state cost a run of trivial tasks up to a third of its time. A line added to a file costs a few
microseconds, and once written it is the system's: a run that is killed in the next moment has lost nothing. Whoever needs
the record, in this process or another, first has the database take the lines over, in one transaction; so does the end of
the run, and after a kill whoever next opens the store.

The database notes how far it has read each file in the transaction that takes the lines, so that each is taken once,
whoever comes first. A line that was cut off by a kill is not taken.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from mwaa_kit.scheduler.history import INSTANCE

TABLE = "create table if not exists ahead (run_key integer primary key, taken integer not null)"
_SUFFIX = ".ahead"

_NOTE = (
    "insert into task_instances (run_key, task_id, map_index, state, try_number, error, started_at)"
    " values (?, ?, ?, ?, ?, ?, ?) on conflict do update"
    " set state = excluded.state, try_number = excluded.try_number, error = excluded.error"
)
_KEEP = (
    f"insert or replace into task_instances (run_key, {INSTANCE}, digest, reuse_key, reuse_parts)"
    " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_DROP = "delete from xcoms where run_key = ? and task_id = ? and map_index = ?"
_LEAVE = "insert into xcoms values (?, ?, ?, ?, ?, ?, ?)"


class Ahead:
    """The files of one store.

    Parameters
    ----------
    folder
        Where the database lies.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[int, int] = {}

    def note(self, run_key: int, *row: Any) -> None:
        """Add a state: (task_id, map_index, state, try_number, error, at)."""
        self._add(run_key, [row])

    def keep(self, run_key: int, row: tuple[Any, ...], xcoms: list[tuple[Any, ...]]) -> None:
        """Add how an instance ended, and the rows of its values."""
        self._add(run_key, [row, xcoms])

    def _add(self, run_key: int, line: list[Any]) -> None:
        if run_key not in self._open:
            self._open[run_key] = os.open(self._path(run_key), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        data = json.dumps(line).encode() + b"\n"
        while data:  # a full disk takes a part, then refuses the rest
            data = data[os.write(self._open[run_key], data) :]

    def pending(self) -> Iterator[int]:
        """Yield the runs that have a file, this process's and others'."""
        for path in self._folder.glob(f"*{_SUFFIX}"):
            if path.stem.isdigit():
                yield int(path.stem)

    def take(self, db: sqlite3.Connection, run_key: int) -> None:
        """Bring into the database, within a transaction, what it does not have of a run that it knows."""
        if not db.execute("select 1 from runs where run_key = ?", (run_key,)).fetchone():
            return
        found = db.execute("select taken from ahead where run_key = ?", (run_key,)).fetchone()
        taken = found[0] if found else 0
        with suppress(FileNotFoundError), self._path(run_key).open("rb") as file:
            file.seek(taken)
            whole, _, _ = file.read().rpartition(b"\n")
            if whole:
                _write(db, run_key, [json.loads(line) for line in whole.split(b"\n")])
                db.execute("insert or replace into ahead values (?, ?)", (run_key, taken + len(whole) + 1))

    def drop(self, db: sqlite3.Connection, run_key: int) -> None:
        """Delete a run's file: it has been taken, or is not wanted."""
        if run_key in self._open:
            os.close(self._open.pop(run_key))
        self._path(run_key).unlink(missing_ok=True)
        db.execute("delete from ahead where run_key = ?", (run_key,))

    def close(self) -> None:
        """Let go of the files."""
        while self._open:
            os.close(self._open.popitem()[1])

    def _path(self, run_key: int) -> Path:
        return self._folder / f"{run_key}{_SUFFIX}"


def _write(db: sqlite3.Connection, run_key: int, lines: list[list[Any]]) -> None:
    """Write lines in their order; of one instance, what comes before its end is not needed."""
    ends = {tuple(line[0][:2]): place for place, line in enumerate(lines) if len(line) > 1}
    kept = [lines[place] for place in sorted(ends.values())]
    db.executemany(_KEEP, ((run_key, *line[0]) for line in kept))
    if db.execute("select 1 from xcoms where run_key = ? limit 1", (run_key,)).fetchone():
        db.executemany(_DROP, ((run_key, *key) for key in ends))
    db.executemany(_LEAVE, ((run_key, *line[0][:2], *xcom) for line in kept for xcom in line[1]))
    noted = (line[0] for place, line in enumerate(lines) if len(line) == 1 and place > ends.get(tuple(line[0][:2]), -1))
    db.executemany(_NOTE, ((run_key, *row) for row in noted))
