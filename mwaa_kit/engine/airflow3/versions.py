"""What moved between Airflow 3.0 and 3.3, under one name each; imported only where it is used."""

from __future__ import annotations

import functools
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from mwaa_kit.model.run import RETURN_KEY


@functools.cache
def find(name: str, *modules: str) -> Any:
    """Return `name` from the first of the modules that has it.

    Raises
    ------
    ImportError
        If none has.
    """
    for module in modules:
        try:
            return getattr(import_module(module), name)
        except (ImportError, AttributeError):
            continue
    raise ImportError(f"this Airflow has no {name} in {', '.join(modules)}")


def dag_bag() -> Any:
    """Return the class ``DagBag``; 3.1 moved it."""
    return find("DagBag", "airflow.dag_processing.dagbag", "airflow.models.dagbag")


def exception(name: str) -> Any:
    """Return one of Airflow's exceptions; 3.1 moved those of authors into the Task SDK."""
    return find(name, "airflow.sdk.exceptions", "airflow.exceptions")


def check_cycle(dag: Any) -> None:
    """Raise ``AirflowDagCycleException`` when the tasks of a Dag wait for each other in a circle."""
    if hasattr(dag, "check_cycle"):
        dag.check_cycle()
    else:  # before 3.1
        import_module("airflow.utils.dag_cycle_tester").check_cycle(dag)


def serialize(value: Any) -> Any:
    """Return a value as an XCom stores it."""
    return find("serialize", "airflow.sdk.serde", "airflow.serialization.serde")(value)


def deserialize(stored: Any) -> Any:
    """Return a value from what an XCom stores."""
    return find("deserialize", "airflow.sdk.serde", "airflow.serialization.serde")(stored)


def read_xcom(stored: Any) -> Any:
    """Return a value from what an XCom stores, by the ``[core] xcom_backend`` where there is one."""
    backend = import_module("airflow.sdk.execution_time.xcom").XCom
    return backend.deserialize_value(SimpleNamespace(key=RETURN_KEY, value=stored))


def needs_map_indexes() -> bool:
    """Whether a task is told which upstream instances it belongs to."""
    return "upstream_map_indexes" in find("TIRunContext", "airflow.sdk.api.datamodels._generated").model_fields


def _has_new_kwargs() -> bool:
    """Whether the runner serialises the arguments of deferrals itself; in 3.0 the API's models did, in another form."""
    try:
        import_module("airflow.sdk.serde")
    except ImportError:
        return False
    return True


def pack_kwargs(kwargs: Any) -> Any:
    """Return arguments that the runner put into a message as the API server would store them."""
    if _has_new_kwargs():
        return kwargs
    return import_module("airflow.serialization.serialized_objects").BaseSerialization.serialize(kwargs or {})


def unpack_kwargs(stored: Any) -> dict[str, Any]:
    """Return stored arguments as live objects."""
    if not stored:
        return {}
    if _has_new_kwargs():
        return dict(deserialize(stored))
    return dict(import_module("airflow.serialization.serialized_objects").BaseSerialization.deserialize(stored))


def with_event(stored: Any, payload: Any) -> Any:
    """Return stored arguments of the next method with a trigger's event among them."""
    if _has_new_kwargs():
        return {**(stored or {}), "event": serialize(payload)}
    return pack_kwargs({**unpack_kwargs(stored), "event": payload})
