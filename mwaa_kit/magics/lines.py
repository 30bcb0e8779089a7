"""The line magics by name. Each reads its line, calls one verb, and shows the answer."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mwaa_kit.errors import MwaaKitError
from mwaa_kit.magics import running, shipping
from mwaa_kit.magics.kernel import own_alarm
from mwaa_kit.magics.showing import error_lines
from mwaa_kit.magics.words import Words


@dataclass(frozen=True)
class LineMagic:
    """One magic: how its line is read, and what it does."""

    words: Callable[[str], Words]
    act: Callable[[Any, argparse.Namespace], Any]


def as_magic(shell: Any, name: str, magic: LineMagic) -> Callable[[str], Any]:
    """Return the function that IPython calls. What stops us is shown as a line and a next step, and stops the cell."""
    words = magic.words(name)

    def run(line: str) -> Any:
        try:
            with own_alarm():
                return magic.act(shell, words.read(line))
        except MwaaKitError as error:
            raise without_traceback(error, error_lines(error)) from None
        except KeyboardInterrupt as error:
            raise without_traceback(error, [f"%{name} cancelled"]) from None

    run.__doc__ = words.format_help()
    return run


def without_traceback(error: BaseException, lines: list[str]) -> BaseException:
    """Let IPython show an exception as these lines only."""
    setattr(error, "_render_traceback_", lambda: lines)
    return error


LINE_MAGICS = {
    "dag": LineMagic(running.draw_words, running.draw_dag),
    "run_dag": LineMagic(running.run_words, running.run_dag),
    "run_task": LineMagic(running.run_words, running.run_dag),
    "compile_dag": LineMagic(shipping.compile_words, shipping.compile_dag),
    "check_dag": LineMagic(shipping.check_words, shipping.check_dag),
    "plan_dag": LineMagic(shipping.plan_words, shipping.plan_dag),
    "publish_dag": LineMagic(shipping.publish_words, shipping.publish_dag),
    "practice": LineMagic(shipping.practice_words, shipping.practice_mwaa),
}
