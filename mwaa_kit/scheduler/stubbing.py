"""Stubs: a value or a state that the user gives in place of running a task that is slow, costly or dangerous.

A stubbed task is told as such wherever its state is, and nothing later takes its result for the task's own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mwaa_kit.engine.protocol import BRANCHES, SKIPS_KEY, TaskInsight
from mwaa_kit.errors import UnknownTaskError, WrongUsageError
from mwaa_kit.model.run import FAILED, RETURN_KEY, SKIPPED, SUCCESS, UNMAPPED, TaskKey, XCom
from mwaa_kit.model.spec import DagSpec
from mwaa_kit.scheduler.branching import whom_it_skips
from mwaa_kit.scheduler.standing import FindStandIn, StandIn
from mwaa_kit.scheduler.state import RunState

STATES = (SUCCESS, FAILED, SKIPPED)
"""The states that a stub can have."""

_FORM = re.compile(r"(?P<task>[^=\[]+)(?:\[(?P<index>\d+)\])?=(?P<value>.*)", re.DOTALL)


@dataclass(frozen=True)
class Stub:
    """What stands for a task.

    Parameters
    ----------
    value
        What it returns, as Airflow stores it; None with `has_value` False returns nothing.
    map_index
        The instance it stands for; None for all of a mapped task.
    """

    task_id: str
    value: Any = None
    has_value: bool = False
    state: str = SUCCESS
    map_index: int | None = None

    @property
    def name(self) -> str:
        """What it stands for, as a user writes it."""
        return self.task_id if self.map_index is None else f"{self.task_id}[{self.map_index}]"

    @property
    def source(self) -> str:
        """What it is, in words."""
        return "a given value" if self.has_value else f"as {self.state}"


def read_stub(text: str, option: str = "--stub") -> Stub:
    """Read ``TASK=VALUE`` or ``TASK[INDEX]=VALUE``; the value is JSON, ``@FILE`` with JSON in it, or a state.

    Raises
    ------
    WrongUsageError
        If it is none of these.

    Examples
    --------
    >>> read_stub("train=[1, 2]").value, read_stub("train=skipped").state
    ([1, 2], 'skipped')
    """
    found = _FORM.fullmatch(text)
    if not found:
        raise WrongUsageError(f"{option} {text!r} is not of the form TASK=VALUE")
    index = None if found["index"] is None else int(found["index"])
    if found["value"] in STATES and option == "--stub":
        return Stub(found["task"], state=found["value"], map_index=index)
    return Stub(found["task"], _read_value(found["value"], option), has_value=True, map_index=index)


def _read_value(text: str, option: str) -> Any:
    """Read JSON, from a file where the text says so."""
    where = text
    if text.startswith("@"):
        try:
            text = Path(text[1:]).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise WrongUsageError(f"{option}: {where[1:]!r} cannot be read: {_reason(error)}") from error
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        states = f", or one of the states {', '.join(STATES)}" if option == "--stub" else ""
        raise WrongUsageError(
            f"{option}: {where!r} is not JSON: {error.msg}",
            hint=f"""give JSON, such as 3 or '"text"', a file as @value.json{states}""",
        ) from error


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def values_left(task_id: str, map_index: int, value: Any, insight: TaskInsight | None) -> tuple[XCom, ...]:
    """Return the XComs of a task that returned a value; where each key of a dict is one too, those as well."""
    left = [XCom(task_id, map_index, RETURN_KEY, value)]
    if insight is not None and insight.multiple_outputs and isinstance(value, dict) and "__classname__" not in value:
        left += [XCom(task_id, map_index, str(key), item) for key, item in value.items()]
    return tuple(left)


def find_stub(dag: DagSpec, stubs: Iterable[Stub], insights: Mapping[str, TaskInsight]) -> FindStandIn:
    """Return what answers with stubs.

    Raises
    ------
    WrongUsageError
        If a stub stands for a branch and does not say where the run goes on.
    """
    known = {(stub.task_id, stub.map_index): (stub, _skips(dag, stub, insights)) for stub in stubs}

    def find(key: TaskKey, state: RunState) -> StandIn | None:
        found = known.get(key) or known.get((key[0], None))
        if found is None:
            return None
        stub, skips = found
        xcoms = values_left(*key, stub.value, insights.get(key[0])) if stub.has_value else ()
        xcoms += (XCom(*key, SKIPS_KEY, skips),) if skips is not None else ()
        return StandIn(stub.state, xcoms, f"stubbed: {stub.source}", stub.source, stubbed=True)

    return find


def _skips(dag: DagSpec, stub: Stub, insights: Mapping[str, TaskInsight]) -> dict[str, list[str]] | None:
    """Return whom a stub's task would have skipped; one that stands for a success has no value to say so of a branch."""
    kind = insights[stub.task_id].skips if stub.task_id in insights else ""
    if stub.state != SUCCESS or not (stub.has_value or kind == BRANCHES):
        return None
    return whom_it_skips(dag, stub.task_id, kind, stub.value if stub.has_value else stub.state)


def check_stubs(dag: DagSpec, stubs: Iterable[Stub]) -> None:
    """Refuse a stub for what is not there.

    Raises
    ------
    UnknownTaskError
        If the Dag has no such task.
    WrongUsageError
        If an index is given of a task that is not mapped.
    """
    for stub in stubs:
        if stub.task_id not in dag.by_id:
            raise UnknownTaskError(
                f"Dag {dag.dag_id!r} has no task {stub.task_id!r}", hint="it has: " + ", ".join(dag.by_id)
            )
        if stub.map_index not in (None, UNMAPPED) and not dag.by_id[stub.task_id].mapped:
            raise WrongUsageError(f"task {stub.task_id!r} is not mapped: it has no index {stub.map_index}")
