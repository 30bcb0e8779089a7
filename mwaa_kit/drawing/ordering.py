"""The order of vertices within their columns: few crossings, found by sweeping to and fro.

In each sweep a vertex moves to the mean position of its neighbours in the column before; the best order seen is kept,
and neighbours that still cross change places. Ties go by the written order, forwards and backwards in turn, never by chance:
the same Dag always gives the same drawing.
"""

from __future__ import annotations

from bisect import bisect_right, insort

from mwaa_kit.drawing.level import End, Level

_SWEEPS = 14
_PATIENCE = 4
"""Sweeps without a better order before giving up."""
_SWAPPING_ROUNDS = 4


def order_columns(vertices: list[int], level: Level) -> list[list[int]]:
    """Return the vertices of each column from top to bottom; columns that hold none of them are empty."""
    heights, ins, outs = level.heights, level.ins, level.outs
    columns = _first_order(vertices, level)
    position = [0.0] * len(heights)
    for column in columns:
        _number(column, position)
    best, fewest, idle = [list(column) for column in columns], _crossings(columns, position, heights, outs), 0
    for sweep in range(_SWEEPS):
        if not fewest or idle >= _PATIENCE:
            break
        backwards, upside_down = sweep % 2 == 1, sweep % 4 > 1
        for column in columns[-2::-1] if backwards else columns[1:]:
            _reorder(column, position, heights, outs if backwards else ins, upside_down)
        crossings = _crossings(columns, position, heights, outs)
        idle += 1
        if crossings < fewest:
            best, fewest, idle = [list(column) for column in columns], crossings, 0
    if fewest:
        _swap(best, position, level)
    return best


def _first_order(vertices: list[int], level: Level) -> list[list[int]]:
    """Walk along the links from each start in written order, so that what belongs together lies together."""
    ranks, ins, outs = level.ranks, level.ins, level.outs
    columns: list[list[int]] = [[] for _ in range(max(ranks) + 1)]
    seen = [False] * len(ranks)
    starts = [vertex for vertex in vertices if not ins[vertex]]
    stack = starts[::-1]
    while stack:
        vertex = stack.pop()
        if seen[vertex]:
            continue
        seen[vertex] = True
        columns[ranks[vertex]].append(vertex)
        stack += [end.other for end in reversed(outs[vertex]) if not seen[end.other]]
    return columns


def _number(column: list[int], position: list[float]) -> None:
    for place, vertex in enumerate(column):
        position[vertex] = float(place)


def _attached(vertex: int, y: float, position: list[float], heights: list[float]) -> float:
    """Return where on its column a link meets a vertex: tall vertices have several such places."""
    return position[vertex] + (0.8 * y / heights[vertex] if heights[vertex] else 0.0)


def _reorder(
    column: list[int], position: list[float], heights: list[float], ends: list[list[End]], upside_down: bool
) -> None:
    """Move each vertex to the mean position of its neighbours; of two that want the same, the order is kept or turned."""
    wanted = {}
    for vertex in column:
        near = ends[vertex]
        total = sum(_attached(end.other, end.other_y, position, heights) for end in near)
        wanted[vertex] = total / len(near) if near else position[vertex]
    if upside_down:
        column.reverse()
    column.sort(key=wanted.__getitem__)
    _number(column, position)


def _swap(columns: list[list[int]], position: list[float], level: Level) -> None:
    """Exchange neighbours in a column wherever that takes a crossing away, until it no longer does."""
    for column in columns:
        _number(column, position)
    for _ in range(_SWAPPING_ROUNDS):
        swapped = False
        for column in columns:
            above: list[list[float]] = []
            for place, vertex in enumerate(column):
                ends = _both_sides(vertex, position, level)
                if place and _crossing(above, ends) > _crossing(ends, above):
                    column[place - 1], column[place] = vertex, column[place - 1]
                    position[vertex], position[column[place]] = float(place - 1), float(place)
                    swapped = True
                else:
                    above = ends
        if not swapped:
            return


def _both_sides(vertex: int, position: list[float], level: Level) -> list[list[float]]:
    """Return where the links of a vertex arrive, to its left and to its right."""
    return [
        [_attached(end.other, end.other_y, position, level.heights) for end in ends]
        for ends in (level.ins[vertex], level.outs[vertex])
    ]


def _crossing(above: list[list[float]], below: list[list[float]]) -> int:
    """Count the crossings between the links of two neighbours."""
    return sum(a > b for ends, others in zip(above, below, strict=True) for a in ends for b in others)


def _crossings(columns: list[list[int]], position: list[float], heights: list[float], outs: list[list[End]]) -> int:
    """Count the pairs of links that cross between two columns."""
    crossings = 0
    for column in columns:
        pieces = sorted(
            (_attached(tail, end.own_y, position, heights), _attached(end.other, end.other_y, position, heights))
            for tail in column
            for end in outs[tail]
        )
        above: list[float] = []
        for _, head in pieces:
            crossings += len(above) - bisect_right(above, head)
            insort(above, head)
    return crossings
