"""A user's own Connections, Variables and pools for test-runs: the file `mwaa-kit.local.toml`.

The file lies beside the notebook or above it. It is never published, and the kit keeps it out of git.

    [variables]
    threshold = "0.8"

    [connections]
    warehouse = "postgres://me:secret@localhost:5432/dwh"

    [connections.lake]
    conn_type = "aws"
    login = "key"

    [pools]
    gpu = 1

    [aws]
    connections = "aws"

Notes
-----
``AIRFLOW_CONN_<ID>`` and ``AIRFLOW_VAR_<KEY>`` in the environment are found by Airflow itself, before it asks here: they
win, as in production. Where AWS connections lead is told in :mod:`mwaa_kit.scheduler.awsaccess`.

References
----------
Airflow documentation, "Managing Connections": the URI format.
"""

from __future__ import annotations

import contextlib
import difflib
import json
import os
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from mwaa_kit.errors import ConfigurationError
from mwaa_kit.scheduler.awsaccess import AWS, PRACTICE, FoundConnection, lead
from mwaa_kit.scheduler.secrets import is_sensitive, secrets_of_connection

FILE_NAME = "mwaa-kit.local.toml"

_TABLES = ("variables", "connections", "pools", "aws")
_FIELDS = ("conn_type", "host", "login", "password", "schema", "port", "extra", "description", "conn_id")
"""Of a Connection; as Airflow names them, also in JSON."""


@dataclass(frozen=True)
class LocalSettings:
    """What a user set for test-runs.

    Parameters
    ----------
    connections
        By conn_id; their fields as Airflow names them.
    variables
        By key.
    pools
        Slots by name; one that is not named has as many as are wanted.
    aws
        Where AWS connections lead: ``practice`` or ``aws``.
    """

    connections: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    pools: Mapping[str, int] = field(default_factory=dict)
    aws: str = PRACTICE

    def find_connection(self, conn_id: str) -> FoundConnection:
        """Return a Connection as a test-run uses it."""
        return lead(conn_id, self.connections.get(conn_id), self.aws)

    def secrets(self, environment: Mapping[str, str] = os.environ) -> Iterator[str]:
        """Yield what must not be shown: of Connections and Variables, here and in the environment."""
        for fields in self.connections.values():
            yield from secrets_of_connection(fields)
        yield from (value for key, value in self.variables.items() if is_sensitive(key))
        for name, value in environment.items():
            if name.startswith("AIRFLOW_VAR_") and is_sensitive(name):
                yield value
            elif name.startswith("AIRFLOW_CONN_"):
                with contextlib.suppress(ConfigurationError):
                    yield from secrets_of_connection(_read_connection(value, name))


def read_local_settings(folder: Path) -> LocalSettings:
    """Read the nearest `mwaa-kit.local.toml` at or above `folder`.

    Raises
    ------
    ConfigurationError
        If the file is not TOML, an entry is neither a URI nor a table, or there is something in it that means nothing.
    """
    path = next((up / FILE_NAME for up in (folder, *folder.parents) if (up / FILE_NAME).is_file()), None)
    if path:
        keep_out_of_git(path)
    document = _read_toml(path) if path else {}
    tables = ", ".join(f"[{name}]" for name in _TABLES)
    _refuse_unknown(document, _TABLES, "has", f"which is none of its tables: {tables}", str(path))
    written = _table(document, "connections", str(path))
    connections = {name: _read_connection(value, str(path), name) for name, value in written.items()}
    for name, fields in connections.items():
        _refuse_unknown(fields, _FIELDS, f"gives Connection {name!r} the field", "which no Connection has", str(path))
    variables = {key: _as_text(value) for key, value in _table(document, "variables", str(path)).items()}
    return LocalSettings(connections, variables, _read_pools(document, str(path)), _read_aws(document, str(path)))


def _refuse_unknown(given: Mapping[str, Any], known: Collection[str], begins: str, ends: str, where: str) -> None:
    """Refuse a name that would be passed over without a word, such as one that is misspelt."""
    for name in given:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"is {close[0]!r} meant?" if close else f"it may be one of: {', '.join(known)}"
            raise ConfigurationError(f"{begins} {name!r}, {ends}", path=where, hint=hint)


def _read_pools(document: Mapping[str, Any], where: str) -> dict[str, int]:
    """Read ``name = slots``, or a table with ``slots``."""
    found = {}
    for name, value in _table(document, "pools", where).items():
        slots = value.get("slots") if isinstance(value, dict) else value
        if not isinstance(slots, int) or isinstance(slots, bool) or slots < -1:
            raise ConfigurationError(f"gives pool {name!r} no number of slots", path=where, hint=f"write: {name} = 4")
        found[name] = slots
    return found


def _read_aws(document: Mapping[str, Any], where: str) -> str:
    use = _table(document, "aws", where).get("connections", PRACTICE)
    if use not in (PRACTICE, AWS):
        raise ConfigurationError(
            "says of [aws] connections neither 'practice' nor 'aws'",
            path=where,
            hint=f'write: connections = "{PRACTICE}"',
        )
    return str(use)


def keep_out_of_git(path: Path) -> None:
    """Have git ignore a file with secrets, by the repository's own `info/exclude`, which is never committed.

    Nothing is done outside a repository, in a linked worktree, or where the line is there already.
    """
    root = next((up for up in path.resolve().parents if (up / ".git").is_dir()), None)
    if root is None:
        return
    exclude = root / ".git" / "info" / "exclude"
    lines = exclude.read_text(encoding="utf-8").splitlines() if exclude.is_file() else []
    if path.name in lines:
        return
    with contextlib.suppress(OSError):
        exclude.parent.mkdir(exist_ok=True)
        exclude.write_text("\n".join([*lines, path.name]) + "\n", encoding="utf-8")


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"is not valid TOML: {error}", path=str(path)) from error


def _table(document: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
    """Return a table of the document; an absent one is empty."""
    found = document.get(name, {})
    if not isinstance(found, dict):
        raise ConfigurationError(f"has no table [{name}]: the name stands for something else", path=where)
    return found


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _read_connection(value: object, where: str, name: str = "") -> dict[str, Any]:
    """Read a URI, a JSON object or a TOML table; the message never shows the value, which may hold a password."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = json.loads(value)
        except json.JSONDecodeError:
            raise _no_connection(name, "is neither a URI nor JSON", where) from None
    if isinstance(value, Mapping):
        fields = {str(key): item for key, item in value.items()}
        if isinstance(fields.get("extra"), Mapping):
            fields["extra"] = json.dumps(fields["extra"])
        return fields
    if isinstance(value, str) and ":" in value:
        try:
            return _read_uri(value)
        except ValueError:  # its text holds what was written, so it is not shown or kept
            raise _no_connection(name, "has a URI without a valid host and port", where) from None
    raise _no_connection(name, "is neither a URI nor a table", where)


def _no_connection(name: str, why: str, where: str) -> ConfigurationError:
    called = f"Connection {name!r}" if name else "a Connection"
    return ConfigurationError(
        f"holds {called} that {why}",
        path=where,
        hint=f'write: {name or "NAME"} = "type://login:password@host:port/schema"',
    )


def _read_uri(uri: str) -> dict[str, Any]:
    parts = urlsplit(uri)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    extra = query.pop("__extra__", None) or (json.dumps(query) if query else None)
    return {
        "conn_type": parts.scheme.replace("-", "_"),
        "host": unquote(parts.hostname) if parts.hostname else None,
        "login": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "port": parts.port,
        "schema": unquote(parts.path.lstrip("/")) or None,
        "extra": extra,
    }
