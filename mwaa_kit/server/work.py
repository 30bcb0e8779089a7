"""What the warm processes can do, by name: each calls one verb, and answers what its ``to_dict`` gives.

An option that a verb of this version does not have is refused by its name, and one that it has is passed on by its name:
the routes need not change when a verb learns something.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mwaa_kit.errors import WrongUsageError

Given = dict[str, Any]
Tell = Callable[[dict[str, Any]], None]

_SHOWN_BYTES = 2_000
"""Values of up to this size travel with the end of a run; larger ones are looked at one by one."""


def options_of(verb: Callable[..., Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options for a verb, each by its name.

    Raises
    ------
    WrongUsageError
        If the verb has no such option.
    """
    known = inspect.signature(verb).parameters
    for name in given:
        if name not in known or known[name].kind is not inspect.Parameter.KEYWORD_ONLY:
            raise WrongUsageError(f"{verb.__name__} has no option {name!r} in this version of mwaa-kit")
    return {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}


def live(given: Given, tell: Tell) -> dict[str, Any]:
    """Say what the notebook in the editor says."""
    from mwaa_kit.verbs.live import look

    found = look(given["path"], _document(given), **_target(given)).to_dict()
    return {**found, "revision": given.get("revision")}


def live_airflow(given: Given, tell: Tell) -> dict[str, Any]:
    """Say what Airflow makes of it."""
    from mwaa_kit.verbs.live import look_with_airflow

    found = look_with_airflow(given["path"], _document(given), **_target(given)).to_dict()
    return {**found, "revision": given.get("revision")}


def run(given: Given, tell: Tell) -> dict[str, Any]:
    """Run a Dag in the folder of its notebook, where a kernel would run it, each task in a process of its own."""
    from mwaa_kit.verbs.running import run as verb
    from mwaa_kit.verbs.values import read_date

    asked = {"mode": "fork", **given.pop("options", {}), **given}
    path = Path(asked.pop("path"))
    for name in ("logical_date", "start", "end"):
        if name in asked:
            asked[name] = read_date(asked[name])
    options = options_of(verb, asked)
    os.chdir(path.parent)
    last: list[str] = []

    def listen(event: Any) -> None:
        line = event.to_dict()
        last[:] = [line["event"]]
        tell(without_large_values(line))

    finished = without_large_values(verb(path.name, listen=listen, **options).to_dict())
    if last != ["run_finished"]:
        tell(finished)
    return finished


def without_large_values(line: dict[str, Any]) -> dict[str, Any]:
    """Return a line of ``run --json`` whose large values stay in the run's record."""
    if "xcoms" not in line:
        return line
    small = [
        {key: item for key, item in xcom.items() if key != "value" or xcom.get("bytes", 0) <= _SHOWN_BYTES}
        for xcom in line["xcoms"]
    ]
    return {**line, "xcoms": small}


def check(given: Given, tell: Tell) -> dict[str, Any]:
    """Check what lies in files."""
    from mwaa_kit.verbs.checking import check as verb
    from mwaa_kit.verbs.targets import newest

    return verb(*given["paths"], target=given.get("target") or newest()).to_dict()


def plan(given: Given, tell: Tell) -> dict[str, Any]:
    """Say what a publish would do."""
    from mwaa_kit.verbs.publishing import plan as verb

    path = given.pop("path")
    planned = verb(path, **options_of(verb, given))
    told = planned.to_dict()
    removed = any(one["change"] == "removed" for one in told["objects"])
    return {**told, "harmless": not planned.newer and not removed}


def publish(given: Given, tell: Tell) -> dict[str, Any]:
    """Publish what the user has seen the plan of, and read back."""
    from mwaa_kit.errors import RefusedError
    from mwaa_kit.verbs.publishing import publish as verb
    from mwaa_kit.verbs.values import read_date

    path, seen = given.pop("path"), given.pop("release")
    if "logical_date" in given:
        given["logical_date"] = read_date(given["logical_date"])

    def confirm(planned: Any) -> bool:
        tell({"event": "planned", "plan": planned.to_dict()})
        if seen is not None and planned.release != seen:
            raise RefusedError(
                "the notebook or the bucket changed since the plan", path=path, hint="look at the plan again"
            )
        return True

    done = verb(
        path,
        confirm=confirm,
        on_progress=lambda step: tell(
            {"event": "progress", "done": step.done, "total": step.total, "key": step.key, "bytes": step.size_bytes}
        ),
        on_wait=lambda what: tell({"event": "waiting", "message": what}),
        on_state=lambda one: tell({"event": "served_state", "task_id": one.task_id, "state": one.state}),
        **options_of(verb, given),
    )
    return {**done.to_dict(), "state": "failed" if done.failed_runs else "success"}


def practice(given: Given, tell: Tell) -> dict[str, Any]:
    """Start, stop or reset the practice MWAA."""
    from mwaa_kit.verbs.practising import practice as verb

    status = verb(given["action"], on_progress=lambda what: tell({"event": "progress", "message": what}))
    return {**status.to_dict(), "problem": status.problem}


def practice_status(given: Given, tell: Tell) -> dict[str, Any]:
    """Say what is running of the practice MWAA."""
    return practice({"action": "status"}, tell)


def targets(given: Given, tell: Tell) -> dict[str, Any]:
    """List the Airflow versions that MWAA offers."""
    from mwaa_kit.verbs.targets import list_targets

    return {"targets": [one.to_dict() for one in list_targets()]}


def _document(given: Given) -> dict[str, Any]:
    return {"cells": given["cells"], "metadata": given.get("metadata", {})}


def _target(given: Given) -> dict[str, str]:
    return {"target": given["target"]} if "target" in given else {}


WORK: dict[str, Callable[[Given, Tell], Any]] = {
    work.__name__: work for work in (live, live_airflow, run, check, plan, publish, practice, practice_status, targets)
}
