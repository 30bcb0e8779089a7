"""The journal of a run: its events as they happen, one JSON line each, in `.mwaa-kit/events/`.

A run can be followed from another process while it goes on, played again, and drawn as a card, from this one file.

Notes
-----
Whoever writes holds a lock on the file, which the system lets go when that process is gone: so a reader knows a run that goes
on from one that was killed, without a process id that may belong to another by now. A disk that is full, or a folder that
may not be written, ends the journal and not the run. Logs beyond `MOST_LOG_BYTES`, and values beyond `MOST_VALUE_BYTES`, are
left out: a journal is read as a whole.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import time
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, BinaryIO

from mwaa_kit.model.record import RUN_FINISHED, RunDescribed
from mwaa_kit.model.run import DagRun, Event, LogLine
from mwaa_kit.scheduler.folder import FOLDER_NAME, make_folder

MOST_LOG_BYTES = 20_000_000
MOST_VALUE_BYTES = 1_000_000
KEPT = 200
KEPT_BYTES = 500_000_000
"""How many journals are kept in a folder, and how many bytes of them; beyond that the oldest goes."""

_AIRFLOWS_OWN = ("Pushing xcom", "Done. Returned value was: ")
"""What Airflow's task runner writes about any task."""

_LOOK_AGAIN_SECONDS = 0.1
_encode = json.JSONEncoder(default=str).encode


class Journal:
    """Writes the events of one run.

    Parameters
    ----------
    beside
        The folder of the notebook or Dag file.
    """

    def __init__(self, beside: Path, described: RunDescribed) -> None:
        self.path: Path | None = None
        self._beside = beside
        self._described: RunDescribed | None = described
        self._file: BinaryIO | None = None
        self._log_bytes = 0

    def __call__(self, event: Event) -> None:
        """Take one event. The file is made with the first one: a run that is refused leaves none."""
        if self._described is not None:
            self._begin(self._described)
            self._described = None
        if isinstance(event, LogLine):
            self._log_bytes += len(event.message)
            if self._log_bytes > MOST_LOG_BYTES:
                return
        self._write(event.to_dict())

    def _begin(self, described: RunDescribed) -> None:
        with contextlib.suppress(OSError):
            folder = make_folder(self._beside) / "events"
            folder.mkdir(exist_ok=True)
            _forget_oldest(folder)
            self._file, self.path = _open_new(folder, described.at)
            fcntl.flock(self._file, fcntl.LOCK_EX)
            self._write(described.to_dict())

    def finish(self, run: DagRun) -> None:
        """Take the run's end, and let go of the file."""
        if self._file is not None:
            self._write(_without_large_values(run.to_dict()))
        self.close()

    def close(self) -> None:
        """Let go of the file; a reader sees that nothing more comes."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
            self._file = None

    def _write(self, line: dict[str, Any]) -> None:
        if self._file is None:
            return
        try:
            self._file.write(f"{_encode(line)}\n".encode())
        except OSError:
            self.close()


def _open_new(folder: Path, at: datetime) -> tuple[BinaryIO, Path]:
    """Make a file of a new name; names sort by time."""
    stem = f"{at.astimezone(UTC):%Y%m%dT%H%M%S%f}"
    for more in ("", *(f"-{number}" for number in range(1, 100))):
        path = folder / f"{stem}{more}.jsonl"
        with contextlib.suppress(FileExistsError):
            return path.open("xb", buffering=0), path
    raise FileExistsError(stem)


def _forget_oldest(folder: Path) -> None:
    """Make room for one more."""
    left = KEPT_BYTES
    for number, path in enumerate(sorted(folder.glob("*.jsonl"), reverse=True), start=1):
        with contextlib.suppress(OSError):
            left -= path.stat().st_size
            if number >= KEPT or left < 0:
                path.unlink()


def forget_journals(
    beside: Path, runs: Collection[tuple[str, str]], *, on_record: Collection[tuple[str, str]] | None = None
) -> None:
    """Delete the journals of runs, which are named by (dag_id, run_id).

    Parameters
    ----------
    on_record
        All that are on record: the journals of others go too, such as of a run that found the disk full; None lets them stay.
    """
    for path in (beside / FOLDER_NAME / "events").glob("*.jsonl"):
        began = _began(path)
        run = (began["dag_id"], began["run_id"]) if began else None
        if run in runs or (on_record is not None and run not in on_record and not _is_going_on(path)):
            with contextlib.suppress(OSError):
                path.unlink()


def _is_going_on(path: Path) -> bool:
    with contextlib.suppress(OSError), path.open(encoding="utf-8") as file:
        return _is_written(file)
    return False


def _without_large_values(line: dict[str, Any]) -> dict[str, Any]:
    kept = [
        {name: part for name, part in xcom.items() if name != "value" or xcom["bytes"] <= MOST_VALUE_BYTES}
        for xcom in line["xcoms"]
    ]
    return {**line, "xcoms": kept}


def find_journal(
    beside: Path, *, source: str | None = None, run_id: str | None = None, dag_id: str | None = None
) -> Path | None:
    """Return the newest journal in a folder, of those of one notebook or Dag file, of one Dag, or of one run."""
    wanted = {"source": source, "run_id": run_id, "dag_id": dag_id}
    for path in sorted((beside / FOLDER_NAME / "events").glob("*.jsonl"), reverse=True):
        found = _began(path)
        if found and all(value in (None, found.get(name)) for name, value in wanted.items()):
            return path
    return None


def who_wrote(path: Path, names: Iterable[str]) -> list[str]:
    """Return which of some tasks have lines of their own in a journal, in their order."""
    wanted, found = list(names), set()
    with contextlib.suppress(OSError, ValueError), path.open(encoding="utf-8") as file:
        for line in file:
            if line.startswith('{"event": "log"') and not (told := json.loads(line))["message"].startswith(
                _AIRFLOWS_OWN
            ):
                found.add(told["task_id"])
            if found.issuperset(wanted):
                break
    return [name for name in wanted if name in found]


def _began(path: Path) -> dict[str, Any]:
    """Return what the first two lines say: which source, and which run of which Dag."""
    with contextlib.suppress(OSError, ValueError, KeyError), path.open(encoding="utf-8") as file:
        described, started = json.loads(file.readline()), json.loads(file.readline())
        return {"source": Path(described["path"]).name, "run_id": started["run_id"], "dag_id": started["dag_id"]}
    return {}


def follow_lines(path: Path) -> Iterator[str]:
    """Yield the lines of a journal, waiting for those to come, until the run has ended or whoever wrote it is gone."""
    with path.open(encoding="utf-8") as file:
        rest = ""
        while True:
            gone = not _is_written(file)  # asked before reading: what was written until then is read
            while line := file.readline():
                rest += line
                if not rest.endswith("\n"):
                    continue
                line, rest = rest, ""
                yield line
                if f'"event": "{RUN_FINISHED}"' in line[:40]:
                    return
            if gone:
                return
            time.sleep(_LOOK_AGAIN_SECONDS)


def _is_written(file: IO[str]) -> bool:
    """Whether somebody holds the lock of a journal."""
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    fcntl.flock(file, fcntl.LOCK_UN)
    return False
