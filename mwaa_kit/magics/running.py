"""The magics that draw and run."""

from __future__ import annotations

import argparse
import functools
import re
from html import escape
from typing import TYPE_CHECKING, Any

from mwaa_kit.errors import WrongUsageError
from mwaa_kit.magics.notebook import find_source, tell_unsaved
from mwaa_kit.magics.words import Words

if TYPE_CHECKING:
    from mwaa_kit.drawing.drawing import Drawing
    from mwaa_kit.magics.progress import Display
    from mwaa_kit.model.run import DagRun, Event


def draw_words(name: str) -> Words:
    """Say how the line of %dag is read."""
    words = Words(name, "Draw a Dag.")
    words.add_argument("source", nargs="?", help="a notebook, a Dag file, a Dag object or @dag function of this kernel")
    words.add_argument("--dag-id", help="only this one")
    words.add_argument(
        "--format", choices=("svg", "html", "text", "mermaid"), default="svg", help="html can be explored"
    )
    return words


def draw_dag(shell: Any, given: argparse.Namespace) -> None:
    """Draw a Dag."""
    from IPython.display import display

    from mwaa_kit.magics.progress import Display

    with Display() as shown:
        drawing = _drawing(shell, given, shown)
        if given.format == "svg":
            shown.show_picture(*drawing.pictures)
            return
    text = drawing.format(given.format)
    if given.format == "html":
        page = f'<iframe srcdoc="{escape(text)}" style="width:100%;height:420px;border:0" title="Dag"></iframe>'
        display({"text/html": page, "text/plain": drawing.format("text")}, raw=True)
    else:
        print(text.rstrip("\n"))  # noqa: T201 - a cell's output


def _drawing(shell: Any, given: argparse.Namespace, shown: Display) -> Drawing:
    """Draw a file's Dags, or a Dag object."""
    from mwaa_kit.drawing.drawing import Drawing
    from mwaa_kit.drawing.picture import picture_of
    from mwaa_kit.verbs.authoring import draw

    source = _prepared(shell, given.source, shown)
    if isinstance(source, str):
        return draw(source, dag_id=given.dag_id)
    from mwaa_kit.magics.kernel import start_engine

    return Drawing((picture_of(start_engine().adopt(source)),))


def _prepared(shell: Any, word: str | None, shown: Display) -> Any:
    """Find what is meant, and have Airflow ready; that takes seconds once in a kernel, so say so meanwhile."""
    from mwaa_kit.magics.kernel import start_engine, waits_for_airflow

    source = find_source(shell, word)
    if isinstance(source, str):
        tell_unsaved(shell, source)
    if version := waits_for_airflow():
        shown.show(plain=f"starting Airflow {version} …")
    start_engine()
    return source


_WORDS_HELP = """\
what to run, as for %%dag; params; and values of this kernel that stand
in place of tasks: load=rows"""


def run_words(name: str) -> Words:
    """Say how the lines of %run_dag and %run_task are read."""
    one = name == "run_task"
    about = "Run one task, with what it waits for." if one else "Run a Dag here, with real Airflow tasks."
    words = Words(name, about + " Returns the run: run['features'].value is a live object.")
    if one:
        words.add_argument("task_id")
    words.add_argument("words", nargs="*", metavar="SOURCE | KEY=VALUE", help=_WORDS_HELP)
    words.add_argument("--dag-id", help="needed only when a file holds several Dags")
    words.add_argument("--logical-date", help="by default the present moment")
    words.add_argument("--skip-delays", action="store_true", help="retry delays and sensor intervals pass at once")
    words.add_argument("--fresh", action="store_true", help="run also what is unchanged since an earlier run")
    if not one:
        words.add_argument(
            "--resume", action="store_true", help="go on with the newest run that failed or was cancelled"
        )
    told = "what a human-in-the-loop task is told: an option, JSON or @file"
    words.add_argument("--answer", metavar="TASK=ANSWER", action="append", default=[], help=told)
    words.add_argument("--card", metavar="FILE", help="write the run as one HTML page")
    return words


def run_dag(shell: Any, given: argparse.Namespace) -> DagRun:
    """Run a Dag, or one task with what it waits for; show its states as they change."""
    from mwaa_kit.drawing.picture import picture_of
    from mwaa_kit.magics.asking import ask_in_cell
    from mwaa_kit.magics.kernel import tasks_may_run
    from mwaa_kit.magics.progress import Display, Progress
    from mwaa_kit.magics.pushing import push_to_panel
    from mwaa_kit.magics.taking import take_values, tasks_to_run
    from mwaa_kit.targets.catalogue import NEWEST
    from mwaa_kit.verbs.asking import read_answers
    from mwaa_kit.verbs.runnables import find_runnable
    from mwaa_kit.verbs.running import run
    from mwaa_kit.verbs.values import read_date, read_params

    pairs, name = _params_and_source(given.words)
    tasks: tuple[str, ...] = (given.task_id,) if "task_id" in given else ()
    with Display() as shown:
        source = _prepared(shell, name, shown)
        found = find_runnable(source, given.dag_id, NEWEST)
        values, pairs = take_values(shell, pairs, found.spec, found.module, known_only=bool(tasks or found.spec.params))
        if tasks and values:
            tasks = tasks_to_run(found.spec, given.task_id, values)
        progress = Progress(
            shown, lambda states: picture_of(found.spec, found.module, states), functools.partial(_name_cells, shell)
        )
        panel = push_to_panel(shell)

        def listen(event: Event) -> None:
            panel(event)
            progress(event)

        with tasks_may_run():
            finished = run(
                found,
                dag_id=given.dag_id,
                tasks=tasks,
                with_upstream=bool(tasks) and not values,
                params=read_params(pairs, None),
                fresh=given.fresh,
                resume="resume" in given and given.resume,
                inputs=values if tasks else {},
                stubs={} if tasks else values,
                logical_date=read_date(given.logical_date),
                skip_delays=given.skip_delays,
                answers=read_answers(given.answer),
                ask=ask_in_cell,
                listen=listen,
            )
        progress.finish(finished)
        panel.finish(finished)
    if given.card:
        write_card(finished, given.card)
    return finished


def write_card(run: DagRun, output: str) -> None:
    """Write a run's card, and say so."""
    from mwaa_kit.verbs.watching import card

    card(run, output=output)
    print(f"its card: {output}")  # noqa: T201 - a cell's output


def _params_and_source(words: list[str]) -> tuple[list[str], str | None]:
    pairs = [word for word in words if "=" in word]
    names = [word for word in words if "=" not in word]
    if len(names) > 1:
        raise WrongUsageError(f"%run_dag runs one Dag; what is {names[1]!r}?", hint="write params as KEY=VALUE")
    return pairs, names[0] if names else None


def _name_cells(shell: Any, line: str) -> str:
    """Name the cell instead of the file that the kernel made of it."""

    def cell(match: re.Match[str]) -> str:
        named = shell.compile.format_code_name(match[1])
        return f"{' '.join(named)}, line {match[2]}" if named else match[0]

    return re.sub(r'File "([^"]+)", line (\d+)', cell, line)
