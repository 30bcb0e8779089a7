"""A value on a card: a table where it is rows, else text; short, and without what its name says is secret."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mwaa_kit.drawing.markup import tag, text

MOST_ROWS, MOST_COLUMNS, MOST_LETTERS, MOST_CELL_LETTERS = 20, 16, 4000, 120

_SECRET_WORDS = (
    *("access_token", "api_key", "apikey", "authorization", "passphrase", "passwd", "password", "private_key"),
    *("secret", "token", "keyfile_json", "service_account", "credential"),
)
"""Names whose values Airflow hides in its own interface (``airflow._shared.secrets_masker``), and a few more."""


@dataclass(frozen=True)
class Table:
    """The first rows of a table.

    Parameters
    ----------
    rows
        As text, as many cells as there are columns.
    about
        What the table is of: ``1,200 rows, 4 columns``.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    about: str = ""


def preview(value: Any) -> Table | str:
    """Return how a value of plain JSON is shown."""
    rows = value if isinstance(value, list) else None
    if rows and all(isinstance(row, Mapping) and row for row in rows):
        return _table(rows)
    return short(value if isinstance(value, str) else _json(without_secrets(value)))


def _table(rows: Sequence[Mapping[str, Any]]) -> Table:
    columns = list(dict.fromkeys(str(name) for row in rows[:MOST_ROWS] for name in row))
    shown = columns[:MOST_COLUMNS]
    cells = tuple(
        tuple(_cell(without_secrets({name: row[name]})[name]) if name in row else "" for name in shown)
        for row in rows[:MOST_ROWS]
    )
    return Table(tuple(shown), cells, counted(len(rows), len(columns)))


def counted(rows: int, columns: int) -> str:
    """Say how large a table is, and how much of it is shown."""
    more = f", the first {MOST_ROWS} shown" if rows > MOST_ROWS else ""
    return f"{rows:,} row{'' if rows == 1 else 's'}, {columns:,} column{'' if columns == 1 else 's'}{more}"


def _cell(value: Any) -> str:
    written = value if isinstance(value, str) else _json(value, indent=None)
    return written if len(written) <= MOST_CELL_LETTERS else written[:MOST_CELL_LETTERS] + "…"


def _json(value: Any, indent: int | None = 2) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent, default=str)


def short(written: str) -> str:
    """Return a text, or its beginning and how long it is."""
    if len(written) <= MOST_LETTERS:
        return written
    return f"{written[:MOST_LETTERS]}\n… ({len(written):,} characters)"


def without_secrets(value: Any) -> Any:
    """Return JSON in which what stands under a name that speaks of a secret is blotted out."""
    if isinstance(value, Mapping):
        return {name: "***" if is_secret(str(name)) else without_secrets(part) for name, part in value.items()}
    if isinstance(value, list):
        return [without_secrets(part) for part in value]
    return value


def is_secret(name: str) -> bool:
    """Whether a name speaks of a secret."""
    return any(word in name.lower() for word in _SECRET_WORDS)


def draw_value(shown: Table | str) -> str:
    """Return a preview as HTML."""
    if isinstance(shown, str):
        return tag("pre", *_lines(shown), "", class_="rc-value", tabindex="0")
    head = tag("tr", *(tag("th", text(name), scope="col") for name in shown.columns), "")
    body = "".join(tag("tr", *(tag("td", text(cell), "") for cell in row), "") for row in shown.rows)
    table = tag("table", tag("thead", head), f"<tbody>{body}</tbody>")
    return tag("div", table, tag("p", text(shown.about), class_="rc-soft"), class_="rc-value", tabindex="0")


def _lines(written: str) -> list[str]:
    return ["\n".join(text(line) for line in written.split("\n"))]
