"""A text that grows line by line and remembers which cell each line came from."""

from __future__ import annotations

from dataclasses import dataclass, field

from mwaa_kit.authoring.tokens import lines_inside_strings
from mwaa_kit.model.module import SourceLine


@dataclass(frozen=True)
class TextLine:
    """One line and its origin: `cell` and `cell_line` from 1, None for a line of ours; `path` of an included notebook."""

    text: str
    cell: int | None = None
    cell_line: int | None = None
    path: str = ""

    def indented(self, spaces: int) -> TextLine:
        """Return the line further in; an empty one stays empty."""
        if not self.text.strip():
            return self
        return TextLine(" " * spaces + self.text, self.cell, self.cell_line, self.path)


@dataclass
class Writer:
    """Collects blocks of lines."""

    lines: list[TextLine] = field(default_factory=list)

    def block(self, lines: list[TextLine], *, blank: int = 2) -> None:
        """Add a block after some blank lines."""
        if lines and self.lines:
            self.lines += [TextLine("")] * blank
        self.lines += lines

    @property
    def source(self) -> str:
        """The whole text."""
        return "".join(f"{line.text}\n" for line in self.lines)

    @property
    def source_map(self) -> tuple[SourceLine, ...]:
        """Where its lines come from."""
        return tuple(
            SourceLine(number, line.cell, line.cell_line, line.path)
            for number, line in enumerate(self.lines, start=1)
            if line.cell is not None and line.cell_line is not None
        )


def indent(lines: list[TextLine], spaces: int = 4) -> list[TextLine]:
    """Indent code; lines that begin inside a string keep their place, for they are part of its value."""
    inside = lines_inside_strings("\n".join(line.text for line in lines))
    return [line if i in inside else line.indented(spaces) for i, line in enumerate(lines, start=1)]


def trimmed(lines: list[TextLine]) -> list[TextLine]:
    """Return lines without the blank ones at either end."""
    start, end = 0, len(lines)
    while start < end and not lines[start].text.strip():
        start += 1
    while end > start and not lines[end - 1].text.strip():
        end -= 1
    return lines[start:end]


def single_blanks(lines: list[TextLine]) -> list[TextLine]:
    """Return code with at most one blank line at a time; lines inside strings stay."""
    inside = lines_inside_strings("\n".join(line.text for line in lines))
    kept: list[TextLine] = []
    for i, line in enumerate(lines, start=1):
        again = bool(kept) and not line.text.strip() and not kept[-1].text.strip()
        if i in inside or not again:
            kept.append(line)
    return kept


def defines(block: list[TextLine]) -> bool:
    """Whether a block begins with a function or a class: two blank lines stand above it, else one below the imports."""
    first = next((line.text for line in block if line.text and not line.text.startswith("#")), "")
    return first.startswith(("@", "def ", "class ", "async def "))
