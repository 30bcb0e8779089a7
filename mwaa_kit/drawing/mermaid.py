"""A Dag as a Mermaid flowchart, for Markdown that renders it.

References
----------
Mermaid documentation, "Flowcharts": entity codes in quoted labels, shapes, subgraphs, ``classDef``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mwaa_kit.drawing.lettering import visible
from mwaa_kit.drawing.picture import DrawnTask, Picture
from mwaa_kit.drawing.states import LOOKS, UNKNOWN, look_of
from mwaa_kit.drawing.taskbox import states_in_words

_PLAIN = re.compile(r"[\w .,:/()+@=-]")
_SHAPES = {"mapped": ("[[", "]]"), "setup": ("[/", "\\]"), "teardown": ("[\\", "/]"), "": ("[", "]")}


def to_mermaid(pictures: Sequence[Picture]) -> str:
    """Return Dags as one flowchart, ending in a newline; several Dags are a subgraph each.

    Names stand only in labels, every sign that means something to Mermaid as an entity code; ids are made up here.
    """
    lines = ["flowchart LR"]
    for number, picture in enumerate(pictures):
        chart = _Chart(picture, f"d{number}" if len(pictures) > 1 else "")
        if len(pictures) > 1:
            lines += [f'  subgraph d{number}["{label(picture.dag_id)}"]', *chart.lines("    "), "  end"]
        else:
            lines += [f"  %% {_comment(picture.dag_id)}", *chart.lines("  ")]
    lines += _classes(pictures)
    return "\n".join(lines) + "\n"


def label(words: str) -> str:
    """Return `words` for a quoted label."""
    return "".join(char if _PLAIN.match(char) else f"#{ord(char)};" for char in visible(words))


def _comment(words: str) -> str:
    return re.sub(r"[^\w.-]", " ", visible(words))


class _Chart:
    """The lines of one Dag; ids begin with a prefix of its own."""

    def __init__(self, picture: Picture, prefix: str) -> None:
        self.picture = picture
        self.tasks = {task.task_id: f"{prefix}t{number}" for number, task in enumerate(picture.tasks)}
        self.groups = {group.group_id: f"{prefix}g{number}" for number, group in enumerate(picture.groups)}
        self.empty = f"{prefix}empty"

    def lines(self, indent: str) -> Iterator[str]:
        if not self.picture.tasks:
            yield f'{indent}{self.empty}["{label("This Dag has no tasks.")}"]'
        yield from self._inside(None, indent, frozenset())
        for edge in self.picture.edges:
            names = f'|"{label(", ".join(edge.names))}"|' if edge.names else ""
            yield f"{indent}{self.tasks[edge.upstream]} -->{names} {self.tasks[edge.downstream]}"

    def _inside(self, group_id: str | None, indent: str, above: frozenset[str]) -> Iterator[str]:
        """Yield the tasks and the groups that lie directly in a group, or in the Dag itself."""
        for task in self.picture.tasks:
            if self._room(task.spec.group) == group_id:
                yield indent + self._task(task)
        for group in self.picture.groups:
            if group.group_id not in above and self._room(group.parent) == group_id:
                yield f'{indent}subgraph {self.groups[group.group_id]}["{label(group.label or group.group_id)}"]'
                yield from self._inside(group.group_id, indent + "  ", above | {group.group_id})
                yield f"{indent}end"

    def _room(self, group_id: str | None) -> str | None:
        return group_id if group_id in self.groups else None

    def _task(self, task: DrawnTask) -> str:
        spec = task.spec
        kind = "mapped" if spec.mapped else "setup" if spec.is_setup else "teardown" if spec.is_teardown else ""
        opening, closing = _SHAPES[kind]
        cell = f", cell {task.cell}" if task.cell is not None else ""
        words = [label(task.label), label(spec.operator + cell)]
        words += [label(f"{look_of(task.state).symbol} {', '.join(states_in_words(task))}")] if task.states else []
        look = f":::{_class(task.state)}" if task.states else ""
        return f'{self.tasks[task.task_id]}{opening}"{"<br/>".join(words)}"{closing}{look}'


def _class(state: str) -> str:
    return f"s_{state}" if state in LOOKS else "s_unknown"


def _classes(pictures: Sequence[Picture]) -> list[str]:
    """Return the looks of the states that occur."""
    states = dict.fromkeys(task.state for picture in pictures for task in picture.tasks if task.states)
    looks = {_class(state): LOOKS.get(state, UNKNOWN) for state in states}
    return [
        f"  classDef {name} stroke:{look.colour},stroke-width:2px"
        + (f",stroke-dasharray:{look.dash}" if look.dash else "")
        for name, look in looks.items()
    ]
