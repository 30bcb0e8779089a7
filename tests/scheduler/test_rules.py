"""Every trigger rule over every combination of up to four upstream task instances, against Airflow's own evaluation.

Airflow's ``TriggerRuleDep`` looks at what each upstream is (a setup or not) and at its state; it is given light stand-ins
for the task, its instance and the finished ones. Order cannot matter, so combinations stand for permutations; one test
shows that for Airflow too.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations_with_replacement, permutations, product
from types import SimpleNamespace
from typing import Any

import pytest

from mwaa_kit.model.run import FAILED, REMOVED, SKIPPED, SUCCESS, UPSTREAM_FAILED
from mwaa_kit.scheduler.rules import RUN, WAIT, Upstream, count, decide, decide_setups

STATES = (None, SUCCESS, FAILED, SKIPPED, UPSTREAM_FAILED, REMOVED)

Kind = tuple[bool, str | None]
"""Whether an upstream is a setup, and its state; None while it is not finished."""

KINDS: tuple[Kind, ...] = tuple(product((False, True), STATES))


class Oracle:
    """Airflow's evaluation of one task instance over upstreams of given kinds."""

    def __init__(self) -> None:
        from mwaa_kit.engine.opening import open_engine

        open_engine()
        from airflow.sdk import TriggerRule
        from airflow.ti_deps.deps.trigger_rule_dep import TriggerRuleDep
        from airflow.utils.state import TaskInstanceState

        self.rules = [str(rule.value) for rule in TriggerRule]
        self._rule = TriggerRule
        self._dep = TriggerRuleDep()
        self._state = {str(state.value): state for state in TaskInstanceState}

    def judge(self, rule: str, kinds: tuple[Kind, ...], map_index: int = -1) -> str:
        """Apply a trigger rule to direct upstreams."""
        return self._ask(rule, kinds, (), map_index)

    def judge_setups(self, states: tuple[str | None, ...], map_index: int = -1) -> str:
        """Apply the constraint of setups that are not direct upstream, below one upstream that succeeded."""
        return self._ask("all_success", ((False, SUCCESS),), states, map_index)

    def _ask(self, rule: str, kinds: tuple[Kind, ...], setups: tuple[str | None, ...], map_index: int) -> str:
        def make(name: str, is_setup: bool) -> Any:
            return SimpleNamespace(task_id=name, is_setup=is_setup, get_needs_expansion=lambda: False)

        direct = [make(f"u{number}", is_setup) for number, (is_setup, _) in enumerate(kinds)]
        indirect = [make(f"s{number}", True) for number in range(len(setups))]
        task = SimpleNamespace(
            task_id="t",
            trigger_rule=self._rule(rule),
            is_teardown=False,
            task_group=None,
            upstream_task_ids={one.task_id for one in direct},
            upstream_list=direct,
            get_closest_mapped_task_group=lambda: None,
            get_upstreams_only_setups=lambda: indirect,
        )
        ended = [
            SimpleNamespace(task_id=one.task_id, task=one, state=self._state[state], map_index=-1)
            for one, state in zip((*direct, *indirect), (*(state for _, state in kinds), *setups), strict=True)
            if state is not None
        ]
        given: list[str] = []
        ti = SimpleNamespace(task=task, map_index=map_index, dag_id="d", run_id="r", get_dagrun=lambda session: None)
        ti.set_state = lambda state, session: given.append(str(state.value)) or True
        context = SimpleNamespace(
            flag_upstream_failed=True,
            wait_for_past_depends_before_skipping=False,
            have_changed_ti_states=False,
            upstream_task_id_counts={},
            ensure_finished_tis=lambda run, session: ended,
        )
        statuses = list(self._dep._get_dep_statuses(ti, context, session=None))  # type: ignore[arg-type]
        return given[-1] if given else RUN if all(one.passed for one in statuses) else WAIT


@pytest.fixture(scope="module")
def oracle() -> Oracle:
    """Airflow's own evaluation."""
    return Oracle()


def ours(rule: str, kinds: tuple[Kind, ...], map_index: int = -1) -> str:
    states = {f"u{number}": state for number, (_, state) in enumerate(kinds)}
    setups = frozenset(f"u{number}" for number, (is_setup, _) in enumerate(kinds) if is_setup)
    return decide(rule, count(states, setups), map_index).action


def combinations() -> Iterator[tuple[Kind, ...]]:
    for size in range(1, 5):
        yield from combinations_with_replacement(KINDS, size)


def test_every_rule_judges_every_combination_as_airflow_does(oracle: Oracle) -> None:
    compared = 0
    apart = []
    for rule in oracle.rules:
        for kinds in combinations():
            # Only an instance of a mapped task looks at its map index, and only where an upstream was removed.
            removed = rule == "all_success" and (False, REMOVED) in kinds
            for map_index in (-1, 0, 1, 2, 3) if removed else (-1,):
                compared += 1
                if ours(rule, kinds, map_index) != oracle.judge(rule, kinds, map_index):
                    apart.append((rule, kinds, map_index))

    assert apart[:5] == []
    assert compared > len(oracle.rules) * 1819  # 1,819 multisets of 12 kinds


def test_setups_that_are_not_direct_upstream_are_judged_as_airflow_does(oracle: Oracle) -> None:
    apart = []
    for size in range(1, 5):
        for states, map_index in product(combinations_with_replacement(STATES, size), (-1, 0, 1, 2, 3)):
            named = {f"s{number}": state for number, state in enumerate(states)}
            if decide_setups(count(named), map_index).action != oracle.judge_setups(states, map_index):
                apart.append((states, map_index))

    assert apart == []


def test_the_order_of_upstreams_does_not_matter_to_airflow(oracle: Oracle) -> None:
    for rule in oracle.rules:
        for kinds in combinations_with_replacement(KINDS[::2] + KINDS[1::5], 3):
            assert len({oracle.judge(rule, one) for one in set(permutations(kinds))}) == 1, (rule, kinds)


def test_nothing_upstream_lets_a_task_run() -> None:
    assert {rule: decide(rule, Upstream(0, {})).action for rule in ("all_success", "all_done", "none_failed")} == {
        "all_success": RUN,
        "all_done": RUN,
        "none_failed": RUN,
    }
