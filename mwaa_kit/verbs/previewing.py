"""Values that are not JSON, as a card shows them: a data frame as a table, anything else in its own words."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

from mwaa_kit.drawing.card.tasks import Previews
from mwaa_kit.drawing.card.values import MOST_CELL_LETTERS, MOST_COLUMNS, MOST_ROWS, Table, counted, short
from mwaa_kit.model.run import DagRun


def preview_values(run: DagRun) -> Previews:
    """Return how the values of a run are shown that are not JSON by themselves, by (task_id, map_index, key).

    One that does not become an object again is left out; the card tells its type and size.
    """
    found: dict[tuple[str, int, str], Table | str] = {}
    for xcom in run.xcoms:
        if xcom.is_json:
            continue
        try:
            found[xcom.task_id, xcom.map_index, xcom.key] = _preview(run.read(xcom.stored), run.hide)
        except Exception:  # whatever a foreign class raises while it is read or written out
            continue
    return found


def _preview(value: Any, hide: Callable[[Any], Any]) -> Table | str:
    columns = getattr(value, "columns", None)
    if columns is not None and hasattr(value, "itertuples"):  # a data frame of pandas
        names = tuple(str(name) for name in columns)
        rows = (tuple(_cell(hide(str(cell))) for cell in row[:MOST_COLUMNS]) for row in value.itertuples(index=False))
        return Table(names[:MOST_COLUMNS], tuple(islice(rows, MOST_ROWS)), counted(len(value), len(names)))
    return short(hide(repr(value)))


def _cell(written: str) -> str:
    return written if len(written) <= MOST_CELL_LETTERS else written[:MOST_CELL_LETTERS] + "…"
