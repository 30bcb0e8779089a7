"""follow, card: what happens or happened in a run that this process need not have made."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mwaa_kit.errors import MissingInputError, UnknownRunError
from mwaa_kit.model.record import RunRecord, read_record
from mwaa_kit.model.run import DagRun
from mwaa_kit.scheduler.journal import find_journal, follow_lines

if TYPE_CHECKING:
    from mwaa_kit.drawing.card.page import RunCard

RUN_LOST = "run_lost"
"""The event after which nothing comes, since the process that ran the tasks is gone."""

_RECENT_SECONDS = 1.0


def follow(
    path: str = ".",
    *,
    run_id: str | None = None,
    dag_id: str | None = None,
    speed: float = 0.0,
    listen: Callable[[dict[str, Any]], None] = lambda line: None,
) -> RunRecord:
    """Take the events of a run: those that were, and, while it goes on, those that come.

    Parameters
    ----------
    path
        The notebook or Dag file that is run, its folder, or a file of events.
    run_id, dag_id
        Which run; by default the newest.
    speed
        How many times faster than they happened events are told, where they lie in the past; 0 does not wait.
    listen
        Takes each event, as ``run --json`` prints it. After the last one of a run that was broken off comes ``run_lost``.

    Raises
    ------
    MissingInputError
        If there is no such file or folder.
    UnknownRunError
        If there is no such run.
    """
    lines: list[str] = []
    for line in _paced(follow_lines(find_record(path, run_id, dag_id)), speed):
        lines.append(line)
        listen(json.loads(line))
    record = read_record(lines)
    if record.finished is None:
        listen(_lost(record))
    return record


def card(
    source: DagRun | str = ".", *, run_id: str | None = None, dag_id: str | None = None, output: str | None = None
) -> RunCard:
    """Draw a run as one page that needs nothing else: graph, timeline with the critical path, outputs, logs.

    Parameters
    ----------
    source
        A run; or, for one of the record, its notebook or Dag file, its folder, or its file of events.
    run_id, dag_id
        Which run of the record; by default the newest.
    output
        Where to write the page.

    Returns
    -------
    RunCard
        It shows itself in a cell; ``save(path)`` writes it.

    Raises
    ------
    UnknownRunError
        If there is no record of such a run.
    """
    from mwaa_kit.drawing.card.page import RunCard
    from mwaa_kit.verbs.outputs import write_output
    from mwaa_kit.verbs.previewing import preview_values

    if isinstance(source, DagRun):
        if not source.record:
            raise UnknownRunError("this run was not recorded, so there is nothing to draw it from")
        made = RunCard(read_run(source.record), preview_values(source))
    else:
        made = RunCard(read_run(source, run_id, dag_id), {})
    if output is not None:
        write_output(made.html, output, source="" if isinstance(source, DagRun) else source)
    return made


def find_record(path: str, run_id: str | None = None, dag_id: str | None = None) -> Path:
    """Return the file of a run's events; see :func:`follow`."""
    given = Path(path)
    if not given.exists():
        raise MissingInputError("there is no such file or folder", path=path)
    if given.suffix == ".jsonl":
        return given
    folder, source = (given, None) if given.is_dir() else (given.resolve().parent, given.name)
    found = find_journal(folder, source=source, run_id=run_id, dag_id=dag_id)
    if found is None:
        what = f"run {run_id!r}" if run_id else f"run of Dag {dag_id!r}" if dag_id else "run"
        raise UnknownRunError(
            f"there is no record of a {what} here", path=path, hint=f"make one with: mwaa-kit run {path}"
        )
    return found


def read_run(path: str, run_id: str | None = None, dag_id: str | None = None) -> RunRecord:
    """Return what is known by now of a run; see :func:`follow`."""
    with find_record(path, run_id, dag_id).open(encoding="utf-8") as file:
        return read_record(file)


def _paced(lines: Iterator[str], speed: float) -> Iterator[str]:
    """Let lines of the past come as far apart as they happened, divided by `speed`."""
    before: datetime | None = None
    for line in lines:
        if speed > 0:
            at = datetime.fromisoformat(json.loads(line)["at"])
            if before is not None and (datetime.now(UTC) - at).total_seconds() > _RECENT_SECONDS:
                time.sleep(max(0.0, (at - before).total_seconds() / speed))
            before = at
        yield line


def _lost(record: RunRecord) -> dict[str, Any]:
    at = record.end_date.isoformat() if record.end_date else None
    reason = "the process that ran it is gone; how it would have ended is not known"
    return {"event": RUN_LOST, "at": at, "dag_id": record.dag.dag_id, "run_id": record.run_id, "reason": reason}
