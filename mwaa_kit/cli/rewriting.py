"""freeze, promote, fix, propose, import, export."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mwaa_kit.cli.options import json_option
from mwaa_kit.cli.output import count, show, show_json, tell

if TYPE_CHECKING:
    from mwaa_kit.authoring.rewriting.rewriting import Rewriting

yes_option = click.option("--yes", is_flag=True, help="Write the change; without it, only the diff is shown.")


@click.command("freeze")
@click.argument("notebook")
@yes_option
@json_option
def freeze_command(notebook: str, yes: bool, as_json: bool) -> int:
    """Write the inferred calls of NOTEBOOK into the body of its @dag function."""
    from mwaa_kit.verbs.rewriting import freeze

    return _show(freeze(notebook, write=yes), as_json)


@click.command("promote")
@click.argument("notebook")
@click.argument("task_ids", nargs=-1, metavar="[TASK]...")
@yes_option
@json_option
def promote_command(notebook: str, task_ids: tuple[str, ...], yes: bool, as_json: bool) -> int:
    """Rewrite the cells of TASKs in NOTEBOOK as TaskFlow functions; all task cells where none is named."""
    from mwaa_kit.verbs.rewriting import promote

    return _show(promote(notebook, *task_ids, write=yes), as_json)


@click.command("fix")
@click.argument("notebook")
@yes_option
@json_option
def fix_command(notebook: str, yes: bool, as_json: bool) -> int:
    """Mend what has one right answer in NOTEBOOK: magics in tasks, misspelt directives, two tasks of one name, a Param
    among params, a main guard."""
    from mwaa_kit.verbs.rewriting import fix

    return _show(fix(notebook, write=yes), as_json)


@click.command("import")
@click.argument("dag_file")
@click.option("-o", "--output", metavar="FILE", help="The new notebook; by default beside the Dag file.")
@json_option
def import_command(dag_file: str, output: str | None, as_json: bool) -> int:
    """Open DAG_FILE as a notebook, a cell for each function; export brings it back byte for byte."""
    from mwaa_kit.verbs.rewriting import import_dag

    rewriting = import_dag(dag_file, output)
    if as_json:
        show_json(rewriting.to_dict())
    else:
        show(f"wrote {rewriting.output}: {count(len(rewriting.changes), 'cell')}")
    return 0


@click.command("export")
@click.argument("notebook")
@click.option(
    "-o", "--output", metavar="FILE", help="The Dag file; by default beside the notebook, under its own name."
)
@yes_option
@json_option
def export_command(notebook: str, output: str | None, yes: bool, as_json: bool) -> int:
    """Bring an imported NOTEBOOK back as the Dag file it is; a file that is there already is shown as a diff first."""
    from mwaa_kit.verbs.rewriting import export_dag

    rewriting = export_dag(notebook, output)
    if yes or rewriting.before is None:
        rewriting = rewriting.write()
    if rewriting.written and rewriting.before is None and not as_json:
        show(f"wrote {rewriting.output}")
        return 0
    return _show(rewriting, as_json)


@click.command("propose")
@click.argument("source")
@click.option(
    "-o", "--output", metavar="FILE", help="Write the proposal to this new notebook; without it, it is only shown."
)
@json_option
def propose_command(source: str, output: str | None, as_json: bool) -> int:
    """Propose a task notebook for SOURCE: a notebook without directives, with Kale's tags, or an Elyra pipeline."""
    from mwaa_kit.verbs.rewriting import propose

    rewriting = propose(source, output, write=output is not None)
    if as_json or rewriting.written:
        return _show(rewriting, as_json)
    click.echo(rewriting.diff, nl=False)
    for note in rewriting.notes:
        tell(note)
    tell("nothing was written; name a new notebook with -o to write it")
    return 0


def _show(rewriting: Rewriting, as_json: bool) -> int:
    """Print the diff, what to know about it, and whether it was written."""
    if as_json:
        show_json(rewriting.to_dict())
        return 0
    click.echo(rewriting.diff, nl=False)
    for note in rewriting.notes:
        tell(note)
    if rewriting.written:
        tell(f"wrote {rewriting.output}: {count(len(rewriting.changes), 'change')}")
    elif rewriting.changes:
        tell("nothing was written; add --yes to write it")
    elif not rewriting.notes:
        tell(f"{rewriting.output} is up to date")
    return 0
