"""A cell, parsed: its plain Python text, its tree, its magics, or why there is no tree."""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass
from functools import lru_cache

from mwaa_kit.authoring.magics import Magic, find_magics

_SHORT = 300
_REFUSABLE = re.compile(
    r"[*\\]|:=|\b(?:return|yield|await|async|break|continue|nonlocal|global|def|lambda|class|match|except|type|__\w+)\b"
)
_GIVEN = re.compile(r"(\w+)\s*=(?!=)")  # of f(x=1, x=2) only the compiler complains
_FLAGS = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


@dataclass(frozen=True)
class SyntaxProblem:
    """Why Python does not accept a cell; `line` and `column` count from 1."""

    message: str
    line: int
    column: int


@dataclass(frozen=True, eq=False)
class ParsedCell:
    """What a cell's source says.

    Parameters
    ----------
    text
        Plain Python of the same number of lines as the source.
    tree
        None when the text is no Python; see `problem`.
    python
        False for a cell that is handed to another program, such as ``%%bash``.
    """

    text: str
    tree: ast.Module | None
    magics: tuple[Magic, ...] = ()
    problem: SyntaxProblem | None = None
    python: bool = True

    @property
    def body(self) -> list[ast.stmt]:
        """The statements; none where the cell could not be parsed."""
        return self.tree.body if self.tree is not None else []


def one_newline(source: str) -> str:
    """Write every line end as a single newline, as Python reads it."""
    return source.replace("\r\n", "\n").replace("\r", "\n")


@lru_cache(maxsize=1 << 15)
def parse_cell(source: str) -> ParsedCell:
    """Parse a cell's source; the same text is parsed once."""
    text = one_newline(source)
    problem = None
    if not text.lstrip().startswith("%%"):
        tree, problem = _parse(text)
        if tree is not None:
            return ParsedCell(text, tree)
    plain = find_magics(text)
    if plain.text == text and problem is not None:
        return ParsedCell(text, None, plain.magics, problem)
    tree, problem = _parse(plain.text)
    return ParsedCell(plain.text, tree, plain.magics, problem, plain.python)


def _may_be_refused(text: str) -> bool:
    """Whether Python's compiler may refuse what its parser accepts: it says so only of certain words, and of depth."""
    if len(text) > _SHORT or not text.isascii():
        return True
    given = _GIVEN.findall(text)
    return len(set(given)) < len(given) or _REFUSABLE.search(text) is not None


def _parse(text: str) -> tuple[ast.Module | None, SyntaxProblem | None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = compile(text, "<cell>", "exec", _FLAGS, dont_inherit=True)
            if _may_be_refused(text):
                compile(text, "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except SyntaxError as error:
        return None, SyntaxProblem(error.msg or "not Python", error.lineno or 1, max(error.offset or 1, 1))
    except (RecursionError, MemoryError):
        return None, SyntaxProblem("nested too deep", 1, 1)
    except ValueError as error:
        return None, SyntaxProblem(str(error), 1, 1)
    assert isinstance(tree, ast.Module)
    return tree, None
