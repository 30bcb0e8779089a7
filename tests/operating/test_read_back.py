"""The read-back against a real Airflow: appear, change, fail, vanish; and a run of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from support_practice import Publish, until

from mwaa_kit.errors import EnvironmentUnreachableError
from mwaa_kit.model.module import DagModule, SourceLine
from mwaa_kit.model.release import Liveness
from mwaa_kit.model.spec import DagSpec, TaskSpec
from mwaa_kit.operating.liveness import Waiting, wait_until_live
from mwaa_kit.operating.rest import AirflowRefusedError, AirflowRest
from mwaa_kit.operating.runs import (
    ServedDagRun,
    ServedTaskInstance,
    ServedXCom,
    is_paused,
    trigger,
    unpause,
    wait_for_run,
)
from mwaa_kit.practising import PracticeEnvironment

GREETING = """
    from airflow.sdk import dag, task

    @dag(dag_id={dag_id!r}, params={{"n": 2}})
    def greeting():
        @task
        def numbers(params):
            return list(range(params["n"]))

        @task(multiple_outputs=True)
        def ends(values):
            return {{"first": values[0], "last": values[-1]}}

        @task
        def boom(values):
            raise ValueError("on purpose")

        @task(trigger_rule="all_done")
        def after():
            return "done"

        values = numbers()
        ends(values) >> after()
        {extra}

    greeting()
"""


def greeting(dag_id: str, extra: str = "") -> str:
    return GREETING.format(dag_id=dag_id, extra=extra)


def greeting_spec(dag_id: str) -> DagSpec:
    return DagSpec(
        dag_id,
        (
            TaskSpec("numbers", "@task", downstream=("ends",)),
            TaskSpec("ends", "@task", upstream=("numbers",), downstream=("after",)),
            TaskSpec("after", "@task", upstream=("ends",)),
        ),
    )


def with_boom(spec: DagSpec) -> DagSpec:
    numbers, *others = spec.tasks
    boom = TaskSpec("boom", "@task", upstream=("numbers",))
    return replace(spec, tasks=(replace(numbers, downstream=("boom", "ends")), *others, boom))


def test_a_new_dag_is_live_and_paused_and_its_run_can_be_read(
    publish: Publish, rest: AirflowRest, waiting: Waiting
) -> None:
    module, published_at = publish("fresh.py", greeting("fresh", "boom(values)"))
    said: list[str] = []
    (live,) = wait_until_live(
        rest, module, (with_boom(greeting_spec("fresh")),), published_at, replace(waiting, on_progress=said.append)
    )
    assert live.live_since
    assert live == Liveness("fresh", True, True, True, live_since=live.live_since, paused=True)

    unpause(rest, "fresh")
    assert not is_paused(rest, "fresh")
    run_id = trigger(rest, "fresh", conf={"n": 4})
    seen: list[ServedTaskInstance] = []
    run = wait_for_run(rest, "fresh", run_id, waiting, on_state=seen.append)
    assert run == ServedDagRun(
        "fresh",
        run_id,
        "failed",
        (
            ServedTaskInstance("after", -1, "success", 1),
            ServedTaskInstance("boom", -1, "failed", 1),
            ServedTaskInstance("ends", -1, "success", 1),
            ServedTaskInstance("numbers", -1, "success", 1),
        ),
        (
            ServedXCom("after", -1, "return_value", "done"),
            ServedXCom("ends", -1, "first", 0),
            ServedXCom("ends", -1, "last", 3),
            ServedXCom("ends", -1, "return_value", {"first": 0, "last": 3}),
            ServedXCom("numbers", -1, "return_value", [0, 1, 2, 3]),
        ),
    )
    assert {(task.task_id, task.state) for task in seen} >= {(task.task_id, task.state) for task in run.task_instances}


def test_a_change_a_broken_file_and_a_deletion_are_followed(
    practice: PracticeEnvironment, publish: Publish, rest: AirflowRest, waiting: Waiting, s3: Any
) -> None:
    spec = greeting_spec("changing")
    module, published_at = publish("changing.py", greeting("changing"))
    assert wait_until_live(rest, module, (spec,), published_at, waiting)[0].live

    changed, published_at = publish("changing.py", greeting("changing", "boom(values)"))
    assert wait_until_live(rest, changed, (with_boom(spec),), published_at, waiting)[0].live
    brief = replace(waiting, timeout_seconds=0)
    old = wait_until_live(rest, module, (spec,), published_at, brief)[0]
    assert (old.live, old.problem) == (False, "Airflow still serves another source of Dag 'changing'")
    other = wait_until_live(rest, changed, (spec,), published_at, brief)[0]
    assert other.problem == "Airflow serves the new source of Dag 'changing', but still its old tasks or edges"

    broken, published_at = publish("changing.py", greeting("changing", "no_such_name"))
    line = broken.source.splitlines().index("    no_such_name") + 1
    broken = replace(broken, path="changing.ipynb", source_map=(SourceLine(line, cell=7, cell_line=3),))
    failed = wait_until_live(rest, broken, (spec,), published_at, waiting)
    wanted = "NameError: name 'no_such_name' is not defined (changing.ipynb, cell 7, line 3)"
    assert failed == (Liveness("changing", problem=wanted),)

    s3.delete_object(Bucket=practice.bucket, Key="dags/changing.py")
    assert until(lambda: rest.get("/dags/changing")["is_stale"])
    gone = wait_until_live(rest, module, (spec,), published_at, brief)[0]
    assert not gone.live


WAITER = """
    from datetime import timedelta
    from airflow.sdk import DAG
    from airflow.providers.standard.sensors.time_delta import TimeDeltaSensor

    with DAG("waiter"):
        TimeDeltaSensor(task_id="wait", delta=timedelta(seconds=8), deferrable=True)
"""


def test_a_deferrable_task_comes_to_its_end(publish: Publish, rest: AirflowRest, waiting: Waiting) -> None:
    module, published_at = publish("waiter.py", WAITER)
    spec = DagSpec("waiter", (TaskSpec("wait", "TimeDeltaSensor"),))
    assert wait_until_live(rest, module, (spec,), published_at, waiting)[0].live
    unpause(rest, "waiter")
    states: list[str | None] = []
    run_id = trigger(rest, "waiter")
    run = wait_for_run(rest, "waiter", run_id, waiting, on_state=lambda task: states.append(task.state))
    assert (run.state, "deferred" in states) == ("success", True)


def test_a_dag_id_too_long_for_invoke_rest_api_goes_through_the_web_login(
    publish: Publish, rest: AirflowRest, waiting: Waiting
) -> None:
    dag_id = "a_dag_whose_name_leaves_no_room_in_sixty_four_characters_at_all"
    module, published_at = publish("long.py", greeting(dag_id))
    assert wait_until_live(rest, module, (greeting_spec(dag_id),), published_at, waiting)[0].live


def test_a_dag_nobody_published_is_not_live(rest: AirflowRest, waiting: Waiting) -> None:
    module = DagModule("ghost.py", "ghost.py", "3.3.1", "x = 1\n")
    ticks = iter(range(100))
    counted = replace(waiting, timeout_seconds=3, clock=lambda: float(next(ticks)), sleep=lambda seconds: None)
    found = wait_until_live(rest, module, (DagSpec("ghost"),), datetime.now(UTC), counted)
    assert found == (Liveness("ghost", problem="Airflow does not know Dag 'ghost' yet"),)


def test_a_refusal_of_airflow_keeps_its_status(rest: AirflowRest) -> None:
    with pytest.raises(AirflowRefusedError, match=r"POST /dags/ghost/dagRuns with 404: .*'ghost' not found") as caught:
        trigger(rest, "ghost")
    assert (caught.value.status, caught.value.exit_code) == (404, 1)


def test_a_run_that_takes_too_long_is_said_to_go_on(publish: Publish, rest: AirflowRest, waiting: Waiting) -> None:
    module, published_at = publish("waits.py", greeting("waits"))
    assert wait_until_live(rest, module, (greeting_spec("waits"),), published_at, waiting)[0].paused
    run_id = trigger(rest, "waits")
    with pytest.raises(EnvironmentUnreachableError, match="was still queued after 0 s"):
        wait_for_run(rest, "waits", run_id, replace(waiting, timeout_seconds=0))


def test_every_page_of_a_collection_is_read(rest: AirflowRest, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = rest.list("/providers", "providers")
    monkeypatch.setattr("mwaa_kit.operating.rest.PAGE_SIZE", 3)
    assert rest.list("/providers", "providers") == whole
    assert len(whole) > 3
