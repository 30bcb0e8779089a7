"""A check imports a Dag file with the target's own Airflow, where its interpreter was made, and says where it did not."""

from __future__ import annotations

from pathlib import Path

import pytest

import mwaa_kit
from mwaa_kit.errors import DagImportError
from mwaa_kit.model.module import DagModule
from mwaa_kit.model.spec import ImportProblem, LoadedFile
from mwaa_kit.targets.interpreters import Interpreter
from mwaa_kit.validation.importing import Imported, Importer, import_file

CLEAN = LoadedFile(seconds=1.0)
NO_PANDAS = LoadedFile((), (ImportProblem("etl.py", "ModuleNotFoundError: No module named 'pandas'", 2),))
NO_PROVIDER = LoadedFile(
    (), (ImportProblem("etl.py", "ModuleNotFoundError: No module named 'airflow.providers.google'", 2),)
)
NO_OPERATOR = LoadedFile(
    (),
    (ImportProblem("etl.py", "ModuleNotFoundError: No module named 'airflow.providers.standard.operators.hitl'", 2),),
)


def target_of(loaded: LoadedFile) -> Importer:
    """Return the interpreter of the target, which finds this in every file."""
    return Importer("3.0.6", lambda _: loaded, kept=True)


HERE = Importer("3.3.1", lambda _: CLEAN)
OTHER = Importer("2.11.2", lambda _: CLEAN)


@pytest.mark.parametrize(
    ("importers", "imported"),
    [
        ((target_of(CLEAN), HERE), Imported("3.0.6", CLEAN)),
        ((target_of(NO_OPERATOR), HERE), Imported("3.0.6", NO_OPERATOR)),
        ((target_of(NO_PANDAS), HERE), Imported("3.3.1", CLEAN, "pandas")),
        ((target_of(NO_PROVIDER), HERE), Imported("3.3.1", CLEAN, "airflow.providers.google")),
        ((target_of(NO_PANDAS), OTHER), Imported(lacking="pandas")),
        ((HERE,), Imported("3.3.1", CLEAN)),
        ((Importer("3.3.1", lambda _: NO_PANDAS),), Imported("3.3.1", NO_PANDAS)),
        ((OTHER,), Imported()),
        ((), Imported()),
    ],
)
def test_the_targets_airflow_imports_the_file_unless_it_lacks_a_package(
    importers: tuple[Importer, ...], imported: Imported
) -> None:
    assert import_file(DagModule("etl.ipynb", "etl.py", "3.0.6", ""), importers) == imported


def test_a_file_for_airflow_2_is_imported_by_an_airflow_2(
    airflow2: Interpreter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = """\
from datetime import datetime

import airflow
from airflow.decorators import dag, task

if airflow.__version__ != "2.11.2":
    raise ImportError("another Airflow")


@dag(schedule=None, start_date=datetime(2026, 1, 1))
def etl():
    @task
    def load():
        return 1

    load()


etl()
"""
    path = tmp_path / "etl.py"
    path.write_text(source)
    assert mwaa_kit.check(str(path), target=airflow2.target.airflow).findings == ()

    path.write_text(source.replace("return 1", "return 1\n\n    load() >> nowhere"))
    [finding] = mwaa_kit.check(str(path), target=airflow2.target.airflow).findings
    assert (finding.code, finding.at.line, finding.message) == (
        "MK303",
        16,
        "Airflow cannot import the Dag file: NameError: name 'nowhere' is not defined.",
    )

    path.write_text(source.replace("import airflow\n", "import airflow\nimport no_such_package\n"))
    (tmp_path / "requirements.txt").write_text("no_such_package==1.0\n")
    [finding] = mwaa_kit.check(str(path), target=airflow2.target.airflow).findings
    assert str(finding) == (
        "info[MK304 not-parsed]: The Dag file was not imported with Airflow 2.11.2: its interpreter has no "
        "'no_such_package'.\n"
        f"  --> {path}\n"
        "  next: Make its interpreter once: mwaa-kit target add 2.11.2 -r requirements.txt"
    )

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    [finding] = mwaa_kit.check(str(path), target=airflow2.target.airflow).findings
    assert finding.message == "The Dag file was not imported with Airflow 2.11.2: this Python has Airflow 3.3.1."


def test_a_schedule_that_airflow_cannot_serialise_is_an_import_error(tmp_path: Path) -> None:
    path = tmp_path / "events.py"
    path.write_text(
        "import pendulum\nfrom airflow.sdk import DAG, EventsTimetable\n"
        "from airflow.providers.standard.operators.empty import EmptyOperator\n"
        "with DAG('events', schedule=EventsTimetable([pendulum.datetime(2026, 1, 1)])):\n    EmptyOperator(task_id='a')\n"
    )
    said = "Airflow cannot serialise the schedule of Dag 'events', an EventsTimetable: KeyError: '_summary'"
    [finding] = mwaa_kit.check(str(path)).findings
    assert (finding.code, finding.message) == ("MK303", f"Airflow cannot import the Dag file: {said}.")
    with pytest.raises(DagImportError) as refused:
        mwaa_kit.run(str(path))
    assert said in refused.value.message
