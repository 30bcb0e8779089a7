"""The commands of ``mwaa-kit``, and how a command ends.

Notes
-----
Exit codes: 0 done and clean; 1 findings, a failed run, a refused publish, no task; 2 wrong usage or unreadable input;
3 an environment that does not answer, or a bug of ours; 130 cancelled.
"""

from __future__ import annotations

import os
import sys
import traceback
from importlib import import_module
from typing import NoReturn

import click

from mwaa_kit import __version__
from mwaa_kit.cli.output import show_error, show_json, tell
from mwaa_kit.errors import CancelledError, MwaaKitError, WrongUsageError

COMMANDS = {
    "compile": ("authoring", "Compile a notebook into a Dag file."),
    "dataflow": ("authoring", "Say which cell hands which names to which."),
    "draw": ("authoring", "Draw a Dag as text, SVG, Mermaid or HTML."),
    "fix": ("rewriting", "Mend what has one right answer in a notebook."),
    "freeze": ("rewriting", "Write the inferred calls into the Dag's body."),
    "promote": ("rewriting", "Rewrite task cells as TaskFlow functions."),
    "propose": ("rewriting", "Propose tasks for a notebook that has none."),
    "import": ("rewriting", "Open a Dag file as a notebook."),
    "export": ("rewriting", "Bring such a notebook back as its Dag file."),
    "run": ("running", "Run a Dag here, with real Airflow tasks."),
    "follow": ("watching", "Follow a run that goes on, or play an earlier one again."),
    "card": ("watching", "Draw an earlier run as one HTML page."),
    "runs": ("history", "List the runs on record."),
    "prune": ("history", "Forget the oldest runs on record."),
    "check": ("checking", "Check for what would go wrong on MWAA."),
    "plan": ("publishing", "Show what a publish would do."),
    "publish": ("publishing", "Publish to an MWAA environment, and read back until it is live."),
    "practice": ("practising", "Start, stop or look at the practice MWAA."),
    "demo": ("demo", "Go the whole way once, on the practice MWAA."),
    "target": ("targets", "Keep interpreters with other Airflow versions of MWAA."),
    "tutorials": ("tutorials", "Copy the tutorial notebooks into a folder."),
    "completion": ("completing", "Print the shell completion script."),
}
"""Each command, the module it is in, and its line in the help; a module is imported when its command is used."""


class _Commands(click.Group):
    """Finds a command without importing the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"mwaa_kit.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mwaa-kit")
def app() -> None:
    """Write an Airflow Dag in a notebook, see it, run it, check it, and publish it to Amazon MWAA."""
    if os.environ.get("NO_COLOR"):
        click.get_current_context().color = False


def run() -> NoReturn:
    """Run the command line and end with its exit code."""
    as_json = "--json" in sys.argv[1:]
    try:
        code = app(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Abort:
        _end(CancelledError("cancelled"), as_json)
    except KeyboardInterrupt:
        _end(CancelledError("cancelled"), as_json)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(WrongUsageError.exit_code)
    except click.ClickException as error:
        command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "mwaa-kit"
        _end(WrongUsageError(error.format_message(), hint=f"see: {command} --help"), as_json)
    except MwaaKitError as error:
        _end(error, as_json)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:
        _end_with_bug(error, as_json)


def _end(error: MwaaKitError, as_json: bool) -> NoReturn:
    show_error(error, as_json=as_json)
    sys.exit(error.exit_code)


def _end_with_bug(error: Exception, as_json: bool) -> NoReturn:
    """End on something nobody foresaw: the one place where a traceback is right, since the mistake is ours."""
    traceback.print_exception(error)
    tell("\nThis is a mistake in mwaa-kit, not in your work. Please report it with the lines above.")
    if as_json:
        show_json({"error": {"name": type(error).__name__, "message": str(error), "path": None, "hint": None}})
    sys.exit(3)
