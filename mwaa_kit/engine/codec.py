"""What scheduler and worker say to each other, as JSON: plain values as they are, the rest with a mark that says what it is.

A dict whose keys are texts and do not begin with ``$`` is itself; other values are one of ``{"$tuple": […]}``, ``{"$map":
[[key, value], …]}``, ``{"$datetime": "…"}``, ``{"$seconds": 1.5}``, ``{"$bytes": "…"}`` and, for the data classes of the
model and the protocol, ``{"$class": "module:Name", "fields": {…}}``. Nothing else is ever built from what was read.
"""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from importlib import import_module
from typing import Any

_MODULES = ("mwaa_kit.model.", "mwaa_kit.engine.protocol", "mwaa_kit.engine.world", "mwaa_kit.engine.jobs")


def dump(message: Mapping[str, Any]) -> bytes:
    """Return a message as one line."""
    return json.dumps({key: encode(value) for key, value in message.items()}).encode() + b"\n"


def read(line: bytes) -> dict[str, Any]:
    """Read what :func:`dump` gave."""
    return {key: decode(value) for key, value in json.loads(line).items()}


def encode(value: Any) -> Any:
    """Return a value as JSON can write it; of one that it cannot, its text."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list):
        return [encode(item) for item in value]
    if isinstance(value, tuple):
        return {"$tuple": [encode(item) for item in value]}
    if isinstance(value, Mapping):
        if all(isinstance(key, str) and not key.startswith("$") for key in value):
            return {key: encode(item) for key, item in value.items()}
        return {"$map": [[encode(key), encode(item)] for key, item in value.items()]}
    if isinstance(value, datetime):
        return {"$datetime": value.isoformat()}
    if isinstance(value, timedelta):
        return {"$seconds": value.total_seconds()}
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kind = f"{type(value).__module__}:{type(value).__name__}"
        return {"$class": kind, "fields": {f.name: encode(getattr(value, f.name)) for f in dataclasses.fields(value)}}
    if isinstance(value, set | frozenset):
        return [encode(item) for item in value]
    return value.isoformat() if isinstance(value, date) else str(value)


def decode(value: Any) -> Any:
    """Return what :func:`encode` was given."""
    if isinstance(value, list):
        return [decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    match value:
        case {"$tuple": items}:
            return tuple(decode(item) for item in items)
        case {"$map": pairs}:
            return {decode(key): decode(item) for key, item in pairs}
        case {"$datetime": text}:
            return datetime.fromisoformat(text)
        case {"$seconds": seconds}:
            return timedelta(seconds=seconds)
        case {"$bytes": text}:
            return base64.b64decode(text)
        case {"$class": kind, "fields": fields}:
            return _class(kind)(**{name: decode(item) for name, item in fields.items()})
    return {key: decode(item) for key, item in value.items()}


def _class(kind: str) -> Any:
    module, _, name = kind.partition(":")
    if not module.startswith(_MODULES):
        raise ValueError(f"{kind} is not a class of the protocol")
    return getattr(import_module(module), name)
