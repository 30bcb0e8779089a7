"""`World`: the runs, asset events and answers that the runs of one session share.

A run that triggers another, and the runs of a range of dates, see each other through it. It begins empty, so that a single
run stands alone; only runs of *other* Dags are also looked up in the record of earlier sessions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from mwaa_kit.engine.world import Answer, AssetEvent, KnownRun, Pending, Question
from mwaa_kit.model.run import UNMAPPED, DagRun, TaskKey, XCom
from mwaa_kit.model.spec import DagSpec

MAX_DEPTH = 10
"""How many runs may start each other: a Dag that triggers itself would never end."""


class Neighbours:
    """The other Dags that a run may start. This one knows none."""

    def find(self, dag_id: str) -> DagSpec | None:
        """Return a Dag by its id; None when there is none.

        Raises
        ------
        MwaaKitError
            If there is one, which cannot be run.
        """
        return None

    def waiting_for(self, events: Iterable[AssetEvent]) -> tuple[DagSpec, ...]:
        """Return the Dags that may be scheduled on these assets."""
        return ()


@dataclass
class World:
    """What the runs of a session share.

    Parameters
    ----------
    recorded
        Gives the recorded runs of a Dag, oldest first.
    ask
        Gives a person's answer to a question; None when there is nobody to ask; ``Pending`` when it is worth asking again.
    depth
        How many runs are waiting for the one that goes on.
    """

    neighbours: Neighbours = field(default_factory=Neighbours)
    recorded: Callable[[str], Iterable[KnownRun]] = lambda dag_id: ()
    ask: Callable[[Question], Answer | Pending | None] = lambda question: None
    records: dict[tuple[str, str], KnownRun] = field(default_factory=dict)
    events: list[AssetEvent] = field(default_factory=list)
    runs: dict[tuple[str, str], DagRun] = field(default_factory=dict)
    depth: int = 0
    _taken: dict[str, int] = field(default_factory=dict)

    def note(self, record: KnownRun) -> None:
        """Keep how far a run has come."""
        self.records[record.info.dag_id, record.info.run_id] = record

    def finish(self, record: KnownRun, run: DagRun) -> None:
        """Keep a run that has ended."""
        self.note(record)
        self.runs[run.dag_id, run.run_id] = run

    def runs_here(self, dag_id: str) -> list[KnownRun]:
        """Return the runs of a Dag in this session, oldest first."""
        return [record for (owner, _), record in self.records.items() if owner == dag_id]

    def find_runs(self, dag_id: str) -> list[KnownRun]:
        """Return all runs of a Dag that are known, oldest first."""
        here = self.runs_here(dag_id)
        known = {record.info.run_id for record in here}
        return [record for record in self.recorded(dag_id) if record.info.run_id not in known] + here

    def previous(self, dag_id: str, run_id: str) -> KnownRun | None:
        """Return the run of this session whose logical date comes right before that of another."""
        own = self.records.get((dag_id, run_id))
        date = own.info.logical_date if own else None
        earlier = [
            record
            for (owner, _), record in self.records.items()
            if owner == dag_id and date and record.info.logical_date and record.info.logical_date < date
        ]
        return max(earlier, key=lambda record: (record.info.logical_date or date, record.started_at), default=None)

    def read_xcom(self, dag_id: str, run_id: str, task_id: str, map_index: int, key: str) -> Any:
        """Return a value of a run of this session; None when there is none."""
        run = self.runs.get((dag_id, run_id))
        wanted: tuple[TaskKey, str] = ((task_id, UNMAPPED if map_index is None else map_index), key)
        return next((xcom.stored for xcom in run.xcoms if _place(xcom) == wanted), None) if run else None

    def list_xcoms(self, dag_id: str, run_id: str, task_id: str, key: str) -> list[Any]:
        """Return the values of all map indexes of a task in a run of this session."""
        run = self.runs.get((dag_id, run_id))
        return [xcom.stored for xcom in run.xcoms if (xcom.task_id, xcom.key) == (task_id, key)] if run else []

    def take_events(self, dag_id: str) -> list[AssetEvent]:
        """Return the asset events that a Dag was not run for yet."""
        return self.events[self._taken.get(dag_id, 0) :]

    def use_events(self, dag_id: str) -> None:
        """Note that a Dag is run for all events so far."""
        self._taken[dag_id] = len(self.events)


def _place(xcom: XCom) -> tuple[TaskKey, str]:
    return ((xcom.task_id, xcom.map_index), xcom.key)


def satisfied(condition: Any, events: Iterable[AssetEvent]) -> bool:
    """Whether events meet the condition of an asset schedule.

    Parameters
    ----------
    condition
        As in ``DagSpec.asset_condition``.

    Examples
    --------
    >>> satisfied({"any": [{"asset": ["a", "s3://a"]}, {"alias": "b"}]}, [])
    False
    """
    seen = list(events)
    match condition:
        case {"all": parts}:
            return all(satisfied(part, seen) for part in parts)
        case {"any": parts}:
            return any(satisfied(part, seen) for part in parts)
        case {"asset": [name, uri]}:
            return any(event.name == name and event.uri == uri for event in seen)
        case {"alias": name}:
            return any(name in event.aliases for event in seen)
        case {"ref": wanted}:
            return any(wanted in (event.name, event.uri) for event in seen)
    return False


def concerns(condition: Any, event: AssetEvent) -> bool:
    """Whether a condition speaks of an event's asset at all."""
    match condition:
        case {"all": parts} | {"any": parts}:
            return any(concerns(part, event) for part in parts)
    return satisfied(condition, [event])
