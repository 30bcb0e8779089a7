"""Where AWS connections of a test-run lead: to the practice MWAA, unless the user says AWS.

Notes
-----
A Dag that is being written must not write into a real bucket by mistake. So ``aws_default``, and every local Connection of
type ``aws`` without an endpoint of its own, leads to the practice MWAA's services. When that does not run they lead nowhere,
by an address that says so, rather than to the AWS account that this machine happens to be logged in to.

AWS is meant where the user says so: by ``[aws] connections = "aws"`` in `mwaa-kit.local.toml`, by an ``endpoint_url`` or a
host of the Connection, or by ``AIRFLOW_CONN_<ID>`` in the environment, which Airflow finds before it asks here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mwaa_kit.targets.practice import REGION, practice_home, running_state

AWS, PRACTICE = "aws", "practice"
DEFAULT_CONNECTION = "aws_default"

_NOWHERE = "http://the-practice-mwaa-does-not-run.invalid"
_TYPE = "aws"


@dataclass(frozen=True)
class FoundConnection:
    """A Connection for a task.

    Parameters
    ----------
    fields
        Named as Airflow names them; None where there is none.
    note
        Where it leads, if not where it was written to; a sentence for the user, else empty.
    """

    fields: Mapping[str, Any] | None
    note: str = ""


def lead(conn_id: str, fields: Mapping[str, Any] | None, use: str) -> FoundConnection:
    """Return a Connection as a test-run uses it.

    Parameters
    ----------
    fields
        As it was written; None where it was not.
    use
        `AWS` where the user asked for AWS.
    """
    is_aws = conn_id == DEFAULT_CONNECTION if fields is None else fields.get("conn_type") == _TYPE
    if not is_aws or use == AWS:
        return FoundConnection(fields)
    extra = _extra(fields)
    if (fields and fields.get("host")) or "endpoint_url" in extra:
        return FoundConnection(fields)
    state = running_state(practice_home())
    if state is None or not state.s3_endpoint:
        note = (
            f"Connection {conn_id!r} leads nowhere: the practice MWAA does not run. Start it with: mwaa-kit practice start;"
            ' or mean AWS, with [aws] connections = "aws" in mwaa-kit.local.toml'
        )
        patience = {"retries": {"max_attempts": 0}, "connect_timeout": 2}
        return FoundConnection(
            _fields("none", "none", {**_keep(extra), "endpoint_url": _NOWHERE, "config_kwargs": patience}), note
        )
    practice = {"endpoint_url": state.s3_endpoint, "service_config": {"mwaa": {"endpoint_url": state.mwaa_endpoint}}}
    note = f"Connection {conn_id!r} leads to the practice MWAA at {state.s3_endpoint}, not to AWS"
    return FoundConnection(_fields(state.access_key_id, state.secret_access_key, {**_keep(extra), **practice}), note)


def _fields(login: str, password: str, extra: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "conn_type": _TYPE,
        "login": login,
        "password": password,
        "extra": json.dumps({"region_name": REGION, **extra}),
    }


def _extra(fields: Mapping[str, Any] | None) -> dict[str, Any]:
    try:
        found = json.loads((fields or {}).get("extra") or "{}")
    except (TypeError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _keep(extra: Mapping[str, Any]) -> dict[str, Any]:
    """Keep of the extra what is neither a credential nor a role."""
    kept = ("region_name", "config_kwargs", "verify")
    return {name: extra[name] for name in kept if name in extra}
