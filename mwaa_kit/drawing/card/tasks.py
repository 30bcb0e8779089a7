"""The tasks on a card: of each its states, why, what it left, and what it wrote."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from mwaa_kit.drawing.card.gantt import duration
from mwaa_kit.drawing.card.timeline import Span
from mwaa_kit.drawing.card.values import Table, draw_value, preview
from mwaa_kit.drawing.look import state_class
from mwaa_kit.drawing.markup import tag, text
from mwaa_kit.drawing.states import look_of
from mwaa_kit.model.record import RunRecord, XComSummary
from mwaa_kit.model.run import LogLine, TaskInstance, TaskKey, TaskStateChanged

MOST_INSTANCES = 100
MOST_LINES, FIRST_LINES = 300, 60
MOST_LINE_LETTERS = 1000
MOST_LOG_LETTERS = 4_000_000
"""Of a whole card: a browser still opens it at once."""

Previews = Mapping[tuple[str, int, str], Table | str]


class TaskDetails:
    """Draws the details of the tasks of one run.

    Parameters
    ----------
    previews
        How values that are not plain JSON are shown, by (task_id, map_index, key).
    """

    def __init__(self, record: RunRecord, spans: Mapping[TaskKey, Span], previews: Previews) -> None:
        self._record = record
        self._spans = spans
        self._previews = previews
        self._cells = {anchor.task_id: anchor for anchor in record.described.cells} if record.described else {}
        self._log_letters = 0
        self._xcoms: dict[TaskKey, list[XComSummary]] = {}
        for xcom in record.xcoms:
            self._xcoms.setdefault(xcom.of, []).append(xcom)

    def draw(self, task_id: str, instances: list[TaskInstance], name: str) -> str:
        """Return one task as an element that opens; one that failed is open."""
        state = worst_state(instances)
        body = self._body(instances[0]) if len(instances) == 1 else self._instances(instances)
        return tag(
            "details",
            tag("summary", icon(state), tag("strong", text(task_id)), self._in_short(task_id, instances, state)),
            tag("div", body, class_="rc-body"),
            class_="rc-task",
            id=name,
            data_task=task_id.lower(),
            open="" if state == "failed" else None,
        )

    def _in_short(self, task_id: str, instances: list[TaskInstance], state: str) -> str:
        task = self._record.dag.by_id.get(task_id)
        facts = [state_words(state), task.operator if task else ""]
        if anchor := self._cells.get(task_id):
            facts.append(f"cell {anchor.cell}" + (f" of {anchor.path}" if anchor.path else ""))
        if len(instances) > 1:
            facts.append(f"{len(instances):,} instances")
        else:
            facts += self._short_facts(instances[0])
        return tag("span", text(" · ".join(fact for fact in facts if fact)), class_="rc-soft")

    def _short_facts(self, one: TaskInstance) -> list[str]:
        span, xcoms = self._spans.get(one.key), self._xcoms.get(one.key, [])
        facts = [duration(span.running_seconds)] if span and span.ran else []
        facts += [f"{one.try_number} tries"] if one.try_number > 1 else []
        facts += [_instead(one)] if one.reused or one.stubbed else []
        return facts + [f"{short_type(x.type)} {size(x.size_bytes)}" for x in xcoms if x.key == "return_value"]

    def _instances(self, instances: list[TaskInstance]) -> str:
        order = sorted(instances, key=lambda one: one.state == "success")  # what failed first, else as they are
        drawn = [
            tag(
                "details",
                tag(
                    "summary",
                    icon(one.state or "none"),
                    tag("strong", text(f"[{one.map_index}]")),
                    tag("span", text(" · ".join([state_words(one.state), *self._short_facts(one)])), class_="rc-soft"),
                ),
                tag("div", self._body(one), class_="rc-body"),
            )
            for one in order[:MOST_INSTANCES]
        ]
        left = len(instances) - len(drawn)
        return "".join(drawn) + (tag("p", f"{left:,} more instances are not shown.", class_="rc-soft") if left else "")

    def _body(self, one: TaskInstance) -> str:
        parts = [tag("p", text(one.error), class_="rc-error")] if one.error else []
        parts += [tag("p", text(f"Next: {one.hint}"))] if one.hint else []
        parts += [self._states(one), self._outputs(one), self._log(one)]
        return "".join(parts) or tag("p", "It did not start.", class_="rc-soft")

    def _states(self, one: TaskInstance) -> str:
        events = self._record.states.get(one.key, [])
        start = self._record.start_date
        if not events or start is None:
            return ""
        return tag("ul", *(tag("li", self._state(event, start)) for event in events), class_="rc-states")

    def _state(self, event: TaskStateChanged, start: datetime) -> str:
        tries = f" try {event.try_number}" if event.try_number > 1 else ""
        took = f" after {duration(event.duration_seconds)}" if event.duration_seconds is not None else ""
        reason = f": {event.reason}" if event.reason else ""
        when = duration((event.at - start).total_seconds())
        return icon(event.state) + tag("span", text(f"+{when} {event.state}{tries}{took}{reason}"))

    def _outputs(self, one: TaskInstance) -> str:
        found = self._xcoms.get(one.key, [])
        drawn = [tag("h4", text(xcom.key), tag("span", text(_about(xcom)), class_="rc-soft")) + self._value(xcom)
                 for xcom in found]  # fmt: skip
        return tag("section", *drawn, aria_label="Outputs") if drawn else ""

    def _value(self, xcom: XComSummary) -> str:
        if shown := self._previews.get((*xcom.of, xcom.key)):
            return draw_value(shown)
        if xcom.kept:
            return draw_value(preview(xcom.value))
        return tag("p", "The value is not in the record: it is large, or not JSON.", class_="rc-soft")

    def _log(self, one: TaskInstance) -> str:
        lines = self._record.logs.get(one.key, [])
        if not lines:
            return ""
        drawn = [self._line(line) for line in lines[:FIRST_LINES]]
        rest = lines[FIRST_LINES:]
        if (left := len(rest) - (MOST_LINES - FIRST_LINES)) > 0:
            drawn.append(tag("span", f"… {left:,} lines are not shown …", class_="rc-soft"))
            rest = rest[left:]
        drawn += [self._line(line) for line in rest]
        return tag("h4", "Log") + tag("pre", "\n".join(drawn), class_="rc-log", tabindex="0")

    def _line(self, line: LogLine) -> str:
        self._log_letters += len(line.message)
        if self._log_letters > MOST_LOG_LETTERS:
            return tag("span", "… not shown: the card's logs are full", class_="rc-soft")
        words = line.message[:MOST_LINE_LETTERS] + ("…" if len(line.message) > MOST_LINE_LETTERS else "")
        bad = line.level in ("warning", "error", "critical")
        return tag("span", text(words), class_=f"rc-{line.level}") if bad else text(words)


def _instead(one: TaskInstance) -> str:
    """Return what stands for an instance that did not run itself."""
    if one.stubbed:
        return f"stubbed: {one.source}" if one.source else "stubbed"
    return f"reused from {one.source}" if one.source else "reused from an earlier run"


def worst_state(instances: list[TaskInstance]) -> str:
    """Return the state that most wants a look."""
    states = [one.state or "none" for one in instances]
    return next((state for state in ("failed", "upstream_failed", "running", "none") if state in states), states[0])


def state_words(state: str | None) -> str:
    """Return a state in words."""
    return "not started" if state in (None, "none", "") else str(state)


def icon(state: str) -> str:
    """Return a state's icon."""
    disc = tag("circle", class_="mk-disc", cx=8, cy=8, r=8)
    glyph = tag("path", class_="mk-glyph", d=look_of(state).icon)
    group = tag("g", disc, glyph, class_=state_class(state))
    return tag("svg", group, class_="jp-MwaaKit-graph", width=16, height=16, viewBox="0 0 16 16", aria_hidden="true")


def _about(xcom: XComSummary) -> str:
    return f" {short_type(xcom.type)}, {size(xcom.size_bytes)}"


def short_type(type_name: str) -> str:
    """Return a type's name without ``builtins``."""
    return type_name.removeprefix("builtins.")


def size(size_bytes: int) -> str:
    """Return a size as people read it."""
    amount = float(size_bytes)
    for unit in ("B", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"
