"""completion."""

from __future__ import annotations

import click


@click.command("completion")
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
def completion_command(shell: str) -> int:
    """Print the completion script for SHELL.

    For bash: eval "$(mwaa-kit completion bash)" in ~/.bashrc.
    """
    from click.shell_completion import get_completion_class

    from mwaa_kit.cli.app import app

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(app, {}, "mwaa-kit", "_MWAA_KIT_COMPLETE").source())
    return 0
