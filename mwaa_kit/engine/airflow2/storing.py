"""XComs of Airflow 2: what the run keeps, what the database holds, and live objects."""

from __future__ import annotations

import base64
import json
from types import SimpleNamespace
from typing import Any

from mwaa_kit.engine.protocol import TaskRequest
from mwaa_kit.model.run import RETURN_KEY, TaskKey

_PICKLED = "mwaa_kit.pickled"


def read_value(stored: Any) -> Any:
    """Return a live object from what the run keeps."""
    from airflow.models.xcom import XCom

    row: Any = SimpleNamespace(value=_to_bytes(stored), key=RETURN_KEY)  # as much of it as Airflow reads a value from
    return XCom.deserialize_value(row)


def write_value(value: Any) -> Any:
    """Return what the run keeps of a live object."""
    from airflow.models.xcom import XCom

    return from_bytes(XCom.serialize_value(value, key=RETURN_KEY))


def _to_bytes(stored: Any) -> bytes:
    if isinstance(stored, dict) and stored.get("__classname__") == _PICKLED:
        return base64.b64decode(stored["__data__"])
    return json.dumps(stored).encode()


def from_bytes(value: bytes) -> Any:
    """Return what the run keeps of what Airflow would write into its database."""
    try:
        return json.loads(value)
    except ValueError:  # with core.enable_xcom_pickling
        return {"__classname__": _PICKLED, "__version__": 1, "__data__": base64.b64encode(value).decode()}


def write_xcom(request: TaskRequest, one: TaskKey, key: str, stored: Any, session: Any) -> None:
    """Write another task's XCom into the private database."""
    from airflow.models.dagrun import DagRun
    from airflow.models.xcom import BaseXCom

    run = request.run
    number = session.query(DagRun.id).filter_by(dag_id=run.dag_id, run_id=run.run_id).scalar()
    names = {"dag_id": run.dag_id, "run_id": run.run_id, "task_id": one[0], "map_index": one[1], "key": key}
    # Not as an object: one that is merged replaces its stored value by the live one.
    row = BaseXCom.__table__.insert().prefix_with("OR REPLACE")
    session.execute(row.values(dag_run_id=number, value=_to_bytes(stored), **names))
