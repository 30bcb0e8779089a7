"""A question of a task, asked in the terminal; and answers given as options."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from mwaa_kit.engine.world import Question
from mwaa_kit.errors import WrongUsageError


def read_answers(given: tuple[str, ...]) -> dict[str, Any]:
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
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def can_ask() -> bool:
    """Whether a person sits at the terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask(question: Question) -> Any:
    """Ask until there is an answer that fits; return its options and fields."""
    click.secho(f"\n{question.task_id} asks: {question.subject}", bold=True, err=True)
    if question.body:
        click.echo(question.body, err=True)
    return {"options": _ask_options(question), "params": {name: _ask_field(question, name) for name in question.params}}


def _ask_options(question: Question) -> list[str]:
    if len(question.options) == 1:
        return list(question.options)
    for number, option in enumerate(question.options, 1):
        click.echo(f"  {number}  {option}", err=True)
    several = " (several, with commas)" if question.multiple else ""
    default = ",".join(question.defaults or ()) or None
    while True:
        text = click.prompt(f"choose{several}", default=default, err=True)
        chosen = [_option(question, part.strip()) for part in str(text).split(",")]
        found = [option for option in chosen if option is not None]
        if len(found) == len(chosen) and (question.multiple or len(found) == 1):
            return found
        click.echo("write an option or its number", err=True)


def _option(question: Question, text: str) -> str | None:
    """Return the option that a text or a number stands for."""
    if text in question.options:
        return text
    number = int(text) if text.isdigit() else 0
    return question.options[number - 1] if 0 < number <= len(question.options) else None


def _ask_field(question: Question, name: str) -> Any:
    """Ask for one field of the form; its value before, if it has one, stands for an empty answer."""
    before = question.values.get(name)
    shown = before if isinstance(before, str) or before is None else json.dumps(before)
    text = click.prompt(f"  {name}", default=shown if shown is not None else "", err=True)
    return before if text == shown else _read_value(text)
