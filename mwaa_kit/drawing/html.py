"""Dags as one page that needs nothing else: the picture, a legend, a table, and a script that makes the picture answer.

Notes
-----
The page may be opened anywhere, and the names on it come from users. So its policy lets run and apply only what stands in
it word for word, named by digest; it loads nothing; and its data is JSON in which no sign can end the element around it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence

from mwaa_kit.drawing.faces import PlacedPicture, placed
from mwaa_kit.drawing.lettering import visible
from mwaa_kit.drawing.look import graph_css, state_class, static
from mwaa_kit.drawing.markup import tag, text
from mwaa_kit.drawing.picture import DrawnTask, Picture
from mwaa_kit.drawing.states import look_of
from mwaa_kit.drawing.svg import SCENE_MARGIN, to_page_svg
from mwaa_kit.drawing.taskbox import states_in_words
from mwaa_kit.errors import MwaaKitError

_COLUMNS = ("Task", "State", "Operator", "Cell", "Task group", "Trigger rule", "Waits for")


def to_html(pictures: Sequence[Picture]) -> str:
    """Return Dags as one self-contained HTML document.

    Raises
    ------
    MwaaKitError
        If the page's script has not been built, which happens only in a checkout.
    """
    sections = [dag_section(placed(picture), position) for position, picture in enumerate(pictures)]
    names = [picture.dag_id for picture in pictures]
    title = names[0] if len(names) == 1 else f"{len(names)} Dags"
    styles = (graph_css(), static("page.css"))
    return whole_page(title, _index(names) + tag("main", *sections, ""), styles=styles, scripts=(view_script(),))


def whole_page(title: str, body: str, *, styles: Sequence[str], scripts: Sequence[str]) -> str:
    """Return a document that loads nothing, and in which nothing runs or applies but these scripts and styles."""
    return "<!doctype html>\n" + tag(
        "html",
        tag(
            "head",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_policy(styles, scripts)}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            tag("title", text(title)),
            *(f"<style>{style}</style>" for style in styles),
        ),
        tag("body", body, *(f"<script>{script}</script>" for script in scripts)),
        lang="en",
    )


def view_script() -> str:
    """Return the script that makes a picture answer.

    Raises
    ------
    MwaaKitError
        If it has not been built, which happens only in a checkout.
    """
    try:
        return static("view.js")
    except FileNotFoundError as error:
        raise MwaaKitError(
            "The script of the drawn page has not been built in this checkout.",
            hint="python scripts/build_extensions.py",
        ) from error


def _policy(styles: Sequence[str], scripts: Sequence[str]) -> str:
    applied, run = (" ".join(_digest(content) for content in contents) for contents in (styles, scripts))
    return f"default-src 'none'; script-src {run}; style-src {applied}; base-uri 'none'; form-action 'none'"


def _digest(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def _index(names: list[str]) -> str:
    """Return links to the Dags, where there is more than one."""
    if len(names) < 2:
        return ""
    return tag("nav", *(tag("a", text(name), href=f"#d{i}") for i, name in enumerate(names)), class_="mk-index")


def dag_section(drawn: PlacedPicture, position: int, heading: str = "") -> str:
    """Return one Dag as a part of a page: picture, details, legend, table, and the data that the script reads."""
    picture, prefix = drawn.picture, f"d{position}-t"
    count = f"{len(picture.tasks)} task{'' if len(picture.tasks) == 1 else 's'}"
    return tag(
        "section",
        tag(
            "header",
            tag("h2", text(heading)) if heading else tag("h1", text(picture.dag_id)),
            tag("span", text(f"{picture.schedule or 'no schedule'} · {count}"), class_="mk-facts"),
            _tools(),
        ),
        tag(
            "div",
            tag("div", to_page_svg(drawn, prefix), class_="mk-view"),
            '<aside class="mk-details" aria-label="Selected task" aria-live="polite" hidden></aside>',
            class_="mk-stage",
        ),
        _legend(picture),
        _table(picture, prefix),
        f'<script type="application/json">{_json(page_data(drawn))}</script>',
        class_="mk-dag",
        id=f"d{position}",
        aria_label=f"Dag {picture.dag_id}",
    )


def _tools() -> str:
    return (
        '<div class="mk-tools" role="group" aria-label="Search and zoom">'
        '<output class="mk-found"></output>'
        '<input type="search" placeholder="Find a task  ( / )" aria-label="Find a task">'
        '<button type="button" data-do="farther" aria-label="Zoom out" title="Zoom out ( - )">−</button>'  # noqa: RUF001
        '<button type="button" data-do="nearer" aria-label="Zoom in" title="Zoom in ( + )">+</button>'
        '<button type="button" data-do="fit" title="Show the whole Dag ( 0 )">Fit</button></div>'
    )


def _legend(picture: Picture) -> str:
    """Name the states that occur; without a run, say how to find one's way."""
    if not picture.shows_states:
        hint = "Click a task for details. Arrow keys follow the edges; / searches; + and - zoom; 0 shows the whole Dag."
        return tag("div", tag("span", hint), class_="mk-legend")
    counts: dict[str, int] = {}
    for task in picture.tasks:
        for counted in task.states:
            counts[counted.state] = counts.get(counted.state, 0) + counted.count
    entries = (tag("span", _swatch(state), text(f"{state} {count}")) for state, count in counts.items())
    return tag("div", *entries, class_="mk-legend", role="group", aria_label="States")


def _swatch(state: str) -> str:
    icon = tag(
        "g",
        tag("circle", class_="mk-disc", cx=8, cy=8, r=8),
        tag("path", class_="mk-glyph", d=look_of(state).icon),
        class_=state_class(state),
    )
    return tag("svg", icon, class_="jp-MwaaKit-graph", width=16, height=16, viewBox="0 0 16 16", aria_hidden="true")


def _table(picture: Picture, prefix: str) -> str:
    """Return the tasks as a table: the same facts as the picture, for whoever reads tables better."""
    head = tag("tr", *(tag("th", column, scope="col") for column in _COLUMNS))
    rows = [_row(picture, task, f"{prefix}{index}") for index, task in enumerate(picture.tasks)]
    return tag(
        "details",
        tag("summary", "Tasks as a table"),
        tag("table", tag("thead", head), f"<tbody>{''.join(rows)}</tbody>"),
        class_="mk-table",
    )


def _row(picture: Picture, task: DrawnTask, target: str) -> str:
    reasons = [f"{e.upstream} ({e.reason})" if e.reason else e.upstream for e in picture.incoming[task.task_id]]
    facts = (
        ", ".join(states_in_words(task)),
        task.spec.operator + (" (mapped)" if task.spec.mapped else ""),
        "" if task.cell is None else str(task.cell),
        task.spec.group or "",
        task.spec.trigger_rule,
        "; ".join(reasons),
    )
    name = tag("a", text(task.task_id), href=f"#{target}", data_task_id=task.task_id)
    return tag("tr", tag("td", name), *(tag("td", text(fact), "") for fact in facts))


def page_data(drawn: PlacedPicture) -> dict[str, object]:
    """Return what the script knows of a Dag (``IDagDocument`` in ``extensions/graph``), ids spelled as on the picture."""
    picture = drawn.picture
    return {
        "dag_id": visible(picture.dag_id),
        "tasks": [_task(drawn, task) for task in picture.tasks],
        "edges": [
            {
                "upstream": visible(edge.upstream),
                "downstream": visible(edge.downstream),
                "names": [visible(name) for name in edge.names],
                "reason": visible(edge.reason),
            }
            for edge in picture.edges
        ],
    }


def _json(data: dict[str, object]) -> str:
    """Return JSON that is safe within a script element."""
    written = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    return written.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _task(drawn: PlacedPicture, task: DrawnTask) -> dict[str, object]:
    spec, rect = task.spec, drawn.layout.tasks[task.task_id]
    return {
        "task_id": visible(task.task_id),
        "operator": visible(spec.operator),
        "group": None if spec.group is None else visible(spec.group),
        "mapped": spec.mapped,
        "trigger_rule": spec.trigger_rule,
        "cell": task.cell,
        "doc": spec.doc,
        "states": [{"state": visible(counted.state), "count": counted.count} for counted in task.states],
        "x": round(rect.x + SCENE_MARGIN, 1),
        "y": round(rect.y + SCENE_MARGIN, 1),
        "width": rect.width,
        "height": rect.height,
    }
