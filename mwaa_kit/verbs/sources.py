"""From a PATH to Dag files, and from a Dag file to the place where Airflow can read it."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mwaa_kit.authoring.importing.reading import is_notebook
from mwaa_kit.authoring.sources import find_sources, read_dag_file
from mwaa_kit.errors import DagImportError, MissingInputError, UncompiledNotebookError
from mwaa_kit.model.finding import errors_in
from mwaa_kit.model.module import DagModule
from mwaa_kit.targets.catalogue import find_target

if TYPE_CHECKING:
    from mwaa_kit.engine.protocol import Engine, TaskServices
    from mwaa_kit.model.spec import ImportProblem, LoadedFile


def read_modules(path: str, target: str) -> tuple[DagModule, ...]:
    """Return the Dag files that a path means, notebooks compiled.

    Raises
    ------
    UnknownTargetError
        If MWAA does not offer `target`.
    """
    find_target(target)
    return tuple(read_module(source, target) for source in find_sources(path))


def read_module(path: str, target: str) -> DagModule:
    """Return one notebook compiled, or one Dag file as it is."""
    find_target(target)
    if os.path.isdir(path):
        raise MissingInputError("is a folder; a notebook or a Dag file is wanted here", path=path)
    if is_notebook(path):
        return _read_notebook(path, target)
    find_sources(path)
    return read_dag_file(path, target=target)


def read_document(file: str, target: str, *, path: str) -> DagModule:
    """Return a notebook compiled, whatever form it has; one that is a Dag file is taken as it is.

    Parameters
    ----------
    file
        Where it can be read.
    path
        Where it lies for its author: findings speak of it, and its helper modules are beside it.
    """
    from mwaa_kit.authoring.compile import compile_notebook, compile_source
    from mwaa_kit.authoring.helpers import find_support
    from mwaa_kit.authoring.importing.dagmodule import dag_file_module
    from mwaa_kit.authoring.importing.reading import read_any_notebook, read_dag_file_document

    find_target(target)
    document = read_dag_file_document(file)
    if document is not None:
        return dag_file_module(document, path, target=target)
    if file == path:
        return compile_notebook(path, target=target)
    notebook = replace(read_any_notebook(file), path=path)
    return compile_source(notebook, target=target, support=find_support(notebook))


def _read_notebook(path: str, target: str) -> DagModule:
    """Return a notebook compiled, its findings with the fixes they have."""
    from mwaa_kit.authoring.rewriting.fixes import with_fixes

    module = read_document(path, target, path=path)
    return replace(module, findings=with_fixes(path, module.findings))


def need_clean(module: DagModule) -> DagModule:
    """Return the module when nothing stops it from being a Dag file.

    Raises
    ------
    UncompiledNotebookError
        If its notebook has findings of severity error.
    """
    errors = errors_in(module.findings)
    if not errors:
        return module
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    first = errors[0]
    raise UncompiledNotebookError(
        f"{first.code} {first.name}: {first.message}{more}",
        at=first.at,
        hint=first.hint or f"see all with: mwaa-kit check {module.path}",
    )


def import_error(module: DagModule, problem: ImportProblem, services: TaskServices | None = None) -> DagImportError:
    """Return the exception for a Dag file that Airflow could not import; it speaks of the cell, and shows no secret."""
    from mwaa_kit.scheduler.secrets import Secrets

    hide = getattr(services, "secrets", Secrets()).hide
    return DagImportError(
        f"Airflow cannot import the Dag file: {hide(problem.message)}",
        path=module.path,
        at=module.locate(problem.line) if problem.line else None,
        hint=f"mend it there; see everything with: mwaa-kit check {module.path}",
    )


def try_import(
    module: DagModule, path: str, engine: Engine | None = None, services: TaskServices | None = None
) -> LoadedFile:
    """Import a Dag file in a child first, where that can be done: a file may end Python, or never end.

    Where this process has threads, as a kernel has, it cannot be forked safely: there the file is imported right here.
    A worker tries it in a child of its own.

    Raises
    ------
    DagImportError
        If Airflow cannot import it; the message speaks of the cell.
    """
    from mwaa_kit.engine.opening import open_engine
    from mwaa_kit.engine.trial import load_in_child
    from mwaa_kit.scheduler.remote import WorkerEngine

    engine = engine or open_engine()
    if isinstance(engine, WorkerEngine):
        loaded = engine.try_load(path, services)
    else:
        alone = hasattr(os, "fork") and threading.active_count() == 1
        loaded = load_in_child(engine, path, services=services) if alone else engine.load(path, services)
    if loaded.problems:
        raise import_error(module, loaded.problems[0], services)
    return loaded


def is_plain(module: DagModule) -> bool:
    """Whether the module is a Dag file that lies on disk as it is."""
    return not is_notebook(module.path)


def lay_out(module: DagModule, folder: Path) -> str:
    """Write a Dag file and what it needs below `folder`, as in a Dag folder; return the Dag file's path.

    Files are written aside and renamed, and left alone when they hold the same bytes.
    """
    for file in module.support:
        _write(folder / module.support_folder / file.name, file.content)
    dag_file = folder / module.file_name
    _write(dag_file, module.source.encode())
    return str(dag_file)


def _write(path: Path, content: bytes) -> None:
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    aside.write_bytes(content)
    aside.replace(path)


def build_folder(module: DagModule) -> Path:
    """Return where a notebook's Dag file is put for a run: in the `.mwaa-kit` folder beside it, which git ignores."""
    from mwaa_kit.scheduler.folder import make_folder

    folder = make_folder(Path(module.path).resolve().parent) / "dags"
    folder.mkdir(exist_ok=True)
    return folder
