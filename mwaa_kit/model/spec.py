"""`DagSpec`: what Airflow made of a Dag file, in plain data that no Airflow is needed to read.

The scheduler, the drawings, the checks and the read-back after a publish all work on it. It is written by the engine only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from mwaa_kit.model import wire


@dataclass(frozen=True)
class Length:
    """How many values something has: the size of a mapped task, before or after its upstream tasks have run.

    Parameters
    ----------
    operation
        ``literal`` (`size` says it), ``xcom`` (the length of what `task_id` returned, or the number of its map indexes),
        ``product`` (of `parts`), ``shortest`` and ``longest`` (of `parts`, as zip does), or ``total`` (of `parts`).
    """

    operation: str
    size: int = 0
    task_id: str = ""
    parts: tuple[Length, ...] = ()

    def sources(self) -> Iterator[str]:
        """Yield the task_ids whose results decide the length."""
        if self.task_id:
            yield self.task_id
        for part in self.parts:
            yield from part.sources()


@dataclass(frozen=True)
class TaskGroupSpec:
    """A task group.

    Parameters
    ----------
    parent
        The group it lies in; None when it lies in the Dag itself.
    expansion
        How often a mapped group is repeated; None when it is not mapped.
    """

    group_id: str
    label: str
    parent: str | None = None
    tooltip: str = ""
    expansion: Length | None = None


@dataclass(frozen=True)
class TaskSpec:
    """One task as written: an operator with its place in the Dag.

    Parameters
    ----------
    operator
        ``@task`` and its kin for TaskFlow, else the class name of the operator.
    group
        The id of the task group it lies in; None when it lies in the Dag itself.
    upstream, downstream
        Direct neighbours, in written order.
    setups
        The setup tasks that must succeed before it runs, direct upstream or not.
    mapped_groups
        The mapped task groups around it, outermost first.
    expansion
        How many task instances it has within one repetition of its mapped groups; None when it is not mapped itself.
    inlets, outlets
        The assets it reads and writes, by name.
    retries
        How often it is tried again after a failure.
    retry_delay_seconds, max_retry_delay_seconds
        The wait before the next try, and its ceiling (None: no ceiling).
    retry_multiplier
        1.0: the same delay each time. More: the delay is multiplied by it after each try.
    weight_rule
        What its priority is summed over: ``downstream``, ``upstream`` or ``absolute``.
    max_active_tis_per_dag, max_active_tis_per_dagrun
        How many of its instances may run at once, over all runs and in one; None sets no limit.
    depends_on_past, wait_for_downstream
        It runs only when it succeeded (and what lies directly below it) in the run before.
    """

    task_id: str
    operator: str
    label: str = ""
    group: str | None = None
    upstream: tuple[str, ...] = ()
    downstream: tuple[str, ...] = ()
    trigger_rule: str = "all_success"
    is_setup: bool = False
    is_teardown: bool = False
    on_failure_fail_dagrun: bool = False
    setups: tuple[str, ...] = ()
    mapped_groups: tuple[str, ...] = ()
    expansion: Length | None = None
    inlets: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    retries: int = 0
    retry_delay_seconds: float = 300.0
    retry_multiplier: float = 1.0
    max_retry_delay_seconds: float | None = None
    execution_timeout_seconds: float | None = None
    priority_weight: int = 1
    pool: str = "default_pool"
    doc: str = ""
    pool_slots: int = 1
    weight_rule: str = "downstream"
    max_active_tis_per_dag: int | None = None
    max_active_tis_per_dagrun: int | None = None
    depends_on_past: bool = False
    wait_for_downstream: bool = False

    @property
    def mapped(self) -> bool:
        """Whether it has one task instance for each of several inputs."""
        return self.expansion is not None or bool(self.mapped_groups)


@dataclass(frozen=True)
class DagSpec:
    """One Dag as Airflow understood it.

    Parameters
    ----------
    schedule
        As written: a cron expression, a preset, or Airflow's own description of a timetable; None for no schedule.
    tasks
        In written order.
    params
        The default value of each param that can be written as JSON.
    param_schemas
        The JSON schema of each param that has one, with its ``description``, as Airflow's ``Param`` takes them.
    paused_upon_creation
        What the Dag asks for; None when it leaves it to the environment.
    asset_condition
        For a Dag that is scheduled on assets: ``{"any": [...]}``, ``{"all": [...]}``, ``{"asset": [name, uri]}``,
        ``{"alias": name}`` or ``{"ref": name or uri}``; else None.
    max_active_tasks
        How many task instances may run at once.
    callbacks
        ``success`` and ``failure``, where the Dag has something to run when a run ends so.
    relative_path
        The Dag file, relative to the folder it was loaded from; empty for a Dag that exists only in cells.
    """

    dag_id: str
    tasks: tuple[TaskSpec, ...] = ()
    groups: tuple[TaskGroupSpec, ...] = ()
    schedule: str | None = None
    start_date: str | None = None
    catchup: bool = False
    description: str = ""
    tags: tuple[str, ...] = ()
    params: dict[str, Any] = field(default_factory=dict)
    param_schemas: dict[str, dict[str, Any]] = field(default_factory=dict)
    paused_upon_creation: bool | None = None
    fail_fast: bool = False
    relative_path: str = ""
    asset_condition: Any = None
    max_active_tasks: int = 16
    dagrun_timeout_seconds: float | None = None
    callbacks: tuple[str, ...] = ()

    @cached_property
    def by_id(self) -> dict[str, TaskSpec]:
        """The tasks by task_id, in written order."""
        return {task.task_id: task for task in self.tasks}

    @cached_property
    def group_by_id(self) -> dict[str, TaskGroupSpec]:
        """The task groups by group_id."""
        return {group.group_id: group for group in self.groups}

    def reach(self, task_ids: Iterable[str], direction: Literal["upstream", "downstream"]) -> set[str]:
        """Return all tasks that lie above or below some tasks, directly or not."""
        found: set[str] = set()
        waiting = list(task_ids)
        while waiting:
            fresh = set(getattr(self.by_id[waiting.pop()], direction)) - found
            found |= fresh
            waiting += fresh
        return found

    @property
    def edges(self) -> tuple[tuple[str, str], ...]:
        """(upstream, downstream) pairs, in the written order of the downstream tasks."""
        return tuple((up, task.task_id) for task in self.tasks for up in task.upstream)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON that :meth:`from_dict` reads back."""
        return dict(wire.to_dict(self))

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> DagSpec:
        """Read what :meth:`to_dict` gave."""
        return wire.from_dict(cls, data)


@dataclass(frozen=True)
class ImportProblem:
    """A Dag file that Airflow could not import.

    Parameters
    ----------
    message
        The last line of the traceback.
    line
        The deepest line of the Dag file itself in the traceback; None when it is not in it.
    """

    path: str
    message: str
    line: int | None = None
    traceback: str = ""


@dataclass(frozen=True)
class LoadedFile:
    """What importing one Dag file gave."""

    dags: tuple[DagSpec, ...] = ()
    problems: tuple[ImportProblem, ...] = ()
    seconds: float = 0.0

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> LoadedFile:
        """Read what ``wire.to_dict`` gave."""
        return wire.from_dict(cls, data)
