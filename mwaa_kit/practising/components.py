"""The processes of the practice MWAA's Airflow: imported once, forked into its components.

``python -m mwaa_kit.practising.components DATABASE_TEMPLATE`` imports Airflow, forks scheduler, Dag processor and triggerer,
and becomes the API server itself. Its environment holds all the settings.

Notes
-----
`airflow standalone` imports Airflow in each of its processes. Forked, they share what was imported: measured on 3.3.1, the
API answers after 9 to 14 s in place of 24 s, and the processes hold 552 MiB (PSS) in place of 745 MiB.

Only Airflow's own command line is run here, by its module name; the kit's code never uses Airflow outside ``engine/``.

``rfc3987_syntax``, which only Jupyter brings along, builds a grammar when it is imported, and that takes 2 s of each start.
It is optional to its only reader, and Amazon MWAA does not have it.
"""

from __future__ import annotations

import gc
import importlib
import os
import runpy
import sqlite3
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import NoReturn

from mwaa_kit.practising.processes import die_with_parent

FORKED = (("scheduler", "--skip-serve-logs"), ("dag-processor",), ("triggerer", "--skip-serve-logs"))


def main(template: Path) -> NoReturn:
    """Run all components; end when the first of them, or the supervisor, ends."""
    supervisor = os.getppid()
    die_with_parent()
    _import_airflow()
    prepare_database(Path(os.environ["AIRFLOW_HOME"]) / "airflow.db", template)
    children = {_fork(arguments): arguments[0] for arguments in FORKED}
    threading.Thread(target=_watch, args=(children, supervisor), daemon=True).start()
    _run_airflow(("api-server",))


def _import_airflow() -> None:
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    gc.disable()  # nothing imported is ever garbage
    importlib.import_module("airflow.__main__")
    gc.collect()
    gc.freeze()  # so that no collection touches, and thereby copies, the shared pages
    gc.enable()


def _run_airflow(arguments: tuple[str, ...]) -> NoReturn:
    """Become one Airflow command."""
    sys.argv = ["airflow", *arguments]
    del sys.modules["airflow.__main__"]
    runpy.run_module("airflow", run_name="__main__")
    sys.exit(0)


def _fork(arguments: tuple[str, ...]) -> int:
    """Run one Airflow command in a child that writes to a log file of its own."""
    pid = os.fork()
    if pid:
        return pid
    try:
        log = os.open(f"{arguments[0]}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
        _run_airflow(arguments)
    except SystemExit as ended:
        os._exit(ended.code if isinstance(ended.code, int) else 1)
    except BaseException:  # a child must never run on into its parent's code
        sys.excepthook(*sys.exc_info())
        os._exit(1)


def prepare_database(database: Path, template: Path) -> None:
    """Put a migrated database in place: a copy of the template, which the first start makes."""
    if not template.exists():
        pid = _fork(("db", "migrate"))
        if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]):
            sys.exit("the database of Airflow could not be made: see db.log")
        template.parent.mkdir(parents=True, exist_ok=True)
        descriptor, aside = tempfile.mkstemp(dir=template.parent)
        os.close(descriptor)
        _copy_database(database, Path(aside))
        Path(aside).replace(template)
    else:
        _copy_database(template, database)


def _copy_database(source: Path, destination: Path) -> None:
    """Copy by SQLite's own backup, which knows about its journal."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(destination)) as new:
        old.backup(new)


def _watch(children: dict[int, str], supervisor: int) -> None:
    """End this process, and with it all the others, when one component or the supervisor has ended."""
    while os.getppid() == supervisor:
        for pid, name in children.items():
            if os.waitpid(pid, os.WNOHANG) != (0, 0):
                sys.stderr.write(f"the {name} of Airflow has ended: see {name}.log\n")
                os._exit(1)
        time.sleep(0.5)
    os._exit(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
