"""A question of a task, asked in the terminal."""

from __future__ import annotations

import sys
from typing import Any

import click

from mwaa_kit.engine.world import Question
from mwaa_kit.verbs.asking import ask_by_lines


def can_ask() -> bool:
    """Whether a person sits at the terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask(question: Question) -> Any:
    """Ask until there is an answer that fits; return its options and fields. Ctrl-C cancels the run, as anywhere in it."""
    try:
        return ask_by_lines(question, _show, lambda text, default: str(click.prompt(text, default=default, err=True)))
    except click.Abort:
        raise KeyboardInterrupt from None


def _show(text: str) -> None:
    click.echo(text, err=True)
