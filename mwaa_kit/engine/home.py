"""Where Airflow lives while the kit uses it: a private home, set before the first import.

Notes
-----
``import airflow`` writes folders into its home and reads ``airflow.cfg`` from it. A user who set ``AIRFLOW_HOME`` keeps
it; everyone else gets a folder of the kit's own, so that a test-run never touches ``~/airflow``.

Importing Airflow 3.3 also imports jsonschema's format checkers, and with Jupyter's extras installed one of them builds a
grammar for two seconds. Nothing the kit does needs that checker, so the import is made without it where jsonschema has
not been imported yet. A quarter of a million objects are made meanwhile, and none of them is garbage: looking through them
for some, again and again as they grow, is a fifth of the time, so the collector rests.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import warnings
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from mwaa_kit.errors import ConfigurationError

_SLOW_FORMAT_CHECKER = "rfc3987_syntax"

SETTINGS = {
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__DAGBAG_IMPORT_ERROR_TRACEBACK_DEPTH": "50",
    "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
}


def kit_home() -> Path:
    """Return the folder where the kit keeps what can be rebuilt: ``MWAA_KIT_HOME``, else under the user's state folder."""
    if chosen := os.environ.get("MWAA_KIT_HOME"):
        return Path(chosen).expanduser().absolute()
    state = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(state).expanduser().absolute() / "mwaa-kit"


def prepare_home() -> None:
    """Give Airflow a private home and quiet defaults, unless the user or an earlier import chose."""
    if "airflow" in sys.modules:
        return
    if "AIRFLOW_HOME" not in os.environ:
        home = kit_home() / "airflow"
        home.mkdir(parents=True, exist_ok=True)
        os.environ["AIRFLOW_HOME"] = str(home)
        os.environ.setdefault("AIRFLOW__CORE__DAGS_FOLDER", str(home / "dags"))
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)


def import_airflow() -> str:
    """Import Airflow quickly and quietly; return its version.

    Raises
    ------
    ImportError
        If this interpreter has none.
    ConfigurationError
        If Airflow refuses one of its settings.
    """
    prepare_home()
    with _without_slow_checker(), _collector_at_rest(), warnings.catch_warnings(), _refused_settings_told():
        warnings.simplefilter("ignore")
        import airflow

        # The package loads its settings on first use of an attribute; do it now, where it is quiet.
        version = str(airflow.__version__)
        if version.split(".")[0] != "2":
            import airflow.sdk.execution_time.task_runner

            _import_for_tasks()
    return version


@contextlib.contextmanager
def _refused_settings_told() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if type(error).__name__ != "AirflowConfigException":  # its module differs from version to version
            raise
        raise ConfigurationError(
            f"Airflow refuses one of its settings: {error}",
            hint="mend it in the environment (AIRFLOW__SECTION__KEY) or in airflow.cfg; a module has to be importable here",
        ) from error


def _import_for_tasks() -> None:
    """Import what Airflow's runner imports at its first task: each forked child would do so again, for 20 ms (on 3.3.1)."""
    for name in ("jinja2.ext", "encodings.idna", "airflow.sdk.definitions.asset.metadata"):
        with contextlib.suppress(ImportError):
            import_module(name)


def import_dag_bag() -> None:
    """Import what reads a Dag file, so that children that are forked for it need not each do so."""
    with _collector_at_rest(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in ("airflow.dag_processing.dagbag", "airflow.models.dagbag"):  # its place since 3.1, and before
            with contextlib.suppress(ImportError):
                import_module(name)
                return


@contextlib.contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Collect no garbage in the block."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


@contextlib.contextmanager
def _without_slow_checker() -> Iterator[None]:
    """Make the slow checker look absent for the length of the block."""
    if _SLOW_FORMAT_CHECKER in sys.modules:
        yield
        return
    sys.modules[_SLOW_FORMAT_CHECKER] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[_SLOW_FORMAT_CHECKER]
