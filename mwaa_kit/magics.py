"""Magics: the verbs inside a notebook, after ``%load_ext mwaa_kit``.

    %dag                          draw this notebook's Dag
    %dag etl.ipynb                draw another's
    run = %run_dag                run this notebook's Dag, with progress in the cell
    run = %run_dag churn n=3      run a Dag object of this kernel, with a param
    run = %run_task features      run one task with what it waits for

``%%task name`` declares a task for tools that know no directive comments; in the kernel the cell simply runs.

Notes
-----
The Dag comes from the notebook's file, never from what the kernel happens to hold, so save before you run. The file is
found by what Jupyter and VS Code tell the kernel; where neither does, name it.
"""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mwaa_kit.errors import MwaaKitError, WrongUsageError

if TYPE_CHECKING:
    from mwaa_kit.model.run import DagRun, Event

_DAG_CLASSES = ("airflow.sdk.definitions.dag", "airflow.models.dag")


def load_ipython_extension(shell: Any) -> None:
    """Register the magics, and let every Dag object show itself as SVG."""
    for name in ("dag", "run_dag", "run_task"):
        shell.register_magic_function(_guarded(shell, _LINE_MAGICS[name]), magic_kind="line", magic_name=name)
    shell.register_magic_function(lambda line, cell: shell.run_cell(cell), magic_kind="cell", magic_name="task")
    formatter = shell.display_formatter.formatters["image/svg+xml"]
    for module in _DAG_CLASSES:
        formatter.for_type_by_name(module, "DAG", draw_object)


def draw_object(dag: object) -> str:
    """Return a Dag object of this kernel as SVG."""
    from mwaa_kit.drawing.picture import picture_of
    from mwaa_kit.drawing.svg import to_svg
    from mwaa_kit.engine.opening import open_engine

    return to_svg(picture_of(open_engine().adopt(dag)))


def _guarded(shell: Any, magic: Any) -> Any:
    """Show what stops us as one line and a next step, without a traceback."""

    def run(line: str) -> Any:
        try:
            return magic(shell, line)
        except MwaaKitError as error:
            print(f"error: {error}" + (f"\n  next: {error.hint}" if error.hint else ""))  # noqa: T201 - a cell's output
            return None

    run.__doc__ = magic.__doc__
    return run


def _dag(shell: Any, line: str) -> Any:
    """%dag [PATH or name of a Dag object]: draw a Dag."""
    from mwaa_kit.verbs.authoring import draw

    words = shlex.split(line)
    source = _find_source(shell, words[0] if words else None)
    if isinstance(source, str):
        return draw(source)
    dag = source() if callable(source) and not hasattr(source, "task_dict") else source
    _show_svg(draw_object(dag))
    return None


def _run_dag(shell: Any, line: str) -> DagRun:
    """%run_dag [PATH or name of a Dag object] [KEY=VALUE …] [--skip-delays]: run a Dag."""
    return _run(shell, shlex.split(line), ())


def _run_task(shell: Any, line: str) -> DagRun:
    """%run_task TASK_ID [PATH or name of a Dag object] [KEY=VALUE …]: run one task with what it waits for."""
    words = shlex.split(line)
    if not words:
        raise WrongUsageError("%run_task wants a task_id", hint="write for example: %run_task features")
    return _run(shell, words[1:], (words[0],))


def _run(shell: Any, words: list[str], tasks: tuple[str, ...]) -> DagRun:
    from mwaa_kit.verbs.running import run
    from mwaa_kit.verbs.values import read_params

    names = [word for word in words if "=" not in word and not word.startswith("--")]
    unknown = [word for word in words if word.startswith("--") and word != "--skip-delays"]
    if unknown or len(names) > 1:
        raise WrongUsageError(f"does not understand {(unknown + names[1:])[0]!r}", hint="see %run_dag?")
    source = _find_source(shell, names[0] if names else None)
    finished = run(
        source,
        tasks=tasks,
        with_upstream=bool(tasks),
        params=read_params([word for word in words if "=" in word], None),
        skip_delays="--skip-delays" in words,
        listen=_tell,
    )
    _show_run(source, finished)
    return finished


def _tell(event: Event) -> None:
    """Print what happens, a line for each state and each line a task writes."""
    from mwaa_kit.drawing.states import look_of
    from mwaa_kit.model.run import RUNNING, LogLine, TaskStateChanged

    if isinstance(event, LogLine):
        print(f"    {event.task_id} │ {event.message}")  # noqa: T201 - a cell's output
    elif isinstance(event, TaskStateChanged) and event.state != RUNNING:
        name = event.task_id if event.map_index < 0 else f"{event.task_id}[{event.map_index}]"
        reason = f"  {event.reason}" if event.reason else ""
        print(f"{look_of(event.state).symbol} {name}  {event.state}{reason}")  # noqa: T201 - a cell's output


def _show_run(source: Any, run: DagRun) -> None:
    """Draw the Dag with the states of a run."""
    from mwaa_kit.verbs.authoring import draw

    if isinstance(source, str):
        _show_svg(draw(source, dag_id=run.dag_id, run=run).format("svg"))


def _show_svg(svg: str) -> None:
    from IPython.display import SVG, display

    display(SVG(svg))


def _find_source(shell: Any, word: str | None) -> Any:
    """Return a path, or the Dag object that `word` names in the kernel; without a word, this notebook's own path.

    Raises
    ------
    WrongUsageError
        If the notebook's own file is not known.
    """
    if word is not None:
        return shell.user_ns[word] if word in shell.user_ns and not os.path.exists(word) else word
    told = shell.user_ns.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME", "")
    path = Path(str(told))
    if path.suffix == ".ipynb" and path.name:
        here = path if path.is_file() else Path(path.name)
        if here.is_file():
            return str(here)
    raise WrongUsageError(
        "the kernel was not told which notebook it belongs to", hint="name it: %run_dag my_notebook.ipynb"
    )


_LINE_MAGICS = {"dag": _dag, "run_dag": _run_dag, "run_task": _run_task}
