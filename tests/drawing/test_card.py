"""The run card: what the timeline says of a run, what is kept out of it, and that it fits every kind of run."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from mwaa_kit.drawing.card.gantt import duration
from mwaa_kit.drawing.card.page import RunCard
from mwaa_kit.drawing.card.timeline import find_critical_path, find_spans
from mwaa_kit.drawing.card.values import Table, preview
from mwaa_kit.model.record import RunDescribed, RunRecord
from mwaa_kit.model.run import DagRun, Event, LogLine, RunStarted, TaskInstance, TaskKey, TaskStateChanged, XCom
from mwaa_kit.model.spec import DagSpec, TaskSpec

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "a\"b'c&amp;d",
    "new\nline\x1b[31m",
    "x" * 250,
)

NO_VARIABLE = "KeyError: 'Variable <i> does not exist'"

Happened = Sequence[tuple[float, str, str]]
Record = Callable[..., RunRecord]


def at(seconds: float) -> datetime:
    """Return a moment after noon."""
    return NOON + timedelta(seconds=seconds)


def spec(upstream: Mapping[str, tuple[str, ...]], **more: Any) -> DagSpec:
    """Return a Dag by the upstream tasks of each task."""
    return DagSpec("etl", tuple(TaskSpec(name, "@task", upstream=above) for name, above in upstream.items()), **more)


def record(
    dag: DagSpec,
    happened: Happened,
    *,
    state: str | None = "success",
    xcoms: tuple[XCom, ...] = (),
    logs: tuple[str, ...] = (),
    error: str = "ValueError: <b>",
    **run: Any,
) -> RunRecord:
    """Return a run in which these tasks got these states at these seconds; a state of None leaves it without an end."""
    events: list[Event] = [RunStarted(NOON, dag.dag_id, "r1", NOON, {"token": "t0ps3cret"}, tuple(dag.by_id))]
    last: dict[TaskKey, TaskInstance] = {(name, -1): TaskInstance(name) for name in dag.by_id}
    for seconds, name, now in happened:
        events.append(TaskStateChanged(at(seconds), name, -1, 1, now, "why <i>so</i>" if now == "failed" else ""))
        events += [LogLine(at(seconds), name, -1, 1, "error", line) for line in logs]
        last[name, -1] = TaskInstance(name, -1, now, 1, error if now == "failed" else "")
    ended = DagRun(dag.dag_id, "r1", state or "", NOON, task_instances=tuple(last.values()), xcoms=xcoms,
                   start_date=NOON, end_date=events[-1].at, **run)  # fmt: skip
    told = json.loads(json.dumps(ended.to_dict())) if state else None
    return RunRecord(RunDescribed(NOON, dag, "<b>etl</b>.ipynb", "fork"), tuple(events), told)


class Elements(HTMLParser):
    """Counts the elements of a page by name."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.counts: dict[str, int] = {}
        self.text = ""
        self._hidden = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count it."""
        self.counts[tag] = self.counts.get(tag, 0) + 1
        assert not any(name.startswith("on") or name == "style" for name, _ in attrs), attrs
        self._hidden = tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        """Forget it."""
        self._hidden = False

    def handle_data(self, data: str) -> None:
        """Keep what is read."""
        self.text += "" if self._hidden else f"{data} "


DIAMOND = spec({"load": (), "fast": ("load",), "slow": ("load",), "join": ("fast", "slow")})
DIAMOND_RUN = (
    *((1.0, "load", "running"), (2.0, "load", "success"), (2.0, "fast", "running"), (3.0, "fast", "success")),
    *((3.0, "slow", "running"), (7.0, "slow", "success"), (7.5, "join", "running"), (8.0, "join", "success")),
)


def test_the_critical_path_is_the_chain_that_ends_last_with_its_waits() -> None:
    found = record(DIAMOND, DIAMOND_RUN)
    path = find_critical_path(found, find_spans(found))
    assert [(step.span.key[0], step.span.seconds, step.waited_seconds) for step in path] == [
        ("load", 1.0, 1.0),
        ("slow", 4.0, 1.0),
        ("join", 0.5, 0.5),
    ]


def test_the_critical_path_goes_on_above_what_did_not_run() -> None:
    happened = (
        *((1.0, "load", "running"), (2.0, "load", "success"), (2.1, "fast", "success"), (2.2, "slow", "skipped")),
        *((3.0, "join", "running"), (4.0, "join", "success")),
    )
    found = record(DIAMOND, happened)
    path = find_critical_path(found, find_spans(found))
    assert [(step.span.key[0], step.waited_seconds) for step in path] == [("load", 1.0), ("join", 1.0)]


def test_a_card_says_what_to_do_next_about_a_failure_above_all_and_at_its_task() -> None:
    happened = ((1.0, "load", "running"), (2.0, "load", "failed"))
    page = Elements(RunCard(record(spec({"load": ()}), happened, state="failed", error=NO_VARIABLE), {}).html)
    said = re.sub(r"\s+", " ", page.text)
    hint = 'Next: write into mwaa-kit.local.toml beside the notebook, under [variables]: "<i>" = "value"'
    assert said.count(f"{NO_VARIABLE} {hint}") == 2, said


def test_a_span_is_what_an_instance_did_and_what_it_waited_in() -> None:
    dag = spec({"load": ()})
    happened = (
        (1.0, "load", "running"),
        (2.0, "load", "up_for_retry"),
        (5.0, "load", "running"),
        (7.0, "load", "failed"),
    )
    span = find_spans(record(dag, happened, state="failed"))["load", -1]
    assert [(one.state, one.ended_in, one.seconds) for one in span.stretches] == [
        ("running", "up_for_retry", 1.0),
        ("up_for_retry", "running", 3.0),
        ("running", "failed", 2.0),
    ]
    assert (span.running_seconds, span.seconds) == (3.0, 6.0)


@pytest.mark.parametrize(
    ("happened", "state", "said"),
    [
        ((), "success", ["success", "No task ran."]),
        (DIAMOND_RUN, "success", ["success", "Critical path: 3 task instances, 5.5 s, and 2.5 s of waiting"]),
        (((1.0, "load", "running"), (2.0, "load", "failed")), "failed", ["failed", "ValueError: <b>", "3 not started"]),
        (((1.0, "load", "running"),), None, ["no end recorded", "1 running"]),
        (((1.0, "load", "skipped"),), "success", ["1 skipped", "No task ran."]),
    ],
    ids=["nothing", "success", "failed", "open", "skipped"],
)
def test_a_card_says_what_became_of_the_run(happened: Happened, state: str | None, said: list[str]) -> None:
    page = Elements(RunCard(record(DIAMOND, happened, state=state), {}).html)
    assert [words for words in said if words not in re.sub(r"\s+", " ", page.text)] == []


def test_what_did_not_run_itself_is_told_so() -> None:
    told = record(DIAMOND, ((1.0, "load", "success"), (1.0, "fast", "success")))
    assert told.finished is not None
    told.finished["task_instances"][0] |= {"reused": True, "source": "r0"}
    told.finished["task_instances"][1] |= {"stubbed": True, "source": "--stub"}
    page = re.sub(r"\s+", " ", Elements(RunCard(told, {}).html).text)
    assert [
        words
        for words in ("reused from r0", "stubbed: --stub", "Given or earlier results stand for 2.")
        if words not in page
    ] == []


def test_a_cancelled_run_is_called_so() -> None:
    assert "cancelled" in Elements(RunCard(record(DIAMOND, (), state="failed", cancelled=True), {}).html).text


def test_names_values_and_logs_add_no_element_to_the_page() -> None:
    def counts(names: Sequence[str]) -> dict[str, int]:
        dag = spec({name: tuple(names[max(0, i - 1) : i]) for i, name in enumerate(names)}, params={names[0]: names[1]})
        happened = [(float(i), name, state) for i, name in enumerate(names) for state in ("running", "failed")]
        xcoms = tuple(XCom(name, -1, name, [{name: name}]) for name in names)
        return Elements(RunCard(record(dag, happened, state="failed", xcoms=xcoms, logs=tuple(names)), {}).html).counts

    assert counts(HOSTILE) == counts([f"task_{number}" for number in range(len(HOSTILE))])


def test_what_stands_under_a_secret_name_is_not_on_the_card() -> None:
    dag = spec({"load": ()}, params={"db_password": "s3cret", "n": 1})
    left = {"rows": [{"user": "ann", "api_key": "s3cret"}], "auth": {"access_token": "s3cret"}}
    happened = ((1.0, "load", "running"), (2.0, "load", "success"))
    page = RunCard(record(dag, happened, xcoms=(XCom("load", -1, "return_value", left),)), {}).html
    assert ("ann" in page, "s3cret" in page, "t0ps3cret" in page) == (True, False, False)


def test_rows_are_shown_as_a_table_and_only_the_first() -> None:
    shown = preview([{"id": number, "name": "x" * 200} for number in range(30)])
    assert isinstance(shown, Table)
    assert (shown.columns, shown.rows[1], len(shown.rows), shown.about) == (
        ("id", "name"),
        ("1", "x" * 120 + "…"),
        20,
        "30 rows, 2 columns, the first 20 shown",
    )


@pytest.mark.parametrize(("value", "said"), [({"a": [1]}, '{\n  "a": [\n    1\n  ]\n}'), ("text", "text"), ([], "[]")])
def test_other_values_are_shown_as_text(value: Any, said: str) -> None:
    assert preview(value) == said


def test_five_hundred_tasks_fit_and_a_mapped_task_is_folded() -> None:
    names = [f"task_{number:03}" for number in range(500)]
    dag = spec({name: tuple(names[max(0, i - 1) : i]) for i, name in enumerate(names)})
    happened = [
        (i + part, name, state) for i, name in enumerate(names) for part, state in ((0, "running"), (0.5, "success"))
    ]
    page = RunCard(record(dag, happened, logs=("one line",)), {}).html
    assert len(page) < 3_000_000
    assert page.count('class="rc-task"') == 500


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0"),
        (0.0001, "<1 ms"),
        (0.25, "250 ms"),
        (1.23, "1.23 s"),
        (75, "1 min 15 s"),
        (120, "2 min"),
        (7260, "2 h 01 min"),
    ],
)
def test_times_are_said_as_people_read_them(seconds: float, said: str) -> None:
    assert duration(seconds) == said
