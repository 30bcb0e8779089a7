"""Trigger rules, as a pure function of how many upstream task instances are in which state.

References
----------
Airflow documentation, "Dags", section "Trigger Rules"; the behaviour is Airflow 3.3.1's, and the tests compare every rule
with Airflow's own evaluation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from mwaa_kit.errors import MwaaKitError
from mwaa_kit.model.run import FAILED, REMOVED, SKIPPED, SUCCESS, UPSTREAM_FAILED

RUN = "run"
WAIT = "wait"


class UnknownTriggerRuleError(MwaaKitError):
    """A trigger rule that Airflow does not have."""


@dataclass(frozen=True)
class Upstream:
    """The finished upstream task instances of one task instance, counted.

    Parameters
    ----------
    total
        How many there are in all, finished or not.
    finished
        How many are in each terminal state.
    setups
        How many of `total` are setups, and of these how many are in each terminal state.
    """

    total: int
    finished: Mapping[str, int]
    setup_total: int = 0
    setup_finished: Mapping[str, int] | None = None

    def __getitem__(self, state: str) -> int:
        return self.finished.get(state, 0)

    @property
    def done(self) -> int:
        """How many are finished."""
        return sum(self.finished.values())


@dataclass(frozen=True)
class Verdict:
    """What a task instance does now: ``run``, ``wait``, or the terminal state it takes without running."""

    action: str
    reason: str = ""


def decide(rule: str, up: Upstream, map_index: int = -1) -> Verdict:
    """Decide by a task's trigger rule.

    Parameters
    ----------
    map_index
        That of the task instance: an instance of a mapped task is removed when its upstream instances were.

    Raises
    ------
    UnknownTriggerRuleError
        If Airflow has no such rule.
    """
    if rule == "always":
        return Verdict(RUN)
    try:
        judge = _RULES[rule]
    except KeyError:
        raise UnknownTriggerRuleError(f"Airflow has no trigger rule {rule!r}") from None
    action = judge(up, map_index)
    return Verdict(action, "" if action in (RUN, WAIT) else _explain(rule, up))


def decide_setups(up: Upstream, map_index: int = -1) -> Verdict:
    """Decide by the setups a task needs that are not its direct upstream: all must succeed."""
    if up[UPSTREAM_FAILED] or up[FAILED]:
        return Verdict(UPSTREAM_FAILED, "a setup failed")
    if up[SKIPPED]:
        return Verdict(SKIPPED, "a setup was skipped")
    if up[REMOVED] and up[SUCCESS] and map_index > -1 and map_index >= up[SUCCESS]:
        return Verdict(REMOVED, "its setup was removed")
    missing = up.total - up[SUCCESS] - (up[REMOVED] if map_index > -1 else 0)
    return Verdict(WAIT if missing > 0 else RUN)


def _explain(rule: str, up: Upstream) -> str:
    """Say why a task did not run."""
    counted = ", ".join(f"{count} {state}" for state, count in sorted(up.finished.items()) if count)
    return f"trigger rule {rule}: of {up.total} upstream {counted or 'none finished'}"


def _failures(up: Upstream) -> int:
    return up[FAILED] + up[UPSTREAM_FAILED]


def _all_success(up: Upstream, map_index: int) -> str:
    if _failures(up):
        return UPSTREAM_FAILED
    if up[SKIPPED]:
        return SKIPPED
    if up[REMOVED] and up[SUCCESS] and map_index > -1 and map_index >= up[SUCCESS]:
        return REMOVED
    return RUN if up[SUCCESS] + up[REMOVED] >= up.total else WAIT


def _all_failed(up: Upstream, map_index: int) -> str:
    if up[SUCCESS] or up[SKIPPED]:
        return SKIPPED
    return RUN if _failures(up) + up[REMOVED] >= up.total else WAIT


def _all_done(up: Upstream, map_index: int) -> str:
    return RUN if up.done >= up.total else WAIT


def _all_skipped(up: Upstream, map_index: int) -> str:
    if up[SUCCESS] or _failures(up):
        return SKIPPED
    return RUN if up[SKIPPED] >= up.total else WAIT


def _one_success(up: Upstream, map_index: int) -> str:
    if up[SUCCESS]:
        return RUN
    if up.done < up.total:
        return WAIT
    return SKIPPED if up.done == up[SKIPPED] else UPSTREAM_FAILED


def _one_failed(up: Upstream, map_index: int) -> str:
    if _failures(up):
        return RUN
    return SKIPPED if up.done >= up.total else WAIT


def _one_done(up: Upstream, map_index: int) -> str:
    if up[SUCCESS] or up[FAILED]:
        return RUN
    return SKIPPED if up.done >= up.total else WAIT


def _none_failed(up: Upstream, map_index: int) -> str:
    if _failures(up):
        return UPSTREAM_FAILED
    return RUN if up[SUCCESS] + up[SKIPPED] + up[REMOVED] >= up.total else WAIT


def _none_failed_min_one_success(up: Upstream, map_index: int) -> str:
    if _failures(up):
        return UPSTREAM_FAILED
    if up[SKIPPED] == up.total:
        return SKIPPED
    if up.done < up.total:
        return WAIT
    return RUN if up[SUCCESS] else UPSTREAM_FAILED


def _none_skipped(up: Upstream, map_index: int) -> str:
    if up[SKIPPED]:
        return SKIPPED
    return RUN if up.done >= up.total else WAIT


def _all_done_min_one_success(up: Upstream, map_index: int) -> str:
    if up[SKIPPED]:
        return SKIPPED
    if up.done < up.total:
        return WAIT
    return RUN if up[SUCCESS] else UPSTREAM_FAILED


def _all_done_setup_success(up: Upstream, map_index: int) -> str:
    if up.done < up.total:
        return WAIT
    setups = up.setup_finished or {}
    if not up.setup_total or setups.get(SUCCESS, 0):
        return RUN
    return SKIPPED if setups.get(SKIPPED, 0) >= up.setup_total else UPSTREAM_FAILED


_RULES = {
    "all_success": _all_success,
    "all_failed": _all_failed,
    "all_done": _all_done,
    "all_done_min_one_success": _all_done_min_one_success,
    "all_done_setup_success": _all_done_setup_success,
    "all_skipped": _all_skipped,
    "one_success": _one_success,
    "one_failed": _one_failed,
    "one_done": _one_done,
    "none_failed": _none_failed,
    "none_failed_or_skipped": _none_failed_min_one_success,
    "none_failed_min_one_success": _none_failed_min_one_success,
    "none_skipped": _none_skipped,
}


def count(states: Mapping[str, str | None], setups: frozenset[str] = frozenset()) -> Upstream:
    """Count upstream states given by name; a readable way to build an `Upstream`.

    Examples
    --------
    >>> decide("one_failed", count({"a": "success", "b": "failed", "c": None}))
    Verdict(action='run', reason='')
    """
    finished = Counter(state for state in states.values() if state is not None)
    of_setups = Counter(states[name] for name in setups if states.get(name) is not None)
    return Upstream(len(states), finished, len(setups), {str(key): value for key, value in of_setups.items()})
