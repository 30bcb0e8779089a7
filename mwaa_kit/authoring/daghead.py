"""The head of the Dag: its decorator with params and schedule, its ``def`` line, and its call."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from dataclasses import replace

from mwaa_kit.authoring.cells import AuthoredCell, Role
from mwaa_kit.authoring.celltext import cell_lines, line_of
from mwaa_kit.authoring.codestyle import fit, folded, long_dict, quoted, tidy
from mwaa_kit.authoring.dagbody import DagPlan
from mwaa_kit.authoring.dialects import is_airflow_3
from mwaa_kit.authoring.directives import Option
from mwaa_kit.authoring.writer import TextLine

Params = tuple[tuple[str, str], ...]


def dag_head(plan: DagPlan, names: dict[str, str], params: Params, target: str) -> list[TextLine]:
    """Return the lines from the first decorator to the ``def`` line, with the docstring.

    Parameters
    ----------
    names
        What ``dag`` and ``datetime`` are called in the file.
    """
    if plan.node is None:
        return _own_head(plan, names, params, target)
    return _users_head(plan, plan.node, names, params, target)


def _own_head(plan: DagPlan, names: dict[str, str], params: Params, target: str) -> list[TextLine]:
    options = plan.directive.options if plan.directive is not None else ()
    given = {option.key: _code(option, names) for option in options}
    words = [f"dag_id={quoted(plan.dag_id)}"] if plan.dag_id != plan.function else []
    words.append(f"schedule={given.pop('schedule', 'None')}")
    words += [f"{key}={code}" for key, code in given.items()]
    words += _missing(set(given), names, params, target)
    lines = [*folded(f"@{names['dag']}(", words, ")"), f"def {plan.function}():"]
    if plan.cell is None or plan.directive is None:
        return [TextLine(text) for text in lines]
    return [line_of(plan.cell, text, plan.directive.line) for text in lines]


def _code(option: Option, names: dict[str, str]) -> str:
    """A date written as a word becomes a date."""
    if _is_date(option):
        year, month, day = (int(part) for part in option.code.strip("'\"").split("-"))
        return f"{names['datetime']}({year}, {month}, {day})"
    return tidy(option.code)


def _is_date(option: Option) -> bool:
    return option.key in {"start_date", "end_date"} and bool(re.fullmatch(r"(['\"])\d{4}-\d{2}-\d{2}\1", option.code))


def _missing(given: set[str], names: dict[str, str], params: Params, target: str) -> list[str]:
    """Return the arguments that the user left out and that must be said."""
    words = []
    if not is_airflow_3(target):
        words += [] if "start_date" in given else [f"start_date={names['datetime']}(2021, 1, 1)"]
        words += [] if "catchup" in given else ["catchup=False"]
    if params:
        words.append(long_dict("params=", [f'"{name}": {code}' for name, code in params]))
    return words


def _users_head(
    plan: DagPlan, node: ast.FunctionDef, names: dict[str, str], params: Params, target: str
) -> list[TextLine]:
    assert plan.cell is not None
    first = min(decorator.lineno for decorator in node.decorator_list)
    wanted = range(first, node.body[0].lineno + 1)
    lines = _cut([line for line in cell_lines(plan.cell, target) if line.cell_line in wanted], node)
    return [*with_arguments(plan, lines, names, params, target), *_docstring(plan, node, target)]


def with_arguments(
    plan: DagPlan, lines: list[TextLine], names: dict[str, str], params: Params, target: str
) -> list[TextLine]:
    """Add to the user's own ``@dag`` what it leaves out and must be said: no schedule, the params, for 2.x a start date."""
    decorator = plan.decorator
    call = decorator if isinstance(decorator, ast.Call) else None
    given = {word.arg or "" for word in call.keywords} if call is not None else set()
    words = [] if "" in given or decorator is None else _words(given, names, params, target)
    if not words or decorator is None:
        return lines
    if call is None:
        (first, *others) = folded("(", words, ")")
        return [new for line in lines for new in _suffixed(line, decorator, first, others)]
    if call.lineno == call.end_lineno:
        return _refolded(lines, call, words)
    return _inserted(lines, call, words)


def _words(given: set[str], names: dict[str, str], params: Params, target: str) -> list[str]:
    schedule = [] if "schedule" in given or "timetable" in given else ["schedule=None"]
    return schedule + _missing(given, names, params, target)


def _cut(lines: list[TextLine], node: ast.FunctionDef) -> list[TextLine]:
    """Cut the body off the ``def`` line."""
    body = node.body[0]
    found: list[TextLine] = []
    for line in lines:
        if line.cell_line == body.lineno:
            head = line.text.encode()[: body.col_offset].decode().rstrip()
            line = replace(line, text=head)
        if line.text.strip():
            found.append(line)
    return found


def _refolded(lines: list[TextLine], call: ast.Call, words: list[str]) -> list[TextLine]:
    """Add arguments to a decorator of one line; it is folded where it then runs too long."""
    place = next(i for i, line in enumerate(lines) if line.cell_line == call.lineno)
    line, raw = lines[place], lines[place].text.encode()
    given: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    texts = [raw[word.col_offset : word.end_col_offset].decode() for word in given]
    head = raw[: call.func.end_col_offset].decode()
    tail = raw[call.end_col_offset :].decode()
    new = folded(f"{head}(", [*texts, *words], f"){tail}")
    return [*lines[:place], *(replace(line, text=text) for text in new), *lines[place + 1 :]]


def _inserted(lines: list[TextLine], call: ast.Call, words: list[str]) -> list[TextLine]:
    """Add arguments before the closing bracket of the decorator; on a line of their own where the bracket has one."""
    by_number = {line.cell_line: i for i, line in enumerate(lines)}
    found = list(lines)
    row, column, comma = _last_token(lines, call)
    if comma and (call.args or call.keywords):
        found[by_number[row]] = _with(found[by_number[row]], column, ",")
    last = by_number[call.end_lineno]
    raw = found[last].text.encode()
    before, bracket = raw[: raw.rindex(b")")].decode(), raw[raw.rindex(b")") :].decode()
    line = found[last]
    if before.strip():
        gap = " " if before.rstrip().endswith(",") else ""
        text = folded(f"{before.rstrip()}{gap}", words, bracket)
        found[last : last + 1] = [replace(line, text=part) for part in text]
    else:
        texts = [f"    {text}" for word in words for text in f"{fit(word, 4)},".split("\n")]
        found[last:last] = [replace(line, text=text) for text in texts]
    return found


def _last_token(lines: list[TextLine], call: ast.Call) -> tuple[int, int, bool]:
    """Return where the last token before the closing bracket ends (line, column), and whether a comma is missing."""
    first, last = call.lineno, call.end_lineno or call.lineno
    text = [line for line in lines if line.cell_line is not None and first <= line.cell_line <= last]
    spare = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENDMARKER, tokenize.INDENT, tokenize.DEDENT)
    source = "".join(f"{line.text}\n" for line in text)
    tokens = [t for t in tokenize.generate_tokens(io.StringIO(source).readline) if t.type not in spare]
    token = tokens[-2]
    return text[token.end[0] - 1].cell_line or first, token.end[1], token.string != ","


def _with(line: TextLine, column: int, text: str) -> TextLine:
    return replace(line, text=f"{line.text[:column]}{text}{line.text[column:]}")


def _suffixed(line: TextLine, decorator: ast.expr, suffix: str, others: list[str]) -> list[TextLine]:
    if line.cell_line != decorator.end_lineno:
        return [line]
    raw, end = line.text.encode(), decorator.end_col_offset or 0
    texts = [f"{raw[:end].decode()}{suffix}", *others]
    texts[-1] += raw[end:].decode()
    return [replace(line, text=text) for text in texts]


def _docstring(plan: DagPlan, node: ast.FunctionDef, target: str) -> list[TextLine]:
    first = node.body[0]
    if not (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    ):
        return []
    assert plan.cell is not None
    wanted = range(first.lineno, (first.end_lineno or first.lineno) + 1)
    lines = [line for line in cell_lines(plan.cell, target) if line.cell_line in wanted]
    if lines:  # the body of ours stands four spaces in, whatever the user's stood in: tabs, or two spaces
        text = lines[0].text.encode()[first.col_offset :].decode()
        lines[0] = replace(lines[0], text=f"    {text}")
    return lines


def needs_datetime(plan: DagPlan, target: str) -> bool:
    """Whether the head of ours names ``datetime`` though the user may not have imported it."""
    options = plan.directive.options if plan.directive is not None else ()
    if plan.node is None and plan.written:
        return False
    if plan.node is not None:
        given = {word.arg for word in plan.decorator.keywords} if isinstance(plan.decorator, ast.Call) else set()
        return not is_airflow_3(target) and "start_date" not in given and None not in given
    return any(_is_date(option) for option in options) or (
        not is_airflow_3(target) and not any(o.key == "start_date" for o in options)
    )


def call_lines(plans: tuple[DagPlan, ...], cells: tuple[AuthoredCell, ...]) -> list[TextLine]:
    """Call every ``@dag`` function that the notebook does not call itself (rule 15)."""
    called = {
        node.func.id
        for cell in cells
        if cell.role in {Role.DAG, Role.SHARED, Role.TASKFLOW}
        for statement in cell.parsed.body
        if not isinstance(statement, ast.FunctionDef)
        for node in ast.walk(statement)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    return [TextLine(f"{plan.function}()") for plan in plans if plan.function and plan.function not in called]
