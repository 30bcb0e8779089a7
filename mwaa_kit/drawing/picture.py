"""`Picture`: everything a drawing shows of one Dag, joined before anything is drawn.

A `DagSpec` knows tasks and edges; a `DagModule` knows the cells they were written in and why one task waits for
another; a run knows states. The painters (text, SVG, Mermaid, HTML) read the picture and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mwaa_kit.model.module import DagModule, EdgeReason, TaskAnchor
from mwaa_kit.model.spec import DagSpec, TaskGroupSpec, TaskSpec

States = Mapping[str, str | Mapping[str, int]]
"""By task_id: Airflow's state, or for a mapped task how many of its task instances are in each state."""


@dataclass(frozen=True)
class StateCount:
    """How many task instances of a task are in one state."""

    state: str
    count: int


@dataclass(frozen=True)
class DrawnTask:
    """One task, with what a notebook and a run know of it.

    Parameters
    ----------
    cell
        Counted from 1 over all kinds of cells; None when it was not written in a notebook.
    states
        Empty when no run is shown, or this task has not been looked at.
    """

    spec: TaskSpec
    cell: int | None = None
    states: tuple[StateCount, ...] = ()

    @property
    def task_id(self) -> str:
        """The task_id."""
        return self.spec.task_id

    @property
    def label(self) -> str:
        """The name within its task group."""
        return self.spec.label or self.spec.task_id

    @property
    def map_count(self) -> int | None:
        """How many task instances a mapped task has, where that is known: from a run, or from a literal."""
        if not self.spec.mapped:
            return None
        if self.states:
            return sum(s.count for s in self.states)
        literal = self.spec.expansion if not self.spec.mapped_groups else None
        return literal.size if literal and literal.operation == "literal" else None

    @property
    def state(self) -> str:
        """The state to show where there is room for one: of several, the one that most wants a look."""
        return min((s.state for s in self.states), key=_urgency, default="")


@dataclass(frozen=True)
class DrawnEdge:
    """One task waits for another: the names of the values between them, and why."""

    upstream: str
    downstream: str
    names: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class DrawnAsset:
    """An asset beside the tasks.

    Parameters
    ----------
    direction
        ``in`` or ``out``, seen from the tasks.
    task_ids
        The tasks that read or write it; empty for an asset that the Dag is scheduled on.
    """

    name: str
    direction: str
    task_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Picture:
    """One Dag, ready to be drawn.

    Parameters
    ----------
    tasks, groups
        In written order.
    edges
        In the written order of the downstream tasks; each pair once, and only between tasks that are there.
    """

    dag_id: str
    schedule: str | None = None
    description: str = ""
    tasks: tuple[DrawnTask, ...] = ()
    groups: tuple[TaskGroupSpec, ...] = ()
    edges: tuple[DrawnEdge, ...] = ()
    assets: tuple[DrawnAsset, ...] = ()

    @cached_property
    def by_id(self) -> dict[str, DrawnTask]:
        """The tasks by task_id."""
        return {task.task_id: task for task in self.tasks}

    @cached_property
    def incoming(self) -> dict[str, tuple[DrawnEdge, ...]]:
        """The edges that lead to each task."""
        found: dict[str, list[DrawnEdge]] = {task.task_id: [] for task in self.tasks}
        for edge in self.edges:
            found[edge.downstream].append(edge)
        return {task_id: tuple(edges) for task_id, edges in found.items()}

    @property
    def shows_states(self) -> bool:
        """Whether a run is painted on it."""
        return any(task.states for task in self.tasks)

    def to_dict(self) -> dict[str, object]:
        """Return one entry of the ``dags`` of ``draw --format json``; ``extensions/graph/src/wire.ts`` names its types."""
        return {
            "dag_id": self.dag_id,
            "schedule": self.schedule,
            "description": self.description,
            "tasks": [_task_to_dict(task) for task in self.tasks],
            "groups": [_group_to_dict(group) for group in self.groups],
            "edges": [
                {"upstream": e.upstream, "downstream": e.downstream, "names": list(e.names), "reason": e.reason}
                for e in self.edges
            ],
            "assets": [{"name": a.name, "direction": a.direction, "task_ids": list(a.task_ids)} for a in self.assets],
        }


def to_dict(pictures: Iterable[Picture]) -> dict[str, object]:
    """Return the document that ``draw --format json`` prints."""
    return {"dags": [picture.to_dict() for picture in pictures]}


def picture_of(dag: DagSpec, module: DagModule | None = None, states: States | None = None) -> Picture:
    """Join a Dag with the notebook it was written in and the states of one of its runs.

    Parameters
    ----------
    module
        Gives the cells and the reasons; None for a plain Dag file.
    states
        By task_id; tasks not in it are drawn without a state.
    """
    anchors = {a.task_id: a for a in module.tasks if a.dag_id == dag.dag_id} if module else {}
    reasons = {(r.upstream, r.downstream): r for r in module.edges if r.dag_id == dag.dag_id} if module else {}
    pairs = dict.fromkeys((up, down) for up, down in dag.edges if up in dag.by_id and up != down)
    return Picture(
        dag.dag_id,
        dag.schedule,
        dag.description,
        tuple(_drawn_task(task, anchors.get(task.task_id), states or {}) for task in dag.by_id.values()),
        tuple(dag.group_by_id.values()),
        tuple(_drawn_edge(pair, reasons.get(pair)) for pair in pairs),
        tuple(_drawn_assets(dag)),
    )


def _drawn_assets(dag: DagSpec) -> Iterator[DrawnAsset]:
    """Yield what the Dag is scheduled on, then what its tasks read, then what they write."""
    yield from (DrawnAsset(name, "in") for name in dict.fromkeys(_condition_names(dag.asset_condition)))
    for direction in ("in", "out"):
        users: dict[str, list[str]] = {}
        for task in dag.tasks:
            for name in task.inlets if direction == "in" else task.outlets:
                users.setdefault(name, []).append(task.task_id)
        yield from (DrawnAsset(name, direction, tuple(task_ids)) for name, task_ids in users.items())


def _condition_names(condition: Any) -> Iterator[str]:
    """Yield the names in a `DagSpec.asset_condition`."""
    for key, value in (condition or {}).items():
        if key in ("all", "any"):
            for part in value:
                yield from _condition_names(part)
        else:
            yield str(value[0] if key == "asset" else value)


def _drawn_task(task: TaskSpec, anchor: TaskAnchor | None, states: States) -> DrawnTask:
    given = states.get(task.task_id, {})
    counts = {given: 1} if isinstance(given, str) else given
    drawn = (StateCount(state or "none", count) for state, count in counts.items() if count > 0)
    ordered = tuple(sorted(drawn, key=lambda s: _urgency(s.state)))
    return DrawnTask(task, anchor.cell if anchor else None, ordered)


def _drawn_edge(pair: tuple[str, str], reason: EdgeReason | None) -> DrawnEdge:
    return DrawnEdge(*pair, reason.names, reason.reason) if reason else DrawnEdge(*pair)


_URGENT = (
    *("failed", "upstream_failed", "up_for_retry", "awaiting_input", "running", "restarting", "deferred"),
    *("up_for_reschedule", "queued", "scheduled", "none", "success", "skipped", "removed"),
)


def _urgency(state: str) -> tuple[int, str]:
    """Sort states by how much they want a look; one that Airflow adds later comes first."""
    return (_URGENT.index(state) if state in _URGENT else -1, state)


def _task_to_dict(task: DrawnTask) -> dict[str, object]:
    spec = task.spec
    return {
        "task_id": spec.task_id,
        "label": task.label,
        "operator": spec.operator,
        "group": spec.group,
        "mapped": spec.mapped,
        "map_count": task.map_count,
        "trigger_rule": spec.trigger_rule,
        "is_setup": spec.is_setup,
        "is_teardown": spec.is_teardown,
        "cell": task.cell,
        "doc": spec.doc,
        "states": [{"state": s.state, "count": s.count} for s in task.states],
    }


def _group_to_dict(group: TaskGroupSpec) -> dict[str, object]:
    return {
        "group_id": group.group_id,
        "label": group.label or group.group_id,
        "parent": group.parent,
        "mapped": group.expansion is not None,
        "tooltip": group.tooltip,
    }
