"""What the verb `run` keeps of a run beside its result: the journal of its events."""

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
from mwaa_kit.model.run import DagRun, Event
from mwaa_kit.model.spec import DagSpec
from mwaa_kit.scheduler.journal import Journal

if TYPE_CHECKING:
    from mwaa_kit.drawing.card.page import RunCard


@dataclass(frozen=True)
class Recording:
    """Passes each event on to the journal and to whoever listens."""

    journal: Journal
    listen: Callable[[Event], None]

    def take(self, event: Event) -> None:
        """Take one event."""
        self.journal(event)
        self.listen(event)

    def finish(self, run: DagRun) -> DagRun:
        """Take the run's end; return it with the way to its record."""
        self.journal.finish(run)
        return replace(run, record=str(self.journal.path or ""), draw_card=_draw_card)


@contextlib.contextmanager
def recorded(
    spec: DagSpec, module: DagModule | None, folder: Path, *, mode: str, airflow: str, listen: Callable[[Event], None]
) -> Iterator[Recording]:
    """Keep a journal in `folder` for the length of the block."""
    journal = Journal(folder, describe(spec, module, mode, airflow))
    try:
        yield Recording(journal, listen)
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
