"""Where statements, strings and comments lie in a text that Python's own tokenizer may not accept yet."""

from __future__ import annotations

import io
import re
import tokenize

_MAY_GO_ON = re.compile(r'"""|\'\'\'|\\\n|[fF][rR]?["\']')
"""Without one of these no string reaches into another line; the tokenizer is slow."""


def statement_starts(lines: list[str]) -> list[bool]:
    """Say of each line whether a statement may begin on it: not inside brackets, strings or after a backslash."""
    starts, quote, depth, continued = [], "", 0, False
    for line in lines:
        fresh = not quote and depth == 0 and not continued
        starts.append(fresh)
        if fresh and line.lstrip()[:1] in {"%", "!", "?"}:
            continued = line.rstrip().endswith("\\")
            continue
        quote, depth = _scan(line, quote, depth)
        continued = not quote and line.rstrip().endswith("\\")
    return starts


def _scan(line: str, quote: str, depth: int) -> tuple[str, int]:
    """Follow one line: the string that is still open at its end, and the depth of brackets."""
    i = 0
    while i < len(line):
        if quote:
            if line[i] == "\\":
                i += 2
            elif line.startswith(quote, i):
                i, quote = i + len(quote), ""
            else:
                i += 1
            continue
        char = line[i]
        if char == "#":
            break
        if char in "'\"":
            quote = char * 3 if line.startswith(char * 3, i) else char
            i += len(quote)
            continue
        depth += (char in "([{") - (char in ")]}")
        i += 1
    if len(quote) == 1 and not line.endswith("\\"):
        quote = ""
    return quote, max(depth, 0)


def lines_inside_strings(text: str) -> frozenset[int]:
    """Return the lines, from 1, that begin inside a string and must not be indented."""
    if _MAY_GO_ON.search(text) is None:
        return frozenset()
    inside: set[int] = set()
    opened: list[int] = []
    start, end = getattr(tokenize, "FSTRING_START", -1), getattr(tokenize, "FSTRING_END", -1)
    for token in tokenize.generate_tokens(io.StringIO(text + "\n").readline):
        if token.type == tokenize.STRING:
            inside.update(range(token.start[0] + 1, token.end[0] + 1))
        elif token.type == start:
            opened.append(token.start[0])
        elif token.type == end:
            inside.update(range(opened.pop() + 1, token.end[0] + 1))
    return frozenset(inside)
