"""A Dag as a tree for the terminal.

A task stands below the last of the tasks it waits for, so that everything it waits for has been read before; below the
others it is only mentioned. Each task and each edge appears once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mwaa_kit.drawing.lettering import visible
from mwaa_kit.drawing.picture import DrawnTask, Picture
from mwaa_kit.drawing.states import look_of
from mwaa_kit.model.spec import TaskGroupSpec


@dataclass(frozen=True)
class Strokes:
    """The characters a tree is drawn with; `branch`, `last`, `pass_by` and `blank` are equally wide."""

    branch: str
    last: str
    pass_by: str
    blank: str
    mention: str
    between: str


UNICODE = Strokes("├─ ", "└─ ", "│  ", "   ", "↪ ", " · ")
ASCII = Strokes("|- ", "`- ", "|  ", "   ", "-> ", " - ")


@dataclass(frozen=True)
class _Line:
    """One line of the tree, and what hangs below it."""

    words: str
    below: tuple[_Line, ...] = ()


def to_text(picture: Picture, *, ascii_only: bool = False) -> str:
    """Return one Dag as a tree, ending in a newline.

    Parameters
    ----------
    ascii_only
        For a terminal that shows no other characters; other characters in names are spelled out too.
    """
    strokes = ASCII if ascii_only else UNICODE
    schedule = picture.schedule or "no schedule"
    count = f"{len(picture.tasks)} task{'' if len(picture.tasks) == 1 else 's'}"
    lines = [strokes.between.join((visible(picture.dag_id), visible(schedule), count))]
    lines += _indented(_Tree(picture, strokes).lines(), strokes)
    text = "\n".join(lines) + "\n"
    return text.encode("ascii", "backslashreplace").decode() if ascii_only else text


class _Tree:
    """The lines of one picture. A task waits until the last of its upstream tasks has been written."""

    def __init__(self, picture: Picture, strokes: Strokes) -> None:
        self.picture, self.strokes = picture, strokes
        self.groups = {group.group_id: group for group in picture.groups}
        self.downstream: dict[str, list[str]] = {task.task_id: [] for task in picture.tasks}
        for edge in picture.edges:
            self.downstream[edge.upstream].append(edge.downstream)
        self.here = self._places()

    def _places(self) -> dict[str, list[tuple[str, bool]]]:
        """Return what stands below each task (below the Dag under ``""``), and whether it is only mentioned there."""
        waiting = {task_id: len(edges) for task_id, edges in self.picture.incoming.items()}
        roots = [task_id for task_id, count in waiting.items() if not count]
        places: dict[str, list[tuple[str, bool]]] = {"": [(task_id, False) for task_id in roots]}
        stack = roots[::-1]
        while stack:
            task_id = stack.pop()
            places[task_id] = []
            ready = []
            for below in self.downstream[task_id]:
                waiting[below] -= 1
                places[task_id].append((below, waiting[below] > 0))
                ready += [below] if not waiting[below] else []
            stack += reversed(ready)
        return places

    def lines(self) -> tuple[_Line, ...]:
        """Return the tree, worked out from the leaves so that no depth is too deep."""
        done: dict[str, tuple[_Line, ...]] = {}
        for parent in reversed(list(self._top_down())):
            lines = [(self._group(task_id), self._line(task_id, only, done)) for task_id, only in self.here[parent]]
            done[parent] = self._grouped(lines, self._group(parent))
        taken = {group for task in self.picture.tasks for group in self._group(task.task_id)}
        empty = (group for group in self.picture.groups if group.group_id not in taken)
        return (*done[""], *(_Line(f"{self._heading(group)} (no task)") for group in empty))

    def _top_down(self) -> Iterator[str]:
        stack = [""]
        while stack:
            parent = stack.pop()
            yield parent
            stack += [task_id for task_id, only in self.here[parent] if not only]

    def _group(self, task_id: str) -> tuple[str, ...]:
        """Return the task groups around a task, outermost first."""
        found: list[str] = []
        above = self.picture.by_id[task_id].spec.group if task_id else None
        while above in self.groups and above not in found:
            found.append(above)
            above = self.groups[above].parent
        return tuple(reversed(found))

    def _line(self, task_id: str, only: bool, done: dict[str, tuple[_Line, ...]]) -> _Line:
        if only:
            return _Line(f"{self.strokes.mention}{visible(task_id)} (below)")
        return _Line(self._words(self.picture.by_id[task_id]), done[task_id])

    def _grouped(self, lines: list[tuple[tuple[str, ...], _Line]], inside: tuple[str, ...]) -> tuple[_Line, ...]:
        """Gather the lines of each task group under a line of its own, unless the tree is in that group already."""
        rooms: dict[str, list[_Line]] = {}
        gathered: list[str | _Line] = []
        for groups, line in lines:
            if groups == inside[: len(groups)]:
                gathered.append(line)
            else:
                gathered += [] if groups[-1] in rooms else [groups[-1]]
                rooms.setdefault(groups[-1], []).append(line)
        return tuple(
            _Line(self._heading(self.groups[line]), tuple(rooms[line])) if isinstance(line, str) else line
            for line in gathered
        )

    def _heading(self, group: TaskGroupSpec) -> str:
        mapped = ", mapped" if group.expansion else ""
        return f"[{visible(group.group_id)}]{mapped}"

    def _words(self, task: DrawnTask) -> str:
        spec = task.spec
        facts = [visible(spec.operator)]
        facts += ["mapped"] * spec.mapped + ["setup"] * spec.is_setup + ["teardown"] * spec.is_teardown
        facts += [spec.trigger_rule] if spec.trigger_rule != "all_success" else []
        facts += [f"cell {task.cell}"] if task.cell is not None else []
        many = sum(counted.count for counted in task.states) > 1
        states = [
            " ".join([self._symbol(counted.state), *([str(counted.count)] if many else []), visible(counted.state)])
            for counted in task.states
        ]
        return self.strokes.between.join(
            [visible(task.task_id), ", ".join(facts), *([", ".join(states)] if states else [])]
        )

    def _symbol(self, state: str) -> str:
        look = look_of(state)
        return look.ascii if self.strokes is ASCII else look.symbol


def _indented(lines: tuple[_Line, ...], strokes: Strokes) -> Iterator[str]:
    """Yield the lines of the tree with its strokes before them."""
    stack = [("", line, line is lines[-1]) for line in reversed(lines)]
    while stack:
        before, line, last = stack.pop()
        yield before + (strokes.last if last else strokes.branch) + line.words
        inner = before + (strokes.blank if last else strokes.pass_by)
        stack += [(inner, below, below is line.below[-1]) for below in reversed(line.below)]
