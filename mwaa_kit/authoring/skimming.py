"""A notebook file read piece by piece, what its cells put out told apart from the rest.

Outputs may be a thousand times as large as the code. They are passed over without ever being whole in memory. Only
strings and brackets are looked at, so what is passed over may be no JSON; nobody reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

Part = tuple[int | None, bytes]
"""Some bytes of the file: of the outputs of a cell, counted from 0, or of everything else (None)."""

_PIECE = 1 << 20
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}"]', re.S)
_IN_STRING = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.S)
_PASSED_OVER = frozenset({b'"outputs"', b'"attachments"'})
_LONGEST_KEY = 16


def pieces_of(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file, without the mark that some editors put at its beginning."""
    with path.open("rb") as file:
        yield file.read(_PIECE).removeprefix(b"\xef\xbb\xbf")
        while piece := file.read(_PIECE):
            yield piece


def skim(pieces: Iterable[bytes]) -> Iterator[Part]:
    """Yield all bytes of a notebook in order, and say which are the outputs or the attachments of a cell."""
    scan = _Scan()
    for piece in pieces:
        yield from scan.feed(piece)
    if scan.rest:
        yield scan.cell if scan.inside else None, scan.rest


def without_outputs(pieces: Iterable[bytes]) -> tuple[bytearray, list[tuple[int, int]]]:
    """Return a notebook's JSON with empty outputs, and where lines were left out.

    Returns
    -------
    text, gaps
        Each gap is a place in the text, and how many lines went there.
    """
    text, gaps, inside = bytearray(), list[tuple[int, int]](), False
    for cell, part in skim(pieces):
        if cell is None:
            text += part
        elif inside:
            gaps[-1] = (gaps[-1][0], gaps[-1][1] + part.count(b"\n"))
        else:
            text += b"[]" if part.startswith(b"[") else b"{}"
            gaps.append((len(text), part.count(b"\n")))
        inside = cell is not None
    return text, gaps


def outputs_of(pieces: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield the outputs of one cell after the other, as they are in the file, with the cell's index from 0."""
    held, of = bytearray(), -1
    for cell, part in skim(pieces):
        if cell is not None:
            held, of = held + part, cell
        elif held:
            yield of, bytes(held)
            held = bytearray()


class _Scan:
    """Where the reading is: within which brackets, and how deep in what is passed over."""

    def __init__(self) -> None:
        self.rest = b""
        self.open = bytearray()
        self.cell = -1
        self.key = b""
        self.inside = False
        self.depth = 0
        self.in_string = False
        self.top_key = b""

    def feed(self, piece: bytes) -> Iterator[Part]:
        """Yield what can be told of the next bytes; an unfinished string waits for more."""
        buffer, at, more = self.rest + piece, 0, True
        while more:
            inside = self.inside
            end, more = self._through(buffer, at) if inside else self._up_to(buffer, at)
            if end > at:
                yield self.cell if inside else None, buffer[at:end]
            at = end
        self.rest = buffer[at:]

    def _up_to(self, buffer: bytes, at: int) -> tuple[int, bool]:
        """Return where the next outputs begin, or where the buffer ends."""
        while found := _TOKEN.search(buffer, at):
            token = found.group() if found.end() - found.start() <= _LONGEST_KEY else b""
            if token == b'"':
                return found.start(), False
            if token in (b"{", b"["):
                if self.key in _PASSED_OVER and self._in_cell():
                    self.inside = True
                    return found.start(), True
                self._open(token)
            elif token in (b"}", b"]"):
                del self.open[-1:]
            self.key = token
            at = found.end()
        return len(buffer), False

    def _in_cell(self) -> bool:
        """Whether the brackets are those of a cell; nbformat 3 has them within worksheets."""
        return (self.top_key, bytes(self.open)) in {(b'"cells"', b"{[{"), (b'"worksheets"', b"{[{[{")}

    def _open(self, bracket: bytes) -> None:
        if self.open == b"{":
            self.top_key = self.key
        self.cell += self.top_key == b'"cells"' and self.open == b"{["
        self.open += bracket

    def _through(self, buffer: bytes, at: int) -> tuple[int, bool]:
        """Return where the outputs end, or where the buffer ends."""
        while at < len(buffer):
            if self.in_string:
                found = _IN_STRING.match(buffer, at)
                at = found.end() if found else at
                if buffer[at : at + 1] != b'"':
                    return at, False
                self.in_string, at = False, at + 1
            elif found := _TOKEN.search(buffer, at):
                at = found.end()
                self.in_string = found.group() == b'"' if at - found.start() == 1 else False
                self.depth += {b"{": 1, b"[": 1, b"}": -1, b"]": -1}.get(buffer[found.start() : at], 0)
                if self.depth == 0 and not self.in_string and buffer[at - 1 : at] in (b"]", b"}"):
                    self.inside, self.key = False, b""
                    return at, True
            else:
                return len(buffer), False
        return at, False
