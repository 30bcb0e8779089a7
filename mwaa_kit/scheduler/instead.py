"""What stands in place of running: what a user can ask for, and how it goes together."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from mwaa_kit.errors import WrongUsageError
from mwaa_kit.scheduler.reusing import ReusePolicy
from mwaa_kit.scheduler.stubbing import Stub


@dataclass(frozen=True)
class Instead:
    """What need not run, and what stands for it.

    Parameters
    ----------
    resume
        Go on with the newest run that failed or was cancelled.
    reuse
        What else may be taken from earlier runs.
    explain
        Say of each task instance why it is reused or not.
    stubs
        Values and states in place of running tasks.
    inputs
        Values of tasks that are not chosen.
    inputs_from
        The run_id of the run whose values are taken for tasks that are not chosen; empty for the newest that has them.
    replay
        A recording whose outcomes stand for all tasks.
    record
        Where the run is written for a later replay.
    """

    resume: bool = False
    reuse: ReusePolicy = field(default_factory=ReusePolicy)
    explain: bool = False
    stubs: tuple[Stub, ...] = ()
    inputs: tuple[Stub, ...] = ()
    inputs_from: str = ""
    replay: Path | None = None
    record: Path | None = None


def refuse_together(instead: Instead, *, conf: object, logical_date: object, chosen: object) -> None:
    """Refuse what cannot go together.

    Raises
    ------
    WrongUsageError
        If a run that goes on, or is replayed, is given other params or another date than it had; if inputs are given for a
        run of all tasks.
    """
    if instead.resume and instead.replay:
        raise WrongUsageError("a run is either resumed or replayed", hint="leave out --resume or --replay")
    for given, name in ((conf, "params"), (logical_date, "a logical date")):
        if given and (instead.resume or instead.replay):
            raise WrongUsageError(
                f"a run that is {'resumed' if instead.resume else 'replayed'} keeps what it had; it cannot be given {name}",
                hint="leave them out, or begin a new run",
            )
    if (instead.inputs or instead.inputs_from) and not chosen and not instead.resume:
        raise WrongUsageError(
            "all tasks run, so none takes a value from outside",
            hint="choose tasks with --task; to put a value in the place of a task: --stub TASK=VALUE",
        )
