"""The function of a notebook task: one call of papermill, and what it returns."""

from __future__ import annotations

import posixpath

from mwaa_kit.authoring.celltext import line_of
from mwaa_kit.authoring.codestyle import folded, quoted, tidy
from mwaa_kit.authoring.importblock import import_block, spaced
from mwaa_kit.authoring.lowering import LoweredTask, anchor_of, bindings, task_head
from mwaa_kit.authoring.notebooktasks import NotebookCall, context_names, output_code
from mwaa_kit.authoring.optionnames import OF_A_NOTEBOOK
from mwaa_kit.authoring.wiring import Wiring
from mwaa_kit.authoring.writer import TextLine, indent


def lower_notebook(
    lowered: LoweredTask, call: NotebookCall, wiring: Wiring, dag_id: str, release: str
) -> list[TextLine]:
    """Return the function of a notebook task.

    Parameters
    ----------
    release
        The folder of the published files, relative to the Dag file's.
    """
    task = lowered.task
    directive = task.directive
    assert directive is not None
    output, temporary = output_code(directive, dag_id, call)
    taken = set(call.takes)
    names = {name: _free(name, taken) for name in ("folder", "output", "executed")}
    imports = ["import os", "import papermill", *(["import tempfile"] if temporary else [])]
    folder = posixpath.normpath(posixpath.join(release, posixpath.dirname(call.path)))
    body = [
        f"{names['folder']} = os.path.join(os.path.dirname(__file__), {quoted(folder)})",
        f"{names['output']} = {output}",
        *([f"os.makedirs(os.path.dirname({names['output']}), exist_ok=True)"] if temporary else []),
    ]
    body += _run(lowered, call, names)
    body += _returned(call, names["executed"], wiring, task.task_id)
    kept_back = OF_A_NOTEBOOK.union(name for name, _ in call.fixed)
    head = task_head(lowered, wiring, kept_back, context_names(directive))
    block = spaced(import_block([TextLine(text) for text in imports]))
    own = [line_of(task.cell, text, task.line or None) for text in body]
    return [
        *head,
        *indent([*block, TextLine(""), *bindings(lowered, wiring), TextLine(f"# {anchor_of(task.cell)}"), *own]),
    ]


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _run(lowered: LoweredTask, call: NotebookCall, names: dict[str, str]) -> list[str]:
    directive = lowered.task.directive
    kernel = directive.option("kernel_name") if directive is not None else None
    words = [f"os.path.join({names['folder']}, {quoted(posixpath.basename(call.path))})", names["output"]]
    given = [f"{quoted(name)}: {name}" for name in call.takes]
    given += [f"{quoted(name)}: {tidy(code)}" for name, code in call.fixed]
    if given:
        words.append(f"parameters={{{', '.join(given)}}}")
    words += [f"kernel_name={tidy(kernel.code) if kernel is not None else quoted('python3')}", f"cwd={names['folder']}"]
    return folded(f"{names['executed']} = papermill.execute_notebook(", [*words, "progress_bar=False"], ")", indent=4)


def returns_value(task_id: str, call: NotebookCall, wiring: Wiring) -> bool:
    """Whether a notebook task gives anything back: what it was told to, or its last value where another task reads it."""
    read = any(feed.whole and feed.upstream == task_id for feeds in wiring.feeds.values() for feed in feeds)
    return bool(call.returns) or read


def _returned(call: NotebookCall, executed: str, wiring: Wiring, task_id: str) -> list[str]:
    if not returns_value(task_id, call, wiring):
        return []
    values = f'{executed}.cells[-1].outputs[0].data["application/json"]'
    if len(call.returns) > 1:
        return [f"return {values}"]
    return [f"return {values}[{quoted(call.returns[0] if call.returns else 'value')}]"]
