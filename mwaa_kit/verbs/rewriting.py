"""freeze, promote, fix, propose; import_dag and export_dag: what changes a notebook, or makes one of something else."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from mwaa_kit.errors import MissingInputError, UnreadableInputError, WrongUsageError

if TYPE_CHECKING:
    from mwaa_kit.authoring.rewriting.rewriting import Rewriting


def freeze(path: str, *, write: bool = False) -> Rewriting:
    """Write the inferred calls of a notebook into the body of its ``@dag`` function.

    Parameters
    ----------
    write
        Whether to write the notebook; by default only the diff is made.

    Returns
    -------
    Rewriting
        Its ``diff`` shows the change cell by cell.

    Raises
    ------
    UncompiledNotebookError, NoTaskError
        If the notebook does not compile.
    RefusedError
        If the same Dag cannot be written out, or the file was changed meanwhile.
    """
    from mwaa_kit.authoring.rewriting.settling import freeze_notebook

    rewriting = freeze_notebook(path)
    return rewriting.write() if write else rewriting


def promote(path: str, *task_ids: str, write: bool = False) -> Rewriting:
    """Rewrite cells of ``#| task:`` as TaskFlow functions, comments and outputs kept; all of them where none is named.

    Raises
    ------
    UnknownTaskError
        If a name is not the task of an ordinary cell.
    UncompiledNotebookError, NoTaskError
        If the notebook does not compile.
    RefusedError
        If the same Dag cannot be made so, or the file was changed meanwhile.
    """
    from mwaa_kit.authoring.rewriting.settling import promote_notebook

    rewriting = promote_notebook(path, task_ids)
    return rewriting.write() if write else rewriting


def fix(path: str, *, write: bool = False) -> Rewriting:
    """Mend what has one right answer: magics in tasks, misspelt directives, ``%%task``, two tasks of one name,
    a ``Param`` among params, a main guard.

    Raises
    ------
    UnreadableInputError
        If the file is no notebook in Python.
    RefusedError
        If the file was changed meanwhile.
    """
    from mwaa_kit.authoring.rewriting.fixing import fix_notebook

    rewriting = fix_notebook(path).rewriting
    return rewriting.write() if write else rewriting


def import_dag(path: str, output: str | None = None, *, write: bool = True) -> Rewriting:
    """Open a Dag file as a notebook: a cell for each function, operator and Dag.

    Parameters
    ----------
    output
        The new notebook; by default beside the Dag file, with its name.

    Raises
    ------
    UnreadableInputError
        If it is not a Dag file in UTF-8.
    RefusedError
        If `output` is there already.
    """
    from mwaa_kit.authoring.importing.dagfile import format_document, open_dag_file, source_of
    from mwaa_kit.authoring.rewriting.rewriting import CellChange, Rewriting

    if not path.endswith(".py"):
        raise WrongUsageError("is no Dag file (.py)", path=path, hint="for a notebook: mwaa-kit propose")
    document = open_dag_file(_read(path), path)
    cells = [CellChange(number, "", source_of(cell)) for number, cell in enumerate(document["cells"], start=1)]
    notebook = output or str(PurePath(path).with_suffix(".ipynb"))
    rewriting = Rewriting(path, notebook, None, format_document(document).encode(), tuple(cells))
    return rewriting.write() if write else rewriting


def export_dag(path: str, output: str | None = None, *, write: bool = False) -> Rewriting:
    """Return a notebook of `import_dag` to the Dag file it is: byte for byte where no cell was edited.

    Parameters
    ----------
    output
        The Dag file; by default beside the notebook, under the name its first cell says.

    Raises
    ------
    WrongUsageError
        If the notebook is not a Dag file.
    RefusedError
        If a cell makes it something that is not Python.
    """
    from mwaa_kit.authoring.importing.dagfile import dag_file_name, to_dag_file
    from mwaa_kit.authoring.importing.reading import read_dag_file_document
    from mwaa_kit.authoring.ipynb import read_notebook
    from mwaa_kit.authoring.rewriting.rewriting import CellChange, Rewriting

    document = read_dag_file_document(path)
    if document is None:
        read_notebook(path)
        hint = f"an ordinary notebook is compiled: mwaa-kit compile {path} -o FILE.py"
        raise WrongUsageError("does not begin with '#| dag-file: …'", path=path, hint=hint)
    dag_file = output or str(PurePath(path).with_name(dag_file_name(document)))
    after = to_dag_file(document, path)
    before = Path(dag_file).read_bytes() if Path(dag_file).is_file() else None
    texts = [content.decode("utf-8-sig", errors="replace") for content in (before or b"", after)]
    changes = (CellChange(None, texts[0], texts[1]),) if before != after else ()
    rewriting = Rewriting(path, dag_file, before, after, changes)
    return rewriting.write() if write else rewriting


def propose(path: str, output: str | None = None, *, write: bool = False) -> Rewriting:
    """Propose a task notebook for a notebook without directives, or for an Elyra pipeline; always a new file.

    Parameters
    ----------
    path
        A notebook with Kale's tags, with headings of the second level, or with neither; or a ``.pipeline`` file.
    output
        The new notebook; by default beside the old one, its name ending in ``_tasks``.

    Raises
    ------
    UnreadableInputError
        If it is neither a notebook in Python nor an Elyra pipeline.
    RefusedError
        If it has directives already, or no cell that could be a task; or `output` is there already.
    """
    from mwaa_kit.authoring.rewriting.proposal import propose_notebook, propose_pipeline

    place = PurePath(path)
    if place.suffix == ".pipeline":
        _read(path)
        rewriting = propose_pipeline(path, output or str(place.with_suffix(".ipynb")))
    else:
        rewriting = propose_notebook(path, output or str(place.with_name(f"{place.stem}_tasks{place.suffix}")))
    return rewriting.write() if write else rewriting


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except FileNotFoundError as error:
        raise MissingInputError(
            "there is no such file", path=path, hint="check the path; it is relative to here"
        ) from error
    except OSError as error:
        raise UnreadableInputError(f"cannot be read: {error.strerror}", path=path) from error
