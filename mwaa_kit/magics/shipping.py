"""The magics that compile, check and publish, and the practice MWAA."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mwaa_kit.errors import WrongUsageError
from mwaa_kit.magics.notebook import find_notebook, tell_unsaved
from mwaa_kit.magics.showing import plan_text
from mwaa_kit.magics.words import Words

if TYPE_CHECKING:
    from mwaa_kit.model.finding import Report
    from mwaa_kit.model.module import DagModule
    from mwaa_kit.model.release import Plan
    from mwaa_kit.practising.lifecycle import PracticeStatus
    from mwaa_kit.verbs.publishing import Publication


def compile_words(name: str) -> Words:
    """Say how the line of %compile_dag is read."""
    words = Words(name, "Compile a notebook into a Dag file, and show it.")
    _add_path(words)
    words.add_argument("-o", "--output", help="write the Dag file here")
    _add_target(words)
    return words


def compile_dag(shell: Any, given: argparse.Namespace) -> DagModule | None:
    """Compile a notebook, and show or write the Dag file."""
    from mwaa_kit.verbs.authoring import compile

    path = _saved(shell, given.path)
    module = compile(path, target=given.target, output=given.output)
    if given.output is None:
        return module
    print(f"wrote {given.output}")  # noqa: T201 - a cell's output
    return None


def check_words(name: str) -> Words:
    """Say how the line of %check_dag is read."""
    words = Words(name, "Say what would go wrong on Amazon MWAA.")
    _add_path(words)
    _add_target(words)
    return words


def check_dag(shell: Any, given: argparse.Namespace) -> Report:
    """Check a notebook or a Dag file."""
    from mwaa_kit.verbs.checking import check

    path = _saved(shell, given.path)
    return check(path, target=given.target)


def plan_words(name: str) -> Words:
    """Say how the line of %plan_dag is read."""
    words = Words(name, "Say what a publish would do, and do nothing.")
    _add_path(words)
    words.add_argument("--env", required=True, help="an MWAA environment's name, or practice")
    words.add_argument("--profile", help="of your AWS settings")
    words.add_argument("--region", help="of AWS")
    return words


def plan_dag(shell: Any, given: argparse.Namespace) -> Plan:
    """Plan a publish."""
    from mwaa_kit.verbs.publishing import plan

    path = _saved(shell, given.path)
    return plan(path, env=given.env, profile=given.profile, region=given.region)


def publish_words(name: str) -> Words:
    """Say how the line of %publish_dag is read."""
    words = plan_words(name)
    words.description = "Publish a Dag to an MWAA environment, and read back until it is live there."
    words.add_argument("--yes", action="store_true", help="do not ask")
    words.add_argument("--unpause", action="store_true", help="let it run by its schedule once it is live")
    words.add_argument("--trigger", action="store_true", help="unpause it, start a run, and wait for its end")
    return words


def publish_dag(shell: Any, given: argparse.Namespace) -> Publication:
    """Publish, after a yes."""
    from mwaa_kit.verbs.publishing import publish

    path = _saved(shell, given.path)
    tell = _teller()
    return publish(
        path,
        env=given.env,
        profile=given.profile,
        region=given.region,
        unpause=given.unpause,
        trigger=given.trigger,
        confirm=lambda planned: _confirm(planned, sure=given.yes),
        on_wait=lambda what: tell(f"waiting: {what}"),
        on_state=lambda one: tell(f"{one.task_id}  {one.state or 'no state yet'}"),
    )


def _confirm(planned: Plan, *, sure: bool) -> bool:
    """Show the plan and ask, unless told not to."""
    print(plan_text(planned))  # noqa: T201 - a cell's output
    if sure or planned.changes_nothing or planned.newer:
        return True
    try:
        return input("Publish? [y/N] ").strip().lower() in ("y", "yes")
    except Exception as error:
        if type(error).__name__ != "StdinNotImplementedError":
            raise
        raise WrongUsageError(
            "a publish wants a yes, and nobody can be asked here", hint="look at the plan, then add --yes"
        ) from None


def practice_words(name: str) -> Words:
    """Say how the line of %practice is read."""
    words = Words(
        name, "Start, stop, reset or look at the practice MWAA: a local S3, an mwaa endpoint, a real Airflow."
    )
    words.add_argument("action", nargs="?", choices=("start", "stop", "status", "reset"), default="status")
    return words


def practice_mwaa(shell: Any, given: argparse.Namespace) -> PracticeStatus:
    """Start, stop, reset or look at the practice MWAA."""
    from mwaa_kit.verbs.practising import practice

    return practice(given.action, on_progress=_teller())


def _teller() -> Callable[[str], None]:
    """Return what prints progress, the same line once."""
    last = ""

    def tell(line: str) -> None:
        nonlocal last
        if line != last:
            print(f"  {line}")  # noqa: T201 - a cell's output
        last = line

    return tell


def _saved(shell: Any, path: str | None) -> str:
    """Return the file that is meant; without a name, this notebook's own."""
    found = path if path is not None else find_notebook(shell)
    tell_unsaved(shell, found)
    return found


def _add_path(words: Words) -> None:
    words.add_argument("path", nargs="?", help="a notebook or a Dag file; by default this notebook")


def _add_target(words: Words) -> None:
    from mwaa_kit.targets.catalogue import NEWEST

    words.add_argument("--target", default=NEWEST, help=f"an Airflow version that MWAA offers; by default {NEWEST}")
