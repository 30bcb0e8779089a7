"""Edits in the JSON text of a notebook: a changed cell gets a new ``source``; every other byte stays as it was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mwaa_kit.authoring.rewriting.jsontext import Span, indent_at, items, member, members
from mwaa_kit.errors import RefusedError


@dataclass(frozen=True)
class NewCell:
    """A cell to put in before the cell of this index, from 0; after all when there is no such cell."""

    index: int
    source: str
    kind: str = "code"


def edit_ipynb(text: str, sources: Mapping[int, str], new: Sequence[NewCell], path: str) -> str:
    """Return the text with other sources for some cells, by index from 0, and with new cells.

    Parameters
    ----------
    text
        A notebook file of nbformat 4 that JSON accepts.

    Raises
    ------
    RefusedError
        If it is of nbformat 3, which no current Jupyter writes.
    """
    start = text.index("{")
    cells = member(text, start, "cells")
    if cells is None:
        hint = "open it in JupyterLab and save it: it is then nbformat 4"
        raise RefusedError("is an nbformat 3 notebook, which the kit reads but does not edit", path=path, hint=hint)
    writer = _Writer(text, start, cells)
    edits = [writer.source(index, source) for index, source in sources.items()]
    edits += writer.insertions(new)
    for span, replacement in sorted(edits, key=lambda edit: edit[0].start, reverse=True):
        text = text[: span.start] + replacement + text[span.end :]
    return text


class _Writer:
    """Writes JSON in the manner of the file: its indentation, its newlines, its escapes."""

    def __init__(self, text: str, start: int, cells: Span) -> None:
        self.text, self.start, self.cells = text, start, cells
        self.spans = tuple(items(text, cells.start))
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self.ascii = text.isascii() and "\\u" in text
        first = next(iter(members(text, start)), None)
        self.step = (indent_at(text, first[1]) if first else None) or ""

    def source(self, index: int, source: str) -> tuple[Span, str]:
        """Return the place of a cell's source and what to write there."""
        found = [(key, span) for name, key, span in members(self.text, self.spans[index].start) if name == "source"]
        key, span = found[-1]
        return span, self._as_list(source, key, span) if self.text[span.start] == "[" else self._dumps(source)

    def _as_list(self, source: str, key: int, span: Span) -> str:
        old = tuple(items(self.text, span.start))
        raw = {json.loads(self.text[s.start : s.end]): self.text[s.start : s.end] for s in old}
        lines = [raw.get(line) or self._dumps(line) for line in source.splitlines(keepends=True)]
        if not lines:
            return "[]"
        if old:
            lead, tail = self.text[span.start + 1 : old[0].start], self.text[old[-1].end : span.end - 1]
            joint = self.text[old[0].end : old[1].start] if len(old) > 1 else f",{lead}" if lead.strip(" ") else ", "
        else:
            indent = indent_at(self.text, key)
            lead, tail, joint = "", "", ", "
            if indent is not None:
                lead, tail = f"{self.newline}{indent}{self.step}", f"{self.newline}{indent}"
                joint = f",{lead}"
        return f"[{lead}{joint.join(lines)}{tail}]"

    def insertions(self, new: Sequence[NewCell]) -> list[tuple[Span, str]]:
        """Return the places of new cells and what to write there."""
        edits = []
        for index in sorted({min(cell.index, len(self.spans)) for cell in new}):
            texts = [self._cell(cell) for cell in new if min(cell.index, len(self.spans)) == index]
            edits.append(self._insertion(index, texts))
        return edits

    def _insertion(self, index: int, texts: list[str]) -> tuple[Span, str]:
        if not self.spans:
            gap = f"{self.newline}{self.step * 2}" if self.step else ""
            close = f"{self.newline}{self.step}" if self.step else ""
            return self.cells, f"[{gap}{f',{gap}'.join(texts)}{close}]"
        indent = indent_at(self.text, self.spans[0].start)
        joint = ", " if indent is None else f",{self.newline}{indent}"
        if index == len(self.spans):
            place = self.spans[-1].end
            return Span(place, place), "".join(f"{joint}{text}" for text in texts)
        place = self.spans[index].start
        return Span(place, place), "".join(f"{text}{joint}" for text in texts)

    def _cell(self, cell: NewCell) -> str:
        document: dict[str, Any] = {"cell_type": cell.kind, "metadata": {}}
        document |= {"execution_count": None, "outputs": []} if cell.kind == "code" else {}
        document |= {"id": self._id(cell)} if self._has_ids() else {}
        document |= {"source": cell.source.splitlines(keepends=True)}
        if not self.step:
            return json.dumps(document, ensure_ascii=self.ascii, sort_keys=True)
        text = json.dumps(document, ensure_ascii=self.ascii, sort_keys=True, indent=self.step)
        indent = indent_at(self.text, self.spans[0].start) if self.spans else self.step * 2
        return text.replace("\n", f"{self.newline}{indent or ''}")

    def _has_ids(self) -> bool:
        """Whether the file is nbformat 4.5 or newer, where every cell has an id."""
        span = member(self.text, self.start, "nbformat_minor")
        minor = json.loads(self.text[span.start : span.end]) if span is not None else 0
        return isinstance(minor, int) and minor >= 5

    def _id(self, cell: NewCell) -> str:
        """Return an id that the same cell gets on every machine."""
        digest = hashlib.sha256(f"{cell.index} {cell.source}".encode(errors="replace")).hexdigest()
        return f"mwaa-kit-{digest[:8]}"

    def _dumps(self, line: str) -> str:
        return json.dumps(line, ensure_ascii=self.ascii)
