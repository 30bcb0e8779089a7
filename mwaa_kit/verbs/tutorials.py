"""The tutorials: notebooks that lead to each other, so they are copied together, into a folder of the user's."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mwaa_kit.errors import WrongUsageError
from mwaa_kit.verbs.outputs import write_aside

FOLDER = "mwaa_kit_tutorials"
START = "00_start_here.ipynb"


@dataclass(frozen=True)
class CopiedTutorials:
    """Where they are.

    Parameters
    ----------
    start
        The notebook to begin with.
    written, kept
        Names of files in `folder`; what was there already is kept as it is.
    """

    folder: str
    start: str
    written: tuple[str, ...]
    kept: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON."""
        return asdict(self)


def tutorials(folder: str = FOLDER) -> CopiedTutorials:
    """Copy the tutorials into a folder, which is made where it is not there; nothing in it is written over.

    Parameters
    ----------
    folder
        Absolute, or below the working folder.

    Raises
    ------
    WrongUsageError
        If the folder is a file, or cannot be written to.
    """
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongUsageError(
            f"cannot be made a folder: {error.strerror}", path=folder, hint="name another folder"
        ) from error
    written, kept = [], []
    for source in _sources():
        there = os.path.join(folder, source.name)
        if os.path.lexists(there):
            kept.append(source.name)
        else:
            write_aside(source.read_bytes(), there)
            written.append(source.name)
    return CopiedTutorials(folder, os.path.join(folder, START), tuple(written), tuple(kept))


def _sources() -> list[Path]:
    """Return the files: a wheel has them inside the package, a checkout beside it."""
    package = Path(__file__).parents[1]
    inside, beside = package / "tutorials", package.parent / "notebooks"
    found = inside if inside.is_dir() else beside
    return sorted(path for path in found.iterdir() if path.suffix in (".ipynb", ".txt"))
