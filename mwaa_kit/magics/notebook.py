"""Which notebook or Dag object a magic means, and whether the notebook's file holds what was run."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mwaa_kit.errors import MwaaKitError, WrongUsageError

_TASK_CELL = re.compile(r"\s*(?:#\||%%)\s*(task\+?:?\s*[^\s]+|params|dag\b|shared\b)")

_TASK_FUNCTION = re.compile(r"^@task\b[^\n]*\n(?:@[^\n]*\n)*(?:async\s+)?def\s+(\w+)", re.M)


@dataclass(frozen=True)
class _Ran:
    """What a task cell was run with, and when.

    Parameters
    ----------
    function
        The name of a ``@task`` function, which may belong to a Dag of this kernel alone; else empty.
    """

    code: str
    at: float
    function: str = ""


_ran: dict[str, _Ran] = {}
"""By what a task cell declares: how it was last run in this kernel."""


def find_source(shell: Any, word: str | None) -> Any:
    """Return a path, or the Dag object that `word` names in the kernel; without a word, this notebook's own path.

    A function is called anew each time, so that the Dag has the tasks as they are now.

    Raises
    ------
    WrongUsageError
        If nothing is meant that can be found.
    """
    if word is None:
        return find_notebook(shell)
    if os.path.exists(word) or word not in shell.user_ns:
        if not os.path.exists(word) and word.isidentifier():
            raise WrongUsageError(
                f"{word!r} names neither a Dag object of this kernel nor a file",
                hint="run the cell that makes it, or name a notebook or a Dag file",
            )
        return word
    named = shell.user_ns[word]
    if isinstance(named, str | Path):
        return str(named)
    if callable(named) and not hasattr(named, "task_dict"):
        named = named()
    if not hasattr(named, "task_dict"):
        raise WrongUsageError(
            f"{word!r} is a {type(named).__name__}, which is no Dag",
            hint="name a Dag object, a @dag function, a notebook or a Dag file",
        )
    return named


def find_notebook(shell: Any) -> str:
    """Return the path of the kernel's own notebook, relative to here where it lies below.

    Notes
    -----
    VS Code tells the kernel by a variable, Jupyter's server by ``JPY_SESSION_NAME``. A file that was renamed since, or was
    never saved, is not there any more or not yet.

    Raises
    ------
    WrongUsageError
        If it is not known, or not there.
    """
    told = str(shell.user_ns.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME", ""))
    if not told.endswith(".ipynb"):
        raise WrongUsageError(
            "the kernel was not told which notebook it belongs to", hint="name it: %run_dag my_notebook.ipynb"
        )
    for path in (Path(told), Path(Path(told).name)):
        if path.is_file():
            near = os.path.relpath(path)
            return str(path) if near.startswith(os.pardir) else near
    raise WrongUsageError(
        f"this notebook was {Path(told).name!r} when its kernel started, and there is no such file now",
        hint="save it, or name it: %run_dag my_notebook.ipynb",
    )


def tell_unsaved(shell: Any, path: str) -> None:
    """Say so when a task cell was run with other code than is saved."""
    if (first_line := unsaved_cell(shell, path)) is not None:
        print(f"note: {first_line!r} was run with other code than is saved; this is the saved notebook")  # noqa: T201


def remember_cell(info: Any) -> None:
    """Keep what a task cell was run with, and when; IPython calls this before each cell."""
    code = (info.raw_cell or "").strip()
    if match := _TASK_CELL.match(code):
        _ran[match[1]] = _Ran(code, time.time())
    elif match := _TASK_FUNCTION.search(code):
        _ran[match[1]] = _Ran(code, time.time(), match[1])


def unsaved_cell(shell: Any, path: str) -> str | None:
    """Return the first line of a task cell that was run, since the notebook was saved, with other code than was saved."""
    if not _ran or not _is_own(shell, path):
        return None
    from mwaa_kit.authoring.ipynb import read_notebook

    saved = {cell.source.strip() for cell in read_notebook(path).cells}
    functions = {name for source in saved for name in _TASK_FUNCTION.findall(source)}
    saved_at = Path(path).stat().st_mtime
    for one in _ran.values():
        if one.at > saved_at and one.code not in saved and (not one.function or one.function in functions):
            return f"def {one.function}" if one.function else one.code.splitlines()[0]
    return None


def _is_own(shell: Any, path: str) -> bool:
    """Whether a path is the kernel's own notebook."""
    try:
        return Path(path).samefile(find_notebook(shell))
    except (MwaaKitError, OSError):
        return False
