"""The edges between tasks: who waits for whom, by data and by ``after=``, and whether that can be."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from mwaa_kit.authoring.rules import cycle, unknown_upstream
from mwaa_kit.authoring.tasks import Task
from mwaa_kit.authoring.wiring import Wiring
from mwaa_kit.model.finding import Finding
from mwaa_kit.model.notebook import Notebook


def check_after(notebook: Notebook, tasks: tuple[Task, ...]) -> Iterator[Finding]:
    """Find ``after=`` that names no task."""
    known = {task.task_id for task in tasks}
    for task in tasks:
        for upstream in task.directive.after if task.directive is not None else ():
            if upstream not in known:
                at = notebook.locate(task.cell.cell, task.line)
                message = f"task {task.task_id!r} waits for {upstream!r}, but there is no task of that name."
                hint = f"write one of: {', '.join(sorted(known - {task.task_id})) or 'no other task is there yet'}"
                yield unknown_upstream.RULE.found(at, message, hint)


def upstream_of(task: Task, wiring: Wiring) -> tuple[str, ...]:
    """Return the direct upstream tasks of one task, each once: by data first, then by ``after=``."""
    fed = [feed.upstream for feed in wiring.feeds.get(task.task_id, [])]
    after = task.directive.after if task.directive is not None else ()
    return tuple(dict.fromkeys([*fed, *after]))


def check_cycles(notebook: Notebook, tasks: tuple[Task, ...], wiring: Wiring) -> Iterator[Finding]:
    """Find one circle of tasks that wait for each other."""
    by_id = {task.task_id: task for task in tasks}
    sorter = TopologicalSorter({t.task_id: [u for u in upstream_of(t, wiring) if u in by_id] for t in tasks})
    try:
        sorter.prepare()
    except CycleError as error:
        circle = list(reversed(error.args[1]))
        named = " → ".join(f"{task_id!r} ({by_id[task_id].cell.label})" for task_id in reversed(circle))
        last = max((by_id[task_id] for task_id in circle), key=lambda task: task.cell.code_index)
        at = notebook.locate(last.cell.cell, last.line)
        yield cycle.RULE.found(at, f"tasks wait for each other in a circle: {named}.", "remove one of these edges")
