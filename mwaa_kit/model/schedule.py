"""When a Dag runs by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mwaa_kit.model import wire


@dataclass(frozen=True)
class NextRun:
    """One run that a schedule brings; times are aware, in the zone that was asked for."""

    logical_date: datetime | None
    run_after: datetime
    data_interval_start: datetime | None = None
    data_interval_end: datetime | None = None


@dataclass(frozen=True)
class SchedulePreview:
    """The next runs of a schedule.

    Parameters
    ----------
    expression
        As it was given.
    summary
        Airflow's own words: ``At 06:00``.
    runs
        In order; empty for a schedule that time alone does not bring on.
    """

    expression: str
    zone: str
    summary: str
    runs: tuple[NextRun, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON."""
        return dict(wire.to_dict(self))
