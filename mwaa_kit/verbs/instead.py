"""What a user asks to stand in place of running: from words and Python values to the scheduler's options."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypedDict

from mwaa_kit.errors import WrongUsageError
from mwaa_kit.model.module import DagModule
from mwaa_kit.scheduler.instead import Instead
from mwaa_kit.scheduler.reusing import NEVER, SURE, UNCHANGED, ReusePolicy
from mwaa_kit.scheduler.stubbing import STATES, Stub, read_stub
from mwaa_kit.verbs.outputs import refuse_unwritable

Stubs = Mapping[str, object] | tuple[str, ...]
"""By task_id, live values; or words as on the command line: ``TASK=VALUE``."""


class State(str):
    """A state as the value of a stub in Python: ``stubs={"train": State("skipped")}``."""


class GivenInstead(TypedDict, total=False):
    """What may be given to :func:`~mwaa_kit.verbs.running.run` about what need not run."""

    resume: bool
    fresh: bool
    reuse: bool
    explain: bool
    stubs: Stubs
    inputs: Stubs
    inputs_from: str | None
    record: str | Path | None
    replay: str | Path | None


def read_instead(
    given: GivenInstead, module: DagModule | None, named: tuple[str, ...], write: Callable[[object], Any]
) -> Instead:
    """Return the scheduler's options.

    Parameters
    ----------
    named
        The tasks that the user named: they run.
    write
        Turns a live object into what Airflow stores of it.

    Raises
    ------
    WrongUsageError
        If the words cannot be read, or contradict each other; if the record could not be written.
    """
    if given.get("fresh") and given.get("reuse"):
        raise WrongUsageError("--fresh and --reuse contradict each other", hint="leave one of them out")
    rule = NEVER if given.get("fresh") else UNCHANGED if given.get("reuse") else SURE
    said = {anchor.task_id: anchor.cache for anchor in module.tasks} if module else {}
    policy = ReusePolicy(
        rule,
        vouched=frozenset(task_id for task_id, cache in said.items() if cache == "on"),
        refused=frozenset((*named, *(task_id for task_id, cache in said.items() if cache == "off"))),
    )
    record, replay = given.get("record"), given.get("replay")
    if record:
        refuse_unwritable(record)
    return Instead(
        resume=given.get("resume", False),
        reuse=policy,
        explain=given.get("explain", False),
        stubs=_stubs(given.get("stubs", ()), "--stub", write),
        inputs=_stubs(given.get("inputs", ()), "--input", write),
        inputs_from=given.get("inputs_from") or "",
        record=Path(record) if record else None,
        replay=Path(replay) if replay else None,
    )


def _stubs(given: Stubs, option: str, write: Callable[[object], Any]) -> tuple[Stub, ...]:
    if not isinstance(given, Mapping):
        return tuple(read_stub(word, option) for word in given)
    return tuple(_stub(task_id, value, write) for task_id, value in given.items())


def _stub(task_id: str, value: object, write: Callable[[object], Any]) -> Stub:
    if isinstance(value, State):
        if value not in STATES:
            raise WrongUsageError(f"a stub cannot be {str(value)!r}", hint=f"a stub can be {', '.join(STATES)}")
        return Stub(task_id, state=str(value))
    return Stub(task_id, write(value), has_value=True)
