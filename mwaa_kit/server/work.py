"""What the warm processes can do, by name: each calls one verb, and answers what its ``to_dict`` gives.

An option that a verb of this version does not have is refused by its name, and one that it has is passed on by its name:
the routes need not change when a verb learns something.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mwaa_kit.errors import WrongUsageError

if TYPE_CHECKING:
    from mwaa_kit.server.warm import Talk

_NOT_FROM_A_PAGE = frozenset(
    {"ask", "listen", "pulse", "on_findings", "confirm", "on_progress", "on_wait", "record", "replay"}
)

Given = dict[str, Any]


def options_of(verb: Callable[..., Any], given: Mapping[str, Any], more: Iterable[str] = ()) -> dict[str, Any]:
    """Return the options for a verb, each by its name.

    Parameters
    ----------
    more
        The names of those that the verb takes as an unpacked `TypedDict`.

    Raises
    ------
    WrongUsageError
        If the verb has no such option, or it is none that a page may give: a function, or a file outside the root folder.
    """
    known = [one for one in inspect.signature(verb).parameters.values() if one.kind is one.KEYWORD_ONLY]
    names = {*(one.name for one in known), *more}
    for name in given:
        if name not in names or name in _NOT_FROM_A_PAGE:
            raise WrongUsageError(f"{verb.__name__} has no option {name!r} in this version of mwaa-kit")
    return {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}


def live(given: Given, tell: Talk) -> dict[str, Any]:
    """Say what the notebook in the editor says."""
    from mwaa_kit.verbs.live import look

    found = look(given["path"], _document(given), **_target(given)).to_dict()
    return {**found, "revision": given.get("revision")}


def live_airflow(given: Given, tell: Talk) -> dict[str, Any]:
    """Say what Airflow makes of it."""
    from mwaa_kit.verbs.live import look_with_airflow

    found = look_with_airflow(given["path"], _document(given), **_target(given)).to_dict()
    return {**found, "revision": given.get("revision")}


def edits(given: Given, tell: Talk) -> dict[str, Any]:
    """Return new cell texts."""
    from mwaa_kit.verbs.editing import edit

    asked = dict(given["edit"])
    return edit(given["path"], _document(given), asked.pop("do"), **asked).to_dict()


def run(given: Given, tell: Talk) -> dict[str, Any]:
    """Run a Dag in the folder of its notebook, where a kernel would run it, each task in a process of its own."""
    from mwaa_kit.verbs.asking import AskElsewhere
    from mwaa_kit.verbs.engines import choose_mode
    from mwaa_kit.verbs.instead import GivenInstead, State
    from mwaa_kit.verbs.recalling import without_large_values
    from mwaa_kit.verbs.running import run as verb
    from mwaa_kit.verbs.values import read_date

    asked = {**given.pop("options", {}), **given}
    path = Path(asked.pop("path"))
    if "logical_date" in asked:
        asked["logical_date"] = read_date(asked["logical_date"])
    for name in ("stubs", "inputs"):
        if not isinstance(asked.get(name, {}), Mapping):  # the words of the command line can name a file
            raise WrongUsageError(f"{name} must be values by task_id")
    if states := asked.pop("stub_states", {}):
        asked["stubs"] = {**asked.get("stubs", {}), **{task_id: State(state) for task_id, state in states.items()}}
    options = options_of(verb, asked, GivenInstead.__annotations__)
    options["mode"] = choose_mode(options.get("mode"), options.get("target"), otherwise="fork")
    os.chdir(path.parent)
    last: list[str] = []

    def listen(event: Any) -> None:
        line = event.to_dict()
        last[:] = [line["event"]]
        tell(without_large_values(line))

    finished = without_large_values(
        verb(path.name, listen=listen, ask=AskElsewhere(tell, tell.hear), **options).to_dict()
    )
    if last != ["run_finished"]:
        tell(finished)
    return finished


def check(given: Given, tell: Talk) -> dict[str, Any]:
    """Check what lies in files."""
    from mwaa_kit.verbs.checking import check as verb
    from mwaa_kit.verbs.targets import newest

    return verb(*given["paths"], target=given.get("target") or newest()).to_dict()


def plan(given: Given, tell: Talk) -> dict[str, Any]:
    """Say what a publish would do."""
    from mwaa_kit.verbs.publishing import plan as verb

    path = given.pop("path")
    planned = verb(path, **options_of(verb, given))
    told = planned.to_dict()
    removed = any(one["change"] == "removed" for one in told["objects"])
    return {**told, "harmless": not planned.newer and not removed}


def publish(given: Given, tell: Talk) -> dict[str, Any]:
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


def practice(given: Given, tell: Talk) -> dict[str, Any]:
    """Start, stop or reset the practice MWAA."""
    from mwaa_kit.verbs.practising import practice as verb

    status = verb(given["action"], on_progress=lambda what: tell({"event": "progress", "message": what}))
    return {**status.to_dict(), "problem": status.problem}


def practice_status(given: Given, tell: Talk) -> dict[str, Any]:
    """Say what is running of the practice MWAA."""
    return practice({"action": "status"}, tell)


def recorded_runs(given: Given, tell: Talk) -> dict[str, Any]:
    """List the runs that are recorded beside a notebook."""
    from mwaa_kit.verbs.history import runs

    return runs(given["path"], dag_id=given.get("dag_id")).to_dict()


def recorded_run(given: Given, tell: Talk) -> dict[str, Any]:
    """Say how a recorded run ended."""
    from mwaa_kit.verbs.recalling import recall, recall_events, without_large_values

    found = without_large_values(recall(given["path"], given["run_id"]).to_dict())
    wanted = int(given.get("events", 0))
    return {**found, "events": recall_events(given["path"], given["run_id"], wanted) if wanted else []}


def values(given: Given, tell: Talk) -> dict[str, Any]:
    """List the values of a recorded run."""
    from mwaa_kit.verbs.recalling import recall

    names = ("task_id", "map_index", "key", "type", "bytes")
    found = (xcom.to_dict() for xcom in recall(given["path"], given["run_id"]).xcoms)
    return {"values": [{name: xcom[name] for name in names} for xcom in found]}


def value(given: Given, tell: Talk) -> dict[str, Any]:
    """Show one value, shortened."""
    from mwaa_kit.verbs.recalling import peek

    index, key = int(given.get("map_index", -1)), given.get("key", "return_value")
    return peek(given["path"], given["run_id"], given["task_id"], map_index=index, key=key).to_dict()


def card(given: Given, tell: Talk) -> dict[str, Any]:
    """Return the run card."""
    from mwaa_kit.verbs.watching import card as verb

    return {"html": verb(given["path"], run_id=given["run_id"]).html, "run_id": given["run_id"]}


def targets(given: Given, tell: Talk) -> dict[str, Any]:
    """List the Airflow versions that MWAA offers."""
    from mwaa_kit.verbs.targets import list_targets

    return {"targets": [one.to_dict() for one in list_targets()]}


def environments(given: Given, tell: Talk) -> dict[str, Any]:
    """List where can be published to."""
    from mwaa_kit.verbs.environments import list_environments

    return list_environments(given.get("path", ".")).to_dict()


def environment(given: Given, tell: Talk) -> dict[str, Any]:
    """Say what one environment says of itself."""
    from mwaa_kit.verbs.environments import look_at

    name, path = given.pop("name"), given.pop("path", ".")
    return look_at(name, path, **options_of(look_at, given)).to_dict()


def schedule(given: Given, tell: Talk) -> dict[str, Any]:
    """Say when a schedule runs next."""
    from mwaa_kit.verbs.scheduling import preview
    from mwaa_kit.verbs.values import read_date

    zones = {name: given[name] for name in ("zone", "dag_zone") if name in given}
    count, after = int(given.get("count", 10)), read_date(given.get("after"))
    return preview(given["expression"], count=count, after=after, **zones).to_dict()


def templates(given: Given, tell: Talk) -> dict[str, Any]:
    """List the notebooks to begin with."""
    from mwaa_kit.verbs.templates import list_templates

    return {"templates": [one.to_dict() for one in list_templates()]}


def template(given: Given, tell: Talk) -> dict[str, Any]:
    """Return one of them."""
    from mwaa_kit.verbs.templates import read_template

    return read_template(given["name"]).to_document()


def tutorials(given: Given, tell: Talk) -> dict[str, Any]:
    """Copy the tutorials into a folder."""
    from mwaa_kit.verbs.tutorials import tutorials as verb

    return verb(given["path"]).to_dict()


def _document(given: Given) -> dict[str, Any]:
    return {"cells": given["cells"], "metadata": given.get("metadata", {})}


def _target(given: Given) -> dict[str, str]:
    return {"target": given["target"]} if "target" in given else {}


WORK: dict[str, Callable[[Given, Talk], Any]] = {
    work.__name__: work
    for work in (
        *(live, live_airflow, edits, run, recorded_runs, recorded_run, values, value, card, check, plan, publish),
        *(practice, practice_status, environments, environment, schedule, targets, templates, template),
        tutorials,
    )
}
