"""The queue of what is ready: who may start now, by pools and limits, in Airflow's order.

The order is that of Airflow's scheduler: the heaviest first, then by map index, then as written. What finds no free slot
waits, and does not hold up what needs other slots.

References
----------
``SchedulerJobRunner._executable_task_instances_to_queued``; Airflow documentation, "Pools" and "Priority Weights".
"""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from collections.abc import Iterator, Mapping

from mwaa_kit.engine.jobs import Job
from mwaa_kit.model.run import TaskKey
from mwaa_kit.model.spec import DagSpec, TaskSpec
from mwaa_kit.scheduler.local import FILE_NAME

DEFAULT_SLOTS = 128
"""Airflow's ``core.default_pool_task_slot_count``; also taken for a pool that nobody defined here."""

DEFAULT_POOL = "default_pool"

Lane = tuple[str, int, str]
"""What jobs with the same needs share: pool, slots, and the task where that has limits of its own."""

Place = tuple[int, int, int, int]
"""Where a job stands in the order."""


class ReadyQueue:
    """Jobs that could run, until there is room for them.

    Parameters
    ----------
    pools
        The slots of each pool.
    """

    def __init__(self, dag: DagSpec, pools: Mapping[str, int]) -> None:
        self._dag = dag
        self._pools = pools
        self._weights = weigh(dag)
        self._order = {task.task_id: position for position, task in enumerate(dag.tasks)}
        self._lanes: dict[Lane, list[tuple[Place, Job]]] = {}
        self._waits: list[Job] = []
        self._running: set[TaskKey] = set()
        self._used: Counter[str] = Counter()
        self._of_task: Counter[str] = Counter()
        self._tie = itertools.count()

    def __bool__(self) -> bool:
        return bool(self._waits or self._lanes)

    def __iter__(self) -> itertools.chain[Job]:
        return itertools.chain(self._waits, (job for lane in self._lanes.values() for _, job in lane))

    def push(self, job: Job) -> None:
        """Take a job; one that only waits for a trigger needs no slot."""
        if job.deferral is not None:
            self._waits.append(job)
            return
        task = self._dag.by_id[job.key[0]]
        limited = _limit_of(task) is not None
        lane = (task.pool, task.pool_slots, task.task_id if limited else "")
        place = (-self._weights[task.task_id], job.key[1], self._order[task.task_id], next(self._tie))
        heapq.heappush(self._lanes.setdefault(lane, []), (place, job))

    def pop(self) -> Job | None:
        """Return the next job that may start; None when there is none."""
        if self._waits:
            return self._waits.pop(0)
        lane = self._next_lane()
        if lane is None:
            return None
        _, job = heapq.heappop(self._lanes[lane])
        if not self._lanes[lane]:
            del self._lanes[lane]
        return job

    def can_start(self) -> bool:
        """Whether there is a job that may start."""
        return bool(self._waits) or self._next_lane() is not None

    def _next_lane(self) -> Lane | None:
        if len(self._running) >= self._dag.max_active_tasks:
            return None
        open_lanes = (lane for lane in self._lanes if self._has_room(lane))
        return min(open_lanes, key=lambda lane: self._lanes[lane][0][0], default=None)

    def _has_room(self, lane: Lane) -> bool:
        pool, slots, task_id = lane
        if self._used[pool] + slots > self.size_of(pool):
            return False
        limit = _limit_of(self._dag.by_id[task_id]) if task_id else None
        return limit is None or self._of_task[task_id] < limit

    def size_of(self, pool: str) -> int:
        """Return how many slots a pool has."""
        return self._pools.get(pool, DEFAULT_SLOTS)

    def why_never(self, task: TaskSpec) -> str:
        """Say why a task could never start; empty when it could."""
        if task.pool_slots <= self.size_of(task.pool):
            return ""
        return f"it needs {task.pool_slots} slots, and the pool {task.pool!r} has {self.size_of(task.pool)}"

    def occupy(self, key: TaskKey) -> None:
        """Note that an instance runs."""
        task = self._dag.by_id[key[0]]
        self._running.add(key)
        self._used[task.pool] += task.pool_slots
        self._of_task[task.task_id] += 1

    def release(self, key: TaskKey) -> None:
        """Note that an instance does not run any more."""
        if key in self._running:
            task = self._dag.by_id[key[0]]
            self._running.remove(key)
            self._used[task.pool] -= task.pool_slots
            self._of_task[task.task_id] -= 1

    def clear(self) -> None:
        """Forget what waits."""
        self._waits.clear()
        self._lanes.clear()


def note_undefined(dag: DagSpec, pools: Mapping[str, int]) -> Iterator[str]:
    """Yield a sentence for each pool that tasks name and nobody defined here: Airflow never starts such a task."""
    wanted = {task.pool: task.task_id for task in reversed(dag.tasks)}
    for pool in sorted({*wanted} - {*pools, DEFAULT_POOL}):
        yield (
            f"no pool {pool!r} is defined here, which {wanted[pool]!r} takes slots of: it gets {DEFAULT_SLOTS}. On MWAA "
            f"such a task never starts until the pool is made. To try a size, write below [pools] in {FILE_NAME}: {pool} = 4"
        )


def _limit_of(task: TaskSpec) -> int | None:
    """Return how many instances of a task may run at once; one run is all runs there are."""
    limits = [limit for limit in (task.max_active_tis_per_dag, task.max_active_tis_per_dagrun) if limit is not None]
    return min(limits, default=None)


def weigh(dag: DagSpec) -> dict[str, int]:
    """Return the effective weight of each task: its own, and by its rule that of all tasks below or above it.

    Sets of tasks are numbers, a bit a task, so that a Dag of thousands of tasks is weighed in milliseconds.

    References
    ----------
    ``airflow.task.priority_strategy``.
    """
    known = dag.tasks
    bits = {task.task_id: 1 << position for position, task in enumerate(known)}
    alike: Counter[int] = Counter()  # by weight, the set of the tasks that have it
    for task in known:
        alike[task.priority_weight] |= bits[task.task_id]
    below = _reach(dag, bits, "downstream") if any(task.weight_rule == "downstream" for task in known) else {}
    above = _reach(dag, bits, "upstream") if any(task.weight_rule == "upstream" for task in known) else {}
    found = {}
    for task in known:
        relatives = {"downstream": below, "upstream": above}.get(task.weight_rule, {}).get(task.task_id, 0)
        others = sum(weight * (relatives & members).bit_count() for weight, members in alike.items())
        found[task.task_id] = task.priority_weight + others
    return found


def _reach(dag: DagSpec, bits: Mapping[str, int], direction: str) -> dict[str, int]:
    """Return for each task the set of all tasks below or above it."""
    import graphlib

    edges = {name: [one for one in getattr(dag.by_id[name], direction) if one in bits] for name in bits}
    found: dict[str, int] = {}
    for name in graphlib.TopologicalSorter(edges).static_order():
        reached = 0
        for other in edges[name]:
            reached |= bits[other] | found[other]
        found[name] = reached
    return found
