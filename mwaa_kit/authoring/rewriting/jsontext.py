"""Where things lie in the text of a notebook file, so that one value can be replaced and every other byte kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_TOKEN = re.compile(rf"{_STRING}|[\[\]{{}}]|[^\s\"\[\]{{}},:]+", re.S)
_SPACE = re.compile(r"[\s,:]*")


@dataclass(frozen=True)
class Span:
    """A value in the text, from `start` to before `end`."""

    start: int
    end: int


def members(text: str, start: int) -> Iterator[tuple[str, int, Span]]:
    """Yield the members of the object that begins at `start`: the key, where it stands, and its value."""
    place = _skip(text, start + 1)
    while text[place] != "}":
        key_end = value_end(text, place)
        value = _skip(text, key_end)
        end = value_end(text, value)
        yield json.loads(text[place:key_end]), place, Span(value, end)
        place = _skip(text, end)


def items(text: str, start: int) -> Iterator[Span]:
    """Yield the items of the array that begins at `start`."""
    place = _skip(text, start + 1)
    while text[place] != "]":
        end = value_end(text, place)
        yield Span(place, end)
        place = _skip(text, end)


def member(text: str, start: int, key: str) -> Span | None:
    """Return the value of a key; of the last one where the key is there twice, as JSON readers do."""
    return next((span for name, _, span in reversed(list(members(text, start))) if name == key), None)


def value_end(text: str, start: int) -> int:
    """Return where the value that begins at `start` ends; without recursion, however deep it is."""
    depth = 0
    for token in _TOKEN.finditer(text, start):
        first = token.group()[0]
        depth += (first in "[{") - (first in "]}")
        if depth == 0:
            return token.end()
    raise ValueError("not complete JSON")


def _skip(text: str, place: int) -> int:
    match = _SPACE.match(text, place)
    return match.end() if match else place


def indent_at(text: str, place: int) -> str | None:
    """Return the white space between the start of the line and `place`; None when something else stands there."""
    start = text.rfind("\n", 0, place) + 1
    before = text[start:place]
    return before if start and not before.strip() else None
