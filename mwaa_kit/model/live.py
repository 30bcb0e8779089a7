"""What a notebook says while it is being written: each cell, what it takes and gives, and the Dags so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Take:
    """One name that a task takes.

    Parameters
    ----------
    source
        The task it comes from; None for what comes from params or shared code.
    kind
        ``task``, ``params`` or ``shared``.
    whole
        Whether it is all that the upstream task returns.
    """

    name: str
    source: str | None = field(metadata={"wire": "from"})
    kind: str
    reason: str
    whole: bool = False


@dataclass(frozen=True)
class Give:
    """One name that a task hands on, and the tasks that take it."""

    name: str
    to: tuple[str, ...]


@dataclass(frozen=True)
class LiveCell:
    """What one cell is, and why.

    Parameters
    ----------
    index
        Among all cells, from 0.
    cell
        As people count it, from 1.
    role
        ``task``, ``params``, … as `authoring.cells.Role` has them; for other kinds ``markdown`` and ``raw``.
    shipped
        Whether any of it gets into the Dag file.
    task_ids
        The tasks that begin or go on in it.
    options
        What its directive sets, each as Python text; ``after`` is a list of task_ids.
    """

    index: int
    id: str | None
    cell: int
    role: str
    shipped: bool
    task_ids: tuple[str, ...]
    why: str
    takes: tuple[Take, ...] = ()
    gives: tuple[Give, ...] = ()
    options: Mapping[str, object] = field(default_factory=dict)
