"""Data classes to JSON and back: the one wire format of the kit.

A field keeps its name on the wire; where the JSON name is not a Python name (``from``) the field says so in its metadata,
``field(metadata={"wire": "from"})``. Tuples become lists, aware times ISO 8601 strings, spans seconds.
"""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")

_PLAIN = frozenset({str, int, float, bool, type(None)})
_ROWS = (tuple, list)
_data_classes: dict[type, tuple[tuple[str, str], ...]] = {}


def to_dict(value: object) -> Any:
    """Return `value` as plain JSON: dicts, lists, strings, numbers, booleans and None."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    names = _data_classes.get(kind)
    if names is not None or dataclasses.is_dataclass(kind):
        return {  # most parts are plain, or times: to call this function for each took a tenth of the time
            wire: part
            if (inner := type(part := getattr(value, name))) in _PLAIN
            else part.isoformat()
            if inner is datetime
            else to_dict(part)
            for name, wire in names or wire_names(kind)
        }
    if isinstance(value, _ROWS):
        return [to_dict(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): to_dict(item) for key, item in value.items()}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value


def from_dict(cls: type[T], data: Mapping[str, Any]) -> T:
    """Build a data class from what :func:`to_dict` gave.

    Raises
    ------
    KeyError
        If a field without a default is missing.
    """
    kinds = _hints(typing.cast("type", cls))
    given = {}
    for f in dataclasses.fields(cls):  # type: ignore[arg-type]
        name = _wire_name(f)
        if name in data:
            given[f.name] = _read(kinds[f.name], data[name])
        elif f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING:
            raise KeyError(name)
    return cls(**given)


def wire_names(cls: type) -> tuple[tuple[str, str], ...]:
    """Return the fields of a data class, each with its name on the wire."""
    if cls not in _data_classes:
        _data_classes[cls] = tuple((f.name, _wire_name(f)) for f in dataclasses.fields(cls))
    return _data_classes[cls]


def _wire_name(f: dataclasses.Field[Any]) -> str:
    return str(f.metadata.get("wire", f.name))


@cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def _read(kind: Any, value: Any) -> Any:
    """Read one JSON value as the annotated type says."""
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return _read_union(kind, value)
    if origin is tuple:
        parts = typing.get_args(kind)
        if len(parts) == 2 and parts[1] is Ellipsis:
            return tuple(_read(parts[0], item) for item in value)
        return tuple(_read(part, item) for part, item in zip(parts, value, strict=True))
    if isinstance(kind, type):
        if dataclasses.is_dataclass(kind):
            return from_dict(kind, value)
        if issubclass(kind, enum.Enum):
            return kind(value)
        if kind is datetime:
            return datetime.fromisoformat(value)
        if kind is timedelta:
            return timedelta(seconds=value)
    return value


def _read_union(kind: Any, value: Any) -> Any:
    """Read a value that may be None or a data class told by its ``kind`` field."""
    if value is None:
        return None
    options = [option for option in typing.get_args(kind) if option is not type(None)]
    if len(options) == 1:
        return _read(options[0], value)
    for option in options:
        if dataclasses.is_dataclass(option) and isinstance(value, Mapping):
            defaults = {f.name: f.default for f in dataclasses.fields(option)}
            if defaults.get("kind") == value.get("kind"):
                return from_dict(option, value)  # type: ignore[arg-type]
    return value
