"""The supervisor's handlers against the messages of the installed Airflow, and what a Dag file may ask at import."""

from __future__ import annotations

import inspect
import typing
from pathlib import Path

import pytest

from mwaa_kit.authoring.optionnames import OF_A_DAG, OF_A_TASK
from mwaa_kit.engine.home import SETTINGS
from mwaa_kit.engine.opening import open_engine
from mwaa_kit.scheduler.local import LocalSettings
from mwaa_kit.scheduler.running import RunOptions, run_dag

NOT_ASKED_BY_A_TASK = {
    "ResendLoggingFD": "answered in reaching.py, for processes that a task starts",
}


def messages() -> set[str]:
    """Return the names of all messages a task may send."""
    from airflow.sdk.execution_time.comms import ToSupervisor

    union, *_ = typing.get_args(ToSupervisor)
    return {kind.__name__ for kind in typing.get_args(union)}


def test_every_message_of_the_installed_airflow_has_a_handler() -> None:
    open_engine()
    from mwaa_kit.engine.airflow3.supervising import Supervisor

    handled = {name.removeprefix("on_") for name in dir(Supervisor) if name.startswith("on_")}

    assert messages() - handled - set(NOT_ASKED_BY_A_TASK) == set()


def test_a_task_learns_of_its_own_run_and_of_loaded_dags_only(tmp_path: Path) -> None:
    file = tmp_path / "asking.py"
    file.write_text(
        "from datetime import datetime\n"
        "from airflow.sdk import DAG, task\n"
        "from airflow.sdk.exceptions import AirflowFailException\n"
        "from airflow.sdk.execution_time import comms, task_runner\n"
        "with DAG('asking', schedule=None, start_date=datetime(2026, 1, 1), tags=['x']):\n"
        "    @task\n"
        "    def ask(ti=None):\n"
        "        send = task_runner.SUPERVISOR_COMMS.send\n"
        "        own = send(comms.GetDagRun(dag_id='asking', run_id=ti.run_id))\n"
        "        state = send(comms.GetDagRunState(dag_id='asking', run_id=ti.run_id)).state\n"
        "        tags = send(comms.GetDag(dag_id='asking')).tags\n"
        "        try:\n"
        "            send(comms.GetDagRunState(dag_id='other', run_id='r'))\n"
        "        except AirflowFailException as refusal:\n"
        "            return [own.run_id == ti.run_id, state, tags, 'other' in str(refusal)]\n"
        "    ask()\n"
    )
    engine = open_engine()
    (spec,) = engine.load(str(file)).dags
    run = run_dag(engine, spec, RunOptions(), local=LocalSettings(), store_in=None)

    assert run["ask"].value == [True, "running", ["x"], True]


def test_a_dag_file_that_cannot_be_imported_says_where(tmp_path: Path) -> None:
    file = tmp_path / "broken.py"
    file.write_text("from airflow.sdk import DAG\n\nwith DAG('d'):\n    nonsense()\n")
    (problem,) = open_engine().load(str(file)).problems

    assert (problem.message, problem.line) == ("NameError: name 'nonsense' is not defined", 4)


def test_an_argument_that_airflow_does_not_have_is_told_whole_and_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    depth = "AIRFLOW__CORE__DAGBAG_IMPORT_ERROR_TRACEBACK_DEPTH"
    monkeypatch.setenv(depth, SETTINGS[depth])  # set once in a process, and a test begins with an empty environment
    file = tmp_path / "broken.py"
    file.write_text("from airflow.sdk import DAG, task\n\nwith DAG('d'):\n    task(retry=2)(lambda: 1)()\n")
    (problem,) = open_engine().load(str(file)).problems

    refused = "Invalid arguments were passed to _PythonDecoratedOperator (task_id: <lambda>)"
    told = f"TypeError: {refused}. Invalid arguments were: **kwargs: {{'retry': 2}}"
    assert (problem.message, problem.line) == (told, 4)


def test_every_argument_of_the_installed_airflow_may_be_an_option() -> None:
    from airflow.providers.standard.operators.python import PythonOperator
    from airflow.sdk import DAG, BaseOperator

    taken = {
        *inspect.signature(BaseOperator.__init__).parameters,
        *inspect.signature(PythonOperator.__init__).parameters,
    }
    assert taken - OF_A_TASK == {"self", "kwargs", "python_callable"}
    assert {*inspect.signature(DAG.__init__).parameters} - OF_A_DAG == {"self"}


def test_what_a_file_prints_at_import_is_not_shown(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "loud.py"
    file.write_text("print('loud')\nfrom airflow.sdk import DAG\nwith DAG('loud', schedule=None): ...\n")
    loaded = open_engine().load(str(file))

    assert [spec.dag_id for spec in loaded.dags] == ["loud"]
    assert capfd.readouterr().out == ""


def test_a_virtualenv_task_reaches_variables_through_the_supervisor(tmp_path: Path) -> None:
    file = tmp_path / "outside.py"
    file.write_text(
        "import sys\n"
        "from datetime import datetime\n"
        "from airflow.sdk import DAG, task\n"
        "with DAG('outside', schedule=None, start_date=datetime(2026, 1, 1)):\n"
        "    @task.external_python(python=sys.executable)\n"
        "    def ask():\n"
        "        from airflow.sdk import Variable\n"
        "        return Variable.get('colour')\n"
        "    ask()\n"
    )
    engine = open_engine()
    (spec,) = engine.load(str(file)).dags
    local = LocalSettings(variables={"colour": "green"})
    for mode in ("inline", "fork"):
        run = run_dag(engine, spec, RunOptions(mode=mode), local=local, store_in=None)
        assert (run.state, run["ask"].value) == ("success", "green")


def test_a_trigger_that_fails_or_waits_too_long_fails_its_task(tmp_path: Path) -> None:
    file = tmp_path / "deferring.py"
    file.write_text(
        "from datetime import datetime, timedelta\n"
        "from airflow.sdk import DAG, BaseOperator\n"
        "from airflow.providers.standard.triggers.file import FileTrigger\n"
        "class Wait(BaseOperator):\n"
        "    def execute(self, context):\n"
        "        self.defer(trigger=FileTrigger(filepath='/no/such/file', poke_interval=0.05), method_name='go_on',\n"
        "                   timeout=timedelta(seconds=0.2))\n"
        "class Break(BaseOperator):\n"
        "    def execute(self, context):\n"
        "        self.defer(trigger=FileTrigger(filepath=None), method_name='go_on')\n"
        "with DAG('deferring', schedule=None, start_date=datetime(2026, 1, 1)):\n"
        "    Wait(task_id='wait')\n"
        "    Break(task_id='break', retries=1)\n"
    )
    engine = open_engine()
    (spec,) = engine.load(str(file)).dags
    run = run_dag(engine, spec, RunOptions(skip_delays=True), local=LocalSettings(), store_in=None)

    assert {one.task_id: (one.state, one.try_number) for one in run.task_instances} == {
        "wait": ("failed", 1),
        "break": ("failed", 2),
    }
    assert "TaskDeferralTimeout" in run.task_instances[0].error


def test_what_reads_dags_of_both_airflows_imports_neither() -> None:
    from pathlib import Path

    from mwaa_kit.engine.airflow3 import reading

    assert "import airflow" not in (text := Path(reading.__file__).read_text()) and "from airflow" not in text


def test_an_import_error_is_told_at_the_line_of_the_dag_file_and_not_of_a_module_of_the_same_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    depth = "AIRFLOW__CORE__DAGBAG_IMPORT_ERROR_TRACEBACK_DEPTH"
    monkeypatch.setenv(depth, SETTINGS[depth])
    file = tmp_path / "decoder.py"  # as a module of json's is called
    file.write_text("import json\nfrom airflow.sdk import dag\n\njson.loads('{')\n")
    (problem,) = open_engine().load(str(file)).problems
    assert "decoder.py" in problem.traceback.split("json.loads")[1]
    assert (problem.line, problem.message.split(":")[0]) == (4, "json.decoder.JSONDecodeError")
