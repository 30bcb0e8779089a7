"""Mapped tasks: how many instances they have, and which upstream instances each of them waits for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod

from mwaa_kit.model.run import UNMAPPED
from mwaa_kit.model.spec import DagSpec, Length, TaskSpec

Lengths = Mapping[str, int]
"""By task_id: the length of what a task returned, or, for a mapped task that is finished, its number of instances."""


def length_of(length: Length, known: Lengths) -> int | None:
    """Return how many values there are; None while an upstream task has not said.

    Examples
    --------
    >>> length_of(Length("product", parts=(Length("literal", 3), Length("xcom", task_id="rows"))), {"rows": 4})
    12
    """
    if length.operation == "literal":
        return length.size
    if length.operation == "xcom":
        return known.get(length.task_id)
    parts = [length_of(part, known) for part in length.parts]
    if any(part is None for part in parts):
        return None
    sizes = [part for part in parts if part is not None]
    combine: Mapping[str, Callable[[list[int]], int]] = {"product": prod, "total": sum, "shortest": min, "longest": max}
    return combine[length.operation](sizes)


def count_instances(dag: DagSpec, task: TaskSpec, known: Lengths) -> int | None:
    """Return how many instances a task has; None while that is not known. A task that is not mapped has one."""
    sizes = [group_size(dag, group_id, known) for group_id in task.mapped_groups]
    if task.expansion is not None:
        sizes.append(length_of(task.expansion, known))
    if any(size is None for size in sizes):
        return None
    return prod(size for size in sizes if size is not None)


def group_size(dag: DagSpec, group_id: str, known: Lengths) -> int | None:
    """Return how often a mapped task group is repeated within its enclosing group."""
    expansion = dag.group_by_id[group_id].expansion
    return None if expansion is None else length_of(expansion, known)


def relevant_indexes(dag: DagSpec, task: TaskSpec, map_index: int, upstream: TaskSpec, known: Lengths) -> range | None:
    """Return the map indexes of `upstream` that one task instance waits for; None means all of them.

    Notes
    -----
    Two tasks in the same mapped group meet within one repetition of it. Where `upstream` is mapped once more inside, Airflow
    takes as many of its instances as `task` itself has in one repetition, and so do we.

    References
    ----------
    ``airflow.models.taskinstance._get_relevant_map_indexes``.
    """
    shared = [group_id for group_id in task.mapped_groups if group_id in upstream.mapped_groups]
    total = count_instances(dag, task, known)
    if not shared or map_index == UNMAPPED or not total:
        return None
    repetitions = prod(group_size(dag, group_id, known) or 0 for group_id in shared)
    if not repetitions:
        return None
    repetition = map_index * repetitions // total
    further = upstream.expansion is not None or len(upstream.mapped_groups) > len(shared)
    width = total // repetitions if further else 1
    return range(repetition * width, (repetition + 1) * width)
