"""`RunRecord`: all that is known of one run from its event lines, whoever wrote them and whether it has ended or not.

The lines are those of ``run --json`` with one before them, `RunDescribed`, that says what was run. So one file is enough to
follow a run from another process, to play it again, and to draw its card.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from mwaa_kit.model import wire
from mwaa_kit.model.module import EdgeReason, TaskAnchor
from mwaa_kit.model.run import (
    Event,
    LogLine,
    RunCancelling,
    RunNote,
    RunStarted,
    TaskInstance,
    TaskKey,
    TaskStateChanged,
    XComPushed,
)
from mwaa_kit.model.spec import DagSpec

RUN_FINISHED = "run_finished"


@dataclass(frozen=True)
class RunDescribed(Event):
    """What is run, and on what: the first line of a record.

    Parameters
    ----------
    path
        The notebook or Dag file; empty for a Dag that exists only in a kernel.
    cells, edges
        Where each task was written, and why one waits for another; empty for a plain Dag file.
    versions
        By name: ``airflow``, ``python``, ``mwaa-kit``.
    """

    name: ClassVar[str] = "run_described"
    dag: DagSpec
    path: str = ""
    mode: str = ""
    cells: tuple[TaskAnchor, ...] = ()
    edges: tuple[EdgeReason, ...] = ()
    versions: dict[str, str] = field(default_factory=dict)


_EVENTS: dict[str, type[Event]] = {
    kind.name: kind
    for kind in (RunDescribed, RunStarted, RunNote, RunCancelling, RunNote, TaskStateChanged, LogLine, XComPushed)
}


def read_event(line: Mapping[str, Any]) -> Event | None:
    """Read what ``Event.to_dict`` gave; None for a line that is no event of ours, as a newer kit may write."""
    kind = _EVENTS.get(str(line.get("event")))
    return wire.from_dict(kind, line) if kind else None


@dataclass(frozen=True)
class XComSummary:
    """A value a task left, as far as the record keeps it.

    Parameters
    ----------
    kept
        Whether `value` is the value; a large one, and one that is not JSON, is told by its type and size only.
    """

    task_id: str
    map_index: int
    key: str
    type: str
    size_bytes: int = field(metadata={"wire": "bytes"})
    kept: bool = False
    value: Any = None

    @property
    def of(self) -> TaskKey:
        """The task instance that left it."""
        return (self.task_id, self.map_index)

    @property
    def type_name(self) -> str:
        """The value's type, as :attr:`~mwaa_kit.model.run.XCom.type_name` says it."""
        return self.type


@dataclass(frozen=True)
class RunRecord:
    """One run.

    Parameters
    ----------
    described
        None when the first line is missing.
    events
        In the order in which they happened, without the first and the last line.
    finished
        The last line of ``run --json``; None for a run that goes on, or was broken off.
    """

    described: RunDescribed | None = None
    events: tuple[Event, ...] = ()
    finished: Mapping[str, Any] | None = None

    @cached_property
    def started(self) -> RunStarted | None:
        """How it began."""
        return next((event for event in self.events if isinstance(event, RunStarted)), None)

    @cached_property
    def dag(self) -> DagSpec:
        """What was run; the bare tasks when the record does not say more."""
        from mwaa_kit.model.spec import TaskSpec

        if self.described:
            return self.described.dag
        tasks = self.started.tasks if self.started else ()
        return DagSpec(self.started.dag_id if self.started else "", tuple(TaskSpec(name, "") for name in tasks))

    @property
    def dag_id(self) -> str:
        """The dag_id."""
        return self.dag.dag_id

    @property
    def cancelled(self) -> bool:
        """Whether the user stopped it."""
        return bool(self.finished and self.finished.get("cancelled"))

    @property
    def run_id(self) -> str:
        """The run_id; empty before it began."""
        return self.started.run_id if self.started else ""

    @property
    def start_date(self) -> datetime | None:
        """When it began."""
        return self.started.at if self.started else None

    @cached_property
    def end_date(self) -> datetime | None:
        """When it ended; for one without an end, the time of the last event."""
        if self.finished and self.finished.get("at"):
            return datetime.fromisoformat(self.finished["at"])
        return self.events[-1].at if self.events else None

    @property
    def state(self) -> str:
        """``success`` or ``failed``; ``running`` without an end."""
        return str(self.finished["state"]) if self.finished else "running"

    @cached_property
    def states(self) -> dict[TaskKey, list[TaskStateChanged]]:
        """The states of each task instance, in their order."""
        found: dict[TaskKey, list[TaskStateChanged]] = {}
        for event in self.events:
            if isinstance(event, TaskStateChanged):
                found.setdefault((event.task_id, event.map_index), []).append(event)
        return found

    @cached_property
    def task_instances(self) -> tuple[TaskInstance, ...]:
        """Each task instance as it stood last, in the Dag's order; those that never started have no state."""
        if self.finished is not None:
            return tuple(wire.from_dict(TaskInstance, one) for one in self.finished["task_instances"])
        found = {key: _as_it_stood(key, events) for key, events in self.states.items()}
        for task_id in self.started.tasks if self.started else ():
            if not any(key[0] == task_id for key in found):
                found[task_id, -1] = TaskInstance(task_id)
        order = {task_id: place for place, task_id in enumerate(self.dag.by_id)}
        return tuple(sorted(found.values(), key=lambda one: (order.get(one.task_id, len(order)), one.map_index)))

    @cached_property
    def logs(self) -> dict[TaskKey, list[LogLine]]:
        """What each task instance wrote."""
        found: dict[TaskKey, list[LogLine]] = {}
        for event in self.events:
            if isinstance(event, LogLine):
                found.setdefault((event.task_id, event.map_index), []).append(event)
        return found

    @cached_property
    def xcoms(self) -> tuple[XComSummary, ...]:
        """The values that were left; of a run without an end, their types and sizes."""
        if self.finished is not None:
            kept = [{**one, "kept": "value" in one} for one in self.finished["xcoms"]]
            return tuple(wire.from_dict(XComSummary, one) for one in kept)
        last = {(e.task_id, e.map_index, e.key): e for e in self.events if isinstance(e, XComPushed)}
        return tuple(XComSummary(*key, event.type, event.size_bytes) for key, event in last.items())


def _as_it_stood(key: TaskKey, events: list[TaskStateChanged]) -> TaskInstance:
    last = events[-1]
    error = last.reason if last.state == "failed" else ""
    return TaskInstance(*key, last.state, last.try_number, error, events[0].at, last.at)


def read_record(lines: Iterable[str]) -> RunRecord:
    """Read the lines of a record. A last line that was not written to its end is left out."""
    described, events, finished = None, [], None
    for line in lines:
        try:
            given = json.loads(line)
        except json.JSONDecodeError:
            continue
        if given.get("event") == RUN_FINISHED:
            finished = given
        elif isinstance(event := read_event(given), RunDescribed):
            described = event
        elif event is not None:
            events.append(event)
    return RunRecord(described, tuple(events), finished)
