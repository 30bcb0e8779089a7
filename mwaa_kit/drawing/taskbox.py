"""The box of one task on an SVG: its name, operator, cell and state."""

from __future__ import annotations

from mwaa_kit.drawing.faces import HEIGHT, STACK, Face
from mwaa_kit.drawing.layout import Rect
from mwaa_kit.drawing.look import state_class
from mwaa_kit.drawing.markup import number, tag, text
from mwaa_kit.drawing.picture import DrawnTask
from mwaa_kit.drawing.states import look_of

_MARGIN = 12.0
_ROUND = 5.0


def task_box(task: DrawnTask, face: Face, rect: Rect, waits_for: int, name: str | None) -> str:
    """Return the box of a task as a group of SVG elements.

    Parameters
    ----------
    waits_for
        How many tasks are directly upstream.
    name
        The id of the group; None for none.
    """
    top = STACK if task.spec.mapped else 0.0
    return tag(
        "g",
        tag("title", text(in_words(task)) + (f"\n{text(task.spec.doc)}" if task.spec.doc else "")),
        *_boxes(task, face),
        tag("path", class_="mk-stripe", d=_stripe(top)),
        _state_icon(task, top),
        *_letters(task, face, top),
        _tally_bar(task, face, top),
        class_=" ".join(filter(None, ("mk-task", _family(task), state_class(task.state) if task.state else ""))),
        id=name,
        transform=f"translate({number(rect.x)} {number(rect.y)})",
        role="graphics-symbol img",
        aria_label=f"{in_words(task)}, {waits_for or 'nothing'} upstream",
        data_task_id=task.task_id,
        data_state=task.state or None,
    )


def in_words(task: DrawnTask) -> str:
    """Say what the box of a task shows."""
    spec = task.spec
    facts = [f"task {task.task_id}", spec.operator]
    facts += ["mapped"] * spec.mapped + ["setup"] * spec.is_setup + ["teardown"] * spec.is_teardown
    facts += [f"cell {task.cell}"] if task.cell is not None else []
    facts += [spec.trigger_rule] if spec.trigger_rule != "all_success" else []
    return ", ".join([*facts, *states_in_words(task)])


def states_in_words(task: DrawnTask) -> list[str]:
    """Name the states of a task, with their counts where there are several task instances."""
    many = sum(s.count for s in task.states) > 1
    return [f"{s.count} {s.state}" if many else s.state for s in task.states]


def _family(task: DrawnTask) -> str:
    operator = task.spec.operator
    if operator.startswith("@"):
        return "mk-sensor" if operator.endswith("sensor") else "mk-taskflow"
    if operator.endswith(("Sensor", "SensorAsync")):
        return "mk-sensor"
    return "mk-empty" if operator == "EmptyOperator" else ""


def _boxes(task: DrawnTask, face: Face) -> list[str]:
    """Return the outline, for a mapped task on top of two others."""
    steps = (2, 1, 0) if task.spec.mapped else (0,)
    top = STACK if task.spec.mapped else 0.0
    return [
        tag(
            "rect",
            class_="mk-box",
            x=step * STACK / 2,
            y=top - step * STACK / 2,
            width=face.width,
            height=HEIGHT,
            rx=_ROUND,
        )
        for step in steps
    ]


def _stripe(top: float) -> str:
    """Return the coloured left side, its outer corners as round as the box."""
    turn = f"a{_ROUND:g} {_ROUND:g} 0 0 0"
    side = HEIGHT - 2 * _ROUND
    return f"M{_ROUND:g} {number(top)}{turn} -{_ROUND:g} {_ROUND:g}v{side:g}{turn} {_ROUND:g} {_ROUND:g}z"


def _state_icon(task: DrawnTask, top: float) -> str:
    if not task.state:
        return ""
    return tag(
        "g",
        tag("circle", class_="mk-disc", cx=8, cy=8, r=8),
        tag("path", class_="mk-glyph", d=look_of(task.state).icon),
        transform=f"translate({number(_MARGIN)} {number(top + HEIGHT / 2 - 8)})",
    )


def _letters(task: DrawnTask, face: Face, top: float) -> list[str]:
    right, left = face.width - _MARGIN + 2, face.indent
    mark = _mark(task, left, top)
    words = [
        tag("text", text(face.name), class_="mk-name", x=left, y=top + 19.5),
        mark,
        tag("text", text(face.operator), class_="mk-soft", x=left + (14 if mark else 0), y=top + 35.5),
    ]
    if face.tally:
        words.append(tag("text", text(face.tally), class_="mk-soft mk-end", x=right, y=top + 19.5))
    if face.badge:
        words.append(tag("text", text(face.badge), class_="mk-soft mk-end", x=right, y=top + 35.5))
    return words


def _mark(task: DrawnTask, x: float, top: float) -> str:
    """Return the arrow of a setup (up) or a teardown (down)."""
    if not (task.spec.is_setup or task.spec.is_teardown):
        return ""
    arrow = "M4.5 9V1M1.5 4l3-3 3 3" if task.spec.is_setup else "M4.5 1v8M1.5 6l3 3 3-3"
    return tag("path", class_="mk-mark", d=arrow, transform=f"translate({number(x)} {number(top + 26.5)})")


def _tally_bar(task: DrawnTask, face: Face, top: float) -> str:
    """Return the states of a mapped task as parts of a bar."""
    total = sum(s.count for s in task.states)
    if total < 2:
        return ""
    parts, x = [], face.indent
    room = face.width - _MARGIN + 2 - x
    for counted in task.states:
        width = room * counted.count / total
        parts.append(tag("rect", class_=f"mk-bar {state_class(counted.state)}", x=x, y=top + 40, width=width, height=4))
        x += width
    return "".join(parts)
