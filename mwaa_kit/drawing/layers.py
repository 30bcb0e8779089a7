"""One level of a drawing in layers, left to right: what waits stands to the right of what it waits for.

Items are put into columns by the longest path to them, ordered within their column so that few links cross, and
placed so that links run straight where they can. A link that skips columns gets a lane of its own in each: between
columns links curve, within columns they run level, so none ever runs through an item.

References
----------
K. Sugiyama, S. Tagawa, M. Toda, "Methods for Visual Understanding of Hierarchical System Structures" (1981).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from mwaa_kit.drawing.columns import Column, Point, columns_of
from mwaa_kit.drawing.level import End, Level
from mwaa_kit.drawing.ordering import order_columns
from mwaa_kit.drawing.placement import place

_LANE_MARGIN = 5.0
_BETWEEN_PARTS = 24.0


@dataclass(frozen=True)
class Item:
    """Something to place: a task, a task group, or a port on the border of the group that is laid out.

    Parameters
    ----------
    margin
        The room it keeps free above and below.
    pin
        ``first`` and ``last`` put a port before or behind all other columns.
    """

    width: float
    height: float
    margin: float = 8.0
    pin: str = ""


@dataclass(frozen=True)
class Link:
    """From the right side of one item to the left side of another; heights count from the tops of the items."""

    tail: int
    head: int
    tail_y: float
    head_y: float


@dataclass(frozen=True)
class Arrangement:
    """Where everything of one level is: the top left corner of each item and the points of each link, all from (0, 0)."""

    corners: tuple[Point, ...]
    routes: tuple[tuple[Point, ...], ...]
    width: float
    height: float


def arrange(items: Sequence[Item], links: Sequence[Link]) -> Arrangement:
    """Lay out one level; the links must not go round in a circle.

    Returns
    -------
    Arrangement
        Corners in the order of `items`, routes in the order of `links`. A route's points are joined by level lines,
        and by curves where their heights differ.
    """
    if not items:
        return Arrangement((), (), 0.0, 0.0)
    level = _level(items, links)
    order: list[list[int]] = [[] for _ in range(max(level.ranks) + 1)]
    middles = [0.0] * len(level.ranks)
    bottom = 0.0
    for vertices in _parts(level):
        part = order_columns(vertices, level)
        bottom = place(part, level, middles, bottom) + _BETWEEN_PARTS
        for line, more in zip(order, part, strict=True):
            line += more
    columns = columns_of(order, [item.width for item in items], level.outs, middles)
    return _arrangement(items, links, level, middles, columns)


def _level(items: Sequence[Item], links: Sequence[Link]) -> Level:
    level = Level([], [], [])
    for item, rank in zip(items, _ranks(items, links), strict=True):
        level.add(rank, item.height, item.margin)
    leaving, arriving = _long_ends(level.ranks, links)
    lanes: dict[tuple[str, int, float, int], int] = {}
    joined: set[tuple[int, int, float, float]] = set()
    for link in links:
        out_key, in_key = (link.tail, link.tail_y), (link.head, link.head_y)
        shared = ("out", *out_key) if leaving.get(out_key, 0) >= arriving.get(in_key, 0) else ("in", *in_key)
        path = [link.tail]
        for rank in range(level.ranks[link.tail] + 1, level.ranks[link.head]):
            key = (*shared, rank)
            if key not in lanes:
                lanes[key] = level.add(rank, 0.0, _LANE_MARGIN)
            path.append(lanes[key])
        path.append(link.head)
        level.paths.append(path)
        _join(level, link, path, joined)
    return level


def _long_ends(
    ranks: list[int], links: Sequence[Link]
) -> tuple[dict[tuple[int, float], int], dict[tuple[int, float], int]]:
    """Count the links that need lanes at each end: the busier end decides whom a lane is shared with."""
    leaving: dict[tuple[int, float], int] = {}
    arriving: dict[tuple[int, float], int] = {}
    for link in links:
        if ranks[link.head] - ranks[link.tail] > 1:
            leaving[link.tail, link.tail_y] = leaving.get((link.tail, link.tail_y), 0) + 1
            arriving[link.head, link.head_y] = arriving.get((link.head, link.head_y), 0) + 1
    return leaving, arriving


def _join(level: Level, link: Link, path: list[int], joined: set[tuple[int, int, float, float]]) -> None:
    """Make the vertices of a path neighbours, each piece of a shared lane only once."""
    for tail, head in pairwise(path):
        tail_y = link.tail_y - level.heights[tail] / 2 if tail == link.tail else 0.0
        head_y = link.head_y - level.heights[head] / 2 if head == link.head else 0.0
        if (tail, head, tail_y, head_y) in joined:
            continue
        joined.add((tail, head, tail_y, head_y))
        level.outs[tail].append(End(head, tail_y, head_y))
        level.ins[head].append(End(tail, head_y, tail_y))


def _parts(level: Level) -> list[list[int]]:
    """Return the vertices that hang together, each part drawn below the one before; what hangs on nothing comes last."""
    parts, alone = [], []
    seen = [False] * len(level.ranks)
    for start in range(len(level.ranks)):
        if seen[start]:
            continue
        seen[start] = True
        part = [start]
        for vertex in part:
            for end in (*level.ins[vertex], *level.outs[vertex]):
                if not seen[end.other]:
                    seen[end.other] = True
                    part.append(end.other)
        if len(part) > 1:
            parts.append(sorted(part))
        else:
            alone += part
    return [*parts, alone] if alone else parts


def _ranks(items: Sequence[Item], links: Sequence[Link]) -> list[int]:
    """Give each item its column: as far left as what it waits for allows, and what waits for nothing close to its reader."""
    outs: list[list[int]] = [[] for _ in items]
    ins: list[list[int]] = [[] for _ in items]
    for link in links:
        outs[link.tail].append(link.head)
        ins[link.head].append(link.tail)
    start = 1 if any(item.pin == "first" for item in items) else 0
    ranks = [0 if item.pin == "first" else start for item in items]
    waiting = [len(found) for found in ins]
    ready = [index for index, count in enumerate(waiting) if not count]
    for tail in ready:
        for head in outs[tail]:
            ranks[head] = max(ranks[head], ranks[tail] + 1)
            waiting[head] -= 1
            if not waiting[head]:
                ready.append(head)
    for index in reversed(ready):
        readers = [ranks[head] for head in outs[index] if not items[head].pin]
        if readers and not ins[index] and not items[index].pin:
            ranks[index] = min(readers) - 1
    _spread(items, ranks, [i for i, item in enumerate(items) if not (item.pin or ins[i] or outs[i])], start)
    last = 1 + max((rank for rank, item in zip(ranks, items, strict=True) if item.pin != "last"), default=0)
    return [last if item.pin == "last" else rank for rank, item in zip(ranks, items, strict=True)]


def _spread(items: Sequence[Item], ranks: list[int], alone: list[int], start: int) -> None:
    """Spread items without links over several columns: hundreds in one would be a drawing nobody can look at."""
    if not alone:
        return
    area = sum((items[i].width + 60) * (items[i].height + 16) for i in alone)
    widest = max(items[i].width + 60 for i in alone)
    used = max(ranks) - start + 1
    columns = max(used, min(len(alone), round((area * 1.8) ** 0.5 / widest) or 1))
    for place_in_line, index in enumerate(alone):
        ranks[index] = start + place_in_line % columns


def _arrangement(
    items: Sequence[Item], links: Sequence[Link], level: Level, middles: list[float], columns: list[Column]
) -> Arrangement:
    bottom = max(middle + height / 2 for middle, height in zip(middles, level.heights, strict=True))
    corners = []
    for index, item in enumerate(items):
        column = columns[level.ranks[index]]
        corners.append(Point(column.left + (column.width - item.width) / 2, middles[index] - item.height / 2))
    routes = []
    for link, path in zip(links, level.paths, strict=True):
        tail, head = corners[link.tail], corners[link.head]
        points = [Point(tail.x + items[link.tail].width, tail.y + link.tail_y)]
        points.append(Point(columns[level.ranks[link.tail]].right, points[0].y))
        for lane in path[1:-1]:
            column = columns[level.ranks[lane]]
            points += [Point(column.left, middles[lane]), Point(column.right, middles[lane])]
        points.append(Point(columns[level.ranks[link.head]].left, head.y + link.head_y))
        points.append(Point(head.x, head.y + link.head_y))
        routes.append(tuple(points))
    return Arrangement(tuple(corners), tuple(routes), columns[-1].right, bottom)
