"""Which Dag is meant, and what this interpreter's Airflow makes of it: of a notebook, a Dag file, or a Dag object."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mwaa_kit.engine.protocol import Engine
from mwaa_kit.errors import NoTaskError, UnknownDagError, WrongUsageError
from mwaa_kit.model.module import DagModule
from mwaa_kit.model.spec import DagSpec
from mwaa_kit.verbs.sources import build_folder, import_error, is_plain, lay_out, need_clean, read_module, try_import


@dataclass(frozen=True)
class Runnable:
    """A Dag that this interpreter's Airflow has loaded.

    Parameters
    ----------
    module
        Where it comes from; None for a Dag object that exists only in a kernel.
    folder
        Where its runs are recorded, and its local settings are looked for.
    siblings
        All Dags of the file.
    """

    spec: DagSpec
    module: DagModule | None
    folder: Path
    dag_file: str = ""
    siblings: tuple[DagSpec, ...] = ()


def find_runnable(
    source: object, dag_id: str | None, target: str, *, engine: Engine | None = None, isolated: bool = False
) -> Runnable:
    """Load what is to be run, unless it is loaded already.

    Parameters
    ----------
    engine
        Who is to run it; by default the Airflow of this Python.
    isolated
        Import the file in a child first, so that one that ends Python is told.

    Raises
    ------
    NoTaskError
        If there is nothing to run.
    UnknownDagError
        If the file holds several Dags and none was named, or not the one that was.
    DagImportError
        If Airflow cannot import the file.
    """
    from mwaa_kit.engine.opening import open_engine

    if isinstance(source, Runnable):
        return source
    engine = engine or open_engine()
    if not isinstance(source, str | Path):
        return _adopt(source, engine)
    file = load_file(str(source), target, engine, isolated=isolated)
    return replace(file, spec=_choose(file.siblings, dag_id, str(source)))


def load_file(
    source: str, target: str, engine: Engine, *, isolated: bool = False, taken: Collection[str] = ()
) -> Runnable:
    """Load all Dags of a notebook or a Dag file; none is chosen yet."""
    return load_module(need_clean(read_module(source, target)), engine, isolated=isolated, taken=taken)


def load_module(module: DagModule, engine: Engine, *, isolated: bool = False, taken: Collection[str] = ()) -> Runnable:
    """Load all Dags of a compiled notebook or a Dag file; none is chosen yet.

    Parameters
    ----------
    taken
        The dag_ids that another file has, which is loaded already.

    Raises
    ------
    DagImportError
        If Airflow cannot import it, or it defines one of them again.
    """
    folder = Path(module.path).resolve().parent
    path = module.path if is_plain(module) else lay_out(module, build_folder(module))
    services = _local_services(folder)
    if isolated:
        try_import(module, path, engine, services)
    loaded = engine.load(path, services, taken=taken)
    if loaded.problems:
        raise import_error(module, loaded.problems[0], services)
    return Runnable(DagSpec(""), module, folder, path, loaded.dags)


def _adopt(source: object, engine: Engine) -> Runnable:
    """Take a Dag object, or the ``@dag`` function that makes one, as it is now."""
    dag = source() if callable(source) and not hasattr(source, "task_dict") else source
    if not hasattr(dag, "task_dict"):
        raise WrongUsageError(
            f"a {type(source).__name__} cannot be run", hint="give a notebook, a Dag file, or a Dag object"
        )
    return Runnable(engine.adopt(dag), None, Path.cwd())


def _choose(dags: tuple[DagSpec, ...], dag_id: str | None, path: str) -> DagSpec:
    known = ", ".join(dag.dag_id for dag in dags)
    if not dags:
        raise NoTaskError("defines no Dag", path=path, hint="call the @dag function, or mark a cell with #| task: name")
    if dag_id is None and len(dags) > 1:
        raise UnknownDagError(f"holds several Dags: {known}", path=path, hint="say which with --dag-id")
    for dag in dags:
        if dag_id in (None, dag.dag_id):
            if not dag.tasks:
                raise NoTaskError(f"Dag {dag.dag_id!r} has no task", path=path)
            return dag
    raise UnknownDagError(f"there is no Dag {dag_id!r}", path=path, hint=f"there is: {known}")


def _local_services(folder: Path) -> Any:
    """Return what answers a Dag file that reads Variables and Connections while it is imported."""
    from mwaa_kit.engine.protocol import RunInfo
    from mwaa_kit.scheduler.local import read_local_settings
    from mwaa_kit.scheduler.state import RunState

    now = datetime.now(UTC)
    return RunState(DagSpec(""), RunInfo("", "", now), read_local_settings(folder), lambda event: None, lambda: now)
