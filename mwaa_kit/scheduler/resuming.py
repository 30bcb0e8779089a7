"""Resume: go on with a run that failed, from what it had done.

Notes
-----
What a resumed run takes over, in Airflow's words: what clearing the failed tasks with their downstream leaves alone. A
result is taken over only where everything that it rests on is:

- the instance succeeded, or was skipped, and all its values are on record;
- its task is what it was, code and arguments, as far as that can be seen: mend the notebook anywhere, and what you changed
  runs again;
- all its upstream is taken over, and so are its setups. What lies below something that runs again does so too, a task
  that ran because another failed among them. A setup that runs again takes all below it along: its teardown took away
  what they made.

A stubbed result is never taken over: the task itself has not succeeded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mwaa_kit.errors import UnknownRunError
from mwaa_kit.model.run import FAILED, SKIPPED, SUCCESS, TaskKey
from mwaa_kit.model.spec import DagSpec
from mwaa_kit.scheduler.history import History, Kept, StoredRun


@dataclass(frozen=True)
class Taken:
    """What a resumed run takes over.

    Parameters
    ----------
    results
        The instances that need not run again.
    changed
        Tasks that succeeded but are not what they were.
    """

    results: Mapping[TaskKey, Kept]
    changed: tuple[str, ...] = ()


def find_unfinished(history: History, dag_id: str) -> StoredRun:
    """Return the newest run of a Dag that failed or was cancelled, and was not resumed since.

    Raises
    ------
    UnknownRunError
        If there is none.
    """
    seen: set[str] = set()
    for line in history.list_runs(dag_id):
        if line.run_id not in seen and line.state == FAILED and line.info is not None:
            return line
        seen.add(line.run_id)
    what = "every run of it on record succeeded or still runs" if seen else "no run of it is on record"
    raise UnknownRunError(
        f"there is nothing to resume of Dag {dag_id!r}: {what}", hint="leave --resume out to run it from the beginning"
    )


def take_over(dag: DagSpec, kept: Iterable[Kept], digests: Mapping[str, str]) -> Taken:
    """Return which results of an earlier run stand.

    Parameters
    ----------
    dag
        As it is now.
    kept
        All instances of the earlier run.
    digests
        What each task is now; one that is missing is taken for what it was.
    """
    good: dict[TaskKey, Kept] = {}
    whole = {task.task_id for task in dag.tasks}
    changed = []
    recorded = {one.instance.task_id: one for one in kept}
    for one in kept:
        if _stands(one) and one.digest == digests.get(one.instance.task_id, one.digest):
            good[one.instance.key] = one
        else:
            whole.discard(one.instance.task_id)
            if _stands(one) and one.instance.state == SUCCESS:
                changed.append(one.instance.task_id)
    whole &= set(recorded)
    whole = _settle(dag, whole)
    results = {
        key: one
        for key, one in good.items()
        if key[0] in dag.by_id and _rests_on(dag, key[0]) <= whole and not _undone(dag, key[0], whole)
    }
    return Taken(results, tuple(dict.fromkeys(changed)))


def _stands(one: Kept) -> bool:
    return one.instance.state in (SUCCESS, SKIPPED) and one.complete and not one.instance.stubbed


def _rests_on(dag: DagSpec, task_id: str) -> set[str]:
    task = dag.by_id[task_id]
    return {name for name in (*task.upstream, *task.setups) if name in dag.by_id}


def _undone(dag: DagSpec, task_id: str, whole: set[str]) -> bool:
    """Whether a setup has to run again, because a task that needs it does."""
    return any(task_id in task.setups and not task.is_teardown and task.task_id not in whole for task in dag.tasks)


def _settle(dag: DagSpec, whole: set[str]) -> set[str]:
    """Take away what rests on something that runs again, until nothing more has to go."""
    while True:
        gone = {name for name in whole if not _rests_on(dag, name) <= whole or _undone(dag, name, whole)}
        if not gone:
            return whole
        whole = whole - gone
