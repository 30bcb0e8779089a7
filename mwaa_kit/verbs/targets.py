"""targets: the Airflow versions that Amazon MWAA offers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from mwaa_kit.engine.opening import installed_airflow
from mwaa_kit.targets.catalogue import NEWEST, TARGETS


@dataclass(frozen=True)
class OfferedTarget:
    """One of them; `installed` says whether this Python has that very Airflow."""

    airflow: str
    python: str
    newest: bool
    installed: bool

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON."""
        return asdict(self)


def list_targets() -> tuple[OfferedTarget, ...]:
    """Return them, newest first."""
    here = installed_airflow()
    return tuple(OfferedTarget(one.airflow, one.python, one.airflow == NEWEST, one.airflow == here) for one in TARGETS)


def airflow_here() -> str | None:
    """Return the version of the Airflow of this Python, without importing it; None when there is none."""
    return installed_airflow()


def newest() -> str:
    """Return the newest Airflow that MWAA offers."""
    return NEWEST
