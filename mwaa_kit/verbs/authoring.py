"""compile, dataflow, draw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from mwaa_kit.errors import NoTaskError, UnknownDagError
from mwaa_kit.model.module import DagModule
from mwaa_kit.targets.catalogue import NEWEST
from mwaa_kit.verbs.outputs import write_output
from mwaa_kit.verbs.sources import is_plain, lay_out, need_clean, read_module, read_modules, try_import

if TYPE_CHECKING:
    from mwaa_kit.authoring.dataflow import Dataflow
    from mwaa_kit.drawing.drawing import Drawing
    from mwaa_kit.drawing.picture import Picture
    from mwaa_kit.model.run import DagRun
    from mwaa_kit.model.spec import LoadedFile


def compile(path: str, *, target: str = NEWEST, output: str | None = None) -> DagModule:
    """Compile a notebook into a Dag file.

    Parameters
    ----------
    target
        The Airflow version whose dialect is written: one that Amazon MWAA offers.
    output
        Where to write the Dag file; nothing is written when findings of severity error stand in the way.

    Returns
    -------
    DagModule
        Its ``source`` is the Dag file; its ``findings`` say what there is to mend.

    Raises
    ------
    UnreadableInputError
        If the file is not a notebook in Python.
    NoTaskError
        If it holds no task.
    """
    module = read_module(path, target)
    if output is not None:
        write_output(need_clean(module).source, output, source=path)
    return module


def dataflow(path: str) -> Dataflow:
    """Say which cell hands which names to which other cell, without running any."""
    from mwaa_kit.authoring.dataflow import find_dataflow
    from mwaa_kit.authoring.importing.reading import read_any_notebook

    return find_dataflow(read_any_notebook(path))


def draw(path: str, *, dag_id: str | None = None, target: str = NEWEST, run: DagRun | None = None) -> Drawing:
    """Draw the Dags of a notebook, a Dag file or a folder.

    Parameters
    ----------
    dag_id
        Only this one.
    run
        A run whose states are painted on the tasks.

    Raises
    ------
    DagImportError
        If Airflow cannot import a Dag file.
    NoTaskError
        If there is no Dag at all.
    UnknownDagError
        If there is no Dag of that id.
    """
    from mwaa_kit.drawing.drawing import Drawing
    from mwaa_kit.drawing.picture import picture_of

    pictures: list[Picture] = []
    for module in read_modules(path, target):
        states = {} if run is None else {task_id: _states_of(run, task_id) for task_id in run}
        for spec in load(need_clean(module)).dags:
            pictures.append(picture_of(spec, module, states if run and run.dag_id == spec.dag_id else None))
    if not pictures:
        raise NoTaskError("holds no Dag", path=path, hint="mark a cell with #| task: name, or call the @dag function")
    if dag_id is not None:
        pictures = [picture for picture in pictures if picture.dag_id == dag_id]
        if not pictures:
            raise UnknownDagError(f"there is no Dag {dag_id!r}", path=path)
    return Drawing(tuple(pictures))


def _states_of(run: DagRun, task_id: str) -> str | Mapping[str, int]:
    """Return a task's state; of a mapped one, how many instances are in each."""
    instances = run[task_id].instances
    if len(instances) == 1:
        return instances[0].state or "none"
    return Counter(instance.state or "none" for instance in instances)


def load(module: DagModule) -> LoadedFile:
    """Import a Dag file with this interpreter's Airflow.

    Raises
    ------
    DagImportError
        If it cannot be imported; the message speaks of the cell.
    """
    if is_plain(module):
        return try_import(module, module.path)
    import tempfile

    with tempfile.TemporaryDirectory(prefix="mwaa-kit-") as folder:
        return try_import(module, lay_out(module, Path(folder)))
