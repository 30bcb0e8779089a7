"""A question of a task, asked in the cell that runs it: the front end shows a line to type into, as for any ``input()``."""

from __future__ import annotations

from typing import Any

from mwaa_kit.engine.world import Question


def ask_in_cell(question: Question) -> Any:
    """Ask until there is an answer that fits; None where nobody can type: a notebook that is executed by a program."""
    from IPython.core.error import StdinNotImplementedError

    from mwaa_kit.verbs.asking import ask_by_lines

    try:
        return ask_by_lines(question, _show, _prompt)
    except StdinNotImplementedError:
        return None


def _show(text: str) -> None:
    print(text)  # noqa: T201 - a cell's output


def _prompt(text: str, default: str | None) -> str:
    return input(f"{text} [{default}]: " if default else f"{text}: ") or default or ""
