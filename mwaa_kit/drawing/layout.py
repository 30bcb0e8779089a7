"""Where everything on a drawing of a Dag is: tasks as boxes, task groups as boxes around them, edges as points.

Groups are laid out inside out: the tasks of the innermost groups first, then each group as one box among its
siblings. An edge that leaves or enters a group passes its border through a port, which has a column of its own inside
the group.

Notes ----- Two groups may wait for each other though no two tasks do (``a.x >> b.y >> a.z``). Then one of the edges
between them runs from right to left; all others run from left to right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from mwaa_kit.drawing.columns import Point
from mwaa_kit.drawing.flow import against_the_flow
from mwaa_kit.drawing.layers import Arrangement, Item, Link, arrange

_PADDING = 14.0
_HEADING = 30.0
_GROUP_MARGIN = 12.0
_PORT_MARGIN = 4.0
_CORNER = Point(0.0, 0.0)


@dataclass(frozen=True)
class Box:
    """The size of a task and the group it lies in; None for the Dag itself."""

    width: float
    height: float
    group: str | None = None


@dataclass(frozen=True)
class GroupBox:
    """The least width of a group, for its label, and the group it lies in."""

    least_width: float
    parent: str | None = None


@dataclass(frozen=True)
class Rect:
    """Where a box is."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower side."""
        return self.y + self.height


@dataclass(frozen=True)
class Layout:
    """The places of all boxes and edges, from (0, 0).

    Parameters
    ----------
    routes
        By (upstream, downstream), from the one to the other: points joined by level lines, and by curves where their
        heights differ.
    backwards
        The edges that run from right to left.
    """

    tasks: dict[str, Rect]
    groups: dict[str, Rect]
    routes: dict[tuple[str, str], tuple[Point, ...]]
    backwards: frozenset[tuple[str, str]]
    width: float
    height: float


Node = tuple[str, str]
"""``("task", task_id)``, ``("group", group_id)``, ``("in", task_id)`` or ``("out", task_id)`` for a port."""

ROOT = ("dag", "")


def lay_out(boxes: Mapping[str, Box], groups: Mapping[str, GroupBox], edges: Iterable[tuple[str, str]]) -> Layout:
    """Lay out a Dag from left to right.

    Parameters
    ----------
    boxes, groups
        In written order. A group that is named but not given counts as the Dag itself.
    edges
        (upstream, downstream) pairs of tasks in `boxes`.
    """
    return _Nest(boxes, groups, [edge for edge in dict.fromkeys(edges) if edge[0] != edge[1]]).layout()


@dataclass
class _Room:
    """The inside of one group: what lies in it and which edges run in it, each link with the edges it carries."""

    children: list[Node] = field(default_factory=list)
    links: dict[tuple[Node, Node, str, str], None] = field(default_factory=dict)
    inside: Arrangement | None = None
    nodes: dict[Node, int] = field(default_factory=dict)
    routes: dict[tuple[Node, Node, str, str], tuple[Point, ...]] = field(default_factory=dict)
    width: float = 0.0
    height: float = 0.0
    origin: Point = _CORNER


class _Nest:
    """One layout on its way: rooms are arranged from the innermost, then given their places from the outermost."""

    def __init__(self, boxes: Mapping[str, Box], groups: Mapping[str, GroupBox], edges: list[tuple[str, str]]) -> None:
        self.boxes, self.groups = boxes, groups
        self.parents = {("group", name): self._parent(name) for name in groups}
        self.parents |= {("task", name): _named(box.group, groups) for name, box in boxes.items()}
        self.rooms = {ROOT: _Room()} | {("group", name): _Room() for name in groups}
        for node, parent in self.parents.items():
            self.rooms[parent].children.append(node)
        self.chains = {name: self._chain(("task", name)) for name in boxes}
        self.edges = edges
        self.backwards: set[tuple[str, str]] = set()

    def _parent(self, name: str) -> Node:
        """Return the room around a group; groups that hold one another in a circle lie in the Dag itself."""
        seen, above = {name}, self.groups[name].parent
        while above is not None and above in self.groups and above not in seen:
            seen.add(above)
            above = self.groups[above].parent
        return ROOT if above in seen else _named(self.groups[name].parent, self.groups)

    def _chain(self, node: Node) -> tuple[Node, ...]:
        """Return a node and the rooms around it, the Dag itself last."""
        chain = [node]
        while chain[-1] != ROOT:
            chain.append(self.parents[chain[-1]])
        return tuple(chain)

    def layout(self) -> Layout:
        self._link()
        inside_out = sorted(self.groups, key=lambda name: -len(self._chain(("group", name))))
        for name in inside_out:
            self._arrange(("group", name))
        self._arrange(ROOT)
        for name in reversed(inside_out):
            self._settle(("group", name))
        return Layout(
            {name: self._rect(("task", name)) for name in self.boxes},
            {name: self._rect(("group", name)) for name in self.groups},
            {edge: self._route(edge) for edge in self.edges},
            frozenset(self.backwards),
            self.rooms[ROOT].width,
            self.rooms[ROOT].height,
        )

    # Which links run in which room

    def _link(self) -> None:
        """Give each room its links: the edge itself where both ends meet, and its ways in and out below that."""
        meetings: dict[Node, dict[tuple[Node, Node], list[tuple[str, str]]]] = {}
        for edge in self.edges:
            room, tail, head = self._meeting(*edge)
            meetings.setdefault(room, {}).setdefault((tail, head), []).append(edge)
        for room, pairs in meetings.items():
            against = against_the_flow(self.rooms[room].children, list(pairs))
            for pair in pairs:
                if pair in against:
                    self.backwards.update(pairs[pair])
        for edge in self.edges:
            for room, key in self._ways(edge):
                self.rooms[room].links[key] = None

    def _meeting(self, upstream: str, downstream: str) -> tuple[Node, Node, Node]:
        """Return the innermost room that holds both tasks, and the child of it that each lies in."""
        tail, head = self.chains[upstream], self.chains[downstream]
        depth = 1
        while tail[-depth - 1] == head[-depth - 1]:
            depth += 1
        return tail[-depth], tail[-depth - 1], head[-depth - 1]

    def _ways(self, edge: tuple[str, str]) -> list[tuple[Node, tuple[Node, Node, str, str]]]:
        """Return the pieces of an edge from left to right: out of its groups, across, and in."""
        left, right = edge[::-1] if edge in self.backwards else edge
        room, tail, head = self._meeting(left, right)
        out = self.chains[left][: self.chains[left].index(room)]
        into = self.chains[right][: self.chains[right].index(room)]
        ways = [(group, (child, ("out", left), left, "")) for child, group in pairwise(out)]
        ways.append((room, (tail, head, left, right)))
        back = [(group, (("in", right), child, "", right)) for child, group in pairwise(into)]
        return ways + back[::-1]

    # Inside out

    def _arrange(self, node: Node) -> None:
        room = self.rooms[node]
        ports = dict.fromkeys(end for link in room.links for end in link[:2] if end[0] in ("in", "out"))
        nodes = [*room.children, *ports]
        room.nodes = {child: index for index, child in enumerate(nodes)}
        links = [
            Link(room.nodes[tail], room.nodes[head], self._port_y(tail, "out", left), self._port_y(head, "in", right))
            for tail, head, left, right in room.links
        ]
        room.inside = arrange([self._item(child) for child in nodes], links)
        room.routes = dict(zip(room.links, room.inside.routes, strict=True))
        room.width, room.height = room.inside.width, room.inside.height
        if node != ROOT:
            sides = (0.0 if any(p[0] == "in" for p in ports) else _PADDING) + self._right_side(room)
            room.width = max(room.width + sides, self.groups[node[1]].least_width)
            room.height += _HEADING + _PADDING

    def _right_side(self, room: _Room) -> float:
        return 0.0 if any(port[0] == "out" for port in room.nodes) else _PADDING

    def _item(self, node: Node) -> Item:
        kind, name = node
        if kind == "task":
            return Item(self.boxes[name].width, self.boxes[name].height)
        if kind == "group":
            return Item(self.rooms[node].width, self.rooms[node].height, _GROUP_MARGIN)
        return Item(0.0, 0.0, _PORT_MARGIN, "first" if kind == "in" else "last")

    def _port_y(self, node: Node, side: str, task_id: str) -> float:
        """Return how far below its top a link meets a node."""
        kind, name = node
        if kind == "task":
            return self.boxes[name].height / 2
        room = self.rooms.get(node)
        if room is None or room.inside is None:
            return 0.0
        return room.inside.corners[room.nodes[side, task_id]].y + _HEADING

    # Outside in

    def _settle(self, node: Node) -> None:
        """Give a group's inside its place, now that the group has one."""
        rect, room = self._rect(node), self.rooms[node]
        left = 0.0 if any(port[0] == "in" for port in room.nodes) else _PADDING
        room.origin = Point(rect.x + left, rect.y + _HEADING)

    def _rect(self, node: Node) -> Rect:
        room = self.rooms[self.parents[node]]
        assert room.inside is not None
        corner, item = room.inside.corners[room.nodes[node]], self._item(node)
        return Rect(room.origin.x + corner.x, room.origin.y + corner.y, item.width, item.height)

    def _route(self, edge: tuple[str, str]) -> tuple[Point, ...]:
        points: list[Point] = []
        for node, key in self._ways(edge):
            room = self.rooms[node]
            points += [Point(room.origin.x + x, room.origin.y + y) for x, y in room.routes[key]]
        straight = _without_repeats(points)
        return tuple(reversed(straight)) if edge in self.backwards else tuple(straight)


def _named(name: str | None, groups: Mapping[str, GroupBox]) -> Node:
    return ("group", name) if name is not None and name in groups else ROOT


def _without_repeats(points: list[Point]) -> list[Point]:
    """Drop points that stand on a level line between their neighbours."""
    kept: list[Point] = []
    for point in points:
        if len(kept) > 1 and kept[-1].y == kept[-2].y == point.y:
            kept.pop()
        if not kept or kept[-1] != point:
            kept.append(point)
    return kept
