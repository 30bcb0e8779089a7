"""practice."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from mwaa_kit.errors import WrongUsageError

if TYPE_CHECKING:
    from mwaa_kit.practising.lifecycle import PracticeStatus

Action = Literal["start", "stop", "status", "reset"]


def practice(action: Action = "status", *, on_progress: Callable[[str], None] | None = None) -> PracticeStatus:
    """Start, stop, reset or look at the practice MWAA on this machine.

    Parameters
    ----------
    action
        ``start`` waits until it is available. ``stop`` ends it; its bucket is in memory and is forgotten. ``reset`` also
        removes what it keeps on disk.
    on_progress
        Is told what is being waited for, and after a stop what was forgotten.

    Raises
    ------
    PracticeError
        If it cannot be started or stopped.
    """
    from mwaa_kit.practising import lifecycle

    if action == "start":
        return lifecycle.start_practice(on_progress=on_progress)
    if action in ("stop", "reset"):
        forgotten = lifecycle.stop_practice() if action == "stop" else lifecycle.reset_practice()
        if on_progress:
            on_progress(str(forgotten))
        return lifecycle.practice_status()
    if action == "status":
        return lifecycle.practice_status()
    raise WrongUsageError(f"there is no 'practice {action}'", hint="there is: start, stop, status, reset")
