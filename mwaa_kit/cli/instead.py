"""Options of ``run`` about what need not run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--resume", is_flag=True, help="Go on with the newest run that failed or was cancelled."),
    click.option("--fresh", is_flag=True, help="Run also what is unchanged."),
    click.option("--reuse", is_flag=True, help="Spare all that is unchanged, whatever it may do outside."),
    click.option("--explain", is_flag=True, help="Say of each task why it is reused or not."),
    click.option(
        "--stub",
        "stubs",
        multiple=True,
        metavar="TASK=VALUE",
        help="JSON, @FILE, or success, failed, skipped, in place of running it. May be given again.",
    ),
    click.option(
        "--input",
        "inputs",
        multiple=True,
        metavar="TASK=VALUE",
        help="What a task returned that is not chosen: JSON or @FILE. May be given again.",
    ),
    click.option(
        "--input-from", "inputs_from", metavar="RUN_ID", help="The run such values come from; by default the newest."
    ),
    click.option("--record", metavar="FILE", help="Write the run for a later --replay."),
    click.option("--replay", metavar="FILE", help="Take every outcome from such a file; nothing runs."),
)


def instead_options(command: F) -> F:
    """Add the options; the command gets them by keyword."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
