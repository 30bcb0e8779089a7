"""What the terminal shows of a run: a line an event while it goes on, and its task instances at the end."""

from __future__ import annotations

from collections import Counter

import click

from mwaa_kit.cli.output import count, show, size, tell
from mwaa_kit.drawing.states import look_of
from mwaa_kit.model.record import RunRecord
from mwaa_kit.model.run import (
    AIRFLOWS_OWN,
    FAILED,
    RETURN_KEY,
    RUNNING,
    SUCCESS,
    DagRun,
    Event,
    LogLine,
    RunCancelling,
    RunNote,
    RunStarted,
    TaskInstance,
    TaskStateChanged,
    hints_of,
)

COLOURS = {"success": "green", "failed": "red", "upstream_failed": "yellow", "skipped": "magenta", "running": "cyan"}

_LONGEST_LINE = 500
_LONGEST_NAME = 60

FOLDED_FROM = 12
"""A mapped task of more instances is told as a whole, but for those that failed."""


class Narrator:
    """Tells a run's events as they happen."""

    def __init__(self, *, logs: bool) -> None:
        self._logs = logs
        self._width = 8

    def __call__(self, event: Event) -> None:
        if isinstance(event, RunStarted):
            self._width = min(40, max(map(len, event.tasks), default=8))
            tell(f"{event.dag_id}  {event.run_id}  {count(len(event.tasks), 'task')}")
        elif isinstance(event, TaskStateChanged):
            self._tell_state(event)
        elif isinstance(event, RunNote):
            tell(f"  {event.message}")
        elif isinstance(event, RunCancelling):
            tell("cancelling …")
        elif isinstance(event, LogLine) and self._logs and not event.message.startswith(AIRFLOWS_OWN):
            click.secho(
                f"  {instance_name(event.task_id, event.map_index):<{self._width}}  │ {shortened(event.message)}",
                err=True,
                dim=True,
            )

    def pulse(self) -> None:
        """Do nothing: lines tell what happens, not that time passes."""

    def close(self) -> None:
        """Do nothing: what was told stays."""

    def _tell_state(self, event: TaskStateChanged) -> None:
        click.secho(f"{look_of(event.state).symbol} ", fg=COLOURS.get(event.state), nl=False, err=True)
        tell(told_state(event, self._width))


def told_state(event: TaskStateChanged, width: int) -> str:
    """Return a state in words, the name in so much room."""
    tries = f"  (try {event.try_number})" if event.try_number > 1 else ""
    until = f"  until {event.until.astimezone():%H:%M:%S}{_wait(event)}" if event.until else ""
    took = f"  {event.duration_seconds:.2f} s" if event.duration_seconds is not None else ""
    reason = f"  {event.reason}" if event.reason else ""
    return f"{short_name(instance_name(event.task_id, event.map_index)):<{width}}  {event.state}{tries}{took}{until}{reason}"


def shortened(line: str) -> str:
    """Return a line, or its beginning and how long it is."""
    return line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]} … ({len(line)} characters)"


def _wait(event: TaskStateChanged) -> str:
    """Say how long a wait is, and how to be spared it."""
    seconds = round((event.until - event.at).total_seconds()) if event.until else 0
    return f" (in {seconds} s; --skip-delays does not wait)" if seconds > 1 else ""


def show_run(run: DagRun | RunRecord) -> None:
    """Print a run at its end, a line a task instance; before it the runs that it started."""
    for other in run.triggered if isinstance(run, DagRun) else ():
        show_run(other)
    took = f" in {(run.end_date - run.start_date).total_seconds():.2f} s" if run.end_date and run.start_date else ""
    state = "cancelled" if run.cancelled else "broken off" if run.state == RUNNING else run.state
    click.secho(f"{state}", fg=COLOURS.get(run.state), bold=True, nl=False)
    show(f"  {run.dag_id}{took}")
    rows = [_row(run, shown) for shown in _folded(run.task_instances)]
    width = min(_LONGEST_NAME, max((len(name) for name, _, _ in rows), default=0))
    for name, state, about in rows:
        click.secho(f"  {look_of(state).symbol} ", fg=COLOURS.get(state), nl=False)
        show(f"{short_name(name):<{width}}  {state or 'not started':<15}  {about}".rstrip())
    below = [other.dag_id for other in run.failures if other is not run] if isinstance(run, DagRun) else []
    if below and run.state == SUCCESS:
        show(f"  but what it started failed: {', '.join(below)}")
    for sentence in hints_of(run.task_instances):
        show(f"  next: {sentence}")


def _folded(instances: tuple[TaskInstance, ...]) -> list[tuple[TaskInstance, ...]]:
    """Return what has a line of its own: each instance, but of a large mapped task all that are in one state."""
    per_task = Counter(one.task_id for one in instances)
    found: dict[tuple[str, int | str | None], list[TaskInstance]] = {}
    for one in instances:
        large = per_task[one.task_id] > FOLDED_FROM and one.state != FAILED
        found.setdefault((one.task_id, f"in {one.state}" if large else one.map_index), []).append(one)
    return [tuple(group) for group in found.values()]


def _row(run: DagRun | RunRecord, shown: tuple[TaskInstance, ...]) -> tuple[str, str, str]:
    """Return name, state and a few words."""
    first = shown[0]
    if len(shown) == 1:
        return instance_name(*first.key), first.state or "", _about(run, first)
    return first.task_id, first.state or "", f"{len(shown):,} instances"


def _about(run: DagRun | RunRecord, one: TaskInstance) -> str:
    """Say in a few words what a task instance did: its error, or what it returned; and whether it did so itself."""
    how = f"(stubbed: {one.source})" if one.stubbed else "(reused)" if one.reused else ""
    if one.error:
        return one.error.splitlines()[0][:160]
    for xcom in run.xcoms:
        if (xcom.task_id, xcom.map_index, xcom.key) == (*one.key, RETURN_KEY):
            return f"returned {xcom.type_name.removeprefix('builtins.')}, {size(xcom.size_bytes)}  {how}"
    return how


def instance_name(task_id: str, map_index: int) -> str:
    """Return a task instance's name."""
    return f"{task_id}[{map_index}]" if map_index >= 0 else task_id


def write_card(run: DagRun, output: str) -> None:
    """Write a run's card, and say so."""
    from mwaa_kit.verbs.watching import card

    card(run, output=output)
    tell(f"its card: {output}")


def short_name(name: str, longest: int = _LONGEST_NAME) -> str:
    """Return a name, with its middle left out where it is long: the ends tell most names apart."""
    if len(name) <= longest:
        return name
    head = (longest - 1) // 2
    return f"{name[:head]}…{name[head + 1 - longest :]}"
