"""Which engine this interpreter offers."""

from __future__ import annotations

from functools import cache
from importlib import metadata

from mwaa_kit.engine.protocol import Engine
from mwaa_kit.errors import AirflowMissingError

OLDEST = (2, 9)
"""The oldest Airflow that Amazon MWAA offers with the Python the kit needs."""


def installed_airflow() -> str | None:
    """Return the version of the installed Airflow without importing it; None when there is none."""
    try:
        return metadata.version("apache-airflow-core")
    except metadata.PackageNotFoundError:
        pass
    try:
        return metadata.version("apache-airflow")
    except metadata.PackageNotFoundError:
        return None


@cache
def open_engine() -> Engine:
    """Import this interpreter's Airflow, once, and return the engine for it.

    Raises
    ------
    AirflowMissingError
        If there is no Airflow, or one that this engine does not run.
    """
    found = installed_airflow()
    if found is None:
        raise AirflowMissingError(
            "this Python has no Airflow, so nothing can be run or parsed here",
            hint="install it with: pip install 'mwaa-kit[airflow]'",
        )
    if tuple(int(part) for part in found.split(".")[:2]) < OLDEST:
        raise AirflowMissingError(
            f"Dags are run on Airflow 2.9 and newer; this Python has {found}",
            hint="run from a Python with a newer Airflow; compile, draw and publish work as they are",
        )
    from mwaa_kit.engine.home import import_airflow

    if found.startswith("2."):
        from mwaa_kit.engine.airflow2.database import prepare_settings
        from mwaa_kit.engine.airflow2.engine import Airflow2Engine

        prepare_settings()
        return Airflow2Engine(import_airflow())
    from mwaa_kit.engine.airflow3.engine import Airflow3Engine

    return Airflow3Engine(import_airflow())
