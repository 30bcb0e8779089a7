"""IPython's additions to Python: found, kept for the findings, and replaced by plain code of the same number of lines.

The replacement is for reading names only. It is never shipped: a magic in a task cell is a finding (rule 4).

References
----------
IPython documentation, "Built-in magic commands" and "Python vs IPython".
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from keyword import iskeyword

from mwaa_kit.authoring.tokens import statement_starts

_ASSIGNED = re.compile(r"^(\s*)([A-Za-z_][\w., ]*?\s*=\s*)(%|!)\s*(?=[\w./~{$])(.*)$")
_LINE = re.compile(r"^(\s*)()(%%?|!!?)\s*(.*)$")
_HELP = re.compile(r"^\s*(\?{1,2}\s*[\w.*%]+|%{0,2}[\w.*\[\]]+\s*\?{1,2})\s*;?\s*$")
_BRACES = re.compile(r"\{([^{}]+)\}|(?<!\$)\$([A-Za-z_]\w*)")
_RUNS_CODE = frozenset({"time", "prun", "memit", "timeit"})
_PYTHON_CELLS = frozenset({"time", "timeit", "capture", "prun", "memit", "task", "debug"})
_SCRIPTS = frozenset({"bash", "sh", "script", "perl", "ruby", "python", "python3"})
_TAKEN = re.compile(r"--(?:out|err)[= ]\s*([A-Za-z_]\w*)")
HIDES_NAMES = frozenset({"run", "load", "macro", "recall", "rerun", "pylab", "cython"})
"""Magics that run code which is not in the cell."""
_HARMLESS = frozenset({"matplotlib", "load_ext", "reload_ext", "autoreload", "config", "autosave", "precision", "time"})


@dataclass(frozen=True)
class Magic:
    """One magic, shell line or help request.

    Parameters
    ----------
    line
        In the cell, from 1.
    name
        ``time``, ``%bash`` for a cell magic, ``!`` for a shell line, ``?`` for help.
    code
        Python that does the same in a task; empty where the line may simply go.
    harmless
        Whether the line only concerns the notebook's looks.
    """

    line: int
    name: str
    text: str
    code: str = ""
    harmless: bool = False


@dataclass(frozen=True)
class PlainCode:
    """A cell's text without IPython's additions; `python` is False for the like of ``%%bash``."""

    text: str
    magics: tuple[Magic, ...] = ()
    python: bool = True


def find_magics(source: str) -> PlainCode:
    """Replace what only IPython understands, line by line."""
    lines = source.split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip()), None)
    if first is not None and re.match(r"%%[A-Za-z!]", lines[first]):
        return _cell_magic(lines, first)
    return _line_magics(lines)


def _cell_magic(lines: list[str], first: int) -> PlainCode:
    name, _, rest = lines[first][2:].strip().partition(" ")
    magic = Magic(first + 1, f"%{name}", lines[first].strip(), _shell_script(name, lines[first + 1 :]))
    if name not in _PYTHON_CELLS:
        taken = [word for word in _TAKEN.findall(rest) if not iskeyword(word)] if name in _SCRIPTS else []
        text = " = ".join([*taken, "None"]) if taken else ""
        return PlainCode("\n" * first + text + "\n" * (len(lines) - 1 - first), (magic,), python=False)
    words = [word for word in rest.split() if word.isidentifier()] if name == "capture" else []
    head = f"{words[0]} = None" if words else ""
    body = _line_magics([*lines[:first], head, *lines[first + 1 :]])
    return PlainCode(body.text, body.magics if name == "task" else (magic, *body.magics))


def _shell_script(name: str, lines: list[str]) -> str:
    if name not in {"bash", "sh", "!"}:
        return ""
    script = "\n".join(lines).strip()
    return f"subprocess.run(['bash', '-c', {script!r}], check=True)"


def _line_magics(lines: list[str]) -> PlainCode:
    plain, magics, swallowed = list(lines), [], False
    for i, (line, fresh) in enumerate(zip(lines, statement_starts(lines), strict=True)):
        if swallowed:
            plain[i], swallowed = "", line.rstrip().endswith("\\")
        elif fresh and (found := _line_magic(line, i + 1)):
            plain[i], magic = found
            magics.append(magic)
            swallowed = line.lstrip()[:1] in "!%" and line.rstrip().endswith("\\")
    return PlainCode("\n".join(plain), tuple(magics))


def _line_magic(line: str, number: int) -> tuple[str, Magic] | None:
    match = _ASSIGNED.match(line) or _LINE.match(line)
    if match:
        indent, target, mark, rest = match.groups()
        if mark[0] == "!":
            return _shell(indent, target, rest, line, number)
        return _magic(indent, target, rest, line, number)
    if _HELP.match(line) and not line.lstrip().startswith("#"):
        return _pass(line), Magic(number, "?", line.strip(), "", harmless=True)
    return None


def _shell(indent: str, target: str, command: str, line: str, number: int) -> tuple[str, Magic]:
    quoted = _as_literal(command.rstrip("\\").strip())
    if target:
        run = f"subprocess.run({quoted}, shell=True, check=True, text=True, capture_output=True).stdout.splitlines()"
    else:
        run = f"subprocess.run({quoted}, shell=True, check=True)"
    names = _names_in(command)
    plain = f"{indent}{target}{names}" if target or names != "None" else _pass(line)
    return plain, Magic(number, "!", line.strip(), f"{target}{run}")


def _magic(indent: str, target: str, rest: str, line: str, number: int) -> tuple[str, Magic] | None:
    name, _, argument = rest.strip().partition(" ")
    if not re.match(r"[A-Za-z_]", name):
        return None
    code = re.sub(r"^(?:-\w+\s*(?:\d+\s*)?)*", "", argument.strip()) if name in _RUNS_CODE else ""
    if name == "timeit" and not _is_expression(code):
        code = ""
    if code and _parses(code):
        return f"{indent}{target}{code}", Magic(number, name, line.strip(), f"{target}{code}")
    if name in {"env", "set_env"} and "=" in argument:
        key, _, value = argument.partition("=")
        code = f"os.environ[{key.strip()!r}] = {_as_literal(value.strip())}"
        return f"{indent}{_names_in(value)}", Magic(number, name, line.strip(), code)
    names = _stored(argument) if name == "store" else _names_in(argument)
    plain = f"{indent}{target}{names}" if target or names != "None" else _pass(line)
    return plain, Magic(number, name, line.strip(), "", name in _HARMLESS)


def _stored(argument: str) -> str:
    """Return code that reads what ``%store name`` reads, or binds what ``%store -r name`` brings back."""
    words = argument.split()
    names = [word for word in words if word.isidentifier() and not iskeyword(word)]
    if not names or not {word for word in words if word.startswith("-")} <= {"-r"}:
        return "None"
    return " = ".join([*names, "None"]) if "-r" in words else names[0]


def _pass(line: str) -> str:
    return line[: len(line) - len(line.lstrip())] + "pass"


def _names_in(command: str) -> str:
    """Return an expression that reads what ``{…}`` and ``$name`` in a shell line read."""
    found = [braces or dollar for braces, dollar in _BRACES.findall(command)]
    parts = [part for part in found if _is_expression(part)]
    return f"({', '.join(parts)},)" if parts else "None"


def _as_literal(command: str) -> str:
    """Write a shell line as a string literal, as an f-string where it takes names from the notebook."""
    if not _BRACES.search(command):
        return repr(command)
    return "f" + repr(re.sub(r"\$([A-Za-z_]\w*)", r"{\1}", command))


def _is_expression(code: str) -> bool:
    try:
        ast.parse(code, mode="eval")
    except (SyntaxError, ValueError):
        return False
    return True


def _parses(code: str) -> bool:
    try:
        ast.parse(code)
    except (SyntaxError, ValueError):
        return False
    return True
