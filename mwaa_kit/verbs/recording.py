"""What the verb `run` keeps of a run beside its result: the journal of its events.

What did not run wrote nothing. Where an earlier result stands for a task, the run says in which log its lines are.
"""

from __future__ import annotations

import contextlib
import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mwaa_kit.model.module import DagModule
from mwaa_kit.model.record import RunDescribed
from mwaa_kit.model.run import DagRun, Event, RunNote
from mwaa_kit.model.spec import DagSpec
from mwaa_kit.scheduler.journal import Journal, find_journal, who_wrote
from mwaa_kit.scheduler.replaying import REPLAY

if TYPE_CHECKING:
    from mwaa_kit.drawing.card.page import RunCard


@dataclass(frozen=True)
class Recording:
    """Passes each event on to the journal and to whoever listens."""

    journal: Journal
    listen: Callable[[Event], None]
    folder: Path
    source: str

    def take(self, event: Event) -> None:
        """Take one event."""
        self.journal(event)
        self.listen(event)

    def finish(self, run: DagRun) -> DagRun:
        """Take the run's end; return it with the way to its record."""
        for sentence in _where_the_logs_are(run, self.folder, self.source):
            self.take(RunNote(run.end_date or datetime.now(UTC), sentence))
        self.journal.finish(run)
        return replace(run, record=str(self.journal.path or ""), draw_card=_draw_card)


@contextlib.contextmanager
def recorded(
    spec: DagSpec, module: DagModule | None, folder: Path, *, mode: str, airflow: str, listen: Callable[[Event], None]
) -> Iterator[Recording]:
    """Keep a journal in `folder` for the length of the block."""
    journal = Journal(folder, describe(spec, module, mode, airflow))
    try:
        yield Recording(journal, listen, folder, module.path if module else "")
    finally:
        journal.close()


def describe(spec: DagSpec, module: DagModule | None, mode: str, airflow: str) -> RunDescribed:
    """Say what is run, and on what."""
    from mwaa_kit import __version__

    cells = tuple(one for one in module.tasks if one.dag_id == spec.dag_id) if module else ()
    edges = tuple(one for one in module.edges if one.dag_id == spec.dag_id) if module else ()
    versions = {"airflow": airflow, "python": platform.python_version(), "mwaa-kit": __version__}
    return RunDescribed(datetime.now(UTC), spec, module.path if module else "", mode, cells, edges, versions)


def _draw_card(run: DagRun) -> RunCard:
    from mwaa_kit.verbs.watching import card

    return card(run)


def _where_the_logs_are(run: DagRun, folder: Path, source: str) -> Iterator[str]:
    """Say for each earlier run whose results stand what of its log belongs to them."""
    replayed = run.run_id.removeprefix(REPLAY) if run.run_id.startswith(REPLAY) else ""
    spared: dict[str, dict[str, None]] = {}
    for one in run.task_instances:
        if one.reused or (one.stubbed and replayed):
            spared.setdefault(one.source if one.reused else replayed, {})[one.task_id] = None
    for run_id, names in spared.items():
        journal = find_journal(folder, run_id=run_id, dag_id=run.dag_id)
        if journal is None:
            yield f"the log of {run_id} is not here any more: what {', '.join(names)} wrote is not known"
        elif wrote := who_wrote(journal, names):
            path = f" {source}" if source else ""
            yield f"what {', '.join(wrote)} wrote is in the log of {run_id}: mwaa-kit follow{path} --run {run_id}"
