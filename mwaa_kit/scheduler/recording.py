"""A run's record, written as the run goes on.

Notes
-----
A record that cannot be written, as on a full disk, never harms the run: it goes on without one, the user is told once, and
the records of other runs stay readable. Values that hold a secret are not written, so a later run cannot take them over: it
runs the task again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from mwaa_kit.engine.protocol import RunInfo
from mwaa_kit.model.run import FINISHED, DagRun, Event, TaskKey, TaskStateChanged
from mwaa_kit.scheduler.pruning import KEEP_BYTES, KEEP_RUNS
from mwaa_kit.scheduler.state import RunState
from mwaa_kit.scheduler.store import RunStore

Tell = Callable[[str], None]


class Recorder:
    """Writes one run into a store.

    Parameters
    ----------
    store
        None where nothing is to be recorded.
    digests
        By task_id: what each task is, see :class:`~mwaa_kit.scheduler.history.Kept`.
    tell
        Takes a sentence for the user.
    """

    def __init__(self, store: RunStore | None, tell: Tell) -> None:
        self._store = store
        self._tell = tell
        self._run_key = 0
        self.digests: Mapping[str, str] = {}
        self.reuse_keys: dict[TaskKey, tuple[str, str]] = {}

    def begin(self, info: RunInfo, at: datetime, *, tasks: Sequence[str], source: str) -> None:
        """Record that a run began, and make room for it."""
        if self._store is None:
            return
        try:
            self._run_key = self._store.begin(info, at, tasks=tasks, source=source)
            if gone := self._store.prune():
                most = f"the last {KEEP_RUNS} of a Dag are kept, and {KEEP_BYTES // 1_000_000_000} GB of values"
                self._tell(f"forgot {len(gone)} earlier run{'s' if len(gone) != 1 else ''}: {most}")
        except (sqlite3.Error, OSError) as error:
            self._give_up(error)

    def note(self, event: Event, state: RunState) -> None:
        """Record a state, and what an instance that ended has left."""
        if self._store is None or not isinstance(event, TaskStateChanged):
            return
        try:
            if event.state in FINISHED:
                self._keep(self._store, (event.task_id, event.map_index), state)
            else:
                self._store.note(self._run_key, event)
        except (sqlite3.Error, OSError) as error:
            self._give_up(error)

    def _keep(self, store: RunStore, key: TaskKey, state: RunState) -> None:
        xcoms = state.xcoms_of(key)
        secret = [xcom for xcom in xcoms if state.holds_secret(xcom.stored)]
        store.keep(
            self._run_key,
            state.instances[key],
            [xcom for xcom in xcoms if xcom not in secret],
            withheld=secret,
            digest=self.digests.get(key[0], ""),
            reuse=self.reuse_keys.get(key, ("", "")),
        )

    def finish(self, run: DagRun) -> None:
        """Record the run's end, and let go of the files."""
        if self._store is None:
            return
        try:
            self._store.finish(self._run_key, run)
        except (sqlite3.Error, OSError) as error:
            self._give_up(error)
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the files."""
        if self._store is not None:
            with suppress(sqlite3.Error):
                self._store.close()
            self._store = None

    def _give_up(self, error: Exception) -> None:
        """Say once that nothing more is recorded."""
        if self._store is not None and self._run_key:
            with suppress(sqlite3.Error):  # half a record would be taken for a run that still goes on
                self._store.forget(self._run_key)
        self.close()
        self._tell(f"this run is not recorded any more: {error}; it goes on, but it cannot be resumed or reused")


def open_store(folder: Path | None, tell: Tell) -> RunStore | None:
    """Open the store in a folder; where it cannot be made, say so and do without.

    Raises
    ------
    RecordUnreadableError
        If a newer kit wrote it, or something else did.
    """
    if folder is None:
        return None
    try:
        return RunStore(folder)
    except (sqlite3.OperationalError, OSError) as error:
        tell(f"this run is not recorded: {error}")
        return None
