"""From lines of a generated Dag file, as Airflow's tracebacks name them, to cells of the notebook it came from."""

from __future__ import annotations

import re
from dataclasses import replace

from mwaa_kit.model.module import DagModule
from mwaa_kit.model.run import FAILED, DagRun, Event, LogLine, TaskInstance, TaskKey, TaskStateChanged
from mwaa_kit.verbs.sources import is_plain


class Interpreter:
    """Reads a run's events and makes them speak of cells.

    Parameters
    ----------
    module
        What is run; None, or a plain Dag file, leaves everything as it is.
    dag_file
        The path under which Airflow loaded it.
    """

    def __init__(self, module: DagModule | None, dag_file: str) -> None:
        self._module = None if module is None or is_plain(module) else module
        self._dag_file = dag_file
        self._place = re.compile(rf'File "{re.escape(dag_file)}", line (\d+)')
        self._failed_at: dict[TaskKey, str] = {}

    def read(self, event: Event) -> Event:
        """Return the event with cells in place of lines of the Dag file."""
        if self._module is None:
            return event
        if isinstance(event, LogLine) and self._dag_file in event.message:
            found = self._place.search(event.message)
            if found:
                self._failed_at[event.task_id, event.map_index] = self._short(int(found[1]))
            return replace(event, message=self._place.sub(self._cell, event.message))
        if isinstance(event, TaskStateChanged) and event.state == FAILED:
            return replace(event, reason=self._with_place((event.task_id, event.map_index), event.reason))
        return event

    def finish(self, run: DagRun) -> DagRun:
        """Return the run with the cell of each error."""
        return replace(run, task_instances=tuple(self._instance(one) for one in run.task_instances))

    def _instance(self, one: TaskInstance) -> TaskInstance:
        return replace(one, error=self._with_place(one.key, one.error)) if one.error else one

    def _with_place(self, key: TaskKey, error: str) -> str:
        place = self._failed_at.get(key)
        return f"{error} ({place})" if error and place else error

    def _cell(self, match: re.Match[str]) -> str:
        assert self._module is not None
        at = self._module.locate(int(match[1]))
        return f'File "{at.path}", cell {at.cell}, line {at.line}' if at.cell else match[0]

    def _short(self, line: int) -> str:
        assert self._module is not None
        at = self._module.locate(line)
        return f"cell {at.cell}, line {at.line}" if at.cell else ""
