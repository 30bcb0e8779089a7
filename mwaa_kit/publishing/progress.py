"""How a publish tells what it has just done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """One object has just been written or removed.

    Parameters
    ----------
    done, total
        How many of how many objects.
    """

    done: int
    total: int
    key: str
    size_bytes: int


OnProgress = Callable[[Progress], None]


def quiet(progress: Progress) -> None:
    """Take no notice of progress."""
