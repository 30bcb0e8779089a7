"""How a run ended, by the states of its task instances."""

from __future__ import annotations

from mwaa_kit.model.run import FAILED, FINISHED, SUCCESS, UPSTREAM_FAILED
from mwaa_kit.model.spec import DagSpec, TaskSpec
from mwaa_kit.scheduler.state import RunState


def final_state(state: RunState) -> str:
    """Return the run's state by Airflow's rule: its leaves decide; a teardown counts only where it says so.

    Task instances that could never start mean a deadlock, which Airflow calls failed.
    """
    instances = [key for task in state.dag.tasks for key in state.keys_of(task.task_id)]
    if any(state.state_of(key) not in FINISHED for key in instances):
        return FAILED
    leaves = _leaves(state.dag)
    ended = {state.state_of(key) for key in instances if key[0] in leaves}
    return FAILED if ended & {FAILED, UPSTREAM_FAILED} else SUCCESS


def _leaves(dag: DagSpec) -> set[str]:
    """Return the tasks whose states decide the run's."""

    def ignorable(task: TaskSpec) -> bool:
        return task.is_teardown and not task.on_failure_fail_dagrun

    leaves = {
        task.task_id
        for task in dag.tasks
        if not ignorable(task) and all(ignorable(dag.by_id[down]) for down in task.downstream if down in dag.by_id)
    }
    return leaves or {task.task_id for task in dag.tasks if not task.downstream}
