"""The verb `run`: from a notebook to results, and what it says when something is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mwaa_kit import errors
from mwaa_kit.model.run import DagRun, Event, LogLine, RunNote
from mwaa_kit.scheduler.store import RunStore
from mwaa_kit.verbs.instead import State
from mwaa_kit.verbs.running import run, select

Write = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a notebook with these code cells; return its path."""

    def notebook(*sources: str, name: str = "etl.ipynb") -> str:
        cells = [
            {"cell_type": "code", "execution_count": None, "id": f"c{n}", "metadata": {}, "outputs": [], "source": text}
            for n, text in enumerate(sources, start=1)
        ]
        (tmp_path / name).write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
        return str(tmp_path / name)

    return notebook


IMPORTS = "from airflow.sdk import dag, task"
DAG = "#| dag\n@dag(schedule=None, params={'n': 2})\ndef etl(): ..."


def test_a_notebook_runs_and_its_results_are_live_objects(write: Write, tmp_path: Path) -> None:
    path = write(
        "import datetime\nfrom airflow.sdk import dag, task",
        "#| task: load\ndays = [datetime.date(2026, 1, day) for day in (1, 2)]",
        "@task\ndef last(days):\n    return {'day': max(days)}",
        DAG,
    )
    import datetime

    finished = run(path)
    assert (finished.state, dict(finished.states)) == ("success", {("load", -1): "success", ("last", -1): "success"})
    assert finished["load"].value == [datetime.date(2026, 1, 1), datetime.date(2026, 1, 2)]
    assert finished["last"].value == {"day": datetime.date(2026, 1, 2)}


@pytest.mark.parametrize("mode", ["inline", "fork"])
def test_an_error_speaks_of_the_cell_and_line_it_came_from(mode: str, write: Write) -> None:
    path = write(
        IMPORTS,
        "def ratio(a):\n    half = a / 2\n    return half / 0\n",
        "#| task: load\nn = 1",
        "#| task: fails\nm = ratio(n)",
        DAG,
    )
    lines: list[str] = []
    finished = run(path, mode=mode, listen=lambda e: lines.append(e.message) if isinstance(e, LogLine) else None)
    assert finished["fails"].instances[0].error == "ZeroDivisionError: float division by zero (cell 2, line 3)"
    assert [line for line in lines if "etl.ipynb" in line] == [
        f'  File "{path}", cell 4, line 2, in fails',
        f'  File "{path}", cell 2, line 3, in ratio',
    ]


def test_a_run_is_recorded_beside_the_notebook_and_git_ignores_it(write: Write, tmp_path: Path) -> None:
    finished = run(write(IMPORTS, "@task\ndef one():\n    return 1", DAG))
    store = RunStore(tmp_path)
    recorded = store.list_runs()[0]
    assert (recorded.run_id, recorded.state, store.read_xcoms(recorded.run_key)) == (
        finished.run_id,
        "success",
        finished.xcoms,
    )
    assert (tmp_path / ".mwaa-kit" / ".gitignore").read_text() == "*\n"


def test_params_reach_the_tasks_and_wrong_ones_are_refused(write: Write) -> None:
    path = write(
        "from airflow.sdk import Param, dag, task",
        "@task\ndef twice(params=None):\n    return params['n'] * 2",
        "#| dag\n@dag(schedule=None, params={'n': Param(2, type='integer')})\ndef etl(): ...",
    )
    assert run(path, params={"n": 21})["twice"].value == 42
    with pytest.raises(errors.WrongUsageError, match="'many' is not of type 'integer'"):
        run(path, params={"n": "many"})


@pytest.mark.parametrize("mode", ["inline", "fork", "worker"])
def test_local_variables_and_connections_are_found_also_while_the_file_is_imported(
    mode: str, write: Write, tmp_path: Path
) -> None:
    (tmp_path / "mwaa-kit.local.toml").write_text(
        "[variables]\nsize = '7'\n[connections]\nlake = 'aws://key:secret@host/db'\n"
    )
    path = write(
        "from airflow.sdk import Connection, Variable, dag, task",
        "@task\ndef read():\n    lake = Connection.get('lake')\n    return [Variable.get('size'), lake.login, lake.schema]",
        "#| dag\n@dag(schedule=None, tags=[Variable.get('size')])\ndef etl(): ...",
    )
    assert run(path, mode=mode)["read"].value == ["7", "key", "db"]


@pytest.mark.parametrize(
    ("chosen", "upstream", "downstream", "expected"),
    [
        ((), False, False, ()),
        (("b",), False, False, ("b",)),
        (("b",), True, False, ("a", "b")),
        (("b",), False, True, ("b", "c")),
        (("c", "a"), False, False, ("a", "c")),
    ],
)
def test_a_selection_is_in_written_order(
    chosen: tuple[str, ...], upstream: bool, downstream: bool, expected: tuple[str, ...]
) -> None:
    from mwaa_kit.model.spec import DagSpec, TaskSpec

    dag = DagSpec(
        "etl",
        (
            TaskSpec("a", "@task", downstream=("b",)),
            TaskSpec("b", "@task", upstream=("a",), downstream=("c",)),
            TaskSpec("c", "@task", upstream=("b",)),
        ),
    )
    assert select(dag, chosen, upstream=upstream, downstream=downstream) == expected


def test_what_lies_below_is_found_through_what_lies_above_another_chosen_task() -> None:
    from mwaa_kit.model.spec import DagSpec, TaskSpec

    dag = DagSpec(
        "etl",
        (
            TaskSpec("a", "@task", downstream=("m",)),
            TaskSpec("m", "@task", upstream=("a",), downstream=("b", "x")),
            TaskSpec("b", "@task", upstream=("m",)),
            TaskSpec("x", "@task", upstream=("m",)),
        ),
    )
    assert select(dag, ("a", "b"), upstream=True, downstream=True) == ("a", "m", "b", "x")


def test_only_the_chosen_tasks_run(write: Write) -> None:
    path = write(IMPORTS, "#| task: a\nx = 1", "#| task: b\ny = x + 1", "@task\ndef c(y):\n    return y", DAG)
    assert dict(run(path, tasks=("b",), with_upstream=True).states) == {("a", -1): "success", ("b", -1): "success"}


def test_several_dags_want_a_choice_and_an_unknown_one_names_those_there_are(tmp_path: Path) -> None:
    path = tmp_path / "two.py"
    one = "@dag(schedule=None)\ndef {0}():\n    @task\n    def t():\n        return '{0}'\n    t()\n{0}()\n"
    path.write_text(f"{IMPORTS}\n{one.format('first')}{one.format('second')}")
    assert run(str(path), dag_id="second")["t"].value == "second"
    with pytest.raises(errors.UnknownDagError, match="first, second"):
        run(str(path))
    with pytest.raises(errors.UnknownDagError, match="'third'"):
        run(str(path), dag_id="third")


def test_a_dag_object_of_this_interpreter_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.sdk import dag, task

    monkeypatch.chdir(tmp_path)

    @dag(schedule=None)
    def cells():
        @task
        def one():
            return 1

        one()

    assert run(cells())["one"].value == run(cells)["one"].value == 1


def test_what_is_no_dag_is_told(tmp_path: Path) -> None:
    with pytest.raises(errors.WrongUsageError, match="int cannot be run"):
        run(3)


def test_a_file_that_cannot_be_imported_is_told_with_its_cell(write: Write) -> None:
    path = write(IMPORTS, "import no_such_module_here\n\n@task\ndef one():\n    return no_such_module_here.x", DAG)
    with pytest.raises(errors.DagImportError) as refused:
        run(path)
    assert (str(refused.value.at), "No module named 'no_such_module_here'" in refused.value.message) == (
        f"{path}, cell 2, line 1",
        True,
    )


def test_a_target_without_an_interpreter_says_how_to_make_it(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/nowhere")
    path = write("from airflow.decorators import dag, task", "@task\ndef one():\n    return 1", DAG)
    with pytest.raises(errors.InterpreterError, match=r"no interpreter with Airflow 2\.10\.3") as refused:
        run(path, target="2.10.3")
    assert refused.value.hint == "make it once with: mwaa-kit target add 2.10.3"


def test_a_mode_that_runs_here_does_not_take_another_airflow(write: Write) -> None:
    with pytest.raises(
        errors.WrongUsageError, match=r"mode 'inline' runs tasks in this Python, .* not Airflow 2\.10\.3"
    ):
        run(write(DAG), target="2.10.3", mode="inline")


def test_the_params_of_one_run_are_not_seen_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.sdk import dag, task

    monkeypatch.chdir(tmp_path)

    @dag(schedule=None, params={"n": 2})
    def cells():
        @task
        def n(params=None):
            return params["n"]

        n()

    made = cells()
    assert [run(made, params=params)["n"].value for params in ({}, {"n": 3}, {})] == [2, 3, 2]


def test_a_dag_that_goes_in_a_circle_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.providers.standard.operators.empty import EmptyOperator
    from airflow.sdk import DAG

    monkeypatch.chdir(tmp_path)
    with DAG("circle", schedule=None) as circle:
        a, b = EmptyOperator(task_id="a"), EmptyOperator(task_id="b")
        a >> b >> a
    with pytest.raises(errors.DagImportError, match="'circle' goes in a circle"):
        run(circle)


NOTEBOOK = (
    "import statistics\nfrom airflow.sdk import dag, task",
    "#| params\nn = 3",
    "#| task: load\nprint('loading')\nrows = list(range(n))\nsize = len(rows)",
    "#| task: features\nmean = statistics.mean(rows) * FACTOR",
    "@task\ndef report(mean, size):\n    return f'{size}: {mean}'",
    "#| dag\n@dag(schedule=None)\ndef etl(): ...",
)


def reused(finished: DagRun) -> dict[str, bool]:
    """Return which tasks were reused."""
    return {one.task_id: one.reused for one in finished.task_instances}


def test_where_the_log_of_what_did_not_run_is_is_said(write: Write, tmp_path: Path) -> None:
    path, recording = write(*NOTEBOOK[:3], "FACTOR = 1", *NOTEBOOK[3:]), str(tmp_path / "recording.json")
    lines: list[Event] = []
    first = run(path, record=recording, listen=lines.append)
    told: list[Event] = []
    run(path, listen=told.append)
    run(path, replay=recording, listen=told.append)
    for file in (Path(path).parent / ".mwaa-kit" / "events").iterdir():
        file.unlink()
    run(path, listen=told.append)

    own = [line for line in lines if isinstance(line, LogLine) and not line.message.startswith(("Done. ", "Pushing "))]
    wrote = ", ".join(dict.fromkeys(line.task_id for line in own))  # what Python warns of may be among it
    there = f"what {wrote} wrote is in the log of {first.run_id}: mwaa-kit follow {path} --run {first.run_id}"
    gone = f"the log of {first.run_id} is not here any more: what load, features, report wrote is not known"
    notes = [event.message for event in told if isinstance(event, RunNote) and " log of " in event.message]
    assert notes == [there, there, gone]


def test_an_edited_notebook_runs_again_only_what_the_edit_reaches(write: Write) -> None:
    def edited(factor: int, *cells: str) -> str:
        return write(*(cells or NOTEBOOK)[:3], f"FACTOR = {factor}", *(cells or NOTEBOOK)[3:])

    first = run(edited(1))
    same = run(edited(1))
    other = run(edited(2))
    fresh = run(edited(2), fresh=True)
    off = run(edited(2, *(cell.replace("#| task: load", "#| task: load cache=off") for cell in NOTEBOOK)))

    assert (first["report"].value, same["report"].value, other["report"].value) == ("3: 1", "3: 1", "3: 2")
    assert (other.xcoms, dict(other.states)) == (fresh.xcoms, dict(fresh.states))
    assert [reused(one) for one in (first, same, other, fresh, off)] == [
        {"load": False, "features": False, "report": False},
        {"load": True, "features": True, "report": True},
        {"load": True, "features": False, "report": False},
        {"load": False, "features": False, "report": False},
        {"load": False, "features": True, "report": True},
    ]


def test_one_task_runs_on_recorded_given_or_no_values(write: Write, tmp_path: Path) -> None:
    path = write(*NOTEBOOK[:3], "FACTOR = 1", *NOTEBOOK[3:])
    with pytest.raises(errors.UnknownRunError) as refused:
        run(path, tasks=("features",))
    given = run(path, tasks=("features",), inputs={"load": {"rows": [8], "size": 1}})
    run(path)
    recorded = run(path, tasks=("features",))

    assert str(refused.value).startswith("task 'features' reads what 'load' returns, and no earlier success of it")
    assert refused.value.hint == "add --with-upstream, or give it: --input load=VALUE"
    assert (given["features"].value, recorded["features"].value) == (8, 1)
    assert list(recorded) == ["features"]


def test_a_stub_takes_live_objects_and_states(write: Write) -> None:
    import datetime

    path = write(
        IMPORTS,
        "@task\ndef day():\n    raise ValueError('slow')",
        "@task\ndef year(day):\n    return day.year",
        "@task(trigger_rule='all_done')\ndef report(year):\n    return str(year)",
        DAG,
    )
    finished = run(path, stubs={"day": datetime.date(2020, 1, 1)})
    skipped = run(path, stubs={"day": State("skipped")})

    assert (finished["report"].value, finished["day"].value) == ("2020", datetime.date(2020, 1, 1))
    assert [(one.state, one.stubbed) for one in skipped.task_instances] == [
        ("skipped", True),
        ("skipped", False),
        ("success", False),
    ]


def test_a_mended_notebook_is_resumed_to_what_a_fresh_run_gives(write: Write, tmp_path: Path) -> None:
    cells = (*NOTEBOOK[:3], "FACTOR = 1", *NOTEBOOK[3:])
    broken = tuple(cell.replace("* FACTOR", "* FACTOR / 0") for cell in cells)
    failed = run(write(*broken), params={"n": 5})
    resumed = run(write(*cells), resume=True)
    fresh = run(write(*cells), params={"n": 5}, fresh=True)

    assert (failed.state, resumed.state, resumed.run_id) == ("failed", "success", failed.run_id)
    assert reused(resumed) == {"load": True, "features": False, "report": False}
    assert (resumed.xcoms, dict(resumed.states)) == (fresh.xcoms, dict(fresh.states))


def test_a_branch_that_is_taken_over_skips_again_whom_it_skipped(write: Write, tmp_path: Path) -> None:
    text = (
        "from airflow.sdk import dag, task\n@dag(schedule=None)\ndef b():\n"
        "    @task.branch\n    def pick():\n        return 'left'\n"
        "    @task\n    def slow():\n        return BAD\n"
        "    @task\n    def left(x):\n        return x\n    @task\n    def right(x):\n        return x\n"
        "    @task(trigger_rule='none_failed_min_one_success')\n    def join():\n        return 'end'\n"
        "    x = slow()\n    ends = [left(x), right(x)]\n    pick() >> ends\n    ends >> join()\nb()\n"
    )
    (tmp_path / "b.py").write_text(text)
    assert run(tmp_path / "b.py").state == "failed"
    (tmp_path / "b.py").write_text(text.replace("BAD", "1"))
    resumed = run(tmp_path / "b.py", resume=True)
    fresh = run(tmp_path / "b.py", fresh=True)

    assert (dict(resumed.states), resumed.xcoms) == (dict(fresh.states), fresh.xcoms)
    assert reused(resumed) == {"pick": True, "slow": False, "left": False, "right": False, "join": False}
