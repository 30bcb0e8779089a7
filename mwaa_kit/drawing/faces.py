"""What is written on the box of each task, and how large the box must be for it."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from mwaa_kit.drawing.layout import Box, GroupBox, Layout, lay_out
from mwaa_kit.drawing.lettering import shortened, visible, width_of
from mwaa_kit.drawing.picture import DrawnTask, Picture

NAME_SIZE, SMALL_SIZE = 13.0, 11.0
HEIGHT = 46.0
STACK = 6.0
"""How far the two boxes behind a mapped task look out."""

_LEAST_WIDTH, _ROOM = 112.0, 200.0
_MARGIN = 12.0
_ICON = 24.0
_BETWEEN = 14.0
_STEP = 16.0


@dataclass(frozen=True)
class Face:
    """The words on one box, shortened to fit, and its size.

    Parameters
    ----------
    name
        With ``[12]`` or ``[ ]`` behind it when the task is mapped.
    badge
        The cell, such as ``cell 4``; empty when there is none.
    tally
        ``10/12``: how many task instances of a mapped task succeeded; empty when it says nothing.
    indent
        Where the words begin.
    """

    name: str
    operator: str
    badge: str
    tally: str
    indent: float
    width: float


@dataclass(frozen=True)
class PlacedPicture:
    """A picture with the words and the places of everything on it."""

    picture: Picture
    faces: dict[str, Face]
    layout: Layout


def placed(picture: Picture) -> PlacedPicture:
    """Give everything on a picture its place."""
    faces = {task.task_id: face_of(task, _MARGIN + _ICON * picture.shows_states) for task in picture.tasks}
    boxes = {task.task_id: _box(task, faces[task.task_id]) for task in picture.tasks}
    groups = {
        group.group_id: GroupBox(width_of(group_label(group.label or group.group_id), SMALL_SIZE) + 52, group.parent)
        for group in picture.groups
    }
    edges = [(edge.upstream, edge.downstream) for edge in picture.edges]
    return PlacedPicture(picture, faces, lay_out(boxes, groups, edges))


def face_of(task: DrawnTask, indent: float) -> Face:
    """Return what is written on a task, its words beginning at `indent`."""
    mark = _mapped_mark(task)
    name = shortened(visible(task.label), _ROOM - width_of(mark, NAME_SIZE), NAME_SIZE) + mark
    badge = f"cell {task.cell}" if task.cell is not None else ""
    tally = _tally(task)
    kind = " · setup" if task.spec.is_setup else " · teardown" if task.spec.is_teardown else ""
    used = width_of(badge, SMALL_SIZE) + _BETWEEN * bool(badge) + width_of(kind, SMALL_SIZE)
    operator = shortened(visible(task.spec.operator), _ROOM + 20 - used, SMALL_SIZE) + kind
    first = width_of(name, NAME_SIZE) + width_of(tally, SMALL_SIZE) + _BETWEEN * bool(tally)
    second = width_of(operator, SMALL_SIZE) + width_of(badge, SMALL_SIZE) + _BETWEEN * bool(badge)
    return Face(name, operator, badge, tally, indent, _even(max(first, second) + indent + _MARGIN))


def _even(width: float) -> float:
    """Return one of a few widths, so that boxes of much the same width stand in line."""
    return max(_LEAST_WIDTH, _STEP * ceil(width / _STEP))


def group_label(label: str) -> str:
    """Return the label of a task group as it is written on its border."""
    return shortened(visible(label), _ROOM, SMALL_SIZE)


def _box(task: DrawnTask, face: Face) -> Box:
    behind = STACK * task.spec.mapped
    return Box(face.width + behind, HEIGHT + behind, task.spec.group)


def _mapped_mark(task: DrawnTask) -> str:
    if not task.spec.mapped:
        return ""
    return " [ ]" if task.map_count is None else f" [{task.map_count}]"


def _tally(task: DrawnTask) -> str:
    total = sum(s.count for s in task.states)
    return f"{sum(s.count for s in task.states if s.state == 'success')}/{total}" if total > 1 else ""
