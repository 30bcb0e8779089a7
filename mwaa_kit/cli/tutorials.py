"""tutorials."""

from __future__ import annotations

import click

from mwaa_kit.cli.options import json_option
from mwaa_kit.cli.output import show, show_json
from mwaa_kit.verbs.tutorials import FOLDER


@click.command("tutorials")
@click.argument("folder", default=FOLDER)
@json_option
def tutorials_command(folder: str, as_json: bool) -> int:
    """Copy the tutorial notebooks into FOLDER; what is there already is kept."""
    from mwaa_kit.verbs.tutorials import tutorials

    copied = tutorials(folder)
    if as_json:
        show_json(copied.to_dict())
        return 0
    for name in copied.written:
        show(f"wrote {copied.folder}/{name}")
    for name in copied.kept:
        show(f"kept {copied.folder}/{name}: it was there already")
    show(f"begin with: jupyter lab {copied.start}")
    return 0
