"""Values given as text: params, dates."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from mwaa_kit.errors import WrongUsageError


def read_params(pairs: Iterable[str], conf: str | None) -> dict[str, Any]:
    """Read ``key=value`` pairs over a JSON object; a value that is JSON is taken as such, any other as text.

    Raises
    ------
    WrongUsageError
        If a pair has no ``=``, or `conf` is not a JSON object.
    """
    try:
        values = json.loads(conf) if conf else {}
    except json.JSONDecodeError as error:
        raise WrongUsageError(f"--conf is not JSON: {error}") from error
    if not isinstance(values, dict):
        raise WrongUsageError("--conf is JSON, but not an object", hint='write it like {"n": 3}')
    for pair in pairs:
        key, sign, text = pair.partition("=")
        if not sign or not key:
            raise WrongUsageError(f"--param {pair!r} is not of the form KEY=VALUE")
        try:
            values[key] = json.loads(text)
        except json.JSONDecodeError:
            values[key] = text
    return values


def read_date(text: str | None) -> datetime | None:
    """Read an ISO 8601 date or time; without a zone it is UTC.

    Raises
    ------
    WrongUsageError
        If it cannot be read.
    """
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise WrongUsageError(
            f"{text!r} is not a date", hint="write it like 2026-11-22 or 2026-11-22T06:00:00+00:00"
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)
