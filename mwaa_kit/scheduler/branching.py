"""Stand-ins for branches and conditions: a given value leads the run where the task's own value would have led it.

Nothing of the task runs, so what it would have skipped is left as its own operators leave it: under an XCom key, from which
:mod:`mwaa_kit.scheduler.standing` skips.

References
----------
``BranchMixIn``, ``ShortCircuitOperator`` and ``SkipMixin.skip_all_except`` of the standard provider.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from mwaa_kit.engine.protocol import BRANCHES, SKIPS_ALL_BELOW, SKIPS_NEXT
from mwaa_kit.errors import WrongUsageError
from mwaa_kit.model.spec import DagSpec


def whom_it_skips(dag: DagSpec, task_id: str, skips: str, value: Any) -> dict[str, list[str]] | None:
    """Return what a task that decides about others leaves under ``SKIPS_KEY`` for a value; None where it leaves nothing.

    Parameters
    ----------
    skips
        As in :class:`~mwaa_kit.engine.protocol.TaskInsight`.

    Raises
    ------
    WrongUsageError
        If a branch is given something else than what it can follow.
    """
    task = dag.by_id[task_id]
    if skips == BRANCHES:
        chosen = set(_read_choice(dag, task_id, value))
        followed = chosen | dag.reach(chosen, "downstream")
        return {"followed": [down for down in task.downstream if down in followed]}
    if skips in (SKIPS_ALL_BELOW, SKIPS_NEXT) and _is_no(value):
        below: Iterable[str] = task.downstream if skips == SKIPS_NEXT else dag.reach([task_id], "downstream")
        return {"skipped": sorted(one for one in below if not dag.by_id[one].is_teardown)}
    return None


def _is_no(value: Any) -> bool:
    """Whether a condition does not hold, or a person has refused."""
    return not value or (isinstance(value, dict) and value.get("chosen_options") == ["Reject"])


def _read_choice(dag: DagSpec, task_id: str, value: Any) -> Iterator[str]:
    """Yield the tasks that a branch follows: those it names, and the first ones of the groups it names."""
    names = [value] if isinstance(value, str) else [] if value is None else value
    known = isinstance(names, list) and all(name in dag.by_id or name in dag.group_by_id for name in names)
    if not known:
        raise WrongUsageError(
            f"task {task_id!r} is a branch, and its stand-in {value!r} does not name what it follows",
            hint="""give a task_id as JSON, such as --stub BRANCH='"TASK"', or several: --stub BRANCH='["ONE", "TWO"]'""",
        )
    for name in names:
        if name in dag.by_id:
            yield name
        else:
            inside = {task.task_id for task in dag.tasks if name in _groups_around(dag, task.group)}
            yield from (one for one in inside if not inside & set(dag.by_id[one].upstream))


def _groups_around(dag: DagSpec, group: str | None) -> Iterator[str]:
    while group is not None:
        yield group
        group = dag.group_by_id[group].parent
