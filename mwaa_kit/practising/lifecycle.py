"""Starting, stopping and asking after the practice MWAA.

Notes
-----
One life is one environment: its objects are in memory, so its Airflow history ends with it too. Runs of Dags whose files
are gone would only mislead. What stays on disk between two lives is a migrated, empty database (a start is faster by it)
and the log files of the last two lives: whoever finds one ended, and has started the next already, can still read why.
"""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from mwaa_kit import aws
from mwaa_kit.errors import AirflowMissingError, PracticeError
from mwaa_kit.practising import processes, settings
from mwaa_kit.targets import practice
from mwaa_kit.targets.practice import PracticeState

_STOP_SECONDS = 10.0


@dataclass(frozen=True)
class PracticeEnvironment:
    """The practice environment as ``practice status --json`` prints it."""

    name: str
    status: str
    s3_endpoint: str
    mwaa_endpoint: str
    airflow_url: str
    bucket: str
    dag_s3_path: str


@dataclass(frozen=True)
class PracticeStatus:
    """What is running now; no environments when nothing is.

    Parameters
    ----------
    problem
        Why the environment is not available; empty when nothing is wrong.
    """

    environments: tuple[PracticeEnvironment, ...] = ()
    problem: str = ""

    @property
    def running(self) -> bool:
        """Whether there is an environment, in whatever status."""
        return bool(self.environments)

    def to_dict(self) -> dict[str, object]:
        """Return the status as ``practice status --json`` prints it."""
        return {"environments": [asdict(environment) for environment in self.environments]}


@dataclass(frozen=True)
class Forgotten:
    """What a stop made the practice MWAA forget.

    Parameters
    ----------
    objects, size_bytes
        The objects in its bucket, older versions included in the size. None where it could not be asked any more.
    """

    was_running: bool
    objects: int | None = 0
    size_bytes: int | None = 0

    def __str__(self) -> str:
        if not self.was_running:
            return "The practice MWAA was not running."
        if self.objects is None:
            held = "its objects"
        else:
            held = f"{self.objects} object{'' if self.objects == 1 else 's'} ({self.size_bytes} bytes)"
        return f"The practice MWAA has stopped; {held} and the history of its Airflow are forgotten."

    def to_dict(self) -> dict[str, object]:
        """Return plain JSON."""
        return asdict(self)


def start_practice(
    *, on_progress: Callable[[str], None] | None = None, timeout_seconds: float = 180.0
) -> PracticeStatus:
    """Start the practice MWAA, or wait for the one that is already starting, until it is available.

    Raises
    ------
    AirflowMissingError
        If this interpreter has no Airflow.
    PracticeError
        If it does not become available in time; everything started has then been ended.
    """
    version = _airflow_version()
    home = practice.practice_home()
    lock = practice.take_lock(home)
    if lock is None:
        return _wait(home, on_progress, timeout_seconds)
    try:
        _launch(home, lock, version)
    finally:
        os.close(lock)  # the supervisor holds it now
    try:
        return _wait(home, on_progress, timeout_seconds)
    except BaseException:
        stop_practice()
        raise


def practice_status() -> PracticeStatus:
    """Return what is running now."""
    home = practice.practice_home()
    state = practice.read_state(home)
    if state is None or practice.is_locked(home):
        return PracticeStatus() if state is None else _status(state)
    return PracticeStatus(problem=state.problem or "its supervisor has ended unexpectedly")


def stop_practice() -> Forgotten:
    """Stop the practice MWAA, and tell what is forgotten with it.

    Raises
    ------
    PracticeError
        If a process of it could not be ended.
    """
    home = practice.practice_home()
    written = practice.read_state(home)
    running = practice.is_locked(home)
    forgotten = _count(written) if running and written else Forgotten(was_running=running)
    if written:
        _end(home, written)
    practice.state_file(home).unlink(missing_ok=True)
    return forgotten


def reset_practice() -> Forgotten:
    """Stop the practice MWAA and remove all it keeps on disk; the next start begins from nothing."""
    forgotten = stop_practice()
    home = practice.practice_home()
    for folder in ("airflow", "logs", "logs-before", "templates"):
        shutil.rmtree(home / folder, ignore_errors=True)
    return forgotten


def _airflow_version() -> str:
    """Return the version of this interpreter's Airflow, without importing it.

    Raises
    ------
    AirflowMissingError
        If there is none, or one before 3.0, or no moto beside it.
    """
    version = _version("apache-airflow-core") or _version("apache-airflow")
    if version and int(version.split(".")[0]) >= 3 and _version("moto"):
        return version
    what = "moto" if version and _version("moto") is None else "Airflow 3"
    has = f"Airflow {version}" if version else "none"
    raise AirflowMissingError(
        f"the practice MWAA needs {what}" + (f", and this Python has {has}." if what != "moto" else " for its S3."),
        hint=f"install what it needs with: {sys.executable} -m pip install 'mwaa-kit[practice]'",
    )


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _launch(home: Path, lock: int, version: str) -> None:
    """Clear away what a crash may have left, then start the supervisor."""
    left = practice.read_state(home)
    practice.state_file(home).unlink(missing_ok=True)  # nobody who waits may take it for the new one
    if left:
        processes.end_all(left.life)
    shutil.rmtree(home / "logs-before", ignore_errors=True)
    with suppress(FileNotFoundError):
        (home / "logs").rename(home / "logs-before")
    (home / "logs").mkdir(mode=0o700)
    state = practice.new_state(version)
    practice.write_state(home, state)
    with (home / "logs" / "supervisor.log").open("wb") as log:
        subprocess.run(
            [sys.executable, "-m", "mwaa_kit.practising", str(lock), str(home)],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=settings.clean_environment(os.environ, state.life),
            cwd=Path(__file__).parent.parent.parent,  # `-m` looks for the kit there, where this process found it
            pass_fds=(lock,),
            start_new_session=True,
        )


def _wait(home: Path, on_progress: Callable[[str], None] | None, timeout_seconds: float) -> PracticeStatus:
    """Wait until the practice MWAA is available, telling each step once."""
    until = time.monotonic() + timeout_seconds
    told = ""
    while time.monotonic() < until:
        alive = practice.is_locked(home)
        state = practice.read_state(home)
        if not alive or (state and state.problem):
            raise _failure(home, state)
        if state and state.progress != told:
            told = state.progress
            if on_progress:
                on_progress(told)
        if state and state.status == "AVAILABLE":
            return _status(state)
        time.sleep(0.05)
    raise PracticeError(
        f"the practice MWAA was not available after {timeout_seconds:.0f} s (it was {told}).",
        hint=f"read the log files in {home / 'logs'}, or give it more time",
    )


def _failure(home: Path, state: PracticeState | None) -> PracticeError:
    reason = state.problem if state and state.problem else "its supervisor has ended"
    return PracticeError(
        f"the practice MWAA could not be started: {reason}.", hint=f"read the log files in {home / 'logs'}"
    )


def _status(state: PracticeState) -> PracticeStatus:
    environment = PracticeEnvironment(
        name=practice.PRACTICE,
        status=state.status,
        s3_endpoint=state.s3_endpoint,
        mwaa_endpoint=state.mwaa_endpoint,
        airflow_url=state.airflow_url,
        bucket=practice.BUCKET,
        dag_s3_path=practice.DAG_S3_PATH,
    )
    return PracticeStatus((environment,), problem=state.problem)


def _count(state: PracticeState) -> Forgotten:
    """Count what is in the bucket, before it is gone."""
    try:
        with aws.translated("practice"):
            pages = (
                aws.practice_client("s3", state).get_paginator("list_object_versions").paginate(Bucket=practice.BUCKET)
            )
            versions = [version for page in pages for version in page.get("Versions", [])]
    except Exception:  # nothing answers, or not any more: a stop must go on
        return Forgotten(was_running=True, objects=None, size_bytes=None)
    current = sum(1 for version in versions if version["IsLatest"])
    return Forgotten(was_running=True, objects=current, size_bytes=sum(version["Size"] for version in versions))


def _end(home: Path, state: PracticeState) -> None:
    """Ask the supervisor to end, then end whatever is left of this life."""
    if practice.is_locked(home) and state.pid:
        with suppress(ProcessLookupError):
            os.kill(state.pid, signal.SIGTERM)
        until = time.monotonic() + _STOP_SECONDS
        while practice.is_locked(home) and time.monotonic() < until:
            time.sleep(0.02)
    left = processes.end_all(state.life)
    if left:
        raise PracticeError(
            f"processes of the practice MWAA could not be ended: {', '.join(map(str, left))}.",
            hint="end them by hand, then try again",
        )
    shutil.rmtree(home / "airflow", ignore_errors=True)
