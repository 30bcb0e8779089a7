"""The heights of vertices whose order is known: as level with their neighbours as their own room allows.

References ---------- M. Ayer et al., "An Empirical Distribution Function for Sampling with Incomplete Information"
(1955): the pooling that gives each column its least-squares places without overlap.
"""

from __future__ import annotations

from mwaa_kit.drawing.level import End, Level

_SWEEPS = 12
_LANE_WEIGHT = 3.0
"""A lane is pulled harder than an item: a link that bends at every column is hard to follow."""
_SMALL_STEP = 16.0


def place(order: list[list[int]], level: Level, middles: list[float], top: float) -> float:
    """Set the heights of the middles of the vertices in `order`, the highest reaching up to `top`.

    Returns
    -------
    float
        How far down they reach; y grows downwards.
    """
    heights, margins = level.heights, level.margins
    _stack(order, middles, heights, margins)
    both = {vertex: level.ins[vertex] + level.outs[vertex] for line in order for vertex in line}
    for sweep in range(_SWEEPS):
        for column in order if sweep % 2 == 0 else reversed(order):
            _settle(column, middles, heights, margins, both)
    for column in order:
        _straighten(column, level, middles, level.ins)
    for column in reversed(order):
        _straighten(column, level, middles, level.outs)
    lift = top - min(middles[vertex] - heights[vertex] / 2 for vertex in both)
    for vertex in both:
        middles[vertex] += lift
    return max(middles[vertex] + heights[vertex] / 2 for vertex in both)


def _stack(order: list[list[int]], middles: list[float], heights: list[float], margins: list[float]) -> None:
    """Stack each column, all centred on the same line."""
    for column in order:
        y = 0.0
        for before, vertex in zip([None, *column], column, strict=False):
            y += 0.0 if before is None else _apart(before, vertex, heights, margins)
            middles[vertex] = y
        for vertex in column:
            middles[vertex] -= y / 2


def _apart(above: int, below: int, heights: list[float], margins: list[float]) -> float:
    return (heights[above] + heights[below]) / 2 + margins[above] + margins[below]


def _settle(
    column: list[int], middles: list[float], heights: list[float], margins: list[float], ends: dict[int, list[End]]
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


def _straighten(column: list[int], level: Level, middles: list[float], ends: list[list[End]]) -> None:
    """Take out the small steps: level a vertex with the nearest of its links on one side, where there is room."""
    for index, vertex in enumerate(column):
        steps = (middles[end.other] + end.other_y - end.own_y - middles[vertex] for end in ends[vertex])
        step = min(steps, key=abs, default=0.0)
        if not 0 < abs(step) <= _SMALL_STEP:
            continue
        neighbour = index + (1 if step > 0 else -1)
        if 0 <= neighbour < len(column):
            other = column[neighbour]
            room = abs(middles[other] - middles[vertex]) - _apart(vertex, other, level.heights, level.margins)
            if abs(step) > room:
                continue
        middles[vertex] += step


def _wish(vertex: int, middles: list[float], heights: list[float], near: list[End]) -> tuple[float, float]:
    """Return where a vertex would like to be, and how much."""
    if not near:
        return middles[vertex], 0.1
    mean = sum(middles[end.other] + end.other_y - end.own_y for end in near) / len(near)
    return mean, (1.0 if heights[vertex] else _LANE_WEIGHT)
