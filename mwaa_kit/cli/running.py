"""run."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType
from typing import Any

import click

from mwaa_kit.cli.asking import ask, can_ask
from mwaa_kit.cli.findings import show_findings
from mwaa_kit.cli.instead import instead_options
from mwaa_kit.cli.liveview import open_view
from mwaa_kit.cli.narrating import show_run, write_card
from mwaa_kit.cli.options import dag_id_option, json_option
from mwaa_kit.cli.output import show_json, tell_start
from mwaa_kit.cli.ranging import refuse_with_range, run_between
from mwaa_kit.engine.world import Question
from mwaa_kit.errors import CancelledError
from mwaa_kit.verbs.asking import read_answers
from mwaa_kit.verbs.engines import choose_mode
from mwaa_kit.verbs.outputs import refuse_unwritable
from mwaa_kit.verbs.values import read_date, read_params


@click.command("run")
@click.argument("path")
@dag_id_option
@click.option("--task", "tasks", multiple=True, metavar="ID", help="Run only this task. May be given again.")
@click.option("--with-upstream", is_flag=True, help="Also what the chosen tasks wait for.")
@click.option("--with-downstream", is_flag=True, help="Also what waits for the chosen tasks.")
@click.option("--param", "params", multiple=True, metavar="KEY=VALUE", help="Override a param. May be given again.")
@click.option("--conf", metavar="JSON", help="All params as one JSON object.")
@click.option("--logical-date", metavar="DATE", help="By default the present moment.")
@click.option("--from", "first", metavar="DATE", help="Run every data interval of the schedule, from this date …")
@click.option("--to", "last", metavar="DATE", help="… to this one, both included, one after another.")
@click.option(
    "--mode",
    type=click.Choice(("inline", "threads", "fork", "worker")),
    help="Where tasks run: by default each in its own process, forked here or by the worker of a --target.",
)
@click.option(
    "-j", "--jobs", type=click.IntRange(1), metavar="N", help="How many tasks at once; by default one a processor."
)
@click.option(
    "--memory",
    "memory_mb",
    type=click.IntRange(1),
    metavar="MB",
    help="How much more memory a task in a process of its own may take.",
)
@instead_options
@click.option("--skip-delays", is_flag=True, help="Retry delays and sensor intervals pass at once.")
@click.option("--follow-assets", is_flag=True, help="Also run the Dags that wait for the assets it updates.")
@click.option(
    "--answer",
    "answers",
    multiple=True,
    metavar="TASK=ANSWER",
    help="What a human-in-the-loop task is told: an option, JSON, or @file. May be given again.",
)
@click.option("-q", "--quiet", is_flag=True, help="No log lines.")
@click.option("--card", metavar="FILE", help="Write the run as one HTML page: graph, timeline, outputs, logs.")
@click.option("--target", metavar="VERSION", help="The Airflow version to run on; by default the one of this Python.")
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
    first: str | None,
    last: str | None,
    mode: str | None,
    jobs: int | None,
    memory_mb: int | None,
    skip_delays: bool,
    follow_assets: bool,
    answers: tuple[str, ...],
    quiet: bool,
    card: str | None,
    target: str | None,
    as_json: bool,
    **instead: Any,
) -> int:
    """Run the Dag of PATH here, with real Airflow tasks, and without a database or a server."""
    from mwaa_kit.verbs.running import run

    if card:
        refuse_unwritable(card)
    if not as_json:
        tell_start()
    context = click.get_current_context()
    context.with_resource(_cancelled_by_sigterm())
    view = context.with_resource(open_view(logs=not quiet))

    def ask_below(question: Question) -> Any:
        view.close()  # the prompt has the terminal to itself
        return ask(question)

    ways: dict[str, Any] = {
        "answers": read_answers(answers),
        "ask": ask_below if can_ask() and not as_json else None,
        "listen": (lambda event: show_json(event.to_dict())) if as_json else view,
        "on_findings": lambda findings: None if as_json else show_findings(findings, to_stderr=True),
    }
    if first or last:
        options = {
            "jobs": jobs or 0,
            "memory_mb": memory_mb or 0,
            "skip_delays": skip_delays,
            "follow_assets": follow_assets,
            "target": target,
        }
        chosen_mode = choose_mode(mode, target, otherwise="fork")
        given = {"dag_id": dag_id, "params": read_params(params, conf), "mode": chosen_mode, **options, **ways}
        refuse_with_range(bool(tasks), logical_date is not None, card is not None, instead)
        return run_between(path, first, last, given, view.close, as_json=as_json)
    finished = run(
        path,
        dag_id=dag_id,
        tasks=tasks,
        with_upstream=with_upstream,
        with_downstream=with_downstream,
        params=read_params(params, conf),
        logical_date=read_date(logical_date),
        target=target,
        mode=choose_mode(mode, target, otherwise="fork"),
        jobs=jobs or 0,
        memory_mb=memory_mb or 0,
        skip_delays=skip_delays,
        follow_assets=follow_assets,
        pulse=None if as_json else view.pulse,
        **instead,
        **ways,
    )
    view.close()
    if as_json:
        show_json(finished.to_dict())
    else:
        show_run(finished)
    if card:
        write_card(finished, card)
    if finished.cancelled:
        return CancelledError.exit_code
    return int(bool(finished.failures))


@contextlib.contextmanager
def _cancelled_by_sigterm() -> Iterator[None]:
    """Cancel the run on SIGTERM as on Ctrl-C, teardowns included; ``timeout`` sends its signal twice."""

    def cancel(number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, cancel)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
