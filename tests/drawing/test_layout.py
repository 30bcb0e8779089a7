"""The layout against what must hold for every Dag: nothing overlaps, every edge arrives, no line runs through a box."""

from __future__ import annotations

import random
import time
from itertools import combinations, pairwise, permutations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from mwaa_kit.drawing.columns import Point
from mwaa_kit.drawing.layout import Box, GroupBox, Layout, Rect, lay_out

Drawing = tuple[dict[str, Box], dict[str, GroupBox], list[tuple[str, str]]]


@st.composite
def drawings(draw: st.DrawFn, *, grouped: bool = True) -> Drawing:
    """Any small Dag: edges go from earlier to later tasks, groups lie in earlier groups."""
    names = [f"g{i}" for i in range(draw(st.integers(0, 4 if grouped else 0)))]
    groups = {
        name: GroupBox(draw(st.sampled_from([40.0, 300.0])), draw(st.sampled_from([None, *names[:i]])))
        for i, name in enumerate(names)
    }
    count = draw(st.integers(0, 12))
    boxes = {
        f"t{i}": Box(
            draw(st.sampled_from([60.0, 110.0, 240.0])),
            draw(st.sampled_from([46.0, 52.0])),
            draw(st.sampled_from([None, *names])),
        )
        for i in range(count)
    }
    pairs = [(f"t{a}", f"t{b}") for a, b in combinations(range(count), 2)]
    edges = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=20)) if pairs else []
    return boxes, groups, edges


def _rooms(name: str | None, groups: dict[str, GroupBox]) -> list[str]:
    found = []
    while name is not None:
        found.append(name)
        name = groups[name].parent
    return found


def _overlap(a: Rect, b: Rect) -> bool:
    return a.x < b.right - 1e-6 and b.x < a.right - 1e-6 and a.y < b.bottom - 1e-6 and b.y < a.bottom - 1e-6


def _holds(outer: Rect, inner: Rect) -> bool:
    return (
        outer.x <= inner.x + 1e-6
        and outer.y <= inner.y + 1e-6
        and inner.right <= outer.right + 1e-6
        and inner.bottom <= outer.bottom + 1e-6
    )


@given(drawings())
@settings(max_examples=150, deadline=None)
def test_boxes_overlap_only_where_one_lies_in_the_other(drawing: Drawing) -> None:
    boxes, groups, edges = drawing
    layout = lay_out(boxes, groups, edges)
    insides = {("task", name): _rooms(box.group, groups) for name, box in boxes.items()}
    insides |= {("group", name): _rooms(group.parent, groups) for name, group in groups.items()}
    rects = {("task", name): rect for name, rect in layout.tasks.items()}
    rects |= {("group", name): rect for name, rect in layout.groups.items()}
    wrong = []
    for a, b in combinations(rects, 2):
        for inner, outer in ((a, b), (b, a)):
            if outer[0] == "group" and outer[1] in insides[inner] and not _holds(rects[outer], rects[inner]):
                wrong.append((inner, "sticks out of", outer))
        related = (b[0] == "group" and b[1] in insides[a]) or (a[0] == "group" and a[1] in insides[b])
        if not related and _overlap(rects[a], rects[b]):
            wrong.append((a, "overlaps", b))
    whole = Rect(0.0, 0.0, layout.width, layout.height)
    wrong += [(name, "sticks out of", ("dag", "")) for name, rect in rects.items() if not _holds(whole, rect)]
    assert wrong == []


@given(drawings())
@settings(max_examples=150, deadline=None)
def test_every_edge_is_drawn_once_from_its_upstream_to_its_downstream_task(drawing: Drawing) -> None:
    boxes, groups, edges = drawing
    layout = lay_out(boxes, groups, edges)
    ends = {edge: (route[0], route[-1]) for edge, route in layout.routes.items()}
    assert list(ends) == edges
    for (upstream, downstream), (start, stop) in ends.items():
        sides = (layout.tasks[upstream], layout.tasks[downstream])
        back = (upstream, downstream) in layout.backwards
        first, last = (sides[0].x, sides[1].right) if back else (sides[0].right, sides[1].x)
        middles = [rect.y + rect.height / 2 for rect in sides]
        assert [round(v, 6) for v in (*start, *stop)] == [round(v, 6) for v in (first, middles[0], last, middles[1])]


@given(drawings())
@settings(max_examples=150, deadline=None)
def test_no_edge_runs_through_a_task(drawing: Drawing) -> None:
    boxes, groups, edges = drawing
    layout = lay_out(boxes, groups, edges)
    assert [hit for edge in edges for hit in _hits(edge, layout)] == []


def _hits(edge: tuple[str, str], layout: Layout) -> list[tuple[tuple[str, str], str]]:
    """Return the tasks that the level lines, or the frames of the curves, of an edge run through."""
    others = [(name, rect) for name, rect in layout.tasks.items() if name not in edge]
    return [
        (edge, name)
        for start, stop in pairwise(layout.routes[edge])
        for name, rect in others
        if _meets(start, stop, rect)
    ]


def _meets(start: Point, stop: Point, rect: Rect) -> bool:
    left, right = sorted((start.x, stop.x))
    top, bottom = sorted((start.y, stop.y))
    return left < rect.right - 1e-6 and rect.x + 1e-6 < right and top < rect.bottom - 1e-6 and rect.y + 1e-6 < bottom


@given(drawings(grouped=False))
@settings(max_examples=150, deadline=None)
def test_without_groups_all_edges_run_from_left_to_right(drawing: Drawing) -> None:
    boxes, groups, edges = drawing
    layout = lay_out(boxes, groups, edges)
    assert layout.backwards == frozenset()
    assert all(layout.tasks[up].right < layout.tasks[down].x for up, down in edges)


@given(drawings())
@settings(max_examples=50, deadline=None)
def test_an_edge_runs_backwards_only_between_groups_that_wait_for_each_other(drawing: Drawing) -> None:
    boxes, groups, edges = drawing
    layout = lay_out(boxes, groups, edges)
    for upstream, downstream in layout.backwards:
        assert boxes[upstream].group is not None or boxes[downstream].group is not None


def test_groups_that_wait_for_each_other_are_drawn_with_one_edge_backwards() -> None:
    boxes = {"a.x": Box(100, 46, "a"), "y": Box(100, 46), "a.z": Box(100, 46, "a")}
    layout = lay_out(boxes, {"a": GroupBox(40)}, [("a.x", "y"), ("y", "a.z")])
    assert len(layout.backwards) == 1


def test_chains_written_crosswise_are_drawn_straight_beside_each_other() -> None:
    boxes = {name: Box(100, 46) for name in ("a", "b", "b1", "a1", "a2", "b2")}
    layout = lay_out(boxes, {}, [("a", "a1"), ("b", "b1"), ("a1", "a2"), ("b1", "b2")])
    assert [layout.tasks[n].y for n in ("a", "a1", "a2")] == [layout.tasks["a"].y] * 3
    assert [layout.tasks[n].y for n in ("b", "b1", "b2")] == [layout.tasks["b"].y] * 3


def _crossings(edges: list[tuple[str, str]], place: dict[str, float]) -> int:
    return sum((place[a] - place[c]) * (place[b] - place[d]) < 0 for (a, b), (c, d) in combinations(edges, 2))


def test_edges_cross_hardly_more_often_than_in_the_best_of_all_orders() -> None:
    ours = best = 0
    for seed in range(40):
        chance = random.Random(seed)
        left, right = [f"a{i}" for i in range(4)], [f"b{i}" for i in range(4)]
        edges = [(a, b) for a in left for b in right if chance.random() < 0.45]
        if {name for edge in edges for name in edge} != {*left, *right}:
            continue
        layout = lay_out({name: Box(100, 46) for name in (*left, *right)}, {}, edges)
        ours += _crossings(edges, {name: rect.y for name, rect in layout.tasks.items()})
        best += min(
            _crossings(edges, {name: float(i) for line in orders for i, name in enumerate(line)})
            for orders in product(permutations(left), permutations(right))
        )
    assert best <= ours <= 1.25 * best


def test_five_hundred_tasks_are_laid_out_quickly() -> None:
    boxes = {f"t{i}": Box(120, 46, f"g{i % 25}" if i % 5 == 0 else None) for i in range(500)}
    edges = [(f"t{i - step}", f"t{i}") for i in range(500) for step in (7, 20, 31) if i >= step]
    started = time.process_time()
    lay_out(boxes, {f"g{i}": GroupBox(60) for i in range(25)}, edges)
    assert time.process_time() - started < 5
