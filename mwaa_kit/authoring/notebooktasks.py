"""Whole notebooks as tasks: ``#| notebook: train path=train.ipynb returns=auc``.

It is lowered to a small ``@task`` that calls ``papermill.execute_notebook``.

Notes
-----
Not to ``PapermillOperator``: a task function is the one concept that is already there. It takes names from other tasks as
typed values where the operator's templates would make strings of them, it returns a value, which the operator cannot, and
it needs papermill alone, in the same words for Airflow 2 and 3.

What goes in: each name of the notebook's params cell that an option gives (``rate=0.5``, before any argument of that name
that Airflow has) or that a task, a param or shared code above makes, and each name that the notebook reads and does not
make. What comes out: the names after ``returns=``; without it, where another task reads
this task by its name, the value of the notebook's last line. The executed notebook is kept in the worker's temporary
folder, ``<tmp>/<dag_id>/<run_id>/<name>.ipynb``, or where ``output=`` says (``{run_id}`` and other context keys are filled
in). The copy that is published holds no outputs; where something is returned, a last cell shows it as JSON. Cells with
``#| skip`` stay behind. Beside it lie the helper modules that it imports, and the files after ``files=``: it runs in the
folder of the copy, so it finds them under the paths it has.
"""

from __future__ import annotations

import ast
import json
import posixpath
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from mwaa_kit.authoring.cells import AuthoredCell, Role, find_cells
from mwaa_kit.authoring.directives import Directive
from mwaa_kit.authoring.optionnames import find_unknown_options
from mwaa_kit.authoring.others import Others, other_path
from mwaa_kit.authoring.params import misfit
from mwaa_kit.authoring.parsing import parse_cell
from mwaa_kit.authoring.rules import directive_grammar, other_notebook
from mwaa_kit.authoring.shipping import CONTEXT_KEYS
from mwaa_kit.authoring.steps import BUILTINS
from mwaa_kit.model.finding import Finding
from mwaa_kit.model.module import SupportFile
from mwaa_kit.model.notebook import CellKind, Notebook

NEEDS = ("papermill", "ipykernel")
"""What a worker needs to run a notebook."""

_GIVING = frozenset({Role.TASK, Role.PARAMS, Role.SHARED, Role.LIBRARY, Role.NOTEBOOK})


@dataclass(frozen=True)
class NotebookCall:
    """One notebook to be run as a task.

    Parameters
    ----------
    path
        Relative to the folder of the notebook that names it.
    takes
        The names it is given by what is above.
    fixed
        Its params that the directive gives, each with its code.
    returns
        The names it gives back.
    shows
        Whether its last line is a value.
    """

    path: str
    notebook: Notebook
    takes: tuple[str, ...]
    fixed: tuple[tuple[str, str], ...]
    returns: tuple[str, ...]
    shows: bool


def with_notebooks(
    notebook: Notebook, cells: tuple[AuthoredCell, ...], others: Others
) -> tuple[tuple[AuthoredCell, ...], dict[AuthoredCell, NotebookCall], tuple[Finding, ...]]:
    """Return the cells, each ``#| notebook`` cell reading and making names as its notebook does; the calls; findings."""
    made, calls, findings = list[AuthoredCell](), dict[AuthoredCell, NotebookCall](), list[Finding]()
    for cell in cells:
        if cell.role is Role.NOTEBOOK and cell.directive is not None and cell.directive.name:
            found = _call(cell.directive, made, others)
            if isinstance(found, str):
                at = notebook.locate(cell.cell, cell.directive.line)
                hint = "write the path from the folder of this notebook: path=train.ipynb"
                findings.append(other_notebook.RULE.found(at, f"{found}.", hint))
            else:
                at = notebook.locate(cell.cell, cell.directive.line)
                unknown = find_unknown_options(cell.directive, frozenset(name for name, _ in found.fixed))
                told = [*unknown, *_misfits(cell.directive, found)]
                findings += [directive_grammar.RULE.found(at, f"{what}.", hint) for what, hint in told]
                cell = replace(cell, parsed=parse_cell(_stand_in(cell.directive, found)))
                calls[cell] = found
        made.append(cell)
    return tuple(made), calls, tuple(findings)


def _call(directive: Directive, above: list[AuthoredCell], others: Others) -> NotebookCall | str:
    """Return what is to be run, or why it cannot be."""
    path = posixpath.normpath(other_path(directive) or ".")
    if path == ".":
        return f"'#| notebook: {directive.name}' does not say which: path=… is missing"
    if path.startswith(("../", "/")):
        return f"{path!r} lies outside the folder of this notebook, and only what is in it is published"
    inner = others.get(path, "it was not read")
    if isinstance(inner, str):
        return f"{path!r} cannot be run as a task: {inner}"
    cells = tuple(cell for cell in find_cells(inner) if cell.role is not Role.SKIP)
    bound = {name for cell in cells for name in cell.facts.binds}
    if output_problem(directive):
        return output_problem(directive)
    missing = [name for name in directive.returns if name not in bound]
    if missing:
        return f"{path!r} makes no {missing[0]!r} to return"
    params = [name for cell in cells if cell.role is Role.PARAMS for name in cell.facts.binds]
    fixed = {option.key: option.code for option in directive.options if option.key in params}
    takes = tuple(name for name in _takes(cells, above) if name not in fixed)
    path = str(PurePosixPath(path).with_suffix(".ipynb"))
    return NotebookCall(path, inner, takes, tuple(fixed.items()), directive.returns, _shows(cells))


def _misfits(directive: Directive, call: NotebookCall) -> Iterator[tuple[str, str]]:
    """Yield, in words, each option that is not of the type which its param has in the notebook, and what to do."""
    options = {option.key: option.code for option in directive.options if not option.call}
    for cell in find_cells(call.notebook):
        for node in cell.parsed.body if cell.role is Role.PARAMS else ():
            name = getattr(node.target, "id", "") if isinstance(node, ast.AnnAssign) else ""
            if isinstance(node, ast.AnnAssign) and name in options:
                reason = misfit(node.annotation, ast.parse(options[name], mode="eval").body)
                if reason:
                    yield f"the option {name!r} {reason}, as {call.path!r} has it", "mend one of the two"


def _takes(cells: tuple[AuthoredCell, ...], above: list[AuthoredCell]) -> Iterator[str]:
    """Yield the names of the notebook's params that something above makes, and the names that it does not make itself."""
    given = {n for c in above if c.role in _GIVING for n, kind in c.facts.kinds.items() if kind == "data"}
    given |= {c.directive.name for c in above if c.role is Role.TASK and c.directive is not None}
    given |= {name for c in above if c.role is Role.TASKFLOW for name in c.facts.binds}
    params = [name for cell in cells if cell.role is Role.PARAMS for name in cell.facts.binds]
    hidden = any(cell.facts.unknowable for cell in cells)
    known: set[str] = set()
    for name in dict.fromkeys(params):
        if name in given:
            yield name
            known.add(name)
    for cell in cells:
        for name in cell.facts.reads:
            if name not in known and name not in BUILTINS and (name in given or not hidden):
                yield name
                known.add(name)
        known |= set(cell.facts.binds)


def _shows(cells: tuple[AuthoredCell, ...]) -> bool:
    """Whether the last line of the last cell is a value, as Jupyter would show it."""
    last = next((cell for cell in reversed(cells) if cell.parsed.body), None)
    if last is None:
        return False
    node = last.parsed.body[-1]
    printed = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and _is_print(node.value)
    return isinstance(node, ast.Expr) and not printed and not last.parsed.text.rstrip().endswith(";")


def _is_print(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id in {"print", "display"}


def _stand_in(directive: Directive, call: NotebookCall) -> str:
    """Return code that does to names what the whole notebook does, on the line of its directive."""
    made = "".join(f"; {name} = None" for name in call.returns)
    return "\n" * (directive.line - 1) + f"({''.join(f'{name}, ' for name in call.takes)}){made}"


def published_copy(call: NotebookCall, *, returns: bool) -> SupportFile:
    """Return the notebook file that is published: no outputs, the params tagged, what it returns shown by a last cell."""
    tagged = next((c for c in find_cells(call.notebook) if c.role is Role.PARAMS), None)
    skipped = {cell.cell for cell in find_cells(call.notebook) if cell.role is Role.SKIP}
    cells: list[dict[str, Any]] = []
    for cell in call.notebook.cells:
        if cell in skipped:
            continue
        params = tagged is not None and cell is tagged.cell and "parameters" not in cell.tags
        tags = [*cell.tags, *(["parameters"] if params else [])]
        cells.append(_cell(cell.kind, cell.cell_id or f"cell-{cell.number}", cell.source, tags))
    if returns:
        cells.append(_cell(CellKind.CODE, "mwaa-kit-returns", _returning(call), ["mwaa-kit-returns"]))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    document = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return SupportFile(call.path, (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode())


def _cell(kind: CellKind, cell_id: str, source: str, tags: list[str]) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind.value, "id": cell_id, "metadata": {"tags": tags} if tags else {}}
    if kind is CellKind.CODE:
        cell |= {"execution_count": None, "outputs": []}
    return cell | {"source": source}


def _returning(call: NotebookCall) -> str:
    values = ", ".join(f'"{name}": {name}' for name in call.returns) or '"value": _'
    return f"from IPython.display import JSON, display\n\ndisplay(JSON({{{values}}}))"


def context_names(directive: Directive) -> tuple[str, ...]:
    """Return the keys of Airflow's context that a notebook task reads to name its output."""
    template = _output(directive)
    if not template:
        return ("run_id",)
    fields = (name for _, name, _, _ in string.Formatter().parse(template))
    return tuple(dict.fromkeys(name for name in fields if name in CONTEXT_KEYS))


def _output(directive: Directive) -> str:
    option = directive.option("output")
    value = ast.literal_eval(option.code) if option is not None and not option.call else ""
    return value if isinstance(value, str) else ""


def output_problem(directive: Directive) -> str:
    """Say what is wrong with ``output=``; empty when all is well."""
    try:
        fields = [part for part in string.Formatter().parse(_output(directive)) if part[1] is not None]
    except ValueError as error:
        return f"output= is no template: {error}"
    unknown = [name for _, name, form, kind in fields if name not in CONTEXT_KEYS or form or kind]
    return f"output= names {unknown[0]!r}, which is no key of Airflow's context" if unknown else ""


def output_code(directive: Directive, dag_id: str, call: NotebookCall) -> tuple[str, bool]:
    """Return the code for the path of the executed notebook, and whether it lies in the worker's temporary folder."""
    template = _output(directive)
    if template:
        return f"{'f' if context_names(directive) else ''}{json.dumps(template, ensure_ascii=False)}", False
    name = json.dumps(posixpath.basename(call.path), ensure_ascii=False)
    return f"os.path.join(tempfile.gettempdir(), {json.dumps(dag_id, ensure_ascii=False)}, run_id, {name})", True


def needed_lines(calls: Iterable[NotebookCall], written: Iterable[str]) -> tuple[str, ...]:
    """Return the lines of requirements.txt that notebook tasks need and that nobody has written."""
    known = {line.replace("_", "-").lower() for line in written}
    missing = [name for name in NEEDS if not any(line.startswith(name) for line in known)]
    return tuple(missing) if any(True for _ in calls) else ()
