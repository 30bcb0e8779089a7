"""What the terminal shows of a run: a line an event while it goes on, and its task instances at the end."""

from __future__ import annotations

import click

from mwaa_kit.cli.output import count, show, size, tell
from mwaa_kit.drawing.states import look_of
from mwaa_kit.model.record import RunRecord
from mwaa_kit.model.run import (
    RETURN_KEY,
    RUNNING,
    DagRun,
    Event,
    LogLine,
    RunCancelling,
    RunNote,
    RunStarted,
    TaskInstance,
    TaskStateChanged,
)

COLOURS = {"success": "green", "failed": "red", "upstream_failed": "yellow", "skipped": "magenta", "running": "cyan"}

_NOISE = ("Done. Returned value was: ", "Pushing xcom")
"""What Airflow says of every task; the state and the table below say it better."""

_LONGEST_LINE = 500


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
        elif isinstance(event, LogLine) and self._logs and not event.message.startswith(_NOISE):
            click.secho(
                f"  {instance_name(event.task_id, event.map_index):<{self._width}}  │ {_shortened(event.message)}",
                err=True,
                dim=True,
            )

    def _tell_state(self, event: TaskStateChanged) -> None:
        tries = f"  (try {event.try_number})" if event.try_number > 1 else ""
        until = f"  until {event.until.astimezone():%H:%M:%S}{_wait(event)}" if event.until else ""
        took = f"  {event.duration_seconds:.2f} s" if event.duration_seconds is not None else ""
        reason = f"  {event.reason}" if event.reason else ""
        click.secho(f"{look_of(event.state).symbol} ", fg=COLOURS.get(event.state), nl=False, err=True)
        tell(
            f"{instance_name(event.task_id, event.map_index):<{self._width}}  {event.state}{tries}{took}{until}{reason}"
        )


def _shortened(line: str) -> str:
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
    width = max((len(instance_name(*one.key)) for one in run.task_instances), default=0)
    for one in run.task_instances:
        click.secho(f"  {look_of(one.state or '').symbol} ", fg=COLOURS.get(one.state or ""), nl=False)
        show(f"{instance_name(*one.key):<{width}}  {one.state or 'not started':<15}  {_about(run, one)}".rstrip())


def _about(run: DagRun | RunRecord, one: TaskInstance) -> str:
    """Say in a few words what a task instance did: its error, or what it returned; and whether it did so itself."""
    how = f"(stubbed: {one.source})" if one.stubbed else "(reused)" if one.reused else ""
    if one.error:
        return f"{one.error.splitlines()[0][:160]}  {how}"
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
