"""The loop on random Dags, against a plain definition of what Airflow's scheduler does. No Airflow needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mwaa_kit.engine.protocol import RunInfo, TaskOutcome
from mwaa_kit.model.spec import DagSpec, Length, TaskSpec
from mwaa_kit.scheduler.expansion import length_of
from mwaa_kit.scheduler.local import LocalSettings
from mwaa_kit.scheduler.retrying import retry_delay
from mwaa_kit.scheduler.running import RunOptions, run_dag

BAD = ("failed", "upstream_failed")

PLAIN: Mapping[str, Callable[[list[str | None]], str | None]] = {
    "all_success": lambda up: (
        "upstream_failed"
        if any(one in BAD for one in up)
        else "skipped"
        if "skipped" in up
        else "run"
        if all(one == "success" for one in up)
        else None
    ),
    "all_failed": lambda up: (
        "skipped"
        if any(one in ("success", "skipped") for one in up)
        else "run"
        if all(one in BAD for one in up)
        else None
    ),
    "all_done": lambda up: "run" if None not in up else None,
    "one_failed": lambda up: "run" if any(one in BAD for one in up) else "skipped" if None not in up else None,
    "none_failed": lambda up: "upstream_failed" if any(one in BAD for one in up) else "run" if None not in up else None,
    "none_skipped": lambda up: "skipped" if "skipped" in up else "run" if None not in up else None,
}
"""What Airflow's documentation says of each rule, word for word, over the states of all upstream tasks."""


class ToldEngine:
    """An engine whose tasks end as told."""

    airflow_version = "0"

    def __init__(self, outcomes: Mapping[str, str]) -> None:
        self.outcomes = outcomes

    def describe_run(self, dag_id: str, when: Any, now: datetime, conf: Mapping[str, Any]) -> RunInfo:
        return RunInfo(dag_id, "run", now)

    def run_task(self, request: Any, services: Any) -> TaskOutcome:
        return TaskOutcome(self.outcomes[request.task_id])

    def read_value(self, stored: Any) -> object:
        return stored


def by_definition(tasks: Mapping[str, tuple[str, tuple[str, ...]]], outcomes: Mapping[str, str]) -> dict[str, str]:
    """Look at all tasks at once, run what is ready, and again."""
    states: dict[str, str] = {}
    while True:
        verdicts = {
            name: PLAIN[rule]([states.get(one) for one in upstream]) if upstream else "run"
            for name, (rule, upstream) in tasks.items()
            if name not in states
        }
        if not any(verdicts.values()):
            return states
        states |= {
            name: outcomes[name] if verdict == "run" else verdict for name, verdict in verdicts.items() if verdict
        }


@st.composite
def dags(draw: st.DrawFn) -> tuple[dict[str, tuple[str, tuple[str, ...]]], dict[str, str]]:
    """Draw a Dag, and how its tasks end."""
    names = [f"t{number}" for number in range(draw(st.integers(1, 9)))]
    tasks, outcomes = {}, {}
    for position, name in enumerate(names):
        earlier = st.sets(st.sampled_from(names[:position]), max_size=4) if position else st.just(set())
        tasks[name] = (draw(st.sampled_from(sorted(PLAIN))), tuple(sorted(draw(earlier))))
        outcomes[name] = draw(st.sampled_from(["success", "failed", "skipped"]))
    return tasks, outcomes


@settings(max_examples=300, deadline=None)
@given(dags())
def test_a_random_dag_ends_as_defined(drawn: Any) -> None:
    tasks, outcomes = drawn
    specs = tuple(
        TaskSpec(
            name,
            "told",
            upstream=upstream,
            downstream=tuple(other for other, (_, above) in tasks.items() if name in above),
            trigger_rule=rule,
        )
        for name, (rule, upstream) in tasks.items()
    )
    run = run_dag(ToldEngine(outcomes), DagSpec("d", specs), RunOptions(), local=LocalSettings(), store_in=None)  # type: ignore[arg-type]

    expected = by_definition(tasks, outcomes)
    assert {one.task_id: one.state for one in run.task_instances} == expected
    leaves = [expected[name] for name in tasks if not any(name in above for _, above in tasks.values())]
    assert run.state == ("failed" if any(one in BAD for one in leaves) else "success")


def test_lengths_are_combined_as_python_does() -> None:
    rows, one, two = Length("xcom", task_id="rows"), Length("literal", 1), Length("literal", 2)
    known = {"rows": 3}
    found = {
        operation: length_of(Length(operation, parts=(rows, two)), known)
        for operation in ("product", "total", "shortest", "longest")
    }

    assert found == {"product": 6, "total": 5, "shortest": 2, "longest": 3}
    assert length_of(Length("product", parts=(rows, one)), {}) is None


def test_retries_wait_as_the_task_says() -> None:
    plain = TaskSpec("t", "o", retry_delay_seconds=10)

    assert [retry_delay(plain, number).total_seconds() for number in (1, 2)] == [10, 10]
    assert retry_delay(plain, 3, asked=1.5).total_seconds() == 1.5


def test_the_clock_is_passed_in() -> None:
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    dag = DagSpec("d", (TaskSpec("t", "told"),))
    engine: Any = ToldEngine({"t": "success"})
    run = run_dag(engine, dag, RunOptions(), local=LocalSettings(), store_in=None, now=lambda: moment)

    assert (run.start_date, run.end_date) == (moment, moment)


def test_a_task_that_is_interrupted_on_its_way_to_be_run_has_failed_and_is_not_left_running() -> None:
    def interrupt(event: Any) -> None:
        if getattr(event, "state", "") == "running":
            raise KeyboardInterrupt

    dag = DagSpec("d", (TaskSpec("a", "@task"),))
    run = run_dag(
        ToldEngine({"a": "success"}), dag, RunOptions(), local=LocalSettings(), store_in=None, listen=interrupt
    )
    assert (run.cancelled, run.states) == (True, {("a", -1): "failed"})
