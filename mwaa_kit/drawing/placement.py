"""The heights of vertices whose order is known: as level with their neighbours as their own room allows.

References
----------
M. Ayer et al., "An Empirical Distribution Function for Sampling with Incomplete Information" (1955): the pooling that gives
each column its least-squares places without overlap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mwaa_kit.drawing.layers import End

_SWEEPS = 10
_LANE_WEIGHT = 3.0
"""A lane is pulled harder than an item: a link that bends at every column is hard to follow."""


def place(
    order: list[list[int]],
    heights: list[float],
    margins: list[float],
    ins: list[list[End]],
    outs: list[list[End]],
) -> list[float]:
    """Return the height of the middle of each vertex; y grows downwards, and 0 is nowhere in particular."""
    middles = _stacked(order, heights, margins)
    both = [before + behind for before, behind in zip(ins, outs, strict=True)]
    for sweep in range(_SWEEPS):
        forwards = sweep % 2 == 0
        ends = both if sweep >= _SWEEPS - 2 else ins if forwards else outs
        for column in order if forwards else reversed(order):
            _settle(column, middles, heights, margins, ends)
    return middles


def _stacked(order: list[list[int]], heights: list[float], margins: list[float]) -> list[float]:
    """Stack each column, all centred on the same line."""
    middles = [0.0] * len(heights)
    for column in order:
        y = 0.0
        for before, vertex in zip([None, *column], column, strict=False):
            y += 0.0 if before is None else _apart(before, vertex, heights, margins)
            middles[vertex] = y
        for vertex in column:
            middles[vertex] -= y / 2
    return middles


def _apart(above: int, below: int, heights: list[float], margins: list[float]) -> float:
    return (heights[above] + heights[below]) / 2 + margins[above] + margins[below]


def _settle(
    column: list[int], middles: list[float], heights: list[float], margins: list[float], ends: list[list[End]]
) -> None:
    """Move the vertices of a column towards their neighbours, keeping their order and their distance."""
    offsets, offset = [], 0.0
    pools: list[list[float]] = []  # [place, weight, count]
    for before, vertex in zip([None, *column], column, strict=False):
        offset += 0.0 if before is None else _apart(before, vertex, heights, margins)
        offsets.append(offset)
        wish, weight = _wish(vertex, middles, heights, ends[vertex])
        pool = [wish - offset, weight, 1.0]
        while pools and pools[-1][0] > pool[0]:
            above = pools.pop()
            total = above[1] + pool[1]
            pool = [(above[0] * above[1] + pool[0] * pool[1]) / total, total, above[2] + pool[2]]
        pools.append(pool)
    index = 0
    for settled, _, count in pools:
        for _ in range(int(count)):
            middles[column[index]] = settled + offsets[index]
            index += 1


def _wish(vertex: int, middles: list[float], heights: list[float], near: list[End]) -> tuple[float, float]:
    """Return where a vertex would like to be, and how much."""
    if not near:
        return middles[vertex], 0.1
    mean = sum(middles[end.other] + end.other_y - end.own_y for end in near) / len(near)
    return mean, (1.0 if heights[vertex] else _LANE_WEIGHT)
