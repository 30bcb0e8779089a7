"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from mwaa_kit.targets.catalogue import NEWEST

F = TypeVar("F", bound=Callable[..., Any])

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
target_option = click.option(
    "--target", default=NEWEST, show_default=True, metavar="VERSION", help="The Airflow version to write and check for."
)
dag_id_option = click.option("--dag-id", metavar="ID", help="Which Dag, when there are several.")


def environment_options(command: F) -> F:
    """Add what says which environment is meant."""
    for option in (
        click.option("--region", help="The AWS region; by default your AWS settings decide."),
        click.option("--profile", help="The AWS profile; by default your AWS settings decide."),
        click.option(
            "--env",
            required=True,
            metavar="NAME",
            help="The environment: a name from mwaa-kit.toml or AWS, or 'practice'.",
        ),
    ):
        command = option(command)
    return command
