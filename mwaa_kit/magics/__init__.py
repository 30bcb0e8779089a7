"""Magics: the verbs inside a notebook, after ``%load_ext mwaa_kit``.

    %dag                               draw this notebook's Dag
    %dag etl.ipynb                     draw another's; or a Dag object of this kernel by its name
    run = %run_dag                     run this notebook's Dag; its states are painted as they change
    run = %run_dag churn n=3           run a Dag object, or what a @dag function makes, with a param
    run = %run_task features           run one task with what it waits for
    run = %run_task features load=rows run it on what `rows` is in this kernel, in place of what `load` would return
    run.card()                         show a run as one page: graph, timeline, outputs, logs
    %check_dag                         say what would go wrong on Amazon MWAA
    %compile_dag                       show the Dag file; with -o FILE, write it
    %practice start                    start the practice MWAA; also stop, status, reset
    %plan_dag --env practice           say what a publish would do
    %publish_dag --env practice        publish, and read back until it is live

Each says more when asked: ``%run_dag?``. Each means this notebook where no other is named. ``%%task name`` is another way
to write ``#| task: name``, for tools that know cell magics only; the cell runs like any other.

Notes
-----
A notebook's Dag comes from its file, never from what the kernel happens to hold, so save before you run; a cell that was
run with other code than is saved is pointed out. ``%%task`` is taken off before the cell runs, so that line numbers in
tracebacks, ``await`` and the last expression are as in every cell; a real cell magic would swallow all three.
"""

from __future__ import annotations

import contextlib
import os
import re
from typing import Any

from mwaa_kit.errors import MwaaKitError

_DAG_CLASSES = ("airflow.sdk.definitions.dag", "airflow.models.dag")
_CELL_TASK = re.compile(r"%%task\s+(?=\S)")


def load_ipython_extension(shell: Any) -> None:
    """Register the magics, and let Dags and what the verbs return show themselves. Loading twice changes nothing."""
    from mwaa_kit.magics.lines import LINE_MAGICS, as_magic
    from mwaa_kit.magics.notebook import remember_cell
    from mwaa_kit.magics.showing import TEXTS, markdown_of

    _prepare_airflow()
    for name, magic in LINE_MAGICS.items():
        shell.register_magic_function(as_magic(shell, name, magic), magic_kind="line", magic_name=name)
    if task_cell not in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.append(task_cell)
    shell.events.register("pre_run_cell", remember_cell)
    formatters = shell.display_formatter.formatters
    for module in _DAG_CLASSES:
        formatters["image/svg+xml"].for_type_by_name(module, "DAG", draw_object)
    for (module, name), text_of in TEXTS.items():
        formatters["text/plain"].for_type_by_name(
            module, name, lambda noun, printer, cycle, text_of=text_of: printer.text(text_of(noun))
        )
    formatters["text/markdown"].for_type_by_name("mwaa_kit.model.module", "DagModule", markdown_of)


def _prepare_airflow() -> None:
    """Settle where Airflow lives before a cell imports it."""
    from mwaa_kit.engine.home import prepare_home

    with contextlib.suppress(OSError):  # whoever needs Airflow later is told
        prepare_home()
    # A cell above may have imported Airflow already; its example plugins would print into every task.
    os.environ.setdefault("AIRFLOW__CORE__LOAD_EXAMPLES", "False")


def task_cell(lines: list[str]) -> list[str]:
    """Turn the first line of a ``%%task name`` cell into the directive it stands for."""
    if lines and _CELL_TASK.match(lines[0]):
        return [_CELL_TASK.sub("#| task: ", lines[0], count=1), *lines[1:]]
    return lines


def draw_object(dag: Any) -> str | None:
    """Return a Dag object of this kernel as SVG; None when it cannot be drawn, and then say why."""
    from mwaa_kit.drawing.picture import picture_of
    from mwaa_kit.drawing.svg import to_svg
    from mwaa_kit.magics.kernel import start_engine
    from mwaa_kit.magics.showing import error_lines

    try:
        return to_svg(picture_of(start_engine().adopt(dag)))
    except MwaaKitError as error:
        print("\n".join(error_lines(error)))  # noqa: T201 - a cell's output
        return None
