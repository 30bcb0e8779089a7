"""Inputs of a run of some tasks only: the values of the tasks that do not run, given or from the record.

Notes
-----
For each task that is not run, the newest run counts in which it really succeeded, whole: that of a notebook's tasks run one
after the other, each alone, is the one before. A task that reads a value which nobody has would only fail on a None, so the
run is refused; a task that merely comes after another runs without.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mwaa_kit.engine.protocol import TaskInsight
from mwaa_kit.errors import UnknownRunError, WrongUsageError
from mwaa_kit.model.run import RETURN_KEY, UNMAPPED, XCom
from mwaa_kit.model.spec import DagSpec
from mwaa_kit.scheduler.history import History, Kept
from mwaa_kit.scheduler.standing import length_of_value
from mwaa_kit.scheduler.stubbing import Stub, values_left


@dataclass(frozen=True)
class Lent:
    """What is lent to a run.

    Parameters
    ----------
    lengths
        By task_id, how many instances what is mapped over it has.
    notes
        Where the values come from, for the user.
    """

    xcoms: tuple[XCom, ...] = ()
    lengths: tuple[tuple[str, int], ...] = ()
    notes: tuple[str, ...] = ()


def lend(
    dag: DagSpec,
    chosen: Iterable[str],
    given: Iterable[Stub],
    insights: Mapping[str, TaskInsight],
    history: History | None,
    *,
    inputs_from: str = "",
) -> Lent:
    """Find the values that the chosen tasks need of the others.

    Parameters
    ----------
    given
        Values that the user gave.
    inputs_from
        The run_id of the one run that values come from; empty for the newest that has them.

    Raises
    ------
    UnknownRunError
        If a task reads a value that is neither given nor on record.
    WrongUsageError
        If a value is given for a task that runs.
    """
    running = set(chosen)
    values = {stub.task_id: stub for stub in given}
    for task_id in values:
        if task_id in running:
            raise WrongUsageError(
                f"task {task_id!r} runs, so it takes no --input",
                hint=f"to put a value in its place: --stub {task_id}=VALUE",
            )
    needed = _needed(dag, running, insights)
    lent = Lent()
    for task_id, reader in needed.items():
        kept = _find_kept(dag, task_id, history, inputs_from) if task_id not in values else ()
        if task_id in values:
            left = _given(dag, values[task_id], insights.get(task_id))
            lent = _with(lent, task_id, left, f"takes what {task_id} returns as it was given")
        elif kept:
            left = tuple(xcom for one in kept for xcom in one.xcoms)
            lent = _with(lent, task_id, left, f"takes what {task_id} returned from {_when(kept[0])}")
        elif reader:
            raise _missing(dag, task_id, reader, inputs_from)
    return lent


def _needed(dag: DagSpec, running: set[str], insights: Mapping[str, TaskInsight]) -> dict[str, str]:
    """Return the tasks that do not run but whose values matter, each with a task that reads it (or empty)."""
    found: dict[str, str] = {}
    for name in (task.task_id for task in dag.tasks if task.task_id in running):
        insight = insights.get(name)
        for other in dag.by_id[name].upstream:
            found.setdefault(other, "")
        for other, _ in insight.reads if insight else ():
            found[other] = found.get(other) or name
        if insight is None or insight.sees_run:
            found = {**dict.fromkeys(_above(dag, name), ""), **found}
    return {name: reader for name, reader in found.items() if name not in running and name in dag.by_id}


def _above(dag: DagSpec, task_id: str) -> Iterator[str]:
    """Yield all tasks above one: it may ask for their values while it runs."""
    waiting, seen = [task_id], {task_id}
    while waiting:
        for other in dag.by_id[waiting.pop()].upstream:
            if other in dag.by_id and other not in seen:
                seen.add(other)
                waiting.append(other)
                yield other


def _given(dag: DagSpec, stub: Stub, insight: TaskInsight | None) -> tuple[XCom, ...]:
    """Return what was given for a task as its XComs: for a mapped one, an item an instance."""
    if not dag.by_id[stub.task_id].mapped:
        return values_left(stub.task_id, UNMAPPED, stub.value, insight)
    if not isinstance(stub.value, list):
        raise WrongUsageError(f"task {stub.task_id!r} is mapped: give a list, an item for each of its instances")
    return tuple(
        xcom for index, item in enumerate(stub.value) for xcom in values_left(stub.task_id, index, item, insight)
    )


def _find_kept(dag: DagSpec, task_id: str, history: History | None, run_id: str) -> tuple[Kept, ...]:
    return history.find_success(dag.dag_id, task_id, run_id or None) if history is not None else ()


def _with(lent: Lent, task_id: str, left: tuple[XCom, ...], note: str) -> Lent:
    """Add one task's values."""
    returned = [xcom for xcom in left if xcom.key == RETURN_KEY]
    mapped = any(xcom.map_index != UNMAPPED for xcom in left)
    length = len(returned) if mapped else length_of_value(returned[0].stored) if returned else None
    lengths = lent.lengths if length is None else (*lent.lengths, (task_id, length))
    return Lent((*lent.xcoms, *left), lengths, (*lent.notes, note))


def _when(kept: Kept) -> str:
    ended = kept.instance.end_date
    return f"{kept.run_id}{f' ({ended.astimezone():%Y-%m-%d %H:%M:%S})' if ended else ''}"


def _missing(dag: DagSpec, task_id: str, reader: str, run_id: str) -> UnknownRunError:
    where = f"run {run_id!r} has no success of it on record" if run_id else "no earlier success of it is on record"
    return UnknownRunError(
        f"task {reader!r} reads what {task_id!r} returns, and {where} (Dag {dag.dag_id!r})",
        hint=f"add --with-upstream, or give it: --input {task_id}=VALUE",
    )
