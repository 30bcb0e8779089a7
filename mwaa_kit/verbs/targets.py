"""target: the Airflow versions that Amazon MWAA offers, and the interpreters that hold them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mwaa_kit.engine.opening import installed_airflow
from mwaa_kit.errors import AirflowMissingError, InterpreterError, UnreadableInputError
from mwaa_kit.targets.catalogue import NEWEST, TARGETS, find_target
from mwaa_kit.targets.kept import kept_targets, remove_kept, sweep_up


@dataclass(frozen=True)
class OfferedTarget:
    """One of them.

    Parameters
    ----------
    installed
        Whether this Python has that very Airflow.
    interpreter
        The path of an interpreter that has it; empty when none was made.
    """

    airflow: str
    python: str
    newest: bool
    installed: bool
    interpreter: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON."""
        return asdict(self)


def list_targets() -> tuple[OfferedTarget, ...]:
    """Return them, newest first."""
    here = installed_airflow()
    kept = {one.airflow: str(one.python) for one in reversed(kept_targets())}
    return tuple(
        OfferedTarget(one.airflow, one.python, one.airflow == NEWEST, one.airflow == here, kept.get(one.airflow, ""))
        for one in TARGETS
    )


@dataclass(frozen=True)
class AddedTarget:
    """An interpreter that is ready; `made` says whether it was made just now.

    Parameters
    ----------
    requirements
        What it holds besides, as it was asked for.
    """

    airflow: str
    python: str
    interpreter: str
    made: bool
    requirements: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON."""
        return asdict(self)


def add_target(
    airflow: str,
    *,
    constraints: str = "",
    requirements: str | None = None,
    on_progress: Callable[[str], None] = lambda message: None,
) -> AddedTarget:
    """Make the interpreter of an Airflow version where it is not there yet, and run one task on it.

    Of several with the same Airflow, runs and checks use the one that was asked for last.

    Parameters
    ----------
    requirements
        A ``requirements.txt``; what it asks for by name is installed as well, within the constraints.

    Raises
    ------
    UnreadableInputError
        If the requirements cannot be read.
    UnknownTargetError
        If MWAA does not offer it.
    InterpreterError
        If it cannot be made, or cannot run a task: then it is removed again.
    """
    from mwaa_kit.targets.interpreters import make_interpreter
    from mwaa_kit.targets.workers import Worker

    target = find_target(airflow)
    extra = _read_requirements(requirements) if requirements else ()
    sweep_up()
    made = make_interpreter(target, constraints=constraints, extra=extra, say=on_progress)
    on_progress("running one task on it")
    try:
        with Worker(str(made.python), name=airflow) as worker:
            problem = worker.problem
    except AirflowMissingError as error:
        problem = error.message
    if problem:
        remove_kept(airflow, only=made.python)
        raise InterpreterError(
            f"Airflow {airflow} was installed, but cannot run a task: {problem}",
            hint="its libraries do not fit together: give MWAA's constraint lists with --constraints",
        )
    return AddedTarget(airflow, target.python, str(made.python), made.made, extra)


def _read_requirements(path: str) -> tuple[str, ...]:
    from mwaa_kit.targets.requirements import find_requirements

    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableInputError(f"cannot be read: {error}", path=path, hint="name a requirements.txt") from error
    return tuple(map(str, find_requirements(lines)))


def remove_target(airflow: str) -> tuple[str, ...]:
    """Remove the interpreters of an Airflow version; return their folders.

    Raises
    ------
    UnknownTargetError
        If MWAA does not offer it.
    """
    return tuple(map(str, remove_kept(find_target(airflow).airflow)))


def airflow_here() -> str | None:
    """Return the version of the Airflow of this Python, without importing it; None when there is none."""
    return installed_airflow()


def newest() -> str:
    """Return the newest Airflow that MWAA offers."""
    return NEWEST
