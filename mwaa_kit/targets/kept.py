"""The target interpreters that this user has."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from mwaa_kit.errors import InterpreterError
from mwaa_kit.targets.interpreters import find_interpreters, targets_home

_MAKING_SECONDS = 60 * 60


@dataclass(frozen=True)
class KeptTarget:
    """One interpreter in the user's cache."""

    airflow: str
    folder: Path

    @property
    def python(self) -> Path:
        """Its executable."""
        return self.folder / "bin" / "python"


def kept_targets(root: Path | None = None) -> tuple[KeptTarget, ...]:
    """Return them, the one made or asked for last first."""
    folders = sorted(find_interpreters(root), key=lambda folder: folder.stat().st_mtime, reverse=True)
    return tuple(KeptTarget(folder.name.partition("-")[0], folder) for folder in folders)


def find_kept(airflow: str, root: Path | None = None) -> KeptTarget:
    """Return the interpreter of an Airflow version that was made or asked for last.

    Raises
    ------
    InterpreterError
        If there is none.
    """
    for target in kept_targets(root):
        if target.airflow == airflow:
            return target
    raise InterpreterError(
        f"there is no interpreter with Airflow {airflow} on this machine yet",
        hint=f"make it once with: mwaa-kit target add {airflow}",
    )


def sweep_up(root: Path | None = None) -> None:
    """Remove what a killed process left half made or half removed, once it is older than any making takes."""
    home = root or targets_home()
    for pattern in (".making-*", ".gone-*"):
        for left in home.glob(pattern):
            if time.time() - left.stat().st_mtime > _MAKING_SECONDS:
                shutil.rmtree(left, ignore_errors=True)


def remove_kept(airflow: str, root: Path | None = None, *, only: Path | None = None) -> tuple[Path, ...]:
    """Remove every interpreter of an Airflow version, or `only` this one; return the folders that are gone.

    Each is renamed first, so that nobody finds one that is half gone.
    """
    gone = []
    for target in kept_targets(root):
        if target.airflow == airflow and only in (None, target.python):
            aside = target.folder.with_name(f".gone-{target.folder.name}")
            shutil.rmtree(aside, ignore_errors=True)
            target.folder.rename(aside)
            shutil.rmtree(aside)
            gone.append(target.folder)
    return tuple(gone)
