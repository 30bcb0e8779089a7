"""runs, prune: the record of earlier runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, overload

from mwaa_kit.errors import MissingInputError, UnknownRunError
from mwaa_kit.model.run import DagRun
from mwaa_kit.model.wire import to_dict
from mwaa_kit.scheduler.folder import FOLDER_NAME
from mwaa_kit.scheduler.history import StoredRun
from mwaa_kit.scheduler.journal import forget_journals
from mwaa_kit.scheduler.pruning import KEEP_BYTES, KEEP_RUNS, Bounds
from mwaa_kit.scheduler.store import RunStore


@dataclass(frozen=True)
class History(Sequence[DagRun]):
    """Earlier runs, newest first. A run's values are read when it is asked for.

    ``history[0]`` is the newest run, ``history["manual__2026-…"]`` the one of that run_id.

    Parameters
    ----------
    folder
        Where the record lies.
    lines
        What is known of each without reading its values.
    """

    folder: Path
    lines: tuple[StoredRun, ...] = ()

    def __len__(self) -> int:
        return len(self.lines)

    @overload
    def __getitem__(self, which: int | str) -> DagRun: ...
    @overload
    def __getitem__(self, which: slice) -> History: ...

    def __getitem__(self, which: int | str | slice) -> DagRun | History:
        if isinstance(which, slice):
            return replace(self, lines=self.lines[which])
        return self._read(self.lines[which] if isinstance(which, int) else self._find(which))

    def __iter__(self) -> Iterator[DagRun]:
        return (self._read(line) for line in self.lines)

    def _find(self, run_id: str) -> StoredRun:
        for line in self.lines:
            if line.run_id == run_id:
                return line
        raise UnknownRunError(f"there is no run {run_id!r} on record", hint="see them with: mwaa-kit runs")

    def _read(self, line: StoredRun) -> DagRun:
        with closing(RunStore(self.folder)) as store:
            return replace(store.read_run(line), read=_read_value)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON of ``runs``."""
        return {"runs": [_line_to_dict(line) for line in self.lines]}


def runs(path: str | Path = ".", *, dag_id: str | None = None) -> History:
    """Return the runs on record of a notebook or a Dag file; of all of them, when `path` is a folder.

    Parameters
    ----------
    dag_id
        Only of this Dag.

    Raises
    ------
    MissingInputError
        If there is nothing at `path`.
    RecordUnreadableError
        If a newer kit wrote the record.
    """
    folder, source = _place(path)
    if not _has_record(folder):
        return History(folder)
    with closing(RunStore(folder)) as store:
        return History(folder, store.list_runs(dag_id, source))


@dataclass(frozen=True)
class Pruned:
    """What :func:`prune` has deleted.

    Parameters
    ----------
    runs
        (dag_id, run_id) of each run that is forgotten, oldest first.
    freed_bytes
        By how much the folder of the record is smaller.
    kept
        How many runs are left.
    """

    runs: tuple[tuple[str, str], ...] = ()
    freed_bytes: int = 0
    kept: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON of ``prune``."""
        gone = [{"dag_id": dag_id, "run_id": run_id} for dag_id, run_id in self.runs]
        return {"runs": gone, "freed_bytes": self.freed_bytes, "kept": self.kept}


def prune(
    path: str | Path = ".", *, keep: int = KEEP_RUNS, max_bytes: int = KEEP_BYTES, dag_id: str | None = None
) -> Pruned:
    """Forget the oldest runs of a notebook or a Dag file, with their values and logs; of all, when `path` is a folder.

    Of a folder the logs of runs go too that could not be recorded.

    Parameters
    ----------
    keep
        How many runs of each Dag stay, the newest.
    max_bytes
        How much the values of all runs in the folder may take. The newest run of each Dag stays all the same.
    dag_id
        Only runs of this Dag go.

    Raises
    ------
    MissingInputError
        If there is nothing at `path`.
    RecordUnreadableError
        If a newer kit wrote the record.
    """
    folder, source = _place(path)
    if not _has_record(folder):
        return Pruned()
    before = _size_of(folder / FOLDER_NAME)
    with closing(RunStore(folder)) as store:
        gone = store.prune(Bounds(keep, max_bytes, dag_id, source))
        store.shrink()
        kept = len(store.list_runs(dag_id, source))
        left = {(line.dag_id, line.run_id) for line in store.list_runs()}  # a run that was resumed has two rows
    everything = source is None and dag_id is None
    forget_journals(folder, frozenset(gone) - left, on_record=left if everything else None)
    return Pruned(gone, max(0, before - _size_of(folder / FOLDER_NAME)), kept)


def _place(path: str | Path) -> tuple[Path, str | None]:
    """Return the folder of a notebook or Dag file, and its name; of a folder itself, and None."""
    place = Path(path).resolve()
    if not place.exists():
        raise MissingInputError("there is no such file or folder", path=str(path))
    return (place, None) if place.is_dir() else (place.parent, place.name)


def _has_record(folder: Path) -> bool:
    """Whether runs of a folder are on record; only a run begins one."""
    return (folder / FOLDER_NAME / "runs.db").is_file()


def _size_of(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _read_value(stored: Any) -> object:
    """Make a live object of a stored value; the first time this imports Airflow."""
    from mwaa_kit.engine.opening import open_engine

    return open_engine().read_value(stored)


def _line_to_dict(line: StoredRun) -> dict[str, Any]:
    shown = ("dag_id", "run_id", "state", "cancelled", "interrupted", "source", "started_at", "ended_at", "tasks")
    info = line.info
    return {
        **{name: to_dict(getattr(line, name)) for name in shown},
        "logical_date": to_dict(info.logical_date) if info else None,
        "conf": to_dict(info.conf) if info else {},
        "task_states": dict(line.task_states),
    }
