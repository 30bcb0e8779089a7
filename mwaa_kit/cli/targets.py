"""target."""

from __future__ import annotations

import click

from mwaa_kit.cli.options import json_option
from mwaa_kit.cli.output import show, show_json, tell


@click.group("target")
def target_command() -> None:
    """Keep interpreters with the Airflow versions of MWAA, for `run` and `check --target`."""


@target_command.command("add")
@click.argument("version")
@click.option(
    "--constraints",
    envvar="MWAA_KIT_CONSTRAINTS",
    default="",
    metavar="PLACE",
    help="A folder of constraint lists, or a URL or path with {airflow} and {python} in it; by default"
    " MWAA_KIT_CONSTRAINTS. Without one, packages are as new as that Airflow.",
)
@click.option(
    "-r",
    "--requirements",
    metavar="FILE",
    help="A requirements.txt: what it asks for by name is installed as well, within the constraints.",
)
@json_option
def add_command(version: str, constraints: str, requirements: str | None, as_json: bool) -> int:
    """Make the interpreter of Airflow VERSION, and run one task on it."""
    from mwaa_kit.verbs.targets import add_target

    added = add_target(version, constraints=constraints, requirements=requirements, on_progress=tell)
    if as_json:
        show_json(added.to_dict())
        return 0
    show(f"Airflow {added.airflow} on Python {added.python} {'is made' if added.made else 'was there'}, and runs tasks")
    show(f"  {added.interpreter}")
    if added.requirements:
        show(f"  with {', '.join(added.requirements)}")
    show(f"  use it with: mwaa-kit run PATH --target {added.airflow}")
    return 0


@target_command.command("list")
@json_option
def list_command(as_json: bool) -> int:
    """List the Airflow versions of MWAA, and which of them are here."""
    from mwaa_kit.verbs.targets import list_targets

    targets = list_targets()
    if as_json:
        show_json({"targets": [target.to_dict() for target in targets]})
        return 0
    for target in targets:
        here = "this Python" if target.installed else target.interpreter or "-"
        show(f"{target.airflow:<8} Python {target.python}  {here}")
    return 0


@target_command.command("remove")
@click.argument("version")
@json_option
def remove_command(version: str, as_json: bool) -> int:
    """Remove the interpreters of Airflow VERSION."""
    from mwaa_kit.verbs.targets import remove_target

    gone = remove_target(version)
    if as_json:
        show_json({"removed": list(gone)})
        return 0
    for folder in gone:
        show(f"removed {folder}")
    if not gone:
        show(f"there was no interpreter with Airflow {version}")
    return 0
