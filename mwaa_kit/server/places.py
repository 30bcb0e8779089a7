"""Paths that come from a browser, and stay inside the server's root folder."""

from __future__ import annotations

import os
import re

from mwaa_kit.errors import MissingInputError, RefusedError, WrongUsageError


class OutsideRootError(RefusedError):
    """A path that leads out of the folder that this server serves."""


def need_inside(path: str, root: str, *, hidden: bool = False) -> str:
    """Return a path relative to the root folder, in its simplest form.

    Parameters
    ----------
    path
        As the contents API names it, with ``/``; the file need not exist.
    hidden
        Whether names that begin with a dot may be read, as the server's contents manager is set.

    Raises
    ------
    WrongUsageError
        If it is no path at all.
    OutsideRootError
        If it is absolute, climbs out by ``..``, or a link leads out.
    MissingInputError
        If it is hidden: the server does not tell whether it is there, as Jupyter does not.
    """
    if "\0" in path or any(0xD800 <= ord(char) <= 0xDFFF for char in path):
        raise WrongUsageError("a path holds no such characters")
    parts = [part for part in re.split(r"[/\\]" if os.sep == "\\" else "/", path) if part not in ("", ".")]
    if path.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", path) or ".." in parts:
        raise OutsideRootError("is outside the folder that this server serves", path=path, hint="give a path below it")
    if not hidden and any(part.startswith(".") for part in parts):
        raise MissingInputError("there is no such file", path=path, hint="this server does not show hidden files")
    real_root = os.path.realpath(root)
    try:
        real = os.path.realpath(os.path.join(real_root, *parts))
    except (OSError, ValueError) as error:
        raise WrongUsageError("is no path that this system knows", path=path) from error
    if os.path.commonpath([real_root, real]) != real_root:
        raise OutsideRootError("is outside the folder that this server serves", path=path, hint="give a path below it")
    return "/".join(parts) or "."
