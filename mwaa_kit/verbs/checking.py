"""check."""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from collections.abc import Callable
from functools import partial
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
from mwaa_kit.targets.kept import kept_targets
from mwaa_kit.verbs.sources import is_plain, lay_out, read_module

if TYPE_CHECKING:
    from mwaa_kit.targets.workers import Worker
    from mwaa_kit.validation.importing import Importer


def check(*paths: str, target: str = NEWEST, on_progress: Callable[[str], None] = lambda path: None) -> Report:
    """Check notebooks and Dag files for what would go wrong on Amazon MWAA.

    Each file is compiled, held against the rules, and imported by the real Airflow in a process of its own: that of the
    target, where ``target add`` has made its interpreter, else that of this Python.

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
    with Importing() as importing:
        for source, named in dict(sources).items():
            on_progress(source)
            checked += 1
            try:
                findings += check_one(read_module(source, target), importing)
            except NoTaskError:
                if named:
                    raise
    return Report(in_order(findings), checked)


def check_one(module: DagModule, importing: Importing) -> tuple[Finding, ...]:
    """Check one Dag file."""
    from mwaa_kit.validation.check import check_module

    sources, newest = cell_sources(module), newest_runs(module)
    return check_module(module, cell_sources=sources, importers=importing.for_target(module.target), runs=newest)


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


class Importing:
    """Workers that import Dag files: of a target, where its interpreter was made, and of this Python.

    Each is started when the first file needs it.
    """

    def __init__(self) -> None:
        self._workers: dict[str, Worker] = {}

    def __enter__(self) -> Importing:
        return self

    def __exit__(self, *error: object) -> None:
        for worker in self._workers.values():
            worker.close()

    def for_target(self, target: str) -> tuple[Importer, ...]:
        """Return the Airflows at hand, the target's own first."""
        from mwaa_kit.validation.importing import Importer

        here = installed_airflow()
        kept = next((one for one in kept_targets() if one.airflow == target != here), None)
        found = [Importer(target, partial(self._load, str(kept.python), target), kept=True)] if kept else []
        return (*found, Importer(here, self._load_here)) if here else tuple(found)

    def load(self, module: DagModule) -> LoadedFile:
        """Import a Dag file, where none of its target's major version is at hand with this Python's Airflow."""
        from mwaa_kit.validation.importing import import_file

        imported = import_file(module, self.for_target(module.target))
        return imported.loaded if imported.airflow else self._load_here(module)

    def _load_here(self, module: DagModule) -> LoadedFile:
        return self._load(sys.executable, "", module)

    def _load(self, python: str, name: str, module: DagModule) -> LoadedFile:
        from mwaa_kit.targets.workers import Worker

        worker = self._workers.get(name) or self._workers.setdefault(name, Worker(python, name=name))
        if is_plain(module):
            return worker.load(module.path)
        with tempfile.TemporaryDirectory(prefix="mwaa-kit-") as folder:
            return worker.load(lay_out(module, Path(folder)))
