"""The columns of a layered drawing, and the gaps between them that links curve through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mwaa_kit.drawing.level import End

_NARROWEST, _WIDEST = 44.0, 150.0


class Point(NamedTuple):
    """A point; y grows downwards."""

    x: float
    y: float


class Column(NamedTuple):
    """The part of a drawing that one column takes."""

    left: float
    width: float

    @property
    def right(self) -> float:
        """Its right side."""
        return self.left + self.width


def columns_of(
    order: list[list[int]], widths: Sequence[float], outs: list[list[End]], middles: list[float]
) -> list[Column]:
    """Return the columns from left to right; vertices without a width are lanes."""
    columns = []
    left = 0.0
    for line in order:
        width = max((widths[vertex] for vertex in line if vertex < len(widths)), default=0.0)
        columns.append(Column(left, width))
        left += width + _gap(line, outs, middles)
    return columns


def _gap(line: list[int], outs: list[list[End]], middles: list[float]) -> float:
    """Return the width of the gap behind a column: wider where links climb high, so that no curve is a wall."""
    climbs = [abs(middles[end.other] + end.other_y - middles[tail] - end.own_y) for tail in line for end in outs[tail]]
    steepest = max(climbs, default=0.0)
    return min(_WIDEST, _NARROWEST + 0.12 * steepest + 1.5 * max(0, len(climbs) - 4))
