"""follow, card."""

from __future__ import annotations

from typing import Any

import click

from mwaa_kit.cli.narrating import Narrator, show_run
from mwaa_kit.cli.options import dag_id_option, json_option
from mwaa_kit.cli.output import show, show_json, tell
from mwaa_kit.errors import CancelledError
from mwaa_kit.model.record import read_event
from mwaa_kit.verbs.watching import RUN_LOST, card, follow


@click.command("follow")
@click.argument("path", default=".")
@click.option("--run", "run_id", metavar="ID", help="The run_id; by default the newest run.")
@dag_id_option
@click.option(
    "--speed", type=click.FloatRange(0), default=0.0, metavar="X", help="Play the past X times as fast as it was."
)
@click.option("-q", "--quiet", is_flag=True, help="No log lines.")
@json_option
def follow_command(path: str, run_id: str | None, dag_id: str | None, speed: float, quiet: bool, as_json: bool) -> int:
    """Follow a run of PATH that goes on in another process, or play one that has ended.

    PATH is the notebook or Dag file, its folder, or a file of events out of .mwaa-kit/events/.
    """
    narrate = Narrator(logs=not quiet)

    def tell_line(line: dict[str, Any]) -> None:
        if as_json:
            show_json(line)
        elif line["event"] == RUN_LOST:
            tell(f"the run was broken off: {line['reason']}")
        elif event := read_event(line):
            narrate(event)

    record = follow(path, run_id=run_id, dag_id=dag_id, speed=speed, listen=tell_line)
    if not as_json:
        show_run(record)
    if record.cancelled:
        return CancelledError.exit_code
    return int(record.state != "success")


@click.command("card")
@click.argument("path", default=".")
@click.option("--run", "run_id", metavar="ID", help="The run_id; by default the newest run.")
@dag_id_option
@click.option("-o", "--output", required=True, metavar="FILE", help="Where to write the page.")
@json_option
def card_command(path: str, run_id: str | None, dag_id: str | None, output: str, as_json: bool) -> None:
    """Draw an earlier run of PATH as one HTML page: graph, timeline, outputs, logs.

    PATH is the notebook or Dag file, its folder, or a file of events out of .mwaa-kit/events/.
    """
    record = card(path, run_id=run_id, dag_id=dag_id, output=output).record
    if as_json:
        show_json({"path": output, "dag_id": record.dag_id, "run_id": record.run_id, "state": record.state})
    else:
        show(f"{output}: run {record.run_id} of Dag {record.dag_id}")
