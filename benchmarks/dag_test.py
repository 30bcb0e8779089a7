"""Run Dag files with Airflow's own ``dag.test()`` and print what became of each Dag: the oracle of our scheduler.

    echo '[{"files": ["dags/a.py"]}]' | python benchmarks/dag_test.py --home FOLDER --limit 60

One JSON object a line for each job. A job names its Dag ``files`` (the first holds the Dags that are run, the others, which
may be folders, only have to be there) and optionally the ``dag_ids`` to run, ``conf``, ``logical_date``,
``mark_success`` (a pattern of task_ids) and ``repeat``.

``dag.test()`` of 3.3 reads the whole Dag folder again at each call, so only the files of one job lie in it at a time.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import importlib
import inspect
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any


def main() -> None:
    """Read the jobs, run them, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True, help="a folder for Airflow's database; made when absent")
    parser.add_argument("--examples", action="store_true", help="load the plugins of Airflow's example Dags")
    parser.add_argument("--loaded-dice", action="store_true", help="random.choice takes the first (see dice.py)")
    parser.add_argument(
        "--cache-app", action="store_true", help="build the API app of 3.0 to 3.2 once, not for each task"
    )
    parser.add_argument("--limit", type=float, default=60.0, help="seconds for each job")
    options = parser.parse_args()
    jobs = json.load(sys.stdin)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # Airflow prints its log to standard output
    prepare(options.home, examples=options.examples)
    if options.cache_app:
        cache_app()
    sys.path.insert(0, str(Path(__file__).parent))
    from timed import run_timed

    if options.loaded_dice:
        import dice

        dice.load()
    for job, result in run_timed(jobs, lambda job: run_job(options.home, job), options.limit):
        if "timeout" in result:
            result["dags"] = read_all()
        answers.write(json.dumps({**job, **result}, default=str) + "\n")
        answers.flush()


def prepare(home: Path, *, examples: bool) -> None:
    """Give Airflow a private home with a migrated database, then import what every run needs."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "dags").mkdir(exist_ok=True)
    os.environ["AIRFLOW_HOME"] = str(home)
    os.environ |= {
        "AIRFLOW__CORE__LOAD_EXAMPLES": str(examples),
        "AIRFLOW__CORE__DAGS_FOLDER": str(home / "dags"),
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
    }
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]  # two seconds, and not needed
    if not (home / "migrated").exists():
        subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], check=True, stdout=2, env=os.environ)
        (home / "migrated").touch()
    names = ("models.dagrun", "providers.standard.operators.bash", "providers.standard.operators.python")
    for name in (*names, "sdk.execution_time.supervisor"):
        with contextlib.suppress(ImportError):  # Airflow 2 has no Task SDK, and need not have the standard provider
            importlib.import_module(f"airflow.{name}")


def cache_app() -> None:
    """Do what Airflow 3.3 does by itself."""
    from airflow.sdk.execution_time import supervisor

    supervisor.in_process_api_server = functools.cache(supervisor.in_process_api_server)


def run_job(home: Path, job: dict[str, Any]) -> dict[str, Any]:
    """Run the Dags of a job one after another."""
    try:
        from airflow.dag_processing.dagbag import DagBag
    except ImportError:  # before 3.1
        from airflow.models.dagbag import DagBag

    folder = home / "dags"
    _lay_out(home, job["files"])
    bag = DagBag(str(folder / Path(job["files"][0]).name), safe_mode=False, load_op_links=False)
    chosen = job.get("dag_ids") or list(bag.dags)
    ran = [_run(bag.dags[dag_id], job) for dag_id in chosen for _ in range(job.get("repeat", 1))]
    return {"dags": ran, "import_errors": list(bag.import_errors.values())}


def _lay_out(home: Path, files: list[str]) -> None:
    """Put these files, and nothing else, into the Dag folder, and empty the database."""
    _empty_database(home / "airflow.db")
    shutil.rmtree(home / "dags")
    (home / "dags").mkdir()
    for file in map(Path, files):
        if file.is_dir():
            shutil.copytree(file, home / "dags" / file.name)
        else:
            shutil.copy(file, home / "dags")


def _empty_database(path: Path) -> None:
    """Forget earlier Dags, runs and assets, so that no job sees another's."""
    kept = {"alembic_version", "log_template", "slot_pool", "sqlite_sequence"}
    with contextlib.closing(sqlite3.connect(path, timeout=30)) as database, database:
        tables = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
        for table in tables:
            if table not in kept:
                database.execute(f'delete from "{table}"')


def _run(dag: Any, job: dict[str, Any]) -> dict[str, Any]:
    """Run one Dag."""
    from timed import cpu_seconds

    given = {"run_conf": job.get("conf")}
    if pattern := job.get("mark_success"):
        given["mark_success_pattern"] = pattern
    if when := job.get("logical_date"):
        named = "logical_date" if "logical_date" in inspect.signature(dag.test).parameters else "execution_date"
        given[named] = datetime.fromisoformat(when)
    before = cpu_seconds()
    run = dag.test(**given)
    spent = cpu_seconds() - before
    return {**read_run(dag.dag_id, run.run_id), "dag_cpu_seconds": spent}


def read_all() -> list[dict[str, Any]]:
    """Read the runs that are still going on, as far as they came; used for a job that was stopped."""
    from airflow import settings
    from airflow.models.dagrun import DagRun
    from airflow.utils.state import DagRunState
    from sqlalchemy import update

    session = settings.Session()
    try:
        runs = session.query(DagRun).filter(DagRun.state == DagRunState.RUNNING).all()
        found = [read_run(run.dag_id, run.run_id) for run in runs]
        session.execute(update(DagRun).values(state=DagRunState.FAILED).where(DagRun.state == DagRunState.RUNNING))
        session.commit()
    finally:
        session.close()
        settings.engine.dispose()
    return found


def read_run(dag_id: str, run_id: str) -> dict[str, Any]:
    """Read states, tries and XComs of a run from the database."""
    from airflow import settings
    from airflow.models import xcom
    from airflow.models.dagrun import DagRun
    from airflow.models.taskinstance import TaskInstance

    model = getattr(xcom, "XComModel", None) or xcom.BaseXCom
    session = settings.Session()
    run = session.query(DagRun).filter_by(dag_id=dag_id, run_id=run_id).one()
    instances = session.query(TaskInstance).filter_by(dag_id=dag_id, run_id=run_id).all()
    names = (model.task_id, model.map_index, model.key, model.value)  # as stored: Airflow 2 would make objects of rows
    xcoms = session.query(*names).filter_by(dag_id=dag_id, run_id=run_id).all()
    return {
        "dag_id": dag_id,
        "state": str(run.state),
        "instances": sorted([one.task_id, one.map_index, one.state, one.try_number] for one in instances),
        "xcoms": sorted([[*place, _stored(value)] for *place, value in xcoms], key=lambda row: row[:3]),
    }


def _stored(value: Any) -> Any:
    """Return what stands in the column of a value; Airflow 2 keeps JSON as bytes there."""
    return json.loads(value) if isinstance(value, bytes) else value


if __name__ == "__main__":
    main()
