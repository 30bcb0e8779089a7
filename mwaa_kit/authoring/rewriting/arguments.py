"""Arguments of a task, changed in the text where they stand: the words of a directive, the keywords of a call.

Everything else of the line or the call stays as it was written, comments included.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from mwaa_kit.authoring.directives import words_of
from mwaa_kit.authoring.parsing import one_newline, parse_cell
from mwaa_kit.errors import WrongUsageError

Options = Mapping[str, str | None]
"""By name: the value as Python text; None takes the argument away."""

_HEAD = re.compile(r"(?P<head>\s*(?:#\|\s*(?:task\+?|notebook|dag)\s*:?|%%task)\s*)(?P<rest>.*?)\s*$")


def need_values(options: Options) -> None:
    """Refuse what is no Python expression.

    Raises
    ------
    WrongUsageError
        If a value is none; nothing of it is run.
    """
    for name, value in options.items():
        if value is None:
            continue
        if "\n" in value or "\r" in value:
            raise WrongUsageError(f"the value of {name!r} is more than one line", hint="write it in the cell itself")
        try:
            ast.parse(value.strip(), mode="eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise WrongUsageError(
                f"the value of {name!r} is no Python: {value[:80]}", hint="write a text in quotes, a number as it is"
            ) from None


def with_words(source: str, line: int, options: Options) -> str:
    """Return a cell in whose directive some options are set or taken away.

    Parameters
    ----------
    line
        Of the directive, from 1.
    """
    lines = one_newline(source).split("\n")
    match = _HEAD.fullmatch(lines[line - 1])
    assert match is not None, "the cell begins with a directive"
    words = words_of(match["rest"])
    for name, value in options.items():
        at = next((i for i, word in enumerate(words) if word.startswith(f"{name}=")), None)
        new = [] if value is None else [f"{name}={as_word(value)}"]
        words[at if at is not None else len(words) : at + 1 if at is not None else len(words)] = new
    head = match["head"] if match["head"].endswith((" ", "\t")) else f"{match['head']} "
    lines[line - 1] = f"{head}{' '.join(words)}".rstrip()
    return "\n".join(lines)


def as_word(value: str) -> str:
    """Return a value as one word of a directive: in brackets, where it has spaces outside quotes and brackets."""
    text = value.strip()
    return text if len(words_of(text)) == 1 else f"({text})"


def with_keywords(source: str, call: ast.expr, options: Options) -> str:
    """Return a cell in which a call has some keywords set or taken away; a bare decorator becomes a call."""
    text = one_newline(source)
    called = call.func if isinstance(call, ast.Call) else call
    for name, value in options.items():
        text = _with_keyword(text, _again(text, called), name, value)
    return text


def _again(text: str, called: ast.expr) -> ast.expr:
    """Find a call in a text in which only its arguments have changed: what is called stands where it stood."""
    for node in (inner for statement in parse_cell(text).body for inner in ast.walk(statement)):
        if isinstance(node, ast.Call) and _place(node.func) == _place(called):
            return node
    return called


def _place(node: ast.expr) -> tuple[int, int, int | None, int | None]:
    return node.lineno, node.col_offset, node.end_lineno, node.end_col_offset


def _with_keyword(text: str, call: ast.expr, name: str, value: str | None) -> str:
    if not isinstance(call, ast.Call):
        return text if value is None else _put(text, _end(text, call), _end(text, call), f"({name}={value.strip()})")
    both: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    given = sorted(both, key=lambda node: (node.lineno, node.col_offset))
    known = next((word for word in call.keywords if word.arg == name), None)
    if known is not None and value is not None:
        return _put(text, _start(text, known.value), _end(text, known.value), value.strip())
    if known is not None:
        at = given.index(known)
        if at + 1 < len(given):
            return _put(text, _start(text, known), _start(text, given[at + 1]), "")
        begin = _end(text, given[at - 1]) if at else _start(text, known)
        return _put(text, begin, _end(text, known), "")
    if value is None:
        return text
    if given:
        return _put(text, _end(text, given[-1]), _end(text, given[-1]), f", {name}={value.strip()}")
    inside = text.index("(", _end(text, call.func)) + 1
    return _put(text, inside, inside, f"{name}={value.strip()}")


def _put(text: str, start: int, end: int, new: str) -> str:
    return text[:start] + new + text[end:]


def _start(text: str, node: ast.expr | ast.keyword) -> int:
    return _offset(text, node.lineno, node.col_offset)


def _end(text: str, node: ast.expr | ast.keyword) -> int:
    return _offset(text, node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)


def _offset(text: str, line: int, column: int) -> int:
    """Turn Python's place, whose columns count bytes, into one in the text."""
    lines = text.split("\n")
    return sum(len(one) + 1 for one in lines[: line - 1]) + len(lines[line - 1].encode()[:column].decode())
