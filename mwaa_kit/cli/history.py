"""runs."""

from __future__ import annotations

import click

from mwaa_kit.cli.narrating import COLOURS, show_run
from mwaa_kit.cli.options import dag_id_option, json_option
from mwaa_kit.cli.output import show, show_json


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
