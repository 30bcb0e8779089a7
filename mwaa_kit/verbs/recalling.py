"""Recall what a recorded run did: its end, its newest events, its values one by one, and shortened."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, replace
from typing import Any

from mwaa_kit.errors import MissingInputError, UnknownRunError
from mwaa_kit.model.run import RETURN_KEY, DagRun, XCom

MOST_TOLD_BYTES = 2_000
"""Values of up to this many bytes are told with their run; larger ones are looked at one by one."""


@dataclass(frozen=True)
class Peek:
    """A value, shortened: a table where it is rows, else text."""

    xcom: XCom
    shown: Any

    def to_dict(self) -> dict[str, Any]:
        """Return what the server extension answers."""
        about = {name: item for name, item in self.xcom.to_dict().items() if name not in ("json", "value")}
        if isinstance(self.shown, str):
            return {**about, "preview": {"kind": "text", "text": self.shown}}
        rows = [list(row) for row in self.shown.rows]
        table = {"kind": "table", "columns": list(self.shown.columns), "rows": rows, "about": self.shown.about}
        return {**about, "preview": table}


def recall(path: str, run_id: str) -> DagRun:
    """Return a recorded run of a notebook.

    Raises
    ------
    UnknownRunError
        If there is none of that id.
    """
    from mwaa_kit.verbs.history import runs

    return runs(path)[run_id]


def recall_events(path: str, run_id: str, at_most: int) -> list[dict[str, Any]]:
    """Return the newest events of a recorded run, oldest first; none where no file of events was kept."""
    from mwaa_kit.verbs.watching import find_record

    try:
        with find_record(path, run_id).open(encoding="utf-8") as file:
            return [json.loads(line) for line in deque(file, maxlen=at_most) if line.endswith("\n")]
    except UnknownRunError:
        return []


def peek(path: str, run_id: str, task_id: str, *, map_index: int = -1, key: str = RETURN_KEY) -> Peek:
    """Return one value of a recorded run, shortened; what its names say is secret is blotted out.

    Raises
    ------
    UnknownRunError
        If there is no such run.
    MissingInputError
        If the task left no such value.
    """
    from mwaa_kit.drawing.card.values import preview
    from mwaa_kit.verbs.previewing import preview_values

    run = recall(path, run_id)
    for xcom in run.xcoms:
        if (xcom.task_id, xcom.map_index, xcom.key) == (task_id, map_index, key):
            if xcom.is_json:
                return Peek(xcom, preview(xcom.stored))
            shown = preview_values(replace(run, xcoms=(xcom,)))
            return Peek(xcom, shown.get((task_id, map_index, key), f"a {xcom.type_name}"))
    raise MissingInputError(
        f"task {task_id!r} left no value {key!r} in this run", path=path, hint="see what there is in the list of values"
    )


def without_large_values(line: dict[str, Any]) -> dict[str, Any]:
    """Return the last line of ``run --json`` with the small values only."""
    small = [
        {key: item for key, item in xcom.items() if key != "value" or xcom.get("bytes", 0) <= MOST_TOLD_BYTES}
        for xcom in line.get("xcoms", ())
    ]
    return {**line, "xcoms": small} if "xcoms" in line else line
