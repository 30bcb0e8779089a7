"""Results that stand for running a task instance: an earlier run's, or one that the user gave.

The loop asks for a stand-in when an instance is about to run, never before: so trigger rules, skips and the sizes of mapped
tasks come about as in any other run, and only the work is spared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mwaa_kit.engine.protocol import SKIPS_KEY
from mwaa_kit.model.run import RETURN_KEY, UNMAPPED, TaskInstance, TaskKey, XCom
from mwaa_kit.scheduler.history import Kept
from mwaa_kit.scheduler.state import RunState


@dataclass(frozen=True)
class StandIn:
    """How an instance ends without having run.

    Parameters
    ----------
    reason
        What it is, in words: it is told with the state.
    source
        As in :class:`~mwaa_kit.model.run.TaskInstance`.
    """

    state: str
    xcoms: tuple[XCom, ...] = ()
    reason: str = ""
    source: str = ""
    try_number: int = 1
    reused: bool = False
    stubbed: bool = False


FindStandIn = Callable[[TaskKey, RunState], StandIn | None]
"""Asked for each instance that is about to run, over the run as it then is; None lets it run."""


def first_of(finders: Iterable[FindStandIn]) -> FindStandIn:
    """Ask several in turn."""
    asked = tuple(finders)
    return lambda key, state: next((found for find in asked if (found := find(key, state)) is not None), None)


def reuse(kept: Kept, reason: str) -> StandIn:
    """Return an earlier result as a stand-in."""
    one = kept.instance
    source = one.source or kept.run_id
    return StandIn(one.state or "", kept.xcoms, reason, source, one.try_number, reused=True)


def begin(state: RunState, key: TaskKey, stand_in: StandIn) -> None:
    """Give an instance what its stand-in left: values, and the skips of a branch. Its end is for the caller to set."""
    state.instances[key] = TaskInstance(
        *key,
        try_number=stand_in.try_number,
        start_date=state.now(),
        reused=stand_in.reused,
        stubbed=stand_in.stubbed,
        source=stand_in.source,
    )
    for xcom in stand_in.xcoms:
        counted = length_of_value(xcom.stored) if xcom.key == RETURN_KEY and key[1] == UNMAPPED else None
        state.set_xcom(*key, xcom.key, xcom.stored, counted)
        if xcom.key == SKIPS_KEY and isinstance(xcom.stored, dict):
            state.skip([(task_id, key[1]) for task_id in _skipped_by(state, key[0], xcom.stored)])


def length_of_value(stored: Any) -> int | None:
    """Return how many instances a task has that is mapped over a stored value; None where it cannot be mapped over.

    References
    ----------
    Airflow documentation, "Dynamic Task Mapping": a list or a dict, in whatever class Airflow wrapped it.
    """
    if isinstance(stored, dict) and "__classname__" in stored:
        stored = stored.get("__data__")
        return len(stored) if isinstance(stored, list) else None
    return len(stored) if isinstance(stored, list | dict) else None


def _skipped_by(state: RunState, task_id: str, left: Mapping[str, Any]) -> list[str]:
    if "followed" in left:
        return [down for down in state.dag.by_id[task_id].downstream if down not in left["followed"]]
    return list(left.get("skipped", ()))
