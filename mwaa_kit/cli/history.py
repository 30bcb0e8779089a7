"""runs, prune."""

from __future__ import annotations

import re

import click

from mwaa_kit.cli.narrating import COLOURS, show_run
from mwaa_kit.cli.options import dag_id_option, json_option
from mwaa_kit.cli.output import count, show, show_json, size
from mwaa_kit.scheduler.pruning import KEEP_BYTES, KEEP_RUNS

_UNITS = {"": 1, "B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9}


def _read_size(ctx: click.Context, param: click.Parameter, text: str) -> int:
    """Return how many bytes a text such as ``500MB`` means."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?) ?(kB|MB|GB|B|)", text)
    if match is None:
        raise click.BadParameter(f"{text!r} is no size; write it as 500MB or 2GB", ctx, param)
    return int(float(match[1]) * _UNITS[match[2]])


@click.command("runs")
@click.argument("path", default=".")
@dag_id_option
@click.option("--run", "run_id", metavar="RUN_ID", help="Show this one whole, with its values.")
@click.option("-n", "--number", type=click.IntRange(1), default=20, show_default=True, help="How many, the newest.")
@json_option
def runs_command(path: str, dag_id: str | None, run_id: str | None, number: int, as_json: bool) -> int:
    """List the runs of PATH that are on record: a notebook, a Dag file, or a folder."""
    from mwaa_kit.verbs.history import runs

    history = runs(path, dag_id=dag_id)
    if run_id is not None:
        found = history[run_id]
        show_json(found.to_dict()) if as_json else show_run(found)
        return 0
    if as_json:
        show_json(history[:number].to_dict())
        return 0
    for line in history.lines[:number]:
        state = "cancelled" if line.cancelled else "interrupted" if line.interrupted else line.state
        click.secho(f"{state:<11}", fg=COLOURS.get(line.state), nl=False)
        took = f"{(line.ended_at - line.started_at).total_seconds():.1f} s" if line.ended_at else ""
        counts = ", ".join(f"{count} {name}" for name, count in line.task_states.items())
        show(f"  {line.dag_id}  {line.run_id}  {line.started_at.astimezone():%Y-%m-%d %H:%M:%S}  {took:>8}  {counts}")
    if not history:
        show(f"no run is on record; begin one with: mwaa-kit run {path if path != '.' else 'NOTEBOOK'}")
    return 0


@click.command("prune")
@click.argument("path", default=".")
@click.option(
    "--keep",
    type=click.IntRange(0),
    default=KEEP_RUNS,
    show_default=True,
    help="How many runs of each Dag, the newest.",
)
@click.option(
    "--max-size",
    callback=_read_size,
    default=f"{KEEP_BYTES // 10**9}GB",
    show_default=True,
    metavar="SIZE",
    help="How much the values of all runs may take, such as 500MB; the newest run of each Dag stays.",
)
@dag_id_option
@json_option
def prune_command(path: str, keep: int, max_size: int, dag_id: str | None, as_json: bool) -> int:
    """Forget the oldest runs of PATH, with their values and logs: a notebook, a Dag file, or a folder.

    A run that goes on is never forgotten. Every run does so by itself beyond the defaults.
    """
    from mwaa_kit.verbs.history import prune

    pruned = prune(path, keep=keep, max_bytes=max_size, dag_id=dag_id)
    if as_json:
        show_json(pruned.to_dict())
        return 0
    for gone_dag_id, run_id in pruned.runs:
        show(f"forgot  {gone_dag_id}  {run_id}")
    show(f"{count(len(pruned.runs), 'run')} forgotten, {size(pruned.freed_bytes)} freed; {pruned.kept} kept")
    return 0
