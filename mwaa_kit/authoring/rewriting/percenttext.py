"""Edits in a py:percent file: a changed cell gets other lines; every other byte stays as it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mwaa_kit.authoring.importing.percent import percent_cells, percent_lines
from mwaa_kit.authoring.rewriting.ipynbtext import NewCell


def edit_percent(text: str, sources: Mapping[int, str], new: Sequence[NewCell]) -> str:
    """Return the text with other sources for some code cells, by index from 0, and with new code cells."""
    lines, found = percent_lines(text), percent_cells(text)
    newline = "\r\n" if "\r\n" in text else "\n"
    edits: list[tuple[int, int, str]] = []
    for index, source in sources.items():
        start, end = found[index].start, found[index].end
        ended = start == end or lines[end - 1].endswith("\n")
        edits.append((start, end, source.replace("\n", newline) + (newline if ended else "")))
    for cell in new:
        written = f"# %%{newline}{cell.source.rstrip().replace(chr(10), newline)}{newline}"
        if cell.index < len(found):
            place = max(found[cell.index].start - 1, 0)
            edits.append((place, place, f"{written}{newline}"))
        else:
            gap = newline if not lines or lines[-1].endswith("\n") else newline * 2
            edits.append((len(lines), len(lines), f"{gap}{written}"))
    for start, end, replacement in sorted(edits, key=lambda edit: edit[:2], reverse=True):
        lines[start:end] = [replacement]
    return "".join(lines)
