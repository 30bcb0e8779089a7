"""The order in which ready tasks start, and how long failed ones wait, against Airflow's own functions."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from mwaa_kit.engine.protocol import RunInfo, TaskOutcome
from mwaa_kit.model.spec import DagSpec, Length, TaskSpec
from mwaa_kit.scheduler.executors import Job
from mwaa_kit.scheduler.local import LocalSettings
from mwaa_kit.scheduler.loop import Loop
from mwaa_kit.scheduler.queueing import weigh
from mwaa_kit.scheduler.retrying import retry_delay
from mwaa_kit.scheduler.state import RunState

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def airflow() -> None:
    """The installed Airflow, imported."""
    from mwaa_kit.engine.opening import open_engine

    open_engine()


def test_the_effective_weight_is_airflows(airflow: None) -> None:
    from airflow.providers.standard.operators.empty import EmptyOperator
    from airflow.sdk import DAG
    from airflow.task.priority_strategy import validate_and_load_priority_weight_strategy

    from mwaa_kit.engine.airflow3.reading import read_dag

    dice = random.Random(7)
    with DAG("weights", schedule=None, start_date=NOW) as dag:
        tasks: list[Any] = []
        for number in range(60):
            rule = dice.choice(["downstream", "upstream", "absolute"])
            made = EmptyOperator(task_id=f"t{number}", weight_rule=rule, priority_weight=dice.choice([1, 1, 1, 5, 40]))
            for other in dice.sample(tasks, min(len(tasks), dice.randrange(4))):
                other >> made
            tasks.append(made)

    theirs = {
        task.task_id: validate_and_load_priority_weight_strategy(
            str(getattr(task.weight_rule, "value", task.weight_rule))
        ).get_weight(
            SimpleNamespace(task=task)  # type: ignore[arg-type]
        )
        for task in tasks
    }
    assert weigh(read_dag(dag)) == theirs


@pytest.mark.parametrize("multiplier", [1.0, 1.5, 2.0, 3.0])
@pytest.mark.parametrize("delay", [0.0, 0.4, 10.0, 300.0])
@pytest.mark.parametrize("ceiling", [None, 35.0])
def test_the_wait_before_a_retry_is_airflows(
    airflow: None, multiplier: float, delay: float, ceiling: float | None
) -> None:
    from airflow.models.taskinstance import TaskInstance

    task = TaskSpec("t", "o", retry_delay_seconds=delay, retry_multiplier=multiplier, max_retry_delay_seconds=ceiling)
    operator = SimpleNamespace(
        retry_delay=timedelta(seconds=delay),
        retry_exponential_backoff=multiplier,
        max_retry_delay=timedelta(seconds=ceiling) if ceiling else None,
    )
    tries = (1, 2, 3, 7, 5000)
    theirs = [
        TaskInstance.next_retry_datetime(
            SimpleNamespace(  # type: ignore[arg-type]
                retry_delay_override=None,
                task=operator,
                try_number=number,
                dag_id="d",
                task_id="t",
                logical_date=NOW,
                end_date=NOW,
                log=SimpleNamespace(warning=lambda text: None),
            )
        )
        - NOW
        for number in tries
    ]

    assert [retry_delay(task, number, dag_id="d", logical_date=NOW) for number in tries] == theirs


class Hands:
    """An executor that holds what it is given, and ends the oldest when asked."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.held: list[Job] = []
        self.order: list[tuple[str, int]] = []
        self.most: dict[str, int] = {}

    @property
    def free(self) -> int:
        return self.room - len(self.held)

    @property
    def busy(self) -> bool:
        return bool(self.held)

    def submit(self, job: Job) -> None:
        self.held.append(job)
        self.order.append(job.key)
        for name in ("", *{one.key[0] for one in self.held}):
            count = sum(1 for one in self.held if name in ("", one.key[0]))
            self.most[name] = max(self.most.get(name, 0), count)

    def wait(self, timeout_seconds: float | None) -> list[tuple[Job, TaskOutcome]]:
        return [(self.held.pop(0), TaskOutcome("success"))] if self.held else []

    def cancel(self, chosen: object = None) -> list[Job]:
        return []

    def close(self) -> None: ...


def played(*tasks: TaskSpec, room: int = 1, pools: dict[str, int] | None = None, **options: Any) -> tuple[Hands, Any]:
    """Run a Dag by hands that only hold."""
    dag = DagSpec("d", tasks, **options)
    state = RunState(dag, RunInfo("d", "r", NOW), LocalSettings(), lambda event: None, lambda: NOW)
    hands = Hands(room)
    Loop(state, hands, pools=pools).run()
    return hands, state


def mapped(task_id: str, count: int, **options: Any) -> TaskSpec:
    return TaskSpec(task_id, "o", expansion=Length("literal", size=count), **options)


def test_the_heaviest_starts_first_then_the_lowest_map_index_then_as_written() -> None:
    hands, _ = played(
        mapped("a", 2), mapped("b", 2), TaskSpec("heavy", "o", priority_weight=3), TaskSpec("light", "o"), room=1
    )

    assert hands.order == [("heavy", -1), ("light", -1), ("a", 0), ("b", 0), ("a", 1), ("b", 1)]


def test_slots_and_limits_are_kept_and_hold_up_no_one_else() -> None:
    hands, _ = played(
        mapped("big", 3, pool="small", pool_slots=2, priority_weight=9),
        mapped("few", 6, max_active_tis_per_dagrun=2),
        mapped("one", 4, max_active_tis_per_dag=1),
        mapped("any", 8),
        room=20,
        pools={"small": 3},
        max_active_tasks=10,
    )

    assert hands.most == {"": 10, "big": 1, "few": 2, "one": 1, "any": 6}
    assert len(hands.order) == 21


def test_a_task_that_needs_more_slots_than_there_are_fails() -> None:
    _, state = played(TaskSpec("t", "o", pool="small", pool_slots=5), pools={"small": 3})

    assert state.instances["t", -1].error == "it needs 5 slots, and the pool 'small' has 3"
