"""Findings of cells taken one by one: directives, syntax, magics, and code that cannot become a function."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise

from mwaa_kit.authoring.cells import AuthoredCell, Role
from mwaa_kit.authoring.directives import find_strays
from mwaa_kit.authoring.optionnames import find_options_below, find_unknown_options
from mwaa_kit.authoring.params import misfits, param_of
from mwaa_kit.authoring.rules import (
    cannot_be_a_function,
    directive_below_code,
    directive_grammar,
    duplicate_task_id,
    magic_in_task,
    param_not_literal,
    run_out_of_order,
    unknowable_names,
    unknown_directive,
    unknown_upstream,
    unparsable_cell,
)
from mwaa_kit.authoring.sessionnames import session_names, shown_above
from mwaa_kit.authoring.shipping import shipped_names
from mwaa_kit.authoring.tasks import Task
from mwaa_kit.model.finding import Finding
from mwaa_kit.model.notebook import Cell, Notebook

SHIPPED = frozenset({Role.TASK, Role.PARAMS, Role.SHARED, Role.LIBRARY, Role.TASKFLOW, Role.AIRFLOW, Role.DAG})
_IPYTHON = re.compile(r"display|get_ipython|In|Out|_{1,3}|_i{1,3}|_[oid]h|_i?[1-9]\d*")


def check_cells(notebook: Notebook, cells: tuple[AuthoredCell, ...]) -> Iterator[Finding]:
    """Find what is wrong with each cell by itself."""
    for cell in cells:
        yield from _directives(notebook, cell)
        yield from _syntax(notebook, cell)
        if cell.role in SHIPPED - {Role.LIBRARY}:
            yield from _magics(notebook, cell)
        if cell.role in SHIPPED:
            yield from _unknowable(notebook, cell)
        if cell.role is Role.PARAMS:
            yield from _params(notebook, cell)
        if cell.role is Role.TASK:
            yield from _as_function(notebook, cell)
    yield from _session_names(notebook, cells)
    yield from _run_out_of_order(notebook, cells)


def _directives(notebook: Notebook, cell: AuthoredCell) -> Iterator[Finding]:
    for problem in cell.directive.problems if cell.directive is not None else ():
        at = notebook.locate(cell.cell, cell.directive.line if cell.directive else 1)
        yield directive_grammar.RULE.found(at, f"{problem}.", 'write: #| task: name key=value key="text with spaces"')
    if cell.directive is not None and cell.role is not Role.NOTEBOOK:  # that is told where its notebook is read
        at = notebook.locate(cell.cell, cell.directive.line)
        yield from (
            directive_grammar.RULE.found(at, f"{told}.", hint) for told, hint in find_unknown_options(cell.directive)
        )
        for line, told, hint in find_options_below(cell.directive, cell.cell.source):
            yield directive_grammar.RULE.found(notebook.locate(cell.cell, line), f"{told}.", hint)
    for stray in find_strays(cell.cell, cell.directive):
        at = notebook.locate(cell.cell, stray.line)
        if stray.below_code:
            message = f"'#| {stray.key}' is not on the first line of its cell, so it says nothing."
            yield directive_below_code.RULE.found(at, message, "move it to the first line, or split the cell above it")
        elif stray.key != stray.meant:
            message = f"'#| {stray.key}' is no directive of the kit."
            yield unknown_directive.RULE.found(at, message, f"write '#| {stray.meant}'")
        else:
            message = f"'#| {stray.key}' is not written as a directive."
            yield unknown_directive.RULE.found(at, message, f"write '#| {stray.meant}: name', with a colon")


def check_options(notebook: Notebook, cells: tuple[AuthoredCell, ...]) -> Iterator[Finding]:
    """Find options that read what no shared cell makes, or makes only below."""
    shared = {name for cell in cells if cell.role is not Role.TASK for name in shipped_names(cell)}
    first: dict[str, AuthoredCell] = {}
    for cell in cells:
        for name in shipped_names(cell) if cell.role is not Role.TASK else ():
            first.setdefault(name, cell)
    for cell in cells:
        for option in cell.directive.options if cell.directive is not None else ():
            read = {node.id for node in ast.walk(ast.parse(option.code)) if isinstance(node, ast.Name)}
            missing = sorted(read - shared) if option.call else []
            if missing:
                at = notebook.locate(cell.cell, cell.directive.line if cell.directive else 1)
                message = f"the option {option.key!r} reads {missing[0]!r}, which no shared cell makes."
                hint = f"import or define {missing[0]!r} in a cell of its own, or put the value into quotes"
                yield directive_grammar.RULE.found(at, message, hint)
            for name in sorted(read & shared) if option.call else ():
                if first[name].code_index > cell.code_index and first[name].facts.kinds.get(name) != "import":
                    at = notebook.locate(cell.cell, cell.directive.line if cell.directive else 1)
                    message = (
                        f"the option {option.key!r} reads {name!r}, which is made only below, in {first[name].label}."
                    )
                    yield directive_grammar.RULE.found(at, message, f"move {first[name].label} above {cell.label}")


def _syntax(notebook: Notebook, cell: AuthoredCell) -> Iterator[Finding]:
    problem = cell.parsed.problem
    if problem is not None and cell.role is not Role.SKIP:
        at = notebook.locate(cell.cell, problem.line, problem.column)
        found = unparsable_cell.RULE.found(at, f"the cell is no Python: {problem.message}.", "mend the line")
        if cell.directive is None:
            hint = "mend the line, or begin the cell with '#| skip'"
            found = unparsable_cell.RULE.found(at, f"the cell is no Python: {problem.message}.", hint)
        yield found
    if not cell.parsed.python and cell.directive is not None and cell.role in SHIPPED:
        at = notebook.locate(cell.cell, 1)
        yield magic_in_task.RULE.found(at, "the whole cell is handed to another program.", "write it in Python")
    if cell.facts.too_deep:
        at = notebook.locate(cell.cell, 1)
        yield unparsable_cell.RULE.found(at, "the cell is nested too deep to be analysed.", "split its expressions")


def _magics(notebook: Notebook, cell: AuthoredCell) -> Iterator[Finding]:
    for magic in cell.parsed.magics:
        at = notebook.locate(cell.cell, magic.line)
        kind = {"!": "a shell line", "?": "a request for help"}.get(magic.name, f"the magic %{magic.name}")
        needs = "import subprocess; " if "subprocess" in magic.code else "import os; " if "os." in magic.code else ""
        hint = f"write: {needs}{magic.code}" if magic.code else "remove the line, or move it to a cell that is no task"
        yield magic_in_task.RULE.found(at, f"{kind} would not run in Airflow: {magic.text!r}.", hint)


def _session_names(notebook: Notebook, cells: tuple[AuthoredCell, ...]) -> Iterator[Finding]:
    """Find what a task reads of the IPython session: ``display``, ``_``, ``Out``, ``_3``."""
    code, own = list(notebook.code_cells), set[str]()
    at = {cell.index: code_index for code_index, cell in enumerate(code)}
    for cell in cells:
        for name, (line, column) in cell.facts.reads.items() if cell.role is Role.TASK else ():
            if _IPYTHON.fullmatch(name) and name not in own | set(cell.facts.binds):
                shown = _shown(code, at.get(cell.cell.index, -1), cell, name)
                place = notebook.locate(cell.cell, line, column)
                message = f"{name!r} is IPython's and would not be there in Airflow."
                yield magic_in_task.RULE.found(place, message, _instead_of(name, shown))
        own |= set(cell.facts.binds)


def _shown(code: list[Cell], at: int, cell: AuthoredCell, name: str) -> list[int]:
    """Return the numbers of the cells that show what a cell reads; none for a cell of an included notebook."""
    if at < 0 or code[at] is not cell.cell or not session_names([name]):
        return []
    return [code[index].number for index, _ in shown_above(code, at, name)]


def _instead_of(name: str, shown: list[int]) -> str:
    if name == "display":
        return "write: print(…)"
    if name == "get_ipython":
        return "remove the line, or move it to a cell that is no task"
    if re.fullmatch(r"In|_ih|_i+|_i\d+", name):
        return "remove it: it is the text of a cell"
    where = f"cell {shown[0]}" if shown else "the cell that shows it"
    return f"give the value a name in {where}, and read that name"


def _run_out_of_order(notebook: Notebook, cells: tuple[AuthoredCell, ...]) -> Iterator[Finding]:
    """Find the first shipped cell that was run before one above it, by the counts that are saved."""
    run = [(cell, cell.cell.execution_count) for cell in cells if cell.role in SHIPPED and cell.cell.execution_count]
    for (above, before), (cell, count) in pairwise(run):
        if (count or 0) < (before or 0) and cell.cell.path == above.cell.path:
            message = (
                f"this cell was last run as In [{count}], before {above.label} above it (In [{before}]): "
                f"what it shows may come of older values, and the Dag takes the cells as they stand."
            )
            place = notebook.locate(cell.cell)
            yield run_out_of_order.RULE.found(place, message, "restart the kernel and run all cells, then look again")
            return


def _unknowable(notebook: Notebook, cell: AuthoredCell) -> Iterator[Finding]:
    for hidden in cell.facts.unknowable:
        at = notebook.locate(cell.cell, hidden.line, hidden.column)
        if "import *" in hidden.what:
            in_task = cell.role is Role.TASK
            why = ", and cannot stand in a function" if in_task else ": its module's source does not tell them"
            message = f"{hidden.what!r} hides its names{why}."
            yield cannot_be_a_function.RULE.found(at, message, "import the names you use, one by one")
        else:
            message = f"{hidden.what!r} hides which names it reads or makes."
            yield unknowable_names.RULE.found(at, message, "write the names out")


def _params(notebook: Notebook, cell: AuthoredCell) -> Iterator[Finding]:
    for node in cell.parsed.body:
        if param_of(node) is None and not _is_docstring(node) and not isinstance(node, ast.Pass):
            at = notebook.locate(cell.cell, node.lineno)
            message = "a params cell holds only names with literal values: name = value."
            hint = "write the value itself, or move the line to a task"
            written = as_annotated(node)
            told = f"write: {written}, with its type as an annotation or its meaning as a comment behind it"
            yield param_not_literal.RULE.found(at, message, told if written else hint)
    for _, node, reason in misfits([cell]):
        at = notebook.locate(cell.cell, node.lineno)
        yield param_not_literal.RULE.found(at, f"{reason}, and Airflow would refuse the Dag.", "mend one of the two")


def as_annotated(node: ast.stmt) -> str:
    """Return how a ``Param`` is written in a params cell, where the cells below it read its value; empty for any other."""
    value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
    if not isinstance(value, ast.Call) or getattr(value.func, "id", "") != "Param" or not isinstance(target, ast.Name):
        return ""
    default = ast.unparse(value.args[0]) if value.args else "None"
    enum = next((word.value for word in value.keywords if word.arg == "enum"), None)
    choices = [ast.unparse(choice) for choice in enum.elts] if isinstance(enum, ast.List | ast.Tuple) else []
    hint = f": Literal[{', '.join(choices)}]" if choices else ""
    return f"{target.id}{hint} = {default}"


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _as_function(notebook: Notebook, cell: AuthoredCell) -> Iterator[Finding]:
    """Find what would mean something else inside a function."""
    if not any(word in cell.parsed.text for word in ("global", "await", "async")):
        return
    for node in (inner for statement in cell.parsed.body for inner in ast.walk(statement)):
        if isinstance(node, ast.Global):
            at = notebook.locate(cell.cell, node.lineno)
            message = "'global' inside a task cell would mean the Dag file, not the cell."
            yield cannot_be_a_function.RULE.found(at, message, "pass the value as an argument and return the new one")
    for statement in cell.parsed.body:
        for node in _outside_functions(statement):
            if isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith):
                at = notebook.locate(cell.cell, node.lineno)
                hint = "write: import asyncio; and asyncio.run(…) around a function of its own"
                yield cannot_be_a_function.RULE.found(at, "top-level 'await' does not survive in a function.", hint)
                break


def _outside_functions(statement: ast.AST) -> Iterator[ast.AST]:
    yield statement
    for child in ast.iter_child_nodes(statement):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _outside_functions(child)


def check_task_ids(notebook: Notebook, tasks: tuple[Task, ...], cells: tuple[AuthoredCell, ...]) -> Iterator[Finding]:
    """Find tasks of the same name, and ``task+`` cells that continue nothing."""
    first: dict[str, Task] = {}
    for task in tasks:
        if task.task_id in first:
            at = notebook.locate(task.cell.cell, task.line)
            message = f"task {task.task_id!r} is already defined in {first[task.task_id].cell.label}."
            hint = f"rename it, or continue the first with '#| task+: {task.task_id}'"
            yield duplicate_task_id.RULE.found(at, message, hint)
        first.setdefault(task.task_id, task)
    joined = {cell for task in tasks for cell in task.cells}
    for cell in cells:
        if cell.directive is not None and cell.directive.key == "task+" and cell.directive.name and cell not in joined:
            at = notebook.locate(cell.cell, cell.directive.line)
            message = f"'#| task+: {cell.directive.name}' continues no task of that name above."
            yield unknown_upstream.RULE.found(at, message, f"write '#| task: {cell.directive.name}' in the first cell")
