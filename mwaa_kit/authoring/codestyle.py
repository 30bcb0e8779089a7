"""One style for the lines of ours: double quotes, and calls folded where a line would run too long."""

from __future__ import annotations

import ast
import io
import re
import tokenize

WIDTH = 88


def quoted(text: str) -> str:
    """Return a string literal in double quotes; in single ones where that needs no backslash."""
    written = repr(text)
    if written.startswith("'"):
        body = written[1:-1].replace("\\'", "'")
        return f'"{body}"' if '"' not in body else written
    return written


def tidy(code: str) -> str:
    """Return a value in one style: double quotes, and one space after a comma; numbers stay as they were written."""
    tree = ast.parse(code, mode="eval").body
    numbers = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, int | float)]
    plain = all(isinstance(n, bool) or re.search(rf"(?<!\w){re.escape(repr(n))}(?!\w)", code) for n in numbers)
    return in_double_quotes(ast.unparse(tree) if plain and "#" not in code else code)


def in_double_quotes(code: str) -> str:
    """Return an expression as it was written, its plain strings in double quotes."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
    except (tokenize.TokenError, SyntaxError):
        return code
    lines = code.split("\n")
    for token in reversed(tokens):
        (row, start), (last, end) = token.start, token.end
        plain = token.type == tokenize.STRING and token.string.startswith("'") and not token.string.startswith("'''")
        if plain and row == last:
            line = lines[row - 1]
            lines[row - 1] = f"{line[:start]}{quoted(ast.literal_eval(token.string))}{line[end:]}"
    return "\n".join(lines)


def folded(head: str, words: list[str], tail: str, *, indent: int = 0) -> list[str]:
    """Return ``head`` + words + ``tail`` on one line, or each word on a line of its own where that runs too long.

    A word of several lines, such as a long dictionary, is only written so when the call is folded; see `long_dict`.
    """
    flat = f"{head}{', '.join(_flat(word) for word in words)}{tail}"
    if len(flat) + indent <= WIDTH or not words:
        return [flat]
    inner = [line for word in words for line in f"{fit(word, indent + 4)},".split("\n")]
    return [head, *(f"    {line}" for line in inner), tail]


def long_dict(head: str, pairs: list[str]) -> str:
    """Return a dictionary on several lines; `folded` writes it on one where it fits."""
    return "\n".join([f"{head}{{", *(f"    {pair}," for pair in pairs), "}"])


def _flat(word: str) -> str:
    first, *others = word.split("\n")
    if not others:
        return word
    return f"{first}{' '.join(line.strip() for line in others[:-1]).removesuffix(',')}{others[-1].strip()}"


def fit(word: str, indent: int) -> str:
    """Return a word of several lines as one line, where it fits."""
    flat = _flat(word)
    return flat if len(flat) + indent < WIDTH else word
