"""Warm up: import what a run needs before anybody asks for one, in a process that will be forked."""

from __future__ import annotations


def warm_up() -> None:
    """Import Airflow and the scheduler.

    Raises
    ------
    AirflowMissingError
        If there is no Airflow here.
    """
    from mwaa_kit.engine.opening import open_engine
    from mwaa_kit.scheduler import forks, running, store  # noqa: F401
    from mwaa_kit.verbs import live  # noqa: F401

    open_engine()
