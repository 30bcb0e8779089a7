"""demo: the whole way once, on the practice MWAA."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mwaa_kit.cli.findings import show_findings
from mwaa_kit.cli.narrating import Narrator, show_run
from mwaa_kit.cli.output import count, show, tell
from mwaa_kit.cli.publishing import show_plan, show_publication
from mwaa_kit.errors import MissingInputError
from mwaa_kit.model.release import Plan
from mwaa_kit.model.run import DagRun

if TYPE_CHECKING:
    from mwaa_kit.operating.runs import ServedDagRun

TUTORIAL = Path("notebooks") / "01_first_dag.ipynb"


@click.command("demo")
@click.argument("notebook", default=str(TUTORIAL))
def demo_command(notebook: str) -> int:
    """Compile, draw, run, check and publish NOTEBOOK on the practice MWAA, and see it live."""
    from mwaa_kit.verbs.practising import practice

    if not Path(notebook).is_file():
        raise MissingInputError(
            "there is no such notebook", path=notebook, hint="run the demo in the project's folder, or name a notebook"
        )
    started = time.monotonic()
    was_running = practice("status").running
    try:
        code = _go(notebook)
    finally:
        if not was_running:
            tell("\nstopping the practice MWAA")
            practice("stop", on_progress=tell)
    if code == 0:
        _summarise(notebook, time.monotonic() - started)
    return code


def _go(notebook: str) -> int:
    """Take the six steps; return the first exit code that is not 0."""
    from mwaa_kit.verbs.authoring import compile, draw
    from mwaa_kit.verbs.checking import check
    from mwaa_kit.verbs.practising import practice
    from mwaa_kit.verbs.publishing import publish
    from mwaa_kit.verbs.running import run

    _headline(1, f"compile {notebook}: the cells become a Dag file")
    module = compile(notebook)
    show(
        f"{', '.join(module.dag_ids)}: {count(len(module.tasks), 'task')}, {len(module.source.splitlines())} lines of Python"
    )
    for edge in module.edges:
        show(f"  {edge.upstream} -> {edge.downstream}  {edge.reason}")

    _headline(2, "draw: the graph (also as SVG, Mermaid, HTML)")
    show(str(draw(notebook)))

    _headline(3, "run: real Airflow tasks, in this process tree, without a database")
    finished = run(notebook, mode="fork", fresh=True, listen=Narrator(logs=False))
    show_run(finished)
    if finished.state != "success":
        return 1

    _headline(4, "check: what would go wrong on Amazon MWAA")
    report = check(notebook)
    show_findings(report.findings)
    show(f"{count(report.checked, 'file')} checked, {count(len(report.findings), 'finding')}")
    if not report.clean:
        return 1

    _headline(5, "practice: a local S3, an mwaa endpoint and a real Airflow")
    practice("start", on_progress=lambda what: tell(f"  {what}"))

    _headline(6, "publish: the plan, then one atomic publish, then read back until it is live and run it there")
    publication = publish(
        notebook,
        env="practice",
        trigger=True,
        logical_date=finished.logical_date,
        confirm=_agree,
        on_wait=lambda what: tell(f"  waiting: {what}"),
    )
    show_publication(publication)
    same = _same(finished, publication.runs[0])
    show(
        "the run here and the run there gave "
        + ("the same states and values" if same else "DIFFERENT states or values")
    )
    return int(bool(publication.failed_runs) or not same)


def _agree(planned: Plan) -> bool:
    """Show the plan and go on: the practice MWAA is nobody's production."""
    show_plan(planned)
    return True


def _same(here: DagRun, there: ServedDagRun) -> bool:
    """Whether two runs ended alike: the state of each task instance, and each value."""
    states = {(one.task_id, one.map_index): one.state for one in there.task_instances}
    values = {(one.task_id, one.map_index, one.key): one.value for one in there.xcoms}
    return (states, values) == (
        dict(here.states),
        {(one.task_id, one.map_index, one.key): one.stored for one in here.xcoms},
    )


def _headline(number: int, text: str) -> None:
    click.secho(f"\n{number}. {text}", bold=True)


def _summarise(notebook: str, seconds: float) -> None:
    click.secho(f"\nDone in {seconds:.0f} s.", bold=True, nl=False)
    show(" A notebook became a Dag, ran, passed its checks, reached a bucket, and a real Airflow ran it.")
    show("Next:")
    show("  make lab                                            open the tutorials in JupyterLab")
    show(f"  .venv/bin/mwaa-kit run {notebook}    run it again here")
    show("  .venv/bin/mwaa-kit practice start                   keep a practice MWAA running, and then")
    show(f"  .venv/bin/mwaa-kit publish {notebook} --env practice")
