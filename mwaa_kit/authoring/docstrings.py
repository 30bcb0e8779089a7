"""The docstring of a task: the first paragraph of the markdown cell directly above its cell, in plain words."""

from __future__ import annotations

import re
import textwrap

from mwaa_kit.authoring.codestyle import WIDTH
from mwaa_kit.model.notebook import Cell, CellKind, Notebook

_FENCED = re.compile(r"^(```|~~~).*?^\1[^\n]*$", re.S | re.M)
_PLAIN = (
    (re.compile(r"<!--.*?-->|</?[A-Za-z][^<>]*>", re.S), ""),
    (re.compile(r"!\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"\[([^\]]+)\]\([^)]*\)"), r"\1"),
    (re.compile(r"`+([^`]+)`+"), r"\1"),
    (re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<![\w*])([*_])(?=\S)([^*_]+?)(?<=\S)\1(?![\w*])"), r"\2"),
)
_NO_PROSE = re.compile(r"\s*([-*+>|]|\d+[.)]|\$\$|[-=*_]{3,}\s*$| {4}|\t|<)")


def markdown_above(notebook: Notebook) -> dict[Cell, str]:
    """Return for each cell below a markdown cell its first paragraph, else its heading; only where there is one."""
    pairs = zip(notebook.cells, notebook.cells[1:], strict=False)
    found = {cell: first_paragraph(above.source) for above, cell in pairs if above.kind is CellKind.MARKDOWN}
    return {cell: text for cell, text in found.items() if text}


def first_paragraph(markdown: str) -> str:
    """Return the first paragraph of a text in markdown, without its marks; a heading only where there is no other."""
    text = _FENCED.sub("", markdown.replace("\r\n", "\n").replace("\r", "\n"))
    heading = ""
    for block in re.split(r"\n\s*\n", text.strip("\n")):
        lines = block.split("\n")
        while lines and lines[0].startswith("#"):
            title = _plain(lines.pop(0).strip("# "))
            heading = heading or title
        if lines and not _NO_PROSE.match(lines[0]):
            return _plain(" ".join(lines))
        if lines:
            break
    return heading


def _plain(text: str) -> str:
    for pattern, kept in _PLAIN:
        text = pattern.sub(kept, text)
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def docstring_lines(text: str) -> list[str]:
    """Return a text as the lines of a docstring; nothing in it can end the string early."""
    safe = text.replace("\\", "\\\\").replace('"""', "'''")
    if not safe:
        return []
    safe = f'{safe[:-1]}\\"' if safe.endswith('"') else safe
    if len(safe) <= WIDTH:
        return [f'"""{safe}"""']
    return [*textwrap.wrap(f'"""{safe}', WIDTH - 4, break_long_words=False, break_on_hyphens=False), '"""']
