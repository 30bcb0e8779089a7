"""compile, dataflow, draw."""

from __future__ import annotations

import sys
from typing import Any

import click

from mwaa_kit.cli.findings import show_findings
from mwaa_kit.cli.options import dag_id_option, json_option, target_option
from mwaa_kit.cli.output import count, show, show_json, tell, tell_start
from mwaa_kit.model.finding import errors_in


@click.command("compile")
@click.argument("notebook")
@click.option("-o", "--output", metavar="FILE", help="Write the Dag file here instead of printing it.")
@target_option
@json_option
def compile_command(notebook: str, output: str | None, target: str, as_json: bool) -> int:
    """Compile NOTEBOOK into a Dag file."""
    from mwaa_kit.verbs.authoring import compile
    from mwaa_kit.verbs.outputs import write_output

    module = compile(notebook, target=target)
    failed = bool(errors_in(module.findings))
    if output and not failed:
        write_output(module.source, output, source=notebook)
    if as_json:
        show_json(module.to_dict())
        return int(failed)
    show_findings(module.findings, to_stderr=True)
    if failed:
        tell(f"no Dag file was made: {count(len(errors_in(module.findings)), 'error')} to mend")
    elif output:
        show(
            f"wrote {output}: {', '.join(module.dag_ids)} for Airflow {target}, {len(module.source.splitlines())} lines"
        )
    else:
        sys.stdout.write(module.source)
    return int(failed)


@click.command("dataflow")
@click.argument("notebook")
@json_option
def dataflow_command(notebook: str, as_json: bool) -> int:
    """Say which cell of NOTEBOOK hands which names to which other cell."""
    from mwaa_kit.verbs.authoring import dataflow

    found = dataflow(notebook)
    document: dict[str, Any] = dict(found.to_dict())
    if as_json:
        show_json(document)
        return 0
    cells = {cell["code_index"]: cell["index"] + 1 for cell in document["cells"]}
    for edge in document["edges"]:
        show(f"cell {cells[edge['from']]} -> cell {cells[edge['to']]}: {', '.join(edge['names'])} ({edge['kind']})")
    if not document["edges"]:
        show(f"{count(len(document['cells']), 'code cell')}, none of which reads what another made")
    show_findings(found.findings, to_stderr=True)
    return 0


@click.command("draw")
@click.argument("path")
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "svg", "mermaid", "html", "json")),
    default="text",
    show_default=True,
    help="How to draw it.",
)
@click.option("-o", "--output", metavar="FILE", help="Write the drawing here instead of printing it.")
@click.option("--ascii", "ascii_only", is_flag=True, help="Draw the text tree in ASCII.")
@dag_id_option
@target_option
@json_option
def draw_command(
    path: str, form: str, output: str | None, ascii_only: bool, dag_id: str | None, target: str, as_json: bool
) -> int:
    """Draw the Dags of PATH: a notebook, a Dag file or a folder."""
    from mwaa_kit.verbs.authoring import draw
    from mwaa_kit.verbs.outputs import write_output

    if not as_json:
        tell_start()
    drawing = draw(path, dag_id=dag_id, target=target)
    form = "json" if as_json else form
    if output:
        write_output(drawing.format(form), output, source=path)
        tell(f"wrote {output}")
    elif form == "json":
        show_json(drawing.to_dict())
    else:
        text = drawing.format(form, ascii_only=ascii_only or not _shows_unicode())
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
    return 0


def _shows_unicode() -> bool:
    """Whether standard output can show box-drawing characters."""
    try:
        "├─✔".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
