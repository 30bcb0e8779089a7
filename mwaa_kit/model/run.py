"""What happens in a Dag run: events as they happen, and the run as it stands at its end.

One idea in more than 300 lines: the words for what happened, each a small data class.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from mwaa_kit.model import wire
from mwaa_kit.model.nextsteps import next_step

RETURN_KEY = "return_value"
UNMAPPED = -1

SUCCESS = "success"
FAILED = "failed"
SKIPPED = "skipped"
UPSTREAM_FAILED = "upstream_failed"
REMOVED = "removed"
RUNNING = "running"
UP_FOR_RETRY = "up_for_retry"
UP_FOR_RESCHEDULE = "up_for_reschedule"
DEFERRED = "deferred"
AWAITING_INPUT = "awaiting_input"

FINISHED = frozenset({SUCCESS, FAILED, SKIPPED, UPSTREAM_FAILED, REMOVED})
"""Airflow's terminal task states."""

_AFTER_AN_ERROR = frozenset({FAILED, UP_FOR_RETRY})

AIRFLOWS_OWN = ("Done. Returned value was: ", "Pushing xcom")
"""How lines of a log begin that Airflow writes of every task; the state and the value say it better."""

TaskKey = tuple[str, int]
"""A task instance of one run: (task_id, map_index); the map_index of a task that is not mapped is -1."""


@dataclass(frozen=True)
class Event:
    """Something that happened in a run, at an aware UTC time."""

    name: ClassVar[str] = ""
    at: datetime

    def to_dict(self) -> dict[str, Any]:
        """Return one line of ``run --json``."""
        return {"event": self.name, **wire.to_dict(self)}


@dataclass(frozen=True)
class RunStarted(Event):
    """A run began."""

    name: ClassVar[str] = "run_started"
    dag_id: str
    run_id: str
    logical_date: datetime | None
    conf: dict[str, Any]
    tasks: tuple[str, ...]


@dataclass(frozen=True)
class RunCancelling(Event):
    """The user asked the run to stop; what runs is being stopped."""

    name: ClassVar[str] = "run_cancelling"
    dag_id: str
    run_id: str


@dataclass(frozen=True)
class TaskStateChanged(Event):
    """A task instance reached a state.

    Parameters
    ----------
    reason
        Why, where the state is not the task's own doing (``upstream 'load' failed``); the error of a failed task; else
        empty.
    until
        When it goes on by itself: the next try, or the next look of a sensor.
    duration_seconds
        How long the try took that ends with this state; None for a state that ends none.
    """

    name: ClassVar[str] = "task_state"
    task_id: str
    map_index: int
    try_number: int
    state: str
    reason: str = ""
    until: datetime | None = None
    duration_seconds: float | None = None

    @property
    def hint(self) -> str:
        """What to do next about the error; empty where the state is none of an error, or nothing is known."""
        return next_step(self.task_id, self.reason) if self.state in _AFTER_AN_ERROR else ""

    def to_dict(self) -> dict[str, Any]:
        """Return one line of ``run --json``; ``hint`` is in it only where there is one."""
        shown = super().to_dict()
        return shown | {"hint": hint} if (hint := self.hint) else shown


@dataclass(frozen=True)
class LogLine(Event):
    """One line that a task wrote: a log record, or what it printed (level ``info``)."""

    name: ClassVar[str] = "log"
    task_id: str
    map_index: int
    try_number: int
    level: str
    message: str


@dataclass(frozen=True)
class XCom:
    """A value a task instance left for others.

    Parameters
    ----------
    stored
        The value as Airflow serialised it: JSON, in which everything that is not JSON by itself is a dict with
        ``__classname__``.
    """

    task_id: str
    map_index: int
    key: str
    stored: Any

    @property
    def size_bytes(self) -> int:
        """Length of the serialised value, as UTF-8 JSON."""
        return len(json.dumps(self.stored, default=str).encode())

    @property
    def is_json(self) -> bool:
        """Whether the value is JSON by itself: nothing with a class, and no number that JSON cannot write."""
        return _is_plain(self.stored)

    @property
    def type_name(self) -> str:
        """The value's type, such as ``builtins.dict``."""
        if isinstance(self.stored, dict) and isinstance(self.stored.get("__classname__"), str):
            return str(self.stored["__classname__"])
        return f"builtins.{type(self.stored).__name__}"

    def to_dict(self) -> dict[str, Any]:
        """Return the xcom as ``run --json`` prints it."""
        plain = self.is_json
        shown = {"task_id": self.task_id, "map_index": self.map_index, "key": self.key, "type": self.type_name}
        shown |= {"bytes": self.size_bytes, "json": plain}
        return {**shown, "value": self.stored} if plain else shown


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return "__classname__" not in value and all(_is_plain(item) for item in value.values())
    if isinstance(value, list):
        return all(_is_plain(item) for item in value)
    return not isinstance(value, float) or math.isfinite(value)


@dataclass(frozen=True)
class XComPushed(Event):
    """A task instance left a value; only its size and type travel with the event."""

    name: ClassVar[str] = "xcom"
    task_id: str
    map_index: int
    key: str
    type: str
    size_bytes: int = field(metadata={"wire": "bytes"})


@dataclass(frozen=True)
class RunNote(Event):
    """Something about the run as a whole that the user should know: what it takes over, what is not recorded.

    Parameters
    ----------
    task_id
        The task it is about; empty for the run.
    """

    name: ClassVar[str] = "note"
    message: str
    task_id: str = ""


@dataclass(frozen=True)
class TaskInstance:
    """One task instance at the end of a run.

    Parameters
    ----------
    state
        Airflow's own; None when it never started, as after a cancel.
    error
        The last line of the traceback of a failed task; empty otherwise.
    reused
        Whether an earlier run's result stands for it.
    stubbed
        Whether a stand-in's: a value or a state that the user gave, or a recorded one.
    source
        The run_id of the earlier run, or what else stands for it; empty when the task itself ran.
    """

    task_id: str
    map_index: int = UNMAPPED
    state: str | None = None
    try_number: int = 0
    error: str = ""
    start_date: datetime | None = None
    end_date: datetime | None = None
    reused: bool = False
    stubbed: bool = False
    source: str = ""

    @property
    def key(self) -> TaskKey:
        """(task_id, map_index)."""
        return (self.task_id, self.map_index)

    @property
    def hint(self) -> str:
        """What to do next about the error; empty where it did not fail, or nothing is known."""
        return next_step(self.task_id, self.error) if self.state == FAILED else ""


def hints_of(instances: Iterable[TaskInstance]) -> tuple[str, ...]:
    """Return what to do next about those that failed, each thing once."""
    return tuple(dict.fromkeys(one.hint for one in instances if one.hint))


@dataclass(frozen=True)
class TaskResult:
    """What one task of a run did: ``run["features"]``.

    Parameters
    ----------
    instances
        One, or as many as a mapped task had inputs, by map_index.
    xcoms
        What it left, by map_index and key.
    """

    instances: tuple[TaskInstance, ...]
    xcoms: tuple[XCom, ...] = ()
    read: Callable[[Any], object] = field(default=lambda stored: stored, repr=False, compare=False)

    @property
    def state(self) -> str | None:
        """The state; of a mapped task the worst one."""
        order = (None, FAILED, UPSTREAM_FAILED, RUNNING, UP_FOR_RETRY, SKIPPED, SUCCESS)
        states = {instance.state for instance in self.instances}
        return next((state for state in order if state in states), next(iter(states), None))

    @property
    def value(self) -> object:
        """What the task returned, as a live object; of a mapped task the list over its map indexes."""
        return self.xcom(RETURN_KEY)

    def xcom(self, key: str) -> object:
        """Return the value left under `key` as a live object; None when there is none."""
        found = {xcom.map_index: self.read(xcom.stored) for xcom in self.xcoms if xcom.key == key}
        if any(index != UNMAPPED for index in found):
            return [found[index] for index in sorted(found)]
        return found.get(UNMAPPED)


@dataclass(frozen=True)
class DagRun:
    """A run at its end; ``run["features"].value`` is a task's result as a live object.

    Parameters
    ----------
    state
        ``success`` or ``failed``.
    cancelled
        Whether the user stopped it; its state is then ``failed``.
    read
        How a stored XCom value becomes a live object again.
    record
        The file of its events; empty when none was kept.
    draw_card
        How its card is drawn.
    hide
        How secrets in a JSON value are blotted out where it is shown.
    triggered
        The runs of other Dags that it started.
    """

    dag_id: str
    run_id: str
    state: str
    logical_date: datetime | None = None
    cancelled: bool = False
    task_instances: tuple[TaskInstance, ...] = ()
    xcoms: tuple[XCom, ...] = ()
    start_date: datetime | None = None
    end_date: datetime | None = None
    read: Callable[[Any], object] = field(default=lambda stored: stored, repr=False, compare=False)
    record: str = field(default="", repr=False, compare=False)
    draw_card: Callable[[DagRun], Any] | None = field(default=None, repr=False, compare=False)
    hide: Callable[[Any], Any] = field(default=lambda value: value, repr=False, compare=False)
    triggered: tuple[DagRun, ...] = ()

    @property
    def states(self) -> Mapping[TaskKey, str | None]:
        """State by (task_id, map_index)."""
        return {instance.key: instance.state for instance in self.task_instances}

    @property
    def duration_seconds(self) -> float | None:
        """How long it took, by the clock; None when it is not known."""
        return (self.end_date - self.start_date).total_seconds() if self.start_date and self.end_date else None

    @property
    def failures(self) -> tuple[DagRun, ...]:
        """The runs that did not succeed: of those that it started, however deep, and itself."""
        below = tuple(run for other in self.triggered for run in other.failures)
        return below if self.state == SUCCESS else (*below, self)

    def __getitem__(self, task_id: str) -> TaskResult:
        instances = tuple(instance for instance in self.task_instances if instance.task_id == task_id)
        if not instances:
            raise KeyError(task_id)
        return TaskResult(instances, tuple(xcom for xcom in self.xcoms if xcom.task_id == task_id), self.read)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(instance.task_id for instance in self.task_instances))

    def card(self) -> Any:
        """Return the run as one page: graph, timeline, outputs, logs. It shows itself in a cell; ``save(path)`` writes it.

        Raises
        ------
        ValueError
            If the run was not made by the verb ``run``, so that nobody says how it is drawn.
        """
        if self.draw_card is None:
            raise ValueError("this run has no card: it was not made by mwaa_kit.run")
        return self.draw_card(self)

    def _shown(self, xcom: XCom) -> dict[str, Any]:
        shown = xcom.to_dict()
        return shown | {"value": self.hide(shown["value"])} if "value" in shown else shown

    def to_dict(self) -> dict[str, Any]:
        """Return the last line of ``run --json``, with what is secret blotted out."""
        shown: tuple[str, ...] = ("task_id", "map_index", "state", "try_number", "reused", "stubbed", "source", "error")
        shown += ("hint", "start_date", "end_date")
        document = {
            "event": "run_finished",
            "at": wire.to_dict(self.end_date),
            "dag_id": self.dag_id,
            "run_id": self.run_id,
            "state": self.state,
            "cancelled": self.cancelled,
            "duration_seconds": self.duration_seconds,
            "task_instances": [{n: wire.to_dict(getattr(one, n)) for n in shown} for one in self.task_instances],
            "xcoms": [self._shown(xcom) for xcom in self.xcoms],
        }
        # Only a run that started others says so.
        return document | ({"triggered": [run.to_dict() for run in self.triggered]} if self.triggered else {})
