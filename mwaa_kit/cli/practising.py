"""practice."""

from __future__ import annotations

from typing import cast

import click

from mwaa_kit.cli.options import json_option
from mwaa_kit.cli.output import show, show_json, tell
from mwaa_kit.verbs.practising import Action


@click.command("practice")
@click.argument("action", type=click.Choice(("start", "stop", "status", "reset")), default="status")
@json_option
def practice_command(action: str, as_json: bool) -> int:
    """Start, stop, reset or look at the practice MWAA: a local S3, an mwaa endpoint and a real Airflow."""
    from mwaa_kit.verbs.practising import practice

    status = practice(cast("Action", action), on_progress=tell)
    if as_json:
        show_json(status.to_dict())
        return 0
    for environment in status.environments:
        show(f"{environment.name}  {environment.status}")
        show(f"  Airflow  {environment.airflow_url}")
        show(f"  bucket   s3://{environment.bucket}/{environment.dag_s3_path}  at {environment.s3_endpoint}")
        show(f"  mwaa     {environment.mwaa_endpoint}")
    if not status.environments and action == "status":
        show(f"the practice MWAA is not running{': ' + status.problem if status.problem else ''}")
        show("  start it with: mwaa-kit practice start")
    return 0
