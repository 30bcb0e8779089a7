"""`RunCard`: one run as one page that needs nothing else and asks nobody for anything."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

from mwaa_kit.drawing.card.gantt import draw_timeline, duration
from mwaa_kit.drawing.card.tasks import Previews, TaskDetails, icon, state_words
from mwaa_kit.drawing.card.timeline import find_critical_path, find_spans
from mwaa_kit.drawing.card.values import short, without_secrets
from mwaa_kit.drawing.faces import placed
from mwaa_kit.drawing.html import dag_section, view_script, whole_page
from mwaa_kit.drawing.look import graph_css, static
from mwaa_kit.drawing.markup import tag, text
from mwaa_kit.drawing.picture import picture_of
from mwaa_kit.model.module import DagModule
from mwaa_kit.model.record import RunRecord
from mwaa_kit.model.run import RunNote, TaskInstance, hints_of

_WORDS = {"success": "success", "failed": "failed", "running": "no end recorded", "cancelled": "cancelled"}

_HEIGHTS = (("rc-low", 120.0), ("rc-middle", 260.0), ("rc-high", float("inf")))
"""How much room the graph gets, by the height of its drawing."""


@dataclass(frozen=True)
class RunCard:
    """One run as one HTML page. As the last line of a notebook cell it shows itself.

    Parameters
    ----------
    previews
        How values that are not plain JSON are shown, by (task_id, map_index, key).
    """

    record: RunRecord
    previews: Previews

    @cached_property
    def html(self) -> str:
        """The page."""
        return _page(self.record, self.previews)

    def save(self, path: str | Path) -> Path:
        """Write the page to a file; return its path."""
        file = Path(path)
        file.write_text(self.html, encoding="utf-8", errors="backslashreplace")
        return file

    def _repr_html_(self) -> str:
        """Show the page in a notebook, in a frame of its own."""
        style = "width:100%;height:640px;border:0"
        return (
            f'<iframe srcdoc="{escape(self.html)}" style="{style}" title="Run {escape(self.record.run_id)}"></iframe>'
        )

    def __repr__(self) -> str:
        return f"RunCard({self.record.dag_id}: {_state(self.record)})"


def _state(record: RunRecord) -> str:
    return "cancelled" if record.cancelled else record.state


def _page(record: RunRecord, previews: Previews) -> str:
    by_task: dict[str, list[TaskInstance]] = {}
    for one in record.task_instances:
        by_task.setdefault(one.task_id, []).append(one)
    ids = {task_id: f"t{position}" for position, task_id in enumerate(by_task)}
    body = tag(
        "main",
        _head(record),
        _failures(record, ids),
        _graph(record, by_task),
        _timeline(record, ids),
        _tasks(record, previews, by_task, ids),
        _facts(record),
        class_="mk-card",
    )
    styles = (graph_css(), static("page.css"), static("card.css"))
    title = f"{record.dag_id} · {_WORDS.get(_state(record), _state(record))}"
    return whole_page(title, body, styles=styles, scripts=(view_script(), static("card.js")))


def _head(record: RunRecord) -> str:
    counts = Counter(one.state or "none" for one in record.task_instances)
    state = _state(record)
    chips = (tag("li", icon(name), text(f"{count:,} {state_words(name)}")) for name, count in counts.most_common())
    return tag(
        "header",
        tag(
            "div",
            tag("h1", text(record.dag_id)),
            tag(
                "span",
                text(_WORDS.get(state, state)),
                class_=f"rc-verdict rc-is-{state if state in _WORDS else 'running'}",
            ),
            tag("span", text(_when(record)), class_="rc-soft"),
            class_="rc-title",
        ),
        tag("p", text(record.run_id), class_="rc-soft"),
        tag("ul", *chips, "", class_="rc-chips", aria_label="Task instances by state"),
        tag(
            "nav",
            *(tag("a", word, href=f"#{word.lower()}") for word in ("Graph", "Timeline", "Tasks", "Run")),
            aria_label="Parts of this card",
        ),
        class_="rc-head",
    )


def _when(record: RunRecord) -> str:
    if record.start_date is None or record.end_date is None:
        return "did not begin"
    took = duration((record.end_date - record.start_date).total_seconds())
    return f"{record.start_date:%Y-%m-%d %H:%M:%S} UTC · took {took}"


def _failures(record: RunRecord, ids: Mapping[str, str]) -> str:
    """Return what went wrong, first of all."""
    failed = [one for one in record.task_instances if one.state == "failed"]
    if not failed:
        return ""
    items = []
    for one in failed[:20]:
        name = one.task_id if one.map_index < 0 else f"{one.task_id}[{one.map_index}]"
        items.append(tag("li", tag("a", text(name), href=f"#{ids[one.task_id]}"), text(f" {one.error}")))
    more = tag("li", text(f"and {len(failed) - 20:,} more")) if len(failed) > 20 else ""
    hints = [tag("p", text(f"Next: {hint}")) for hint in hints_of(failed)[:20]]
    return tag("section", tag("ul", *items, more), *hints, class_="rc-failures", aria_label="What failed")


def _graph(record: RunRecord, by_task: Mapping[str, list[TaskInstance]]) -> str:
    states = {name: Counter(one.state or "none" for one in of) for name, of in by_task.items()}
    drawn = placed(picture_of(record.dag, _module(record), states))
    size = next(name for name, most in _HEIGHTS if drawn.layout.height <= most)
    return tag("div", dag_section(drawn, 0, "Graph"), id="graph", class_=size)


def _module(record: RunRecord) -> DagModule | None:
    """Return what the record knows of the notebook."""
    given = record.described
    return DagModule(given.path, "", "", "", tasks=given.cells, edges=given.edges) if given and given.cells else None


def _timeline(record: RunRecord, ids: Mapping[str, str]) -> str:
    spans = find_spans(record)
    start, end = record.start_date, record.end_date
    drawn = draw_timeline(spans, find_critical_path(record, spans), start, end, ids) if start and end else ""
    empty = tag("p", "The run did not begin.", class_="rc-soft")
    return tag("section", tag("h2", "Timeline"), drawn or empty, class_="rc-part", id="timeline")


def _tasks(
    record: RunRecord, previews: Previews, by_task: Mapping[str, list[TaskInstance]], ids: Mapping[str, str]
) -> str:
    details = TaskDetails(record, find_spans(record), previews)
    drawn = [details.draw(task_id, instances, ids[task_id]) for task_id, instances in by_task.items()]
    tools = (
        '<div class="rc-tools"><input type="search" class="rc-find" placeholder="Find a task" aria-label="Find a task">'
        '<button type="button" data-rc="open">Open all</button><button type="button" data-rc="close">Close all</button>'
        '<output class="rc-soft"></output></div>'
    )
    head = tag("div", tag("h2", "Tasks"), tools if len(drawn) > 1 else "", class_="rc-bar-head")
    empty = "" if drawn else tag("p", "The run had no task.", class_="rc-soft")
    return tag("section", head, *drawn, empty, class_="rc-part", id="tasks")


def _facts(record: RunRecord) -> str:
    """Return what was run with what."""
    facts: list[tuple[str, str]] = [("Run", record.run_id), ("State", _WORDS.get(_state(record), _state(record)))]
    if described := record.described:
        facts += [("Source", described.path or "a Dag of a kernel"), ("Mode", described.mode)]
        facts += [(name, version) for name, version in described.versions.items()]
    facts.append(("Schedule", record.dag.schedule or "none"))
    if started := record.started:
        facts.append(("Logical date", started.logical_date.isoformat() if started.logical_date else "none"))
    rows = [tag("dt", text(name)) + tag("dd", text(value), "") for name, value in facts if value]
    notes = [event.message for event in record.events if isinstance(event, RunNote)]
    triggered = record.finished.get("triggered", ()) if record.finished else ()
    notes += [f"it started run {run['run_id']} of Dag {run['dag_id']!r}: {run['state']}" for run in triggered]
    told = tag("ul", *(tag("li", text(note)) for note in notes), class_="rc-notes") if notes else ""
    return tag(
        "section", tag("h2", "Run"), tag("dl", *rows), told, _params(record), class_="rc-part rc-facts", id="run"
    )


def _params(record: RunRecord) -> str:
    given = dict(record.started.conf) if record.started else {}
    params = without_secrets({**record.dag.params, **given})
    if not params:
        return tag("p", "No params.", class_="rc-soft")
    head = tag("tr", *(tag("th", word, scope="col") for word in ("Param", "Value", "From")))
    rows = [_param(name, value, name in given) for name, value in params.items()]
    return tag("table", tag("thead", head), f"<tbody>{''.join(rows)}</tbody>")


def _param(name: str, value: Any, given: bool) -> str:
    written = short(json.dumps(value, ensure_ascii=False, default=str))
    source = "this run" if given else "its default"
    return tag("tr", tag("th", text(name), scope="row"), tag("td", text(written)), tag("td", source))
