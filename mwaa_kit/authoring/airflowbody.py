"""A cell with Airflow code in the body of an inferred Dag: as it is, after the names that it takes from tasks are bound.

The text changes in two places only: a task's name that is also its function's stands for what the task gives
(``total`` becomes ``_total``), and a task that others wait for gets a variable where the cell gave it none.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace

from mwaa_kit.authoring.airflowcode import DEFINITIONS, function_references, loads, makes_operator, root
from mwaa_kit.authoring.cells import AirflowNames, AuthoredCell
from mwaa_kit.authoring.celltext import cell_lines, line_of
from mwaa_kit.authoring.tasks import Task
from mwaa_kit.authoring.wiring import Feed, Wiring
from mwaa_kit.authoring.writer import TextLine, trimmed

_Edit = tuple[int, int, int, str]
_CONTAINERS = (ast.keyword, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Starred)


def result(task: Task, names: dict[str, str]) -> str:
    """Return the variable of the Dag body that stands for a task."""
    if task.kind in {"operator", "called"}:
        return names[task.task_id]
    return f"_{names[task.task_id]}"


def handed(feed: Feed, by_id: dict[str, Task], wiring: Wiring, names: dict[str, str]) -> str:
    """Return what hands a name of a task to its reader, as code of the Dag body."""
    upstream = by_id[feed.upstream]
    value = result(upstream, names)
    if upstream.kind == "operator":
        return f"{value}.output"
    if not feed.whole and wiring.returns_dict(feed.upstream):
        return f'{value}["{feed.name}"]'
    return value


@dataclass(frozen=True)
class AirflowCell:
    """A cell with Airflow code, and all that its text depends on.

    Parameters
    ----------
    made
        The tasks it makes.
    by_id
        All tasks of the Dag.
    used
        The ids of tasks that another line of the body names.
    """

    cell: AuthoredCell
    made: tuple[Task, ...]
    by_id: dict[str, Task]
    wiring: Wiring
    names: dict[str, str]
    used: set[str]
    airflow: AirflowNames

    @property
    def feeds(self) -> list[Feed]:
        """What it takes from tasks."""
        return [feed for feed in self.wiring.bound.get(self.cell.code_index, []) if feed.upstream in self.by_id]

    def lines(self, target: str) -> list[TextLine]:
        """Return its lines of the Dag body: all but its imports and definitions."""
        texts = cell_lines(self.cell, target, lambda node: not isinstance(node, DEFINITIONS))
        late = self._late_edges()
        edits = [*self._values(), *self._variables({task.task_id for task, _ in late})]
        bindings = [line_of(self.cell, text, None) for text in self._bindings()]
        after = [line_of(self.cell, f"{text} >> {result(task, self.names)}", None) for task, text in late]
        return [*bindings, *trimmed(_edited(texts, edits)), *after]

    def _value(self, feed: Feed) -> str:
        return handed(feed, self.by_id, self.wiring, self.names)

    def _is_replaced(self, feed: Feed) -> bool:
        return feed.whole or feed.name in self.names.values()

    def _bindings(self) -> list[str]:
        return [f"{feed.name} = {self._value(feed)}" for feed in self.feeds if not self._is_replaced(feed)]

    def _values(self) -> list[_Edit]:
        body = [node for node in self.cell.parsed.body if not isinstance(node, DEFINITIONS)]
        texts = {feed.name: self._value(feed) for feed in self.feeds if self._is_replaced(feed)}
        places = loads(body) - function_references(body)
        return [(n.lineno, n.col_offset, n.end_col_offset or 0, texts[n.id]) for n in places if n.id in texts]

    def _variables(self, also: set[str]) -> list[_Edit]:
        """Give a variable to each task that is a statement of its own, and that others wait for."""
        edits = []
        for task in self.made:
            if not task.function and isinstance(task.node, ast.Expr) and task.task_id in self.used | also:
                edits.append(
                    (task.node.lineno, task.node.col_offset, task.node.col_offset, f"{result(task, self.names)} = ")
                )
        return edits

    def _late_edges(self) -> list[tuple[Task, str]]:
        """Return the edges that Airflow does not see by itself: a value inside a text, or worked on, makes none."""
        found = []
        for task in self.made:
            holds = bool(task.function) or isinstance(task.node, ast.Expr)
            for feed in self.wiring.feeds.get(task.task_id, []) if holds and task.node is not None else []:
                if feed.upstream in self.by_id and not self._is_plain(task.node, feed.name):
                    found.append((task, result(self.by_id[feed.upstream], self.names)))
        return list(dict.fromkeys(found))

    def _is_plain(self, statement: ast.stmt | None, name: str) -> bool:
        """Whether a name is an argument of the task itself somewhere, or an element of one."""
        assert statement is not None
        parents = {child: node for node in ast.walk(statement) for child in ast.iter_child_nodes(node)}
        for place in loads([statement]) - function_references([statement]):
            node = parents.get(place) if place.id == name else None
            while isinstance(node, _CONTAINERS):
                node = parents.get(node)
            if isinstance(node, ast.Call) and self._makes_task(node):
                return True
        return False

    def _makes_task(self, call: ast.Call) -> bool:
        first = root(call)
        return makes_operator(call, self.airflow) or (isinstance(first, ast.Name) and first.id in self.airflow.tasks)


def _edited(lines: list[TextLine], edits: list[_Edit]) -> list[TextLine]:
    """Replace parts of lines; the places are in bytes, as `ast` counts them."""
    found = {line.cell_line: line for line in lines}
    for number, start, end, text in sorted(edits, reverse=True):
        line = found.get(number)
        if line is not None:
            raw = line.text.encode()
            found[number] = replace(line, text=raw[:start].decode() + text + raw[end:].decode())
    return [found.get(line.cell_line, line) for line in lines]
