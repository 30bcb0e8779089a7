"""run."""

from __future__ import annotations

import click

from mwaa_kit.cli.findings import show_findings
from mwaa_kit.cli.options import dag_id_option, json_option, target_option
from mwaa_kit.cli.output import count, show, show_json, size, tell, tell_start
from mwaa_kit.drawing.states import look_of
from mwaa_kit.errors import CancelledError
from mwaa_kit.model.run import RETURN_KEY, DagRun, Event, LogLine, RunStarted, TaskInstance, TaskStateChanged
from mwaa_kit.verbs.values import read_date, read_params

_COLOURS = {"success": "green", "failed": "red", "upstream_failed": "yellow", "skipped": "magenta", "running": "cyan"}

_NOISE = ("Done. Returned value was: ", "Pushing xcom")
"""What Airflow says of every task; the state and the table below say it better."""

_LONGEST_LINE = 500


@click.command("run")
@click.argument("path")
@dag_id_option
@click.option("--task", "tasks", multiple=True, metavar="ID", help="Run only this task. May be given again.")
@click.option("--with-upstream", is_flag=True, help="Also what the chosen tasks wait for.")
@click.option("--with-downstream", is_flag=True, help="Also what waits for the chosen tasks.")
@click.option("--param", "params", multiple=True, metavar="KEY=VALUE", help="Override a param. May be given again.")
@click.option("--conf", metavar="JSON", help="All params as one JSON object.")
@click.option("--logical-date", metavar="DATE", help="By default the present moment.")
@click.option(
    "--mode", type=click.Choice(("inline", "fork")), default="fork", show_default=True, help="Where tasks run."
)
@click.option(
    "-j", "--jobs", type=click.IntRange(1), metavar="N", help="How many tasks at once; by default one a processor."
)
@click.option("--skip-delays", is_flag=True, help="Retry delays and sensor intervals pass at once.")
@click.option("-q", "--quiet", is_flag=True, help="No log lines.")
@target_option
@json_option
def run_command(
    path: str,
    dag_id: str | None,
    tasks: tuple[str, ...],
    with_upstream: bool,
    with_downstream: bool,
    params: tuple[str, ...],
    conf: str | None,
    logical_date: str | None,
    mode: str,
    jobs: int | None,
    skip_delays: bool,
    quiet: bool,
    target: str,
    as_json: bool,
) -> int:
    """Run the Dag of PATH here, with real Airflow tasks, and without a database or a server."""
    from mwaa_kit.verbs.running import run

    if not as_json:
        tell_start()
    finished = run(
        path,
        dag_id=dag_id,
        tasks=tasks,
        with_upstream=with_upstream,
        with_downstream=with_downstream,
        params=read_params(params, conf),
        logical_date=read_date(logical_date),
        target=target,
        mode=mode,
        jobs=jobs or 0,
        skip_delays=skip_delays,
        listen=(lambda event: show_json(event.to_dict())) if as_json else Narrator(logs=not quiet),
        on_findings=lambda findings: None if as_json else show_findings(findings, to_stderr=True),
    )
    if as_json:
        show_json(finished.to_dict())
    else:
        show_run(finished)
    if finished.cancelled:
        return CancelledError.exit_code
    return int(finished.state != "success")


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
        elif isinstance(event, LogLine) and self._logs and not event.message.startswith(_NOISE):
            click.secho(
                f"  {_name(event.task_id, event.map_index):<{self._width}}  │ {_shortened(event.message)}",
                err=True,
                dim=True,
            )

    def _tell_state(self, event: TaskStateChanged) -> None:
        tries = f"  (try {event.try_number})" if event.try_number > 1 else ""
        until = f"  until {event.until.astimezone():%H:%M:%S}{_wait(event)}" if event.until else ""
        reason = f"  {event.reason}" if event.reason else ""
        click.secho(f"{look_of(event.state).symbol} ", fg=_COLOURS.get(event.state), nl=False, err=True)
        tell(f"{_name(event.task_id, event.map_index):<{self._width}}  {event.state}{tries}{until}{reason}")


def _shortened(line: str) -> str:
    return line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]} … ({len(line)} characters)"


def _wait(event: TaskStateChanged) -> str:
    """Say how long a wait is, and how to be spared it."""
    seconds = round((event.until - event.at).total_seconds()) if event.until else 0
    return f" (in {seconds} s; --skip-delays does not wait)" if seconds > 1 else ""


def show_run(run: DagRun) -> None:
    """Print a run at its end, a line a task instance."""
    took = f" in {(run.end_date - run.start_date).total_seconds():.2f} s" if run.end_date and run.start_date else ""
    state = "cancelled" if run.cancelled else run.state
    click.secho(f"{state}", fg=_COLOURS.get(run.state), bold=True, nl=False)
    show(f"  {run.dag_id}{took}")
    width = max((len(_name(*one.key)) for one in run.task_instances), default=0)
    for one in run.task_instances:
        click.secho(f"  {look_of(one.state or '').symbol} ", fg=_COLOURS.get(one.state or ""), nl=False)
        show(f"{_name(*one.key):<{width}}  {one.state or 'not started':<15}  {_about(run, one)}".rstrip())


def _about(run: DagRun, one: TaskInstance) -> str:
    """Say in a few words what a task instance did: its error, or what it returned."""
    if one.error:
        return one.error.splitlines()[0][:160]
    for xcom in run.xcoms:
        if (xcom.task_id, xcom.map_index, xcom.key) == (*one.key, RETURN_KEY):
            return f"returned {xcom.type_name.removeprefix('builtins.')}, {size(xcom.size_bytes)}"
    return ""


def _name(task_id: str, map_index: int) -> str:
    return f"{task_id}[{map_index}]" if map_index >= 0 else task_id
