"""Reading the record of runs: what ran, how it ended, and the values it left."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from mwaa_kit.engine.protocol import RunInfo
from mwaa_kit.model.run import SUCCESS, DagRun, TaskInstance, TaskKey, XCom
from mwaa_kit.model.wire import from_dict, to_dict
from mwaa_kit.scheduler.valuefiles import ValueFiles

_RUN = "run_key, dag_id, run_id, state, started_at, ended_at, cancelled, interrupted, source, info, tasks"
INSTANCE = "task_id, map_index, state, try_number, error, started_at, ended_at, reused, stubbed, source"
"""The columns of a task instance."""


@dataclass(frozen=True)
class StoredRun:
    """One line of the history.

    Parameters
    ----------
    interrupted
        Its process was killed before it came to an end.
    source
        The name of the notebook or Dag file; empty for a Dag object of a kernel.
    info
        The run as its tasks saw it; None in a record of a kit that did not keep it.
    tasks
        The tasks that were chosen; empty for all.
    task_states
        How many task instances are in each state.
    """

    run_key: int
    dag_id: str
    run_id: str
    state: str
    started_at: datetime
    ended_at: datetime | None
    cancelled: bool = False
    interrupted: bool = False
    source: str = ""
    info: RunInfo | None = None
    tasks: tuple[str, ...] = ()
    task_states: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Kept:
    """What is recorded of one task instance.

    Parameters
    ----------
    digest
        What the task was: its code and arguments; empty where that is not known.
    complete
        Whether all its values are there.
    """

    instance: TaskInstance
    xcoms: tuple[XCom, ...]
    run_id: str
    digest: str = ""
    complete: bool = True


class History:
    """Reads an open database; see :class:`~mwaa_kit.scheduler.store.RunStore`."""

    _db: sqlite3.Connection
    values: ValueFiles

    def _settle(self) -> None:
        """See to it that the database holds all there is of every run, also of one that goes on."""

    def list_runs(self, dag_id: str | None = None, source: str | None = None) -> tuple[StoredRun, ...]:
        """Return the runs, newest first; of one Dag, or of one notebook or Dag file, when it is named."""
        self._settle()
        rows = self._db.execute(
            f"select {_RUN} from runs where (:dag_id is null or dag_id = :dag_id)"
            " and (:source is null or source = :source) order by run_key desc",
            {"dag_id": dag_id, "source": source},
        )
        return tuple(self._with_states(_read_run(*row)) for row in rows.fetchall())

    def _with_states(self, line: StoredRun) -> StoredRun:
        counted = self._db.execute(
            "select state, count(*) from task_instances where run_key = ? and state is not null group by state"
            " order by min(rowid)",
            (line.run_key,),
        )
        return replace(line, task_states=dict(counted.fetchall()))

    def read_run(self, line: StoredRun) -> DagRun:
        """Return a recorded run with its values."""
        self._settle()
        kept = self.read_kept(line)
        return DagRun(
            dag_id=line.dag_id,
            run_id=line.run_id,
            state=line.state,
            logical_date=line.info.logical_date if line.info else None,
            cancelled=line.cancelled,
            task_instances=tuple(one.instance for one in kept),
            xcoms=tuple(xcom for one in kept for xcom in one.xcoms),
            start_date=line.started_at,
            end_date=line.ended_at,
        )

    def read_kept(self, line: StoredRun, task_id: str | None = None, map_index: int | None = None) -> tuple[Kept, ...]:
        """Return the task instances of a run in the order they began; of one task, or one instance, when it is named."""
        rows = self._db.execute(
            f"select {INSTANCE}, digest from task_instances where run_key = :run"
            " and (:task is null or task_id = :task) and (:index is null or map_index = :index) order by rowid",
            {"run": line.run_key, "task": task_id, "index": map_index},
        ).fetchall()
        return tuple(self._read_kept(line, _read_instance(*row[:-1]), row[-1]) for row in rows)

    def _read_kept(self, line: StoredRun, instance: TaskInstance, digest: str) -> Kept:
        files = self._db.execute(
            "select key, file from xcoms where run_key = ? and task_id = ? and map_index = ? order by rowid",
            (line.run_key, *instance.key),
        ).fetchall()
        complete = all(file and self.values.has(file) for _, file in files)
        xcoms = tuple(
            XCom(*instance.key, key, self.values.read(file)) for key, file in files if file and self.values.has(file)
        )
        return Kept(instance, xcoms, line.run_id, digest, complete)

    def read_states(self, run_key: int) -> Mapping[TaskKey, str | None]:
        """Return a run's states by (task_id, map_index)."""
        self._settle()
        rows = self._db.execute("select task_id, map_index, state from task_instances where run_key = ?", (run_key,))
        return {(task_id, map_index): state for task_id, map_index, state in rows}

    def read_xcoms(self, run_key: int) -> tuple[XCom, ...]:
        """Return the values of a run."""
        self._settle()
        rows = self._db.execute(
            "select task_id, map_index, key, file from xcoms where run_key = ? order by rowid", (run_key,)
        )
        return tuple(
            XCom(task_id, map_index, key, self.values.read(file))
            for task_id, map_index, key, file in rows
            if file and self.values.has(file)
        )

    def find_reusable(self, dag_id: str, key: TaskKey, reuse_key: str) -> Kept | None:
        """Return the newest result recorded under `reuse_key`; None where there is none, or its values are gone."""
        found = self._db.execute(
            f"select {', '.join(f'r.{name}' for name in _RUN.split(', '))} from task_instances t join runs r"
            " using (run_key) where t.reuse_key = ? and r.dag_id = ? and t.task_id = ? and t.map_index = ?"
            " and t.state = ? and t.stubbed = 0 order by t.run_key desc limit 1",
            (reuse_key, dag_id, *key, SUCCESS),
        ).fetchone()
        if not found:
            return None
        (kept,) = self.read_kept(_read_run(*found), *key)
        return kept if kept.complete else None

    def find_parts(self, dag_id: str, key: TaskKey) -> tuple[str, str] | None:
        """Return the newest run whose result of an instance may be reused, and the parts of its key."""
        found = self._db.execute(
            "select r.run_id, t.reuse_parts from task_instances t join runs r using (run_key) where r.dag_id = ?"
            " and t.task_id = ? and t.map_index = ? and t.state = ? and t.reuse_key <> '' order by t.run_key desc limit 1",
            (dag_id, *key, SUCCESS),
        ).fetchone()
        return (found[0], found[1]) if found else None

    def find_success(self, dag_id: str, task_id: str, run_id: str | None = None) -> tuple[Kept, ...]:
        """Return the instances of the newest run in which a task really succeeded, all of them; empty where none did.

        Parameters
        ----------
        run_id
            Look only in this run.
        """
        self._settle()
        lines = self._db.execute(
            f"select {', '.join(f'r.{name}' for name in _RUN.split(', '))} from task_instances t join runs r"
            " using (run_key) where r.dag_id = :dag and t.task_id = :task and (:run is null or r.run_id = :run)"
            " group by t.run_key having min(t.state is :good and t.stubbed = 0) order by t.run_key desc",
            {"dag": dag_id, "task": task_id, "run": run_id, "good": SUCCESS},
        )
        for line in lines.fetchall():
            kept = self.read_kept(_read_run(*line), task_id)
            if all(one.complete for one in kept):
                return tuple(sorted(kept, key=lambda one: one.instance.map_index))
        return ()


def _read_run(
    run_key: int, dag_id: str, run_id: str, state: str, started: str, ended: str | None, *rest: Any
) -> StoredRun:
    cancelled, interrupted, source, info, tasks = rest
    return StoredRun(
        *(run_key, dag_id, run_id, state, datetime.fromisoformat(started), _date(ended)),
        *(bool(cancelled), bool(interrupted), source),
        info=from_dict(RunInfo, json.loads(info)) if info else None,
        tasks=tuple(json.loads(tasks)),
    )


def _date(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def instance_row(instance: TaskInstance) -> tuple[Any, ...]:
    """Return a task instance as the columns of its table."""
    return (
        *(instance.task_id, instance.map_index, instance.state, instance.try_number, instance.error),
        *(to_dict(instance.start_date), to_dict(instance.end_date)),
        *(instance.reused, instance.stubbed, instance.source),
    )


def _read_instance(
    task_id: str, map_index: int, state: str | None, try_number: int, error: str, *rest: Any
) -> TaskInstance:
    started, ended, reused, stubbed, source = rest
    return TaskInstance(
        task_id,
        map_index,
        state,
        try_number,
        error,
        start_date=_date(started),
        end_date=_date(ended),
        reused=bool(reused),
        stubbed=bool(stubbed),
        source=source,
    )
