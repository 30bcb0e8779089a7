"""check."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from mwaa_kit.authoring.sources import find_sources
from mwaa_kit.engine.opening import installed_airflow
from mwaa_kit.errors import MwaaKitError, NoTaskError
from mwaa_kit.model.finding import Finding, Report, in_order
from mwaa_kit.model.module import DagModule
from mwaa_kit.model.run import DagRun
from mwaa_kit.model.spec import LoadedFile
from mwaa_kit.targets.catalogue import NEWEST, find_target
from mwaa_kit.verbs.sources import is_plain, lay_out, read_module

if TYPE_CHECKING:
    from mwaa_kit.targets.workers import Worker


def check(*paths: str, target: str = NEWEST, on_progress: Callable[[str], None] = lambda path: None) -> Report:
    """Check notebooks and Dag files for what would go wrong on Amazon MWAA.

    Each file is compiled, held against the rules, and imported by the real Airflow in a process of its own.

    Parameters
    ----------
    paths
        Notebooks, Dag files, or folders. In a folder, a notebook without a task is no Dag and is passed over.
    on_progress
        Called with each path before it is read.

    Raises
    ------
    UnreadableInputError
        If a file cannot be read as what it should be.
    NoTaskError
        If a notebook that was named holds no task.
    """
    find_target(target)
    sources = [(source, source in paths) for path in paths for source in find_sources(path)]
    if not sources:
        raise NoTaskError("there is neither a notebook nor a Dag file here", path=", ".join(paths))
    findings: list[Finding] = []
    checked = 0
    with _Parser() as parser:
        for source, named in dict(sources).items():
            on_progress(source)
            checked += 1
            try:
                findings += check_one(read_module(source, target), parser.load)
            except NoTaskError:
                if named:
                    raise
    return Report(in_order(findings), checked)


def check_one(module: DagModule, load: Callable[[DagModule], LoadedFile]) -> tuple[Finding, ...]:
    """Check one Dag file."""
    from mwaa_kit.validation.check import check_module

    sources, newest = cell_sources(module), newest_runs(module)
    return check_module(module, cell_sources=sources, installed=installed_airflow(), load=load, runs=newest)


def newest_runs(module: DagModule) -> tuple[DagRun, ...]:
    """Return the newest run on record of each Dag of a module; none where there is no record, or one we cannot read."""
    from mwaa_kit.verbs.history import runs

    try:
        history = runs(module.path)
        newest = {line.dag_id: at for at, line in reversed(list(enumerate(history.lines)))}
        return tuple(history[newest[dag_id]] for dag_id in module.dag_ids if dag_id in newest)
    except (MwaaKitError, OSError, sqlite3.Error):  # a check is not stopped by what is only a record
        return ()


def cell_sources(module: DagModule) -> dict[int, str]:
    """Return the text of each cell of a module's notebook, by number; nothing for a plain Dag file."""
    if is_plain(module):
        return {}
    from mwaa_kit.authoring.importing.reading import read_any_notebook

    return {cell.number: cell.source for cell in read_any_notebook(module.path).cells}


class _Parser:
    """A worker that is started when the first file needs it."""

    def __init__(self) -> None:
        self._worker: Worker | None = None

    def __enter__(self) -> _Parser:
        return self

    def __exit__(self, *error: object) -> None:
        if self._worker is not None:
            self._worker.close()

    def load(self, module: DagModule) -> LoadedFile:
        """Import a Dag file in the worker."""
        from mwaa_kit.targets.workers import Worker

        if self._worker is None:
            self._worker = Worker()
        if is_plain(module):
            return self._worker.load(module.path)
        with tempfile.TemporaryDirectory(prefix="mwaa-kit-") as folder:
            return self._worker.load(lay_out(module, Path(folder)))


def open_parser() -> _Parser:
    """Return a context manager whose ``load`` imports Dag files in a process of its own."""
    return _Parser()
