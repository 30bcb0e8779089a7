"""What is ready, and why: one step of scheduling over the state of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from mwaa_kit.model.run import FAILED, FINISHED, SKIPPED, SUCCESS, UNMAPPED, UPSTREAM_FAILED, TaskKey
from mwaa_kit.model.spec import TaskSpec
from mwaa_kit.scheduler.expansion import count_instances, relevant_indexes
from mwaa_kit.scheduler.past import why_blocked
from mwaa_kit.scheduler.rules import RUN, WAIT, Upstream, Verdict, decide, decide_setups
from mwaa_kit.scheduler.state import RunState, teardown_scope

_SATISFIED_BY_A_PART = ("one_success", "one_failed", "one_done", "none_failed_min_one_success")
"""Rules that a task in a mapped group applies to all instances of its upstream before it is expanded."""

_NAMED = 3
"""How many upstream tasks a reason names."""

_IN_WORDS = {"skipped": "was skipped", "upstream_failed": "did not run", "removed": "was removed"}


class Frontier:
    """Finds the task instances that can run now; gives those that never will their terminal state.

    Only tasks whose surroundings changed since the last look are looked at.
    """

    def __init__(self, state: RunState) -> None:
        self._state = state
        self._dag = state.dag
        self._order = {task.task_id: position for position, task in enumerate(state.dag.tasks)}
        self._handed_out: set[TaskKey] = set()
        self._scopes = {task.task_id: teardown_scope(state.dag, task.task_id) for task in state.dag.tasks}
        for task in state.dag.tasks:
            # Airflow expands at once what is mapped over literals only.
            if task.mapped and (count := count_instances(self._dag, task, {})):
                state.expand(task.task_id, count)

    def next_keys(self) -> list[TaskKey]:
        """Look once at each task whose surroundings changed; return the instances that became ready, in written order.

        All are judged over the states as they were when the look began, as in one pass of Airflow's scheduler; what the
        verdicts change is seen at the next look.
        """
        batch = sorted(self._state.dirty, key=self._order.__getitem__)
        self._state.dirty.clear()
        ready = []
        for key, verdict in [found for task_id in batch for found in self._look_at(self._dag.by_id[task_id])]:
            if verdict.action == RUN:
                if not self._wait_for_past(key):
                    ready.append(key)
            else:
                self._state.set_state(key, verdict.action, reason=verdict.reason)
        self._handed_out.update(ready)
        return sorted(ready, key=lambda key: (self._order[key[0]], key[1]))

    def _wait_for_past(self, key: TaskKey) -> bool:
        """Whether the run before keeps an instance from running: then it never will, and the run says why."""
        reason = why_blocked(self._dag.by_id[key[0]], self._state.previous)
        if reason and key not in self._state.blocked:
            self._state.blocked[key] = reason
            self._state.log(key, 0, "warning", reason)
        return bool(reason)

    def _look_at(self, task: TaskSpec) -> Iterator[tuple[TaskKey, Verdict]]:
        """Yield the instances of one task that need not wait any longer."""
        if task.mapped and task.task_id not in self._state.expanded:
            verdict = self._expand(task)
            if verdict.action != RUN:
                yield from [((task.task_id, UNMAPPED), verdict)] if verdict.action != WAIT else []
                return
        for key in self._state.keys_of(task.task_id):
            if key not in self._handed_out and self._state.state_of(key) is None:
                verdict = self._judge(task, key[1])
                if verdict.action != WAIT:
                    yield key, verdict

    def _expand(self, task: TaskSpec) -> Verdict:
        """Expand a mapped task once its trigger rule is met; ``run`` says that it now has instances."""
        if self._state.state_of((task.task_id, UNMAPPED)) is not None:
            return Verdict(WAIT)
        verdict = self._judge_unexpanded(task)
        if verdict.action != RUN:
            return verdict
        count = count_instances(self._dag, task, self._state.lengths)
        if count is None:
            return Verdict(UPSTREAM_FAILED, "there is nothing to map over")
        if count == 0:
            return Verdict(SKIPPED, "mapped over nothing")
        self._state.expand(task.task_id, count)
        return verdict

    def _judge_unexpanded(self, task: TaskSpec) -> Verdict:
        """Apply the trigger rule, then Airflow's other dependency: what is mapped over must have succeeded.

        Only sources without map indexes matter here: one that is expanded did not fail outright.
        """
        verdict = self._judge(task, UNMAPPED)
        sources = self._sources(task)
        states = {self._state.state_of((name, UNMAPPED)) for name in sources if name not in self._state.expanded}
        ended = states & FINISHED
        if not ended or ended == {SUCCESS} or verdict.action == UPSTREAM_FAILED:
            return verdict
        if ended & {FAILED, UPSTREAM_FAILED}:
            return Verdict(UPSTREAM_FAILED, "what it maps over failed")
        return Verdict(SKIPPED, "what it maps over was skipped") if SKIPPED in ended else verdict

    def _sources(self, task: TaskSpec) -> set[str]:
        """Return the tasks that decide how often a task is repeated: its own, else those of its closest mapped group."""
        own = task.expansion or (
            self._dag.group_by_id[task.mapped_groups[-1]].expansion if task.mapped_groups else None
        )
        return {name for name in own.sources() if name in self._dag.by_id} if own else set()

    def _judge(self, task: TaskSpec, map_index: int) -> Verdict:
        """Apply Airflow's dependencies in its order: setups, the trigger rule, the scope of a teardown.

        While a setup goes on, the trigger rule may already settle that the task does not run.
        """
        upstream = [name for name in task.upstream if name in self._dag.by_id]
        if not upstream or task.trigger_rule == "always":
            return Verdict(RUN)
        before = self._judge_setups(task, map_index)
        if before.action not in (RUN, WAIT):
            return before
        verdict = decide(task.trigger_rule, self._count(task, map_index, upstream), map_index)
        if verdict.action == RUN and (scope := self._scopes[task.task_id]):
            around = self._count(task, map_index, scope)
            if around.done < around.total:
                return Verdict(WAIT)
        return before if verdict.action == RUN else self._named(verdict, task, upstream)

    def _named(self, verdict: Verdict, task: TaskSpec, upstream: Iterable[str]) -> Verdict:
        """Name the upstream tasks for whose sake an instance does not run."""
        ended = [(name, state) for name in upstream for state in sorted(self._state.finished[name]) if state != SUCCESS]
        if verdict.action == WAIT or not ended:
            return verdict
        names = ", ".join(f"{name!r} {_IN_WORDS.get(state, state)}" for name, state in ended[:_NAMED])
        more = f" and {len(ended) - _NAMED} more" if len(ended) > _NAMED else ""
        rule = "" if task.trigger_rule == "all_success" else f" (trigger rule {task.trigger_rule})"
        return Verdict(verdict.action, f"upstream {names}{more}{rule}")

    def _judge_setups(self, task: TaskSpec, map_index: int) -> Verdict:
        """Apply the setups that are not direct upstream; a teardown has none."""
        indirect = [name for name in task.setups if name not in task.upstream and name in self._dag.by_id]
        if task.is_teardown or not indirect:
            return Verdict(RUN)
        return decide_setups(self._count(task, map_index, indirect), map_index)

    def _count(self, task: TaskSpec, map_index: int, names: Iterable[str]) -> Upstream:
        """Count the upstream instances that matter to one instance."""
        total = setup_total = 0
        finished: Counter[str] = Counter()
        setups: Counter[str] = Counter()
        for name in names:
            other = self._dag.by_id[name]
            count, states = self._count_one(task, map_index, other)
            total += count
            finished.update(states)
            if other.is_setup:
                setup_total += count
                setups.update(states)
        return Upstream(total, finished, setup_total, setups)

    def _count_one(self, task: TaskSpec, map_index: int, other: TaskSpec) -> tuple[int, Counter[str]]:
        """Count the instances of one upstream task: all of them, or those in the same repetition of a shared group."""
        instances = self._state.expanded.get(other.task_id)
        if instances is None:
            return 1, self._state.finished[other.task_id]
        indexes = self._relevant(task, map_index, other) if task.mapped_groups and other.mapped_groups else None
        if indexes is None:
            return instances, self._state.finished[other.task_id]
        states = (self._state.state_of((other.task_id, index)) for index in indexes)
        return len(indexes), Counter(state for state in states if state in FINISHED and state is not None)

    def _relevant(self, task: TaskSpec, map_index: int, other: TaskSpec) -> range | None:
        """Return the map indexes of an upstream task in a mapped group that matter; None means all.

        A task that is not expanded yet needs none of those in its own group, so that it can be expanded: then each of its
        instances is judged by itself. Only a rule that a part of the upstream can satisfy waits for them.
        """
        if map_index != UNMAPPED:
            return relevant_indexes(self._dag, task, map_index, other, self._state.lengths)
        if task.trigger_rule in _SATISFIED_BY_A_PART and other.task_id not in self._all_sources(task):
            return None
        together = any(group in other.mapped_groups for group in task.mapped_groups)
        return range(0) if together and count_instances(self._dag, task, self._state.lengths) else None

    def _all_sources(self, task: TaskSpec) -> set[str]:
        """Return the tasks that decide the size of any mapped group around a task."""
        lengths = (self._dag.group_by_id[group].expansion for group in task.mapped_groups)
        return {name for length in lengths if length is not None for name in length.sources()}
