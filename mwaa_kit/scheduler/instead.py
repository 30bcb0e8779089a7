"""What stands in place of running: worked out before a run begins, from the record and from what the user gave."""

from __future__ import annotations

from dataclasses import dataclass, field

from mwaa_kit.errors import UnknownRunError, WrongUsageError
from mwaa_kit.model.run import SUCCESS
from mwaa_kit.model.spec import DagSpec
from mwaa_kit.scheduler.history import History, StoredRun
from mwaa_kit.scheduler.resuming import Taken, find_unfinished, take_over
from mwaa_kit.scheduler.standing import FindStandIn, first_of, reuse


@dataclass(frozen=True)
class Instead:
    """What need not run, and what stands for it.

    Parameters
    ----------
    resume
        Go on with the newest run that failed or was cancelled.
    """

    resume: bool = False


@dataclass
class Preparation:
    """A run before it begins.

    Parameters
    ----------
    dag
        With the chosen tasks only.
    task_ids
        The chosen tasks; empty for all.
    digests
        What each task is, where that is known.
    finders
        What is asked for stand-ins, in turn.
    notes
        Sentences for the user, in order.
    """

    dag: DagSpec
    task_ids: tuple[str, ...] = ()
    digests: dict[str, str] = field(default_factory=dict)
    finders: list[FindStandIn] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def find(self) -> FindStandIn:
        """What the loop asks."""
        return first_of(self.finders)


def find_resumed(history: History | None, dag_id: str, instead: Instead) -> StoredRun | None:
    """Return the run to go on with; None where a new one is wanted.

    Raises
    ------
    UnknownRunError
        If there is none to go on with.
    """
    if not instead.resume:
        return None
    if history is None:
        raise UnknownRunError("there is nothing to resume: this run keeps no record")
    return find_unfinished(history, dag_id)


def prepare_resumed(prepared: Preparation, history: History, line: StoredRun) -> None:
    """Let the results of the earlier run stand, and say so."""
    taken = take_over(prepared.dag, history.read_kept(line), prepared.digests)
    prepared.notes += _tell_taken(prepared.dag, line, taken)
    prepared.finders.append(
        lambda key: reuse(taken.results[key], f"taken over from {line.run_id}") if key in taken.results else None
    )


def _tell_taken(dag: DagSpec, line: StoredRun, taken: Taken) -> list[str]:
    """Say what is taken over, and what is not although it succeeded."""
    how = "was killed" if line.interrupted else "was cancelled" if line.cancelled else "failed"
    when = f"{line.started_at.astimezone():%Y-%m-%d %H:%M:%S}"
    done = [key[0] for key, one in taken.results.items() if one.instance.state == SUCCESS]
    names = ", ".join(dict.fromkeys(done)) or "nothing"
    told = [f"resumes {line.run_id}, begun {when}, which {how}; takes over: {names}"]
    if changed := [name for name in taken.changed if name in dag.by_id]:
        told.append(f"changed since, so run again: {', '.join(changed)}")
    return told


def refuse_together(instead: Instead, *, conf: object, logical_date: object) -> None:
    """Refuse what cannot go together.

    Raises
    ------
    WrongUsageError
        If a resumed run is given other params, or another date, than it had.
    """
    for given, name in ((conf, "params"), (logical_date, "a logical date")):
        if instead.resume and given:
            raise WrongUsageError(
                f"a resumed run keeps what it had; it cannot be given {name}",
                hint="leave them out, or leave --resume out to begin a new run",
            )
