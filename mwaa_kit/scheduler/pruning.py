"""Which runs go when the record has become too large: too many of one Dag, or too many bytes of values.

Notes
-----
The oldest go first. A run that goes on stays, and for the sake of bytes so does the newest of each Dag: it is what is resumed
and reused. Values are kept once for all runs that share them, so a run is as large as what goes with it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mwaa_kit.model.run import RUNNING

KEEP_RUNS = 100
"""How many runs of one Dag are kept, the newest."""

KEEP_BYTES = 1_000_000_000
"""How many bytes the files of all values may take."""


@dataclass(frozen=True)
class Bounds:
    """What is kept.

    Parameters
    ----------
    runs, size_bytes
        How many runs of each Dag, and how many bytes of values.
    dag_id, source
        Only runs of this Dag, or of this notebook or Dag file, may go; None: of any.
    """

    runs: int = KEEP_RUNS
    size_bytes: int = KEEP_BYTES
    dag_id: str | None = None
    source: str | None = None


_MAY_GO = (
    "select run_key, dag_id, run_id, row_number() over (partition by dag_id order by run_key desc) as age, state"
    " from runs where (:dag_id is null or dag_id = :dag_id) and (:source is null or source = :source)"
)


def find_too_many(db: sqlite3.Connection, bounds: Bounds) -> dict[int, tuple[str, str]]:
    """Return the runs beyond the number that is kept: (dag_id, run_id) by their key."""
    named = {"dag_id": bounds.dag_id, "source": bounds.source, "keep": bounds.runs, "running": RUNNING}
    query = f"select run_key, dag_id, run_id from ({_MAY_GO}) where age > :keep and state <> :running"
    return {key: (dag_id, run_id) for key, dag_id, run_id in db.execute(query, named)}


def find_too_large(
    db: sqlite3.Connection, bounds: Bounds, measure: Callable[[], Mapping[str, int]]
) -> dict[int, tuple[str, str]]:
    """Return the oldest runs without which the values are small enough.

    Parameters
    ----------
    measure
        Says how large each file of a value is; asked only where what the runs have noted, each for itself, is too much.
    """
    (noted,) = db.execute("select coalesce(sum(bytes), 0) from xcoms").fetchone()
    if noted <= bounds.size_bytes:
        return {}
    sizes = measure()
    users: dict[str, set[int]] = {}
    files: dict[int, list[str]] = {}
    for key, file in db.execute("select run_key, file from xcoms"):
        if file in sizes:
            users.setdefault(file, set()).add(key)
            files.setdefault(key, []).append(file)
    left = sum(sizes[file] for file in users)
    named = {"dag_id": bounds.dag_id, "source": bounds.source, "running": RUNNING}
    query = f"select run_key, dag_id, run_id from ({_MAY_GO}) where age > 1 and state <> :running order by run_key"
    gone: dict[int, tuple[str, str]] = {}
    for key, dag_id, run_id in db.execute(query, named):
        if left <= bounds.size_bytes:
            break
        gone[key] = (dag_id, run_id)
        for file in set(files.get(key, ())):
            users[file].discard(key)
            left -= 0 if users[file] else sizes[file]
    return gone
