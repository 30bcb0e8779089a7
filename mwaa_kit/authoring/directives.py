"""Directives: the one-line comments ``#| task: name retries=2`` that say what a cell is (rule 14)."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import lru_cache

from mwaa_kit.authoring.parsing import one_newline
from mwaa_kit.model.notebook import Cell

KEYS = ("task", "task+", "params", "shared", "dag", "notebook", "requirements", "skip", "test")
NAMED = frozenset({"task", "task+", "notebook"})
QUARTO = frozenset(
    {
        *(
            "label",
            "echo",
            "eval",
            "error",
            "warning",
            "output",
            "include",
            "message",
            "results",
            "cache",
            "tags",
            "class",
        ),
        *(
            "export",
            "exports",
            "exporti",
            "export_internal",
            "exec_doc",
            "default_exp",
            "hide",
            "hide_input",
            "hide_output",
        ),
        *("notest", "slow", "cuda", "filter_stream", "collapse", "folder", "order", "panel", "layout", "column", "lst"),
    }
)
"""Keys of Quarto and nbdev, which are left alone."""
_DIRECTIVE = re.compile(r"#\|\s*(?P<key>[A-Za-z_][\w-]*\+?)\s*(?::\s*(?P<rest>.*))?$")
_LOOSE = re.compile(r"#\|\s*(?P<key>[A-Za-z_][\w-]*\+?)(?:[\s:](?P<rest>.*))?$")
_INCLUDE = re.compile(r"#\|\s*include:\s*(?P<quote>['\"]?)(?P<path>[^'\"]+\.(?:ipynb|py))(?P=quote)\s*")
"""Quarto has an ``include`` too: ours names a notebook."""
_NAME = re.compile(r"[^\W\d][\w.-]*")
_OPTION = re.compile(r"(?P<key>[A-Za-z_]\w*)=(?P<value>.*)", re.S)


@dataclass(frozen=True)
class Option:
    """One ``key=value``: `code` is the Python that stands for the value, `call` whether it reads a shared name.

    Parameters
    ----------
    bare
        The word as it stands, where it stands without quotes: a text, unless shared code makes a name of it.
    """

    key: str
    code: str
    call: bool = False
    bare: str = ""


@dataclass(frozen=True)
class Directive:
    """What the first line of a cell says.

    Parameters
    ----------
    line
        In the cell, from 1.
    returns
        The names that a whole notebook gives back.
    files
        The files that a whole notebook reads, from the folder of the notebook that names it.
    problems
        What could not be understood, in words; empty when all is well.
    """

    key: str
    name: str
    line: int
    options: tuple[Option, ...] = ()
    after: tuple[str, ...] = ()
    returns: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    def option(self, key: str) -> Option | None:
        """Return an option by its key."""
        return next((option for option in self.options if option.key == key), None)


@dataclass(frozen=True)
class StrayLine:
    """A line that begins with ``#|`` and is nearly, or in the wrong place, one of ours."""

    line: int
    key: str
    meant: str
    below_code: bool


@lru_cache(maxsize=1 << 15)
def find_directive(cell: Cell) -> Directive | None:
    """Return the directive on the first line of a cell that is not blank; None where there is none of ours."""
    for number, line in enumerate(one_newline(cell.source).split("\n"), start=1):
        if not line.strip():
            continue
        found = _read_line(line.strip(), number)
        if found is not None:
            return found
        if not line.strip().startswith("#|"):
            break
    return Directive("params", "", 0) if "parameters" in cell.tags else None


def find_strays(cell: Cell, directive: Directive | None) -> tuple[StrayLine, ...]:
    """Return the lines that look like directives but are not read as such."""
    strays, code_above, ours_seen = [], False, False
    for number, line in enumerate(one_newline(cell.source).split("\n"), start=1):
        text = line.strip()
        match = _LOOSE.fullmatch(text)
        if match is None:
            code_above = code_above or bool(text and not text.startswith("#"))
            continue
        key = match["key"]
        if key in KEYS:
            if directive is None or number != directive.line:
                strays.append(StrayLine(number, key, key, below_code=code_above or ours_seen))
            ours_seen = True
        elif key not in QUARTO and not code_above:
            close = get_close_matches(key.lower(), KEYS, n=1, cutoff=0.72)
            if close:
                strays.append(StrayLine(number, key, close[0], below_code=False))
    return tuple(strays)


def _read_line(text: str, number: int) -> Directive | None:
    magic = re.match(r"%%task\s+(.*)$", text)
    if magic:
        return parse_directive("task", magic[1], number)
    included = _INCLUDE.fullmatch(text)
    if included:
        return Directive("include", included["path"], number)
    match = _DIRECTIVE.fullmatch(text)
    if match is None or match["key"] not in KEYS:
        return None
    if match["key"] == "test":  # its name is a sentence
        return Directive("test", (match["rest"] or "").strip(), number)
    return parse_directive(match["key"], match["rest"] or "", number)


def parse_directive(key: str, text: str, line: int) -> Directive:
    """Read the name and the options of a directive."""
    words, problems = words_of(text), list[str]()
    name = words.pop(0) if words and not _OPTION.fullmatch(words[0]) else ""
    if (name and not _NAME.fullmatch(name)) or len(name) > 250:
        problems.append(f"{name!r} is no name: letters, digits, '_', '-' and '.', beginning with a letter or '_'")
    if not name and key in NAMED:
        problems.append(f"'#| {key}' needs a name")
    options, after, returns, files = list[Option](), list[str](), list[str](), list[str]()
    for word in words:
        match = _OPTION.fullmatch(word)
        if match is None:
            problems.append(f"{word!r} is no option; options are written key=value, without spaces outside quotes")
        elif match["key"] == "after":
            after += [upstream for upstream in match["value"].strip("[]()").split(",") if upstream]
        elif key == "notebook" and match["key"] == "returns":
            returns += [part.strip("'\" ") for part in match["value"].strip("[]()").split(",") if part]
        elif key == "notebook" and match["key"] == "files":
            files += [part.strip("'\" ") for part in match["value"].strip("[]()").split(",") if part]
        elif any(option.key == match["key"] for option in options):
            problems.append(f"the option {match['key']!r} is given twice")
        else:
            options.append(_option(match["key"], match["value"]))
    problems += [f"{given!r} is no name to return" for given in returns if not given.isidentifier()]
    waits = tuple(a.strip("'\" ") for a in after)
    return Directive(key, name, line, tuple(options), waits, tuple(returns), tuple(problems), tuple(files))


def _option(key: str, value: str) -> Option:
    """A Python literal, else a call, or a choice of assets, of shared names (``raw | clean``), else a bare word: a string."""
    try:
        ast.literal_eval(value)
        return Option(key, value)
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        pass
    try:
        tree = ast.parse(value, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Option(key, repr(value))
    of_assets = isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.BitAnd | ast.BitOr)
    holds = of_assets or isinstance(tree, ast.List | ast.Dict | ast.Tuple)
    if holds or any(isinstance(node, ast.Call) for node in ast.walk(tree)):
        return Option(key, value, call=True)
    return Option(key, repr(value), bare=value if value.isidentifier() else "")


def with_names(directive: Directive, shared: frozenset[str]) -> Directive:
    """Return a directive whose bare words are names where shared code makes such a name: ``retry_delay=DELAY``.

    Notes
    -----
    A bare word is a text (``pool=ml``). Where a cell defines that very name there is no doubt what is meant, and a
    callback or a span would otherwise go out as its own name in quotes; quotes make it a text there, too.
    """
    if not any(option.bare in shared for option in directive.options if option.bare):
        return directive
    options = (Option(o.key, o.bare, call=True) if o.bare and o.bare in shared else o for o in directive.options)
    return replace(directive, options=tuple(options))


def words_of(text: str) -> list[str]:
    """Split at spaces that stand outside quotes and brackets."""
    words, word, quote, depth = list[str](), "", "", 0
    for char in text:
        if quote:
            quote = "" if char == quote and not word.endswith("\\") else quote
        elif char in "'\"":
            quote = char
        elif char.isspace() and depth <= 0:
            words, word = ([*words, word] if word else words), ""
            continue
        else:
            depth += (char in "([{") - (char in ")]}")
        word += char
    return [*words, word] if word else words
