"""What a PATH on the command line means: a notebook, a Dag file, or a folder of both."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from mwaa_kit.errors import MissingInputError, UnreadableInputError
from mwaa_kit.model.module import DagModule

NOTEBOOK = ".ipynb"
DAG_FILE = ".py"

_LEFT_OUT = frozenset({"__pycache__", "node_modules", "_mwaa_kit"})


def find_sources(path: str) -> tuple[str, ...]:
    """Return the notebooks and Dag files that a path means, in order.

    A file means itself. A folder means every notebook in it, and every Python file that speaks of Airflow and Dags, as
    Airflow's own safe mode decides; hidden folders and virtual environments are left out.

    Raises
    ------
    MissingInputError
        If there is nothing of that name.
    UnreadableInputError
        If a file is neither a notebook nor a Python file.
    """
    if os.path.isdir(path):
        return tuple(sorted(_walk(path)))
    if not os.path.exists(path):
        raise MissingInputError(
            "there is no such file or folder", path=path, hint="check the path; it is relative to here"
        )
    if not path.endswith((NOTEBOOK, DAG_FILE)):
        raise UnreadableInputError("is neither a notebook (.ipynb) nor a Dag file (.py)", path=path)
    return (path,)


def _walk(folder: str) -> Iterator[str]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".")
            and name not in _LEFT_OUT
            and not os.path.exists(os.path.join(parent, name, "pyvenv.cfg"))
        ]
        for name in names:
            path = os.path.join(parent, name)
            if name.endswith(NOTEBOOK) or (name.endswith(DAG_FILE) and _speaks_of_dags(path)):
                yield path


def _speaks_of_dags(path: str) -> bool:
    try:
        content = Path(path).read_bytes().lower()
    except OSError:
        return False
    return b"dag" in content and b"airflow" in content


def read_dag_file(path: str, *, target: str) -> DagModule:
    """Read a plain Dag file, to be taken as it is.

    Raises
    ------
    MissingInputError
        If there is no such file.
    UnreadableInputError
        If it is empty, not UTF-8, or not Python.
    """
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError:
        raise MissingInputError("there is no such file", path=path) from None
    except OSError as error:
        raise UnreadableInputError(f"cannot be read: {error.strerror}", path=path) from error
    try:
        source = content.decode("utf-8")
        compile(source, path, "exec", dont_inherit=True)
    except UnicodeDecodeError as error:
        raise UnreadableInputError(f"is not UTF-8 text: byte {error.start} cannot be read", path=path) from error
    except (SyntaxError, ValueError) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        reason = error.msg if isinstance(error, SyntaxError) else str(error)
        raise UnreadableInputError(f"is not Python{line}: {reason}", path=path) from error
    if not source.strip():
        raise UnreadableInputError("is empty", path=path)
    return DagModule(path=path, file_name=os.path.basename(path), target=target, source=source)
