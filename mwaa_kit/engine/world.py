"""What a running task may ask about the world around its run: other runs, assets, and people.

Plain data, as in `protocol`: an engine may be in another process.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from mwaa_kit.model.run import TaskInstance, TaskKey


@dataclass(frozen=True)
class AssetEvent:
    """An asset was updated by a task.

    Parameters
    ----------
    number
        From 1, in the order of the events.
    aliases
        The asset aliases through which it was updated.
    """

    number: int
    name: str
    uri: str
    at: datetime
    extra: Mapping[str, Any] = field(default_factory=dict)
    group: str = "asset"
    dag_id: str | None = None
    run_id: str | None = None
    task_id: str | None = None
    map_index: int | None = None
    aliases: tuple[str, ...] = ()
    partition_key: str | None = None


@dataclass(frozen=True)
class RunInfo:
    """The Dag run that a task instance belongs to.

    Parameters
    ----------
    logical_date, data_interval_start, data_interval_end
        Aware UTC; all None for a run without a date.
    conf
        What the user gave: it overrides the Dag's params.
    consumed
        The asset events for which a run of type ``asset_triggered`` was made.
    """

    dag_id: str
    run_id: str
    run_after: datetime
    logical_date: datetime | None = None
    data_interval_start: datetime | None = None
    data_interval_end: datetime | None = None
    conf: Mapping[str, Any] = field(default_factory=dict)
    run_type: str = "manual"
    consumed: tuple[AssetEvent, ...] = ()


@dataclass(frozen=True)
class KnownRun:
    """Another run, or this one as far as it came.

    Parameters
    ----------
    state
        Airflow's own: ``running``, ``success`` or ``failed``.
    """

    info: RunInfo
    state: str
    started_at: datetime
    ended_at: datetime | None = None
    instances: tuple[TaskInstance, ...] = ()

    @property
    def states(self) -> dict[TaskKey, str | None]:
        """State by (task_id, map_index)."""
        return {instance.key: instance.state for instance in self.instances}


@dataclass(frozen=True)
class Trigger:
    """A wish to run another Dag."""

    dag_id: str
    run_id: str
    logical_date: datetime | None = None
    run_after: datetime | None = None
    conf: Mapping[str, Any] = field(default_factory=dict)
    reset: bool = False


@dataclass(frozen=True)
class Triggered:
    """What became of a :class:`Trigger`.

    Parameters
    ----------
    outcome
        ``ran``; ``exists`` when there is such a run already; ``absent`` when nobody here knows the Dag; ``refused``.
    reason
        Why it was not run.
    """

    outcome: str
    reason: str = ""


@dataclass(frozen=True)
class Question:
    """What a task asks a person.

    Parameters
    ----------
    params
        The form's fields by name; each with its ``value`` and JSON ``schema``.
    defaults
        The options that are taken when nobody answers in time; None when there are none.
    """

    task_id: str
    map_index: int
    subject: str
    options: tuple[str, ...]
    body: str = ""
    defaults: tuple[str, ...] | None = None
    multiple: bool = False
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, Any]:
        """The value each field of the form has before anybody answers."""
        return {
            name: shape["value"] if isinstance(shape, Mapping) and "value" in shape else shape
            for name, shape in self.params.items()
        }


@dataclass(frozen=True)
class Answer:
    """What a person answered.

    Parameters
    ----------
    by
        Who; empty when nobody did and the defaults were taken.
    """

    options: tuple[str, ...]
    params: Mapping[str, Any] = field(default_factory=dict)
    by: str = ""


@dataclass(frozen=True)
class Pending:
    """Stands for an answer while somebody has been asked, and has not answered yet."""


class WorldServices(Protocol):
    """What a running task asks of the world around its run."""

    def find_runs(self, dag_id: str) -> Sequence[KnownRun]:
        """Return the runs of a Dag that are known here, oldest first; this very run is one of its own Dag's."""

    def read_xcom(self, dag_id: str, run_id: str, task_id: str, map_index: int, key: str) -> Any:
        """Return a value that another run left; None when there is none."""

    def list_run_xcoms(self, dag_id: str, run_id: str, task_id: str, key: str) -> Sequence[Any]:
        """Return the values that all map indexes of a task left in another run, in their order."""

    def trigger(self, key: TaskKey, try_number: int, wish: Trigger) -> Triggered:
        """Run another Dag to its end, for the task instance `key`."""

    def add_asset_events(self, key: TaskKey, events: Sequence[AssetEvent]) -> None:
        """Note that a task updated assets."""

    def list_asset_events(self) -> Sequence[AssetEvent]:
        """Return the asset events of this session, in their order."""

    def put_question(self, question: Question) -> None:
        """Note what a task will wait to be told."""

    def find_answer(self, task_id: str, map_index: int) -> Answer | Pending | None:
        """Return a person's answer, asking for it the first time; None when there is nobody to ask."""
