"""What a task owes to the run before: ``depends_on_past`` and ``wait_for_downstream``.

References
----------
``airflow.ti_deps.deps.prev_dagrun_dep.PrevDagrunDep``.
"""

from __future__ import annotations

from mwaa_kit.engine.world import KnownRun
from mwaa_kit.model.run import SKIPPED, SUCCESS
from mwaa_kit.model.spec import TaskSpec


def why_blocked(task: TaskSpec, previous: KnownRun | None) -> str:
    """Say why a task may not run after what it did in the run before; empty when it may.

    Parameters
    ----------
    previous
        The run before; None for the first.
    """
    if previous is None or not (task.depends_on_past or task.wait_for_downstream):
        return ""
    own = [one for one in previous.instances if one.task_id == task.task_id]
    below = [one for one in previous.instances if one.task_id in task.downstream] if task.wait_for_downstream else []
    if not own:
        return f"{task.task_id!r} depends on the past, and did not run in {previous.info.run_id}"
    for one in (*own, *below):
        if one.state not in (SUCCESS, SKIPPED):
            ended = one.state or "not started"
            return f"{task.task_id!r} depends on the past, and {one.task_id!r} is {ended} in {previous.info.run_id}"
    return ""
