"""Secrets in all the spellings in which they turn up in a log: in a URI, in JSON, in a traceback.

Notes
-----
Airflow masks what it is told is a secret, as it is written. A password that a library puts into a URI, or an exception
quotes with ``repr``, is another text. So each secret is looked for in its spellings, the longest first: one may be part
of another. As in Airflow, what is shorter than `SHORTEST` is left alone: it would blot out half a log.

References
----------
Airflow documentation, "Masking sensitive data": the words by which a key is taken for a secret's.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

SHORTEST = 5
MASK = "***"

_SENSITIVE = (
    *(
        "access_token",
        "api_key",
        "apikey",
        "authorization",
        "passphrase",
        "passwd",
        "password",
        "private_key",
        "secret",
    ),
    *("token", "keyfile_dict", "service_account"),
)


class Secrets:
    """What must not be shown."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._spelled: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        for secret in known:
            if len(secret) >= SHORTEST:
                self.add(secret)

    def __bool__(self) -> bool:
        return bool(self._spelled)

    def add(self, secret: str) -> None:
        """Hide a secret from now on."""
        if secret and secret not in self._spelled:
            self._spelled.update(spellings(secret))
            self._pattern = None

    def hide(self, text: str) -> str:
        """Return the text with every secret blotted out."""
        if not self._spelled:
            return text
        if self._pattern is None:
            ordered = sorted(self._spelled, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, ordered)))
        return self._pattern.sub(MASK, text)

    def hide_in(self, value: Any) -> Any:
        """Return a JSON value with every secret in its texts blotted out."""
        if isinstance(value, str):
            return self.hide(value)
        if isinstance(value, Mapping):
            return {self.hide(str(key)): self.hide_in(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.hide_in(item) for item in value]
        return value

    def are_in(self, value: Any) -> bool:
        """Whether a JSON value holds one."""
        return bool(self) and self.hide(text := json.dumps(value, default=str, ensure_ascii=False)) != text


def spellings(secret: str) -> Iterator[str]:
    """Yield the ways in which a text is written elsewhere; of a text of several lines, its longer lines as well."""
    parts = [secret, *(line for line in secret.splitlines() if len(line) >= 2 * SHORTEST)]
    for part in dict.fromkeys(parts):
        once = [part, repr(part)[1:-1], repr(part.encode("utf-8", "surrogatepass"))[2:-1], *_as_json(part)]
        yield from once
        yield from (repr(text)[1:-1] for text in once)
        yield from (text for inner in _as_json(part) for text in _as_json(inner))
        for encoded in (
            quote(part, safe="", errors="replace"),
            quote(part, errors="replace"),
            quote_plus(part, errors="replace"),
        ):
            yield encoded
            yield re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), encoded)
        yield html.escape(part)
        yield html.escape(part, quote=False)
        yield base64.b64encode(part.encode("utf-8", "surrogatepass")).decode()


def _as_json(text: str) -> tuple[str, str]:
    return json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]


def is_sensitive(name: str) -> bool:
    """Whether what has this name is a secret."""
    return any(word in name.lower() for word in _SENSITIVE)


def secrets_of_connection(fields: Mapping[str, Any]) -> Iterator[str]:
    """Yield the secrets of a Connection: its password, what its extra holds under a secret's name, a Basic header."""
    password = fields.get("password")
    if password:
        yield str(password)
        yield base64.b64encode(f"{fields.get('login') or ''}:{password}".encode()).decode()
    try:
        extra = json.loads(fields.get("extra") or "{}")
    except (TypeError, ValueError):
        return
    yield from secrets_in(extra)


def secrets_in(value: Any, *, named: bool = False) -> Iterator[str]:
    """Yield the texts that stand under a secret's name, however deep."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from secrets_in(item, named=named or is_sensitive(str(key)))
    elif isinstance(value, list):
        for item in value:
            yield from secrets_in(item, named=named)
    elif named and isinstance(value, str):
        yield value
