"""Writing what the user asked for into a file: aside first, then renamed, and never over a notebook."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from mwaa_kit.authoring.sources import NOTEBOOK
from mwaa_kit.errors import WrongUsageError


def write_output(text: str, output: str, *, source: str) -> None:
    """Write a file made from `source`.

    Raises
    ------
    WrongUsageError
        If `output` is the source or any other notebook, or cannot be written.
    """
    if os.path.realpath(output) == os.path.realpath(source):
        raise WrongUsageError("is what this is made from", path=output, hint="give the result another name with -o")
    if output.endswith(NOTEBOOK):
        raise WrongUsageError(
            "would be a notebook, and this is none", path=output, hint="give the result another name with -o"
        )
    write_aside(text.encode(), output)


def refuse_unwritable(output: str | Path) -> None:
    """Refuse, before long work, a file that could not be written at its end.

    Raises
    ------
    WrongUsageError
        If its folder is not there or takes no files, or if it is a folder itself.
    """
    path = Path(output)
    folder = path.absolute().parent
    if not folder.is_dir():
        raise WrongUsageError(
            f"cannot be written: there is no folder {folder}", path=str(path), hint="make the folder first"
        )
    if path.is_dir():
        raise WrongUsageError("cannot be written: it is a folder", path=str(path), hint="name a file in it")
    if not os.access(folder, os.W_OK):
        raise WrongUsageError(
            f"cannot be written: {folder} takes no files from you", path=str(path), hint="choose another folder"
        )


def write_aside(content: bytes, output: str) -> None:
    """Write a whole file or none.

    Raises
    ------
    WrongUsageError
        If it cannot be written.
    """
    aside = Path(f"{output}.{os.getpid()}.part")
    try:
        aside.write_bytes(content)
        aside.replace(output)
    except OSError as error:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)
        raise WrongUsageError(f"cannot be written: {error.strerror}", path=output) from error
