"""A Dag as SVG: complete in itself, readable on light and dark grounds, by eye and by ear."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from mwaa_kit.drawing.columns import Point
from mwaa_kit.drawing.faces import SMALL_SIZE, PlacedPicture, group_label, placed
from mwaa_kit.drawing.layout import Rect
from mwaa_kit.drawing.lettering import shortened, visible, width_of
from mwaa_kit.drawing.look import graph_css
from mwaa_kit.drawing.markup import number, tag, text
from mwaa_kit.drawing.picture import DrawnEdge, Picture
from mwaa_kit.drawing.taskbox import task_box
from mwaa_kit.model.spec import TaskGroupSpec

SCENE_MARGIN = 16.0
_HEADING = 34.0
_HEAD = 7.0
_NAMESPACE = "http://www.w3.org/2000/svg"


def to_svg(picture: Picture) -> str:
    """Return one Dag as an SVG document, under a heading with its dag_id and schedule."""
    heading, width = _heading(picture)
    return _document(placed(picture), heading, width, "")


def to_page_svg(drawn: PlacedPicture, prefix: str) -> str:
    """Return one Dag as the SVG of a page that has a heading and the style sheet already; ids begin with `prefix`."""
    return _document(drawn, "", 0.0, prefix)


def stacked(drawings: Sequence[str]) -> str:
    """Return several SVG documents as one, each below the one before."""
    if len(drawings) == 1:
        return drawings[0]
    inner, width, y = [], 0.0, 0.0
    for drawing in drawings:
        size = _size(drawing)
        inner.append(drawing.replace("<svg ", f'<svg y="{number(y)}" ', 1))
        width, y = max(width, size[0]), y + size[1]
    return tag(
        "svg", *inner, xmlns=_NAMESPACE, width=width, height=y, viewBox=f"0 0 {number(width)} {number(y)}", role="group"
    )


def summary(picture: Picture) -> str:
    """Return one sentence that says what is drawn."""
    tasks, edges = len(picture.tasks), len(picture.edges)
    return f"Dag {picture.dag_id}: {tasks} {_plural(tasks, 'task')}, {edges} {_plural(edges, 'edge')}"


def _plural(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"


def _size(drawing: str) -> tuple[float, float]:
    parts = drawing.split('viewBox="', 1)[1].split('"', 1)[0].split()
    return float(parts[2]), float(parts[3])


def _document(drawn: PlacedPicture, heading: str, least_width: float, prefix: str) -> str:
    picture, layout = drawn.picture, drawn.layout
    top = _HEADING if heading else 0.0
    empty = "" if picture.tasks else tag("text", "This Dag has no tasks.", class_="mk-soft", y=14)
    width = max(layout.width, least_width, 140.0 if empty else 0.0) + 2 * SCENE_MARGIN
    height = max(layout.height, 20.0 if empty else 0.0) + top + 2 * SCENE_MARGIN
    scene = tag(
        "g",
        *(_group(group, layout.groups[group.group_id]) for group in _outside_in(picture.groups)),
        *(_edge(edge, layout.routes[edge.upstream, edge.downstream]) for edge in picture.edges),
        *_tasks(drawn, prefix),
        empty,
        class_="mk-scene",
        transform=f"translate({number(SCENE_MARGIN)} {number(SCENE_MARGIN + top)})",
    )
    return tag(
        "svg",
        tag("title", text(summary(picture))),
        tag("style", graph_css()) if heading else "",
        tag("rect", class_="mk-ground", width=width, height=height, rx=6),
        heading,
        scene,
        xmlns=_NAMESPACE,
        class_="jp-MwaaKit-graph",
        width=width,
        height=height,
        viewBox=f"0 0 {number(width)} {number(height)}",
        role="graphics-document group",
        aria_label=summary(picture),
    )


def _heading(picture: Picture) -> tuple[str, float]:
    name = shortened(visible(picture.dag_id), 420.0, 15.0)
    when = shortened(visible(picture.schedule or "no schedule"), 260.0, SMALL_SIZE)
    gap = width_of(name, 15.0) + 14
    mark = tag(
        "text",
        tag("tspan", text(name)),
        tag("tspan", text(when), class_="mk-soft", dx=12),
        class_="mk-heading",
        x=SCENE_MARGIN,
        y=SCENE_MARGIN + 12,
    )
    return mark, gap + width_of(when, SMALL_SIZE)


def _tasks(drawn: PlacedPicture, prefix: str) -> Iterable[str]:
    for index, task in enumerate(drawn.picture.tasks):
        waits_for = len(drawn.picture.incoming[task.task_id])
        name = f"{prefix}{index}" if prefix else None
        yield task_box(task, drawn.faces[task.task_id], drawn.layout.tasks[task.task_id], waits_for, name)


def _outside_in(groups: tuple[TaskGroupSpec, ...]) -> list[TaskGroupSpec]:
    """Return the groups in an order that paints no group over one that lies in it."""
    parents = {group.group_id: group.parent for group in groups}

    def depth(group_id: str | None) -> int:
        steps = 0
        while group_id in parents and steps <= len(parents):
            group_id, steps = parents[group_id], steps + 1
        return steps

    return sorted(groups, key=lambda group: depth(group.group_id))


def _group(group: TaskGroupSpec, rect: Rect) -> str:
    mapped = " [ ]" if group.expansion else ""
    return tag(
        "g",
        tag("title", text(f"task group {group.group_id}" + (f"\n{group.tooltip}" if group.tooltip else ""))),
        tag("rect", x=rect.x, y=rect.y, width=rect.width, height=rect.height, rx=8),
        tag(
            "text",
            text(group_label(group.label or group.group_id) + mapped),
            class_="mk-soft",
            x=rect.x + 12,
            y=rect.y + 18,
        ),
        class_="mk-room",
        data_group_id=group.group_id,
        role="graphics-symbol img",
        aria_label=f"task group {group.group_id}",
    )


def _edge(edge: DrawnEdge, route: tuple[Point, ...]) -> str:
    names = f" ({', '.join(edge.names)})" if edge.names else ""
    words = f"{edge.upstream} → {edge.downstream}{names}" + (f": {edge.reason}" if edge.reason else "")
    line = _curve(route)
    return tag(
        "g",
        tag("title", text(words)),
        tag("path", d=line, class_="mk-reach"),
        tag("path", d=line),
        tag("path", d=_arrow(route), class_="mk-head"),
        class_="mk-edge",
        data_upstream=edge.upstream,
        data_downstream=edge.downstream,
        role="graphics-symbol img",
        aria_label=words,
    )


def _direction(route: tuple[Point, ...]) -> int:
    return -1 if route[-1].x < route[0].x else 1


def _curve(route: tuple[Point, ...]) -> str:
    """Return the line, ending where its head begins."""
    end = Point(route[-1].x - _HEAD * 0.8 * _direction(route), route[-1].y)
    points = [*route[:-1], end]
    pieces = [f"M{number(points[0].x)} {number(points[0].y)}"]
    for start, stop in pairwise(points):
        x, y = number(stop.x), number(stop.y)
        if start.y == stop.y:
            pieces.append(f"H{x}")
        else:
            middle = number((start.x + stop.x) / 2)
            pieces.append(f"C{middle} {number(start.y)} {middle} {y} {x} {y}")
    return "".join(pieces)


def _arrow(route: tuple[Point, ...]) -> str:
    tip, back = route[-1], _HEAD * _direction(route)
    return f"M{number(tip.x)} {number(tip.y)}l{number(-back)} -3.6v7.2z"
