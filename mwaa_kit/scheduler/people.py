"""Answers for human-in-the-loop tasks: given before the run, or asked for while it goes on.

What may stand for an answer: an option (``Approve``), several (``["a", "b"]``), the fields of the form (``{"rows": 5}``),
or both (``{"options": ["OK"], "params": {"rows": 5}}``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mwaa_kit.engine.world import Answer, Pending, Question
from mwaa_kit.errors import WrongUsageError

YOU = "you"
"""Who answered, where it was the user."""

Ask = Callable[[Question], Any]
"""Returns what stands for an answer; None when there is none; ``Pending`` to be asked the same again in a moment, while the
other tasks go on."""


def answering(given: Mapping[str, Any], ask: Ask | None) -> Callable[[Question], Answer | Pending | None]:
    """Return what answers a question: from what was given for the task, else by asking.

    Parameters
    ----------
    given
        By task_id, or by ``task_id[map_index]``.
    ask
        None when there is nobody to ask.
    """

    def answer(question: Question) -> Answer | Pending | None:
        for name in (f"{question.task_id}[{question.map_index}]", question.task_id):
            if name in given:
                return read_answer(question, given[name])
        found = ask(question) if ask else None
        return found if found is None or isinstance(found, Pending) else read_answer(question, found)

    return answer


def read_answer(question: Question, given: Any) -> Answer:
    """Return what was given as an answer to a question.

    Raises
    ------
    WrongUsageError
        If it is none: an option that there is not, too many, or fields that the form does not have.
    """
    options, fields = _split(given)
    if not options and len(question.options) == 1:
        options = question.options
    choice = ", ".join(map(repr, question.options))
    unknown = [option for option in options if option not in question.options]
    if unknown or not options:
        what = f"{unknown[0]!r} is not an option of" if unknown else "no option is given for"
        raise WrongUsageError(f"{what} task {question.task_id!r}", hint=f"it has: {choice}")
    if len(options) > 1 and not question.multiple:
        raise WrongUsageError(f"task {question.task_id!r} takes one option only", hint=f"choose one of {choice}")
    strange = [name for name in fields if name not in question.params]
    if strange:
        known = ", ".join(question.params) or "none"
        raise WrongUsageError(f"task {question.task_id!r} has no field {strange[0]!r}", hint=f"its fields: {known}")
    return Answer(options, {**question.values, **fields}, YOU)


def _split(given: Any) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Tell options and fields apart."""
    if isinstance(given, str):
        return (given,), {}
    if isinstance(given, list | tuple):
        return tuple(map(str, given)), {}
    if not isinstance(given, Mapping):
        return (str(given),), {}
    if set(given) <= {"options", "params"}:
        return _split(given.get("options") or ())[0], dict(given.get("params") or {})
    return (), dict(given)
