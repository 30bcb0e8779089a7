"""The magics, in a real kernel: what each cell shows, and that the kernel is as it was afterwards."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from support_kernels import Kernel, states_on, write_notebook

CHURN = (
    "#| params\nn = 3",
    "#| task: load\nrows = [i * 10 for i in range(n)]",
    "#| task: features\ntotal = sum(rows)\nprint('features are ready')",
    "from airflow.sdk import dag, task",
    "@task\ndef score(total):\n    return {'score': total / 2}",
    '#| dag\n@dag(schedule="0 6 * * *")\ndef churn(): ...',
)
BROKEN = ("#| task: load\nrows = []", "#| task: mean\nvalue = 1\nmean = sum(rows) / len(rows)", "#| task: show\nmean")

IN_CELLS = """
import time
import pandas as pd
from airflow.sdk import dag, task

@task
def table():
    return pd.DataFrame({"spend": [1, 2]})

@task
def total(frame):
    return int(frame["spend"].sum())

@task
async def later(n: int):
    import asyncio
    await asyncio.sleep(0)
    return n + 1

@dag
def spend():
    later(total(table()))

@task
def slow():
    print("has begun")
    time.sleep(60)

@dag
def endless():
    slow() >> later(1)

@task
def none_there(frame):
    raise ValueError("no rows")

@dag
def failing():
    later(none_there(table()))
"""

SESSION = """
import logging, os, signal, sys, warnings, asyncio
def session():
    root = logging.getLogger()
    streams = id(sys.stdout), id(sys.stderr), sys.displayhook, sys.excepthook
    signals = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)]
    loop = id(asyncio.get_running_loop())
    own = [name for name in os.environ if name.startswith("AIRFLOW_CTX")]
    return root.handlers[:], root.level, warnings.showwarning, streams, signals, loop, own
before = session()
"""


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory, kit_home: Path) -> Iterator[Kernel]:
    """One kernel for all tests here, as Jupyter's server starts it for ``churn.ipynb``."""
    folder = tmp_path_factory.mktemp("notebooks")
    write_notebook(folder / "churn.ipynb", *CHURN)
    write_notebook(folder / "broken.ipynb", *BROKEN)
    kernel = Kernel(folder, JPY_SESSION_NAME=str(folder / "churn.ipynb"), MWAA_KIT_HOME=str(kit_home))
    kernel.run(SESSION)
    assert kernel.run("%load_ext mwaa_kit").error == ""
    first = kernel.run("%dag")
    assert (first.waited, first.error) == (["starting Airflow 3.3.1 …"], "")
    assert kernel.run(IN_CELLS).error == ""
    yield kernel
    kernel.close()


def test_the_own_notebook_is_drawn_as_svg_and_as_text(kernel: Kernel) -> None:
    shown = kernel.run("%dag")
    assert shown.plain == [
        "churn · 0 6 * * * · 3 tasks\n└─ load · @task, cell 2\n   └─ features · @task, cell 3\n      └─ score · @task, cell 5"
    ]
    assert states_on(shown.bundles[0]["image/svg+xml"]) == {"load": None, "features": None, "score": None}


def test_a_run_is_painted_on_the_dag_and_only_what_the_tasks_wrote_is_printed(kernel: Kernel) -> None:
    shown = kernel.run("run = %run_dag n=4")
    assert (shown.out, shown.err, shown.error) == ("features │ features are ready\n", "", "")
    assert [states_on(bundle["image/svg+xml"]) for bundle in shown.bundles] == [
        {"load": "success", "features": "success", "score": "success"}
    ]
    assert shown.plain == [
        (
            "churn · 0 6 * * * · 3 tasks\n└─ load · @task, cell 2 · ✓ success\n   └─ features · @task, cell 3 · ✓ success\n"
            "      └─ score · @task, cell 5 · ✓ success"
        )
    ]
    assert kernel.run("run['score'].value").plain == ["{'score': 30.0}"]


def test_the_panel_is_told_how_a_run_in_the_kernel_goes_on(kernel: Kernel) -> None:
    pushed = kernel.run("%run_dag --fresh").pushed["mwaa.dag"]
    events = [event for message in pushed for event in message["events"]]
    states = [(event["task_id"], event["state"]) for event in events if event["event"] == "task_state"]
    assert (events[0]["event"], events[-1]["event"], events[-1]["state"], events[-1]["xcoms"]) == (
        "run_started", "run_finished", "success", [],
    )  # fmt: skip
    assert states[:2] == [("load", "running"), ("load", "success")]


def test_a_run_and_a_task_of_it_show_themselves_in_a_few_words(kernel: Kernel) -> None:
    kernel.run("run = %run_dag churn.ipynb")
    assert kernel.run("run").plain == [
        "DagRun churn: success\n  load      success\n  features  success\n  score     success"
    ]
    assert kernel.run("run['load']").plain == ["load: success, left return_value (list)"]


def test_one_task_runs_with_what_it_waits_for(kernel: Kernel) -> None:
    shown = kernel.run("one = %run_task features")
    assert states_on(shown.bundles[0]["image/svg+xml"]) == {"load": "success", "features": "success", "score": None}
    assert kernel.run("list(one)").plain == ["['load', 'features']"]


def test_one_task_runs_on_values_of_the_kernel_and_nothing_above_it_does(kernel: Kernel) -> None:
    kernel.run("mine = [100, 200]")
    shown = kernel.run("one = %run_task features load=mine[:1]")
    assert states_on(shown.bundles[0]["image/svg+xml"]) == {"load": None, "features": "success", "score": None}
    assert kernel.run("one['features'].value, list(one)").plain == ["(100, ['features'])"]


def test_a_whole_run_takes_a_value_of_the_kernel_in_place_of_a_task(kernel: Kernel) -> None:
    kernel.run("run = %run_dag load=[1,2,3]")
    assert kernel.run("run['score'].value, run['load'].value").plain == ["({'score': 3.0}, [1, 2, 3])"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("features load=nowhere", "error: load=nowhere: NameError: name 'nowhere' is not defined"),
        ("features score=1", "error: task 'features' does not wait for 'score', so nothing would read that value"),
        ("fatures load=1", "error: Dag 'churn' has no task 'fatures'"),
    ],
)
def test_a_value_that_cannot_be_taken_is_told(kernel: Kernel, line: str, said: str) -> None:
    assert kernel.run(f"%run_task {line}").error.splitlines()[0] == said


def test_a_run_shows_its_card_in_a_frame_of_its_own_and_writes_it(kernel: Kernel) -> None:
    kernel.run("run = %run_dag --fresh --card card.html")
    shown = kernel.run("run.card()").bundles[0]
    assert shown["text/html"].startswith('<iframe srcdoc="&lt;!doctype html&gt;')
    assert (shown["text/plain"], (kernel.folder / "card.html").read_text()[:15]) == (
        "RunCard(churn: success)",
        "<!doctype html>",
    )


def test_a_failure_names_the_cell_and_what_follows_is_painted_too(kernel: Kernel) -> None:
    shown = kernel.run("bad = %run_dag broken.ipynb")
    assert states_on(shown.bundles[0]["image/svg+xml"]) == {
        "load": "success",
        "mean": "failed",
        "show": "upstream_failed",
    }
    assert (
        shown.err
        == """\
mean │ Traceback (most recent call last):
mean │   File "broken.ipynb", cell 2, line 3, in mean
mean │     mean = sum(rows) / len(rows)
mean │            ~~~~~~~~~~^~~~~~~~~~~
mean │ ZeroDivisionError: division by zero
broken failed: mean (ZeroDivisionError: division by zero (cell 2, line 3))
"""
    )
    assert kernel.run("bad.state, bad['show'].state").plain == ["('failed', 'upstream_failed')"]


def test_a_dag_that_exists_only_in_cells_shows_itself_and_runs(kernel: Kernel) -> None:
    shown = kernel.run("d = spend(); d")
    assert shown.plain == ["<DAG: spend>"]
    assert states_on(shown.bundles[0]["image/svg+xml"]) == {"table": None, "total": None, "later": None}
    shown = kernel.run("run = %run_dag d")
    assert shown.plain == [
        (
            "spend · no schedule · 3 tasks\n└─ table · @task · ✓ success\n   └─ total · @task · ✓ success\n"
            "      └─ later · @task · ✓ success"
        )
    ]
    values = kernel.run("run['table'].value.equals(pd.DataFrame({'spend': [1, 2]})), run['later'].value")
    assert values.plain == ["(True, 4)"]


def test_a_function_is_called_anew_so_that_a_task_defined_again_is_run(kernel: Kernel) -> None:
    kernel.run("@task\ndef total(frame): return 100")
    kernel.run("run = %run_dag spend")
    assert kernel.run("run['later'].value").plain == ["101"]
    kernel.run("@task\ndef total(frame): return int(frame['spend'].sum())")


def test_a_failure_in_a_dag_of_this_kernel_names_its_cell(kernel: Kernel) -> None:
    shown = kernel.run("run = %run_dag failing")
    assert shown.err.splitlines()[1].startswith("none_there │   Cell In[")
    assert shown.err.splitlines()[-1] == "failing failed: none_there (ValueError: no rows)"


def test_a_failure_of_which_the_next_step_is_known_says_it(kernel: Kernel) -> None:
    kernel.run(
        "from airflow.sdk import Variable\n"
        "@task\ndef wants(): return Variable.get('none_such')\n"
        "@dag\ndef wanting(): wants()"
    )
    shown = kernel.run("run = %run_dag wanting")
    assert shown.err.splitlines()[-1] == (
        '  next: write into mwaa-kit.local.toml beside the notebook, under [variables]: none_such = "value"'
    )


def test_an_interrupt_cancels_the_run_and_leaves_the_kernel_usable(kernel: Kernel) -> None:
    shown = kernel.run("stopped = %run_dag endless", interrupt_at="has begun")
    assert states_on(shown.bundles[0]["image/svg+xml"]) == {"slow": "failed", "later": "none"}
    assert shown.err.splitlines()[-1] == "endless cancelled; 1 task instance did not start"
    stopped = kernel.run("stopped.cancelled, stopped.state, dict(stopped.states)")
    assert stopped.plain == ["(True, 'failed', {('slow', -1): 'failed', ('later', -1): None})"]
    assert kernel.run("run = %run_dag spend").error == ""


def test_what_a_task_asks_is_asked_in_the_cell_and_said_where_nobody_can_type(kernel: Kernel) -> None:
    kernel.run(
        "from datetime import datetime\n"
        "from airflow.sdk import Param, dag\n"
        "from airflow.providers.standard.operators.hitl import HITLEntryOperator, HITLOperator\n"
        "@dag(schedule=None, start_date=datetime(2026, 1, 1))\n"
        "def asking():\n"
        "    which = HITLOperator(task_id='which', subject='Which?', options=['a', 'b'], defaults=['b'])\n"
        "    size = HITLEntryOperator(task_id='size', subject='How many?', params={'rows': Param(3, type='integer')})\n"
        "    which >> size"
    )
    found = kernel.run(
        "done = %run_dag asking\nprint(done['which'].value['chosen_options'], done['size'].value['params_input'])",
        types=("", "5"),
    )
    assert (found.asked, found.error) == (["choose [b]: ", "  rows [3]: "], "")
    assert "which asks: Which?\n  1  a\n  2  b\n" in found.out
    assert "['b'] {'rows': 5}" in found.out
    told = kernel.run(
        "done = %run_dag asking --answer which=a --answer size={}\nprint(done['which'].value['chosen_options'])"
    )
    assert "['a']" in told.out
    alone = kernel.run("%run_dag asking")
    assert "nobody answered: 'Which?'; give an answer with --answer which=…" in alone.out + alone.err + str(alone.plain)


def test_running_leaves_logging_signals_streams_and_the_event_loop_as_they_were(kernel: Kernel) -> None:
    kernel.run("run = %run_dag")
    kernel.run("run = %run_dag broken.ipynb")
    assert kernel.run("[b == n for b, n in zip(before, session())]").plain == [str([True] * 7)]
    assert kernel.run("import asyncio\nawait asyncio.sleep(0, 'awake')").plain == ["'awake'"]


def test_widgets_and_figures_do_not_mind_a_run(kernel: Kernel) -> None:
    kernel.run("import ipywidgets\nslider = ipywidgets.IntSlider(value=7)")
    assert kernel.run("run = %run_dag\nslider.value, run.state").plain[1:] == ["(7, 'success')"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("%run_dag --bogus", "error: %run_dag: unrecognized arguments: --bogus\n  next: see %run_dag?"),
        ("%run_dag 'churn", "error: %run_dag: No closing quotation\n  next: look at the quotes"),
        (
            "%dag nowhere",
            (
                "error: 'nowhere' names neither a Dag object of this kernel nor a file\n"
                "  next: run the cell that makes it, or name a notebook or a Dag file"
            ),
        ),
        (
            "%dag pd",
            (
                "error: 'pd' is a module, which is no Dag\n"
                "  next: name a Dag object, a @dag function, a notebook or a Dag file"
            ),
        ),
        ("%run_task nix", "error: Dag 'churn' has no task 'nix'\n  next: it has: load, features, score"),
        (
            "%run_task score rows=3",
            (
                "error: Dag 'churn' has neither a task nor a param 'rows'\n"
                "  next: its tasks: load, features, score; its params: n"
            ),
        ),
        ("%publish_dag", "error: %publish_dag: the following arguments are required: --env\n  next: see %publish_dag?"),
        (
            "%plan_dag --env practice",
            "error: the practice MWAA is not running.\n  next: start it with: mwaa-kit practice start",
        ),
    ],
)
def test_a_slip_is_a_line_and_a_next_step_and_stops_the_cell(kernel: Kernel, line: str, says: str) -> None:
    shown = kernel.run(f"{line}\nprint('went on')")
    assert (shown.error, shown.out, shown.plain) == (says, "", [])


def test_compile_and_check_show_the_dag_file_and_the_findings(kernel: Kernel) -> None:
    compiled = kernel.run("%compile_dag").bundles[0]
    assert compiled["text/markdown"] == f"```python\n{compiled['text/plain']}\n```"
    assert compile(compiled["text/plain"], "churn.py", "exec")
    assert kernel.run("%check_dag").plain == ["1 file checked, 0 findings"]
    assert kernel.run("%practice").plain == ["the practice MWAA is not running"]


def test_a_task_cell_magic_declares_and_the_cell_runs_like_any_other(kernel: Kernel) -> None:
    assert kernel.run("%%task answer retries=1\nimport asyncio\nawait asyncio.sleep(0)\n42").plain == ["42"]
    failed = kernel.run("%%task half\n\n1 / 0").error
    assert "line 3" in failed and failed.endswith("ZeroDivisionError: division by zero")
    write_notebook(kernel.folder / "alias.ipynb", "%%task answer\nx = 42")
    assert kernel.run("%dag alias.ipynb").plain == ["alias · no schedule · 1 task\n└─ answer · @task, cell 1"]


def test_a_cell_that_was_run_but_not_saved_is_pointed_out(kernel: Kernel) -> None:
    note = "note: '#| task: features' was run with other code than is saved; this is the saved notebook\n"
    write_notebook(kernel.folder / "churn.ipynb", *CHURN)
    kernel.run("#| task: features\ntotal = 0")
    assert kernel.run("%dag").out == note
    assert kernel.run("%dag broken.ipynb").out == ""
    write_notebook(kernel.folder / "churn.ipynb", *CHURN)
    assert kernel.run("%dag").out == ""


def test_a_task_function_that_was_run_but_not_saved_is_pointed_out(kernel: Kernel) -> None:
    write_notebook(kernel.folder / "churn.ipynb", *CHURN, "@task\ndef later(): return 1")
    kernel.run("from airflow.sdk import task\n@task\ndef later(): return 2")
    assert "note: 'def later' was run with other code than is saved" in kernel.run("%dag").out
    write_notebook(kernel.folder / "churn.ipynb", *CHURN)
    assert kernel.run("%dag").out == ""


def test_each_run_leaves_its_record_beside_the_notebook(kernel: Kernel) -> None:
    kernel.run("run = %run_dag")
    database = next((kernel.folder / ".mwaa-kit").glob("*.db*"))
    with sqlite3.connect(database) as connection:
        tables = {name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")}
    assert tables


def test_loading_again_changes_nothing_and_each_magic_says_what_it_takes(kernel: Kernel) -> None:
    kernel.run("%reload_ext mwaa_kit")
    assert kernel.run("get_ipython().input_transformers_cleanup.count(task_cell)").error
    count = "from mwaa_kit.magics import task_cell\nget_ipython().input_transformers_cleanup.count(task_cell)"
    assert kernel.run(count).plain == ["1"]
    usage = kernel.run("print(get_ipython().magics_manager.magics['line']['run_task'].__doc__)").out
    assert usage.startswith("usage: %run_task ")


def test_a_kernel_that_was_told_no_notebook_asks_for_one(tmp_path: Path) -> None:
    kernel = Kernel(tmp_path)
    try:
        kernel.run("%load_ext mwaa_kit")
        assert kernel.run("%run_dag").error == (
            "error: the kernel was not told which notebook it belongs to\n  next: name it: %run_dag my_notebook.ipynb"
        )
        kernel.run("import os; os.environ['JPY_SESSION_NAME'] = 'gone/old_name.ipynb'")
        assert kernel.run("%run_dag").error == (
            "error: this notebook was 'old_name.ipynb' when its kernel started, and there is no such file now\n"
            "  next: save it, or name it: %run_dag my_notebook.ipynb"
        )
    finally:
        kernel.close()


def test_an_interrupt_while_airflow_is_imported_waits_until_it_is_there(tmp_path: Path) -> None:
    write_notebook(tmp_path / "churn.ipynb", *CHURN)
    kernel = Kernel(tmp_path)
    try:
        kernel.run("%load_ext mwaa_kit")
        shown = kernel.run("%dag churn.ipynb", interrupt_at="starting Airflow")
        assert (shown.error, shown.plain) == ("%dag cancelled", [""])
        assert kernel.run("%run_dag churn.ipynb").plain[1] == (
            "DagRun churn: success\n  load      success\n  features  success\n  score     success"
        )
    finally:
        kernel.close()


def test_a_cell_names_what_was_not_run_again() -> None:
    from mwaa_kit.magics.progress import what_did_not_run
    from mwaa_kit.model.run import DagRun, TaskInstance

    ran, reused = TaskInstance("load", state="success"), TaskInstance("train", 0, state="success", reused=True)

    assert what_did_not_run(DagRun("d", "r", "success", task_instances=(ran, reused, reused))) == (
        "unchanged, so not run again: train (--fresh runs all)"
    )
    assert what_did_not_run(DagRun("d", "r", "success", task_instances=(ran,))) == ""
