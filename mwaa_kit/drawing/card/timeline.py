"""When each task instance did what, and which of them decided how long the run took."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mwaa_kit.model.record import RunRecord
from mwaa_kit.model.run import FINISHED, RUNNING, TaskInstance, TaskKey, TaskStateChanged


@dataclass(frozen=True)
class Stretch:
    """A time in which an instance was in one state.

    Parameters
    ----------
    state
        What it did: ``running``, or what it waited in, such as ``deferred``.
    ended_in
        The state after it; ``running`` when nothing came after.
    """

    state: str
    ended_in: str
    start: datetime
    end: datetime
    try_number: int = 1

    @property
    def seconds(self) -> float:
        """How long."""
        return (self.end - self.start).total_seconds()


@dataclass(frozen=True)
class Span:
    """One task instance in time.

    Parameters
    ----------
    stretches
        Empty for an instance that never ran.
    end
        When it reached its last state.
    instead
        What stands for it: ``reused``, ``stubbed``; empty when it ran itself, or was not to run.
    """

    key: TaskKey
    state: str
    stretches: tuple[Stretch, ...]
    end: datetime
    instead: str = ""

    @property
    def start(self) -> datetime:
        """When it began; when it was given its state, for one that never ran."""
        return self.stretches[0].start if self.stretches else self.end

    @property
    def ran(self) -> bool:
        """Whether it ran at all."""
        return any(stretch.state == RUNNING for stretch in self.stretches)

    @property
    def running_seconds(self) -> float:
        """How long it ran, without its waits."""
        return sum(stretch.seconds for stretch in self.stretches if stretch.state == RUNNING)

    @property
    def seconds(self) -> float:
        """From its begin to its end."""
        return (self.end - self.start).total_seconds()


def find_spans(record: RunRecord) -> dict[TaskKey, Span]:
    """Return the task instances that have a state, in the Dag's order."""
    now = record.end_date
    if now is None:
        return {}
    known = [one for one in record.task_instances if one.key in record.states]
    return {one.key: _span(one, record.states[one.key], now) for one in known}


def _span(one: TaskInstance, events: list[TaskStateChanged], now: datetime) -> Span:
    after = [*events[1:], None]
    stretches = tuple(
        Stretch(one.state, then.state if then else RUNNING, one.at, then.at if then else now, one.try_number)
        for one, then in zip(events, after, strict=True)
        if one.state not in FINISHED
    )
    last = events[-1]
    instead = "stubbed" if one.stubbed else "reused" if one.reused else ""
    return Span(one.key, last.state, stretches, last.at if last.state in FINISHED else now, instead)


@dataclass(frozen=True)
class CriticalStep:
    """One instance on the critical path, and how long nothing on the path ran before it."""

    span: Span
    waited_seconds: float


def find_critical_path(record: RunRecord, spans: dict[TaskKey, Span]) -> tuple[CriticalStep, ...]:
    """Return the chain of instances that ends last: a run is shorter only if one of these is.

    Notes
    -----
    Each step is, of all instances of the tasks directly upstream that had ended when the next one began, the one that ended
    last. What lies between is waiting for a free place. The chain is followed through instances that did not run, as skipped
    and reused ones do, and those are left out of it at the end: they took no time.
    """
    ran = [span for span in spans.values() if span.ran]
    if not ran or record.start_date is None:
        return ()
    by_task: dict[str, list[Span]] = {}
    for span in spans.values():
        by_task.setdefault(span.key[0], []).append(span)
    chain = [max(ran, key=lambda span: span.end)]
    while before := _latest_before(chain[-1], record, by_task):
        chain.append(before)
    chain = [span for span in reversed(chain) if span.ran]
    ends = [record.start_date, *(span.end for span in chain)]
    return tuple(
        CriticalStep(span, max(0.0, (span.start - end).total_seconds())) for span, end in zip(chain, ends, strict=False)
    )


def _latest_before(span: Span, record: RunRecord, by_task: dict[str, list[Span]]) -> Span | None:
    task = record.dag.by_id.get(span.key[0])
    above = (*task.upstream, *task.setups) if task else ()
    found = [one for name in above for one in by_task.get(name, ()) if one.end <= span.start and one is not span]
    return max(found, key=lambda one: one.end, default=None)
