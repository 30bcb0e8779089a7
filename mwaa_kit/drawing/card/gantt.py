"""The timeline of a card: a table with a row for each task instance, and in each row a bar over the run's time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from mwaa_kit.drawing.card.timeline import CriticalStep, Span, Stretch
from mwaa_kit.drawing.look import state_class
from mwaa_kit.drawing.markup import tag, text
from mwaa_kit.model.run import RUNNING, TaskKey

FOLDED_FROM = 12
"""A mapped task of more instances has one row, and one for each instance that failed."""

_MOST_FAILED_ROWS = 12
_TICKS = 5
_LONG_STEPS = (60, 120, 300, 600, 1200, 1800, 3600, 7200, 10800, 21600, 43200, 86400)


def draw_timeline(
    spans: Mapping[TaskKey, Span],
    path: tuple[CriticalStep, ...],
    start: datetime,
    end: datetime,
    ids: Mapping[str, str],
) -> str:
    """Return the timeline as HTML.

    Parameters
    ----------
    ids
        The element of each task's details, by task_id.
    """
    if not any(span.ran for span in spans.values()):
        instead = sum(bool(span.instead) for span in spans.values())
        more = f" Given or earlier results stand for {instead:,}." if instead else ""
        return tag("p", f"No task ran.{more}", class_="rc-soft")
    scale = _Scale(start, end)
    critical = {step.span.key for step in path}
    rows = [row for spans_of in _by_task(spans) for row in _rows(spans_of, critical, scale, ids)]
    head = tag(
        "tr",
        tag("th", "Task", scope="col"),
        tag("th", scale.axis(), scope="col", aria_label="Time"),
        tag("th", "Took", scope="col"),
    )
    table = tag("table", tag("thead", head), f"<tbody>{''.join(rows)}</tbody>", class_="rc-gantt")
    return tag("div", table, class_="rc-scroll", tabindex="0", role="region", aria_label="Timeline") + _path(path, ids)


class _Scale:
    """Turns times into per cent of the run."""

    def __init__(self, start: datetime, end: datetime) -> None:
        self._start = start
        self._seconds = max((end - start).total_seconds(), 0.001)

    def at(self, moment: datetime) -> float:
        """Return where a moment lies, from 0 to 100."""
        return min(100.0, max(0.0, 100 * (moment - self._start).total_seconds() / self._seconds))

    def axis(self) -> str:
        """Return the axis."""
        step = _nice_step(self._seconds / _TICKS)
        count = int(self._seconds / step + 1e-6)
        marks = []
        for number in range(count + 1):
            x = 100 * number * step / self._seconds
            anchor = "rc-start" if x < 4 else "rc-end" if x > 96 else ""
            marks.append(tag("text", text(duration(number * step)), x=f"{x:.2f}%", y=11, class_=anchor or None))
            marks.append(tag("line", x1=f"{x:.2f}%", x2=f"{x:.2f}%", y1=14, y2=18))
        return tag("svg", *marks, class_="rc-axis", width="100%", height=18, aria_hidden="true")


def _nice_step(least: float) -> float:
    """Return the least round number of seconds that is not less: 1, 2 or 5 of a power of ten; from a minute, of minutes."""
    if least > 50:
        return next((step for step in _LONG_STEPS if step >= least), 86400.0 * (int(least / 86400) + 1))
    power = 0.001
    while True:
        for factor in (1, 2, 5):
            if factor * power >= least:
                return factor * power
        power *= 10


def _by_task(spans: Mapping[TaskKey, Span]) -> list[list[Span]]:
    """Return the instances of each task, in the order in which the tasks began."""
    found: dict[str, list[Span]] = {}
    for span in spans.values():
        found.setdefault(span.key[0], []).append(span)
    return sorted(found.values(), key=lambda of: min(span.start for span in of))


def _rows(spans: list[Span], critical: set[TaskKey], scale: _Scale, ids: Mapping[str, str]) -> list[str]:
    if len(spans) <= FOLDED_FROM:
        return [_row([span], _name(span.key), critical, scale, ids) for span in spans]
    failed = [span for span in spans if span.state == "failed"][:_MOST_FAILED_ROWS]
    whole = _row(spans, f"{spans[0].key[0]} ({len(spans):,} instances)", critical, scale, ids)
    return [whole, *(_row([span], _name(span.key), critical, scale, ids) for span in failed)]


def _name(key: TaskKey) -> str:
    return key[0] if key[1] < 0 else f"{key[0]}[{key[1]}]"


def _row(spans: list[Span], name: str, critical: set[TaskKey], scale: _Scale, ids: Mapping[str, str]) -> str:
    on_path = any(span.key in critical for span in spans)
    start, end = min(span.start for span in spans), max(span.end for span in spans)
    seconds = spans[0].running_seconds if len(spans) == 1 else (end - start).total_seconds()
    mark = tag("span", "◆", class_="rc-mark", title="on the critical path") if on_path else ""
    took = duration(seconds) if any(span.ran for span in spans) else spans[0].instead or spans[0].state
    return tag(
        "tr",
        tag("th", tag("a", text(name), href=f"#{ids.get(spans[0].key[0], 'tasks')}"), mark, scope="row"),
        tag("td", _bars(spans, scale)),
        tag("td", text(took)),
        class_="rc-critical" if on_path else None,
    )


def _bars(spans: list[Span], scale: _Scale) -> str:
    many = len(spans) > 1
    bars = [_bar(stretch, scale, many) for span in spans for stretch in span.stretches]
    points = [_point(span, scale) for span in spans if not span.stretches][:1]
    words = "; ".join(_in_words(stretch) for span in spans[:3] for stretch in span.stretches)
    return tag(
        "svg",
        tag("title", text(words or spans[0].state)),
        *bars,
        *points,
        class_="jp-MwaaKit-graph rc-bars",
        width="100%",
        height=16,
        role="img",
        aria_label=words or spans[0].state,
    )


def _bar(stretch: Stretch, scale: _Scale, many: bool) -> str:
    x, right = scale.at(stretch.start), scale.at(stretch.end)
    runs = stretch.state == RUNNING
    state = stretch.ended_in if runs else stretch.state
    kind = "rc-run" if runs else "rc-wait"
    return tag(
        "rect",
        x=f"{x:.2f}%",
        width=f"{max(right - x, 0.15):.2f}%",
        y=2 if runs else 6,
        height=12 if runs else 4,
        rx=2,
        class_=f"{kind}{' rc-many' if many else ''} {state_class(state)}",
    )


def _point(span: Span, scale: _Scale) -> str:
    x = min(scale.at(span.end), 99.0)
    return tag("circle", cx=f"{x:.2f}%", cy=8, r=3.5, class_=f"rc-run {state_class(span.state)}")


def _in_words(stretch: Stretch) -> str:
    tries = f" (try {stretch.try_number})" if stretch.try_number > 1 else ""
    return f"{stretch.state}{tries} {duration(stretch.seconds)}, then {stretch.ended_in}"


def _path(path: tuple[CriticalStep, ...], ids: Mapping[str, str]) -> str:
    """Return the critical path in words."""
    runs = sum(step.span.seconds for step in path)
    waits = sum(step.waited_seconds for step in path)
    waited = f", and {duration(waits)} of waiting" if waits >= 0.001 else ""
    items = [
        tag(
            "li",
            tag("a", text(_name(step.span.key)), href=f"#{ids.get(step.span.key[0], 'tasks')}"),
            text(f" {duration(step.span.seconds)}"),
        )
        for step in path
    ]
    head = f"Critical path: {len(path)} task instance{'' if len(path) == 1 else 's'}, {duration(runs)}{waited}"
    return tag(
        "div",
        tag("h3", tag("span", "◆", class_="rc-mark", aria_hidden="true"), text(f" {head}")),
        tag("ol", *items),
        class_="rc-path",
    )


def duration(seconds: float) -> str:
    """Return a span of time as people read it."""
    if seconds == 0:
        return "0"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms" if seconds >= 0.0005 else "<1 ms"
    if seconds < 60:
        return f"{seconds:.3g} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if rest else f"{minutes} min"
