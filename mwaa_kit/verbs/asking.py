"""Questions of tasks: answered beforehand, put line by line to who sits there, or told by a message and answered by one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from mwaa_kit.engine.world import Pending, Question
from mwaa_kit.errors import WrongUsageError
from mwaa_kit.model import wire
from mwaa_kit.model.run import TaskKey
from mwaa_kit.scheduler.people import read_answer


def read_answers(given: Iterable[str]) -> dict[str, Any]:
    """Read ``TASK=option``, ``TASK=JSON`` and ``TASK=@file``.

    Raises
    ------
    WrongUsageError
        If one is none of these, or its file cannot be read.
    """
    found = {}
    for one in given:
        task_id, equals, text = one.partition("=")
        if not equals or not task_id:
            raise WrongUsageError(f"--answer {one!r} names no task", hint="write it as TASK=option, =JSON or =@file")
        found[task_id] = _read_value(text)
    return found


def _read_value(text: str) -> Any:
    if text.startswith("@"):
        try:
            text = Path(text[1:]).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise WrongUsageError(f"the answer's file {text[1:]!r} cannot be read: {error.strerror}") from error
    return read_field(text)


class AskElsewhere:
    """Tells each question once, and again with what was wrong with its answer; the run's other tasks go on meanwhile.

    Parameters
    ----------
    tell
        Takes ``{"event": "question", "task_id": …, "map_index": …, "subject": …, "body": …, "options": [...],
        "defaults": [...] or None, "multiple": …, "params": {...}, "problem": …}``.
    hear
        Returns the next answer that has come, ``{"task_id": …, "map_index": …, "options": [...], "params": {...}}``; None
        when there is none.
    """

    def __init__(self, tell: Callable[[dict[str, Any]], None], hear: Callable[[], Mapping[str, Any] | None]) -> None:
        self._tell, self._hear = tell, hear
        self._asked: dict[TaskKey, Question] = {}
        self._heard: dict[TaskKey, Mapping[str, Any]] = {}

    def __call__(self, question: Question) -> Any:
        """Return what was answered; ``Pending`` until something that fits was."""
        key = (question.task_id, question.map_index)
        while (message := self._hear()) is not None:
            self._heard[message["task_id"], message["map_index"]] = message
        if self._asked.get(key) is not question:  # what came for an earlier try is no answer to this one
            self._heard.pop(key, None)
            self._asked[key] = question
            self._tell_of(question)
        message = self._heard.pop(key, None)
        if message is None:
            return Pending()
        given = {"options": message["options"], "params": message["params"]}
        try:
            read_answer(question, given)
        except WrongUsageError as error:
            self._tell_of(question, f"{error}; {error.hint}")
            return Pending()
        return given

    def _tell_of(self, question: Question, problem: str = "") -> None:
        self._tell({"event": "question", **wire.to_dict(question), "problem": problem})


def ask_by_lines(question: Question, show: Callable[[str], None], prompt: Callable[[str, str | None], str]) -> Any:
    """Ask until there is an answer that fits; return its options and fields.

    Parameters
    ----------
    show
        Takes a line to be read.
    prompt
        Takes what is asked for, and what an empty answer stands for, None where it stands for nothing; returns the answer.
    """
    show(f"\n{question.task_id} asks: {question.subject}")
    if question.body:
        show(question.body)
    options = _ask_options(question, show, prompt)
    return {"options": options, "params": {name: _ask_field(question, name, prompt) for name in question.params}}


def _ask_options(
    question: Question, show: Callable[[str], None], prompt: Callable[[str, str | None], str]
) -> list[str]:
    if len(question.options) == 1:
        return list(question.options)
    for number, option in enumerate(question.options, 1):
        show(f"  {number}  {option}")
    several = " (several, with commas)" if question.multiple else ""
    default = ",".join(question.defaults or ()) or None
    while True:
        chosen = [_option(question, part.strip()) for part in prompt(f"choose{several}", default).split(",")]
        found = [option for option in chosen if option is not None]
        if len(found) == len(chosen) and (question.multiple or len(found) == 1):
            return found
        show("write an option or its number")


def _option(question: Question, text: str) -> str | None:
    """Return the option that a text or a number stands for."""
    if text in question.options:
        return text
    number = int(text) if text.isdecimal() else 0
    return question.options[number - 1] if 0 < number <= len(question.options) else None


def _ask_field(question: Question, name: str, prompt: Callable[[str, str | None], str]) -> Any:
    """Ask for one field of the form; its value before, if it has one, stands for an empty answer."""
    before = question.values.get(name)
    shown = before if isinstance(before, str) or before is None else json.dumps(before)
    text = prompt(f"  {name}", shown if shown is not None else "")
    return before if text == shown else read_field(text)


def read_field(text: str) -> Any:
    """Read JSON; what is none is a text."""
    try:
        return json.loads(text)
    except ValueError:
        return text
