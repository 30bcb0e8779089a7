"""Which Airflow runs a Dag: the one of this Python, or a worker in the interpreter of a target."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

from mwaa_kit.engine.opening import installed_airflow
from mwaa_kit.engine.protocol import Engine
from mwaa_kit.errors import WrongUsageError
from mwaa_kit.targets.catalogue import NEWEST, TARGETS, find_target

WORKER = "worker"


def choose_target(target: str | None) -> str:
    """Return the Airflow version to write for: what was asked for, else what is here, else the newest."""
    if target is not None:
        return find_target(target).airflow
    here = installed_airflow() or NEWEST
    same = [one.airflow for one in TARGETS if one.airflow == here]
    alike = [one.airflow for one in TARGETS if one.airflow.split(".")[0] == here.split(".")[0]]
    return (same or alike or [NEWEST])[0]


def choose_mode(mode: str | None, target: str | None, *, otherwise: str) -> str:
    """Return where tasks run: as asked, else by a worker for a target that is not here, else `otherwise`.

    Raises
    ------
    UnknownTargetError
        If MWAA does not offer `target`.
    WrongUsageError
        If a mode was asked for that runs tasks here, and a target that is not here.
    """
    elsewhere = target is not None and find_target(target).airflow != installed_airflow()
    if elsewhere and mode not in (None, WORKER):
        here = installed_airflow() or "no Airflow"
        raise WrongUsageError(
            f"mode {mode!r} runs tasks in this Python, which has {here}, not Airflow {target}",
            hint=f"leave --mode out to run them by a worker with Airflow {target}, or leave --target out",
        )
    return mode or (WORKER if elsewhere else otherwise)


@contextlib.contextmanager
def engine_for(target: str | None, mode: str) -> Iterator[Engine]:
    """Yield the engine for a run.

    Raises
    ------
    InterpreterError
        If the target has no interpreter yet.
    AirflowMissingError
        If there is no Airflow where one is wanted.
    """
    if mode != WORKER:
        from mwaa_kit.engine.opening import open_engine

        yield open_engine()
        return
    from mwaa_kit.scheduler.remote import worker_engine
    from mwaa_kit.targets.kept import find_kept

    if target in (None, installed_airflow()):
        python, name = sys.executable, ""
    else:
        python, name = str(find_kept(str(target)).python), str(target)
    with worker_engine(python, name=name) as engine:
        yield engine
