"""Plain engines for tests of the scheduler: no Airflow, tasks that end as told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from mwaa_kit.engine.protocol import RunInfo, TaskInsight, TaskOutcome
from mwaa_kit.model.run import RunNote
from mwaa_kit.model.spec import DagSpec, TaskSpec
from mwaa_kit.scheduler.instead import Instead
from mwaa_kit.scheduler.local import LocalSettings
from mwaa_kit.scheduler.running import RunOptions, run_dag


def alive(pid: int) -> bool:
    """Whether a process runs, zombies aside."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


class CountingEngine:
    """An engine whose tasks end as told, and return what they read from upstream."""

    airflow_version = "0"

    def __init__(self, dag: DagSpec, outcomes: Mapping[str, str]) -> None:
        self.dag = dag
        self.outcomes = outcomes
        self.ran: list[str] = []

    def describe_run(self, dag_id: str, when: datetime, now: datetime, conf: Mapping[str, Any]) -> RunInfo:
        return RunInfo(dag_id, f"manual__{now.isoformat()}", now, when, conf=conf)

    def run_task(self, request: Any, services: Any) -> TaskOutcome:
        name = request.task_id
        self.ran.append(name)
        state = self.outcomes[name]
        if state == "success":
            read = [services.get_xcom(up, None, "return_value") for up in self.dag.by_id[name].upstream]
            services.set_xcom(name, -1, "return_value", [name, *read], None)
        return TaskOutcome(state, "ValueError: told to" if state == "failed" else "")

    def read_value(self, stored: Any) -> object:
        return stored


def dag_of(tasks: Mapping[str, tuple[str, tuple[str, ...]]], setups: Mapping[str, tuple[str, ...]] = {}) -> DagSpec:
    """Return a Dag of these tasks: their trigger rules and upstream."""
    named = {name for task_setups in setups.values() for name in task_setups}
    return DagSpec(
        "d",
        tuple(
            TaskSpec(
                name,
                "told",
                upstream=upstream,
                downstream=tuple(other for other, (_, above) in tasks.items() if name in above),
                trigger_rule=rule,
                is_setup=name in named,
                setups=setups.get(name, ()),
            )
            for name, (rule, upstream) in tasks.items()
        ),
    )


CHAIN = dag_of({"load": ("all_success", ()), "train": ("all_success", ("load",)), "report": ("all_done", ("train",))})


class EditedEngine(CountingEngine):
    """An engine whose tasks have a version, which shows in their values; and, some of them, doubts."""

    def __init__(self, dag: DagSpec, versions: Mapping[str, int], doubtful: frozenset[str] = frozenset()) -> None:
        super().__init__(dag, dict.fromkeys(dag.by_id, "success"))
        self.versions = versions
        self.doubtful = doubtful

    def look_into(self, dag_id: str) -> dict[str, TaskInsight]:
        return {
            task.task_id: TaskInsight(
                f"{task.task_id} {self.versions.get(task.task_id, 0)}",
                tuple((up, "return_value") for up in task.upstream),
                ("calls open",) if task.task_id in self.doubtful else (),
                sees_params=task.task_id == "load",
            )
            for task in self.dag.tasks
        }

    def write_value(self, value: object) -> Any:
        return value

    def run_task(self, request: Any, services: Any) -> TaskOutcome:
        outcome = super().run_task(request, services)
        value = services.get_xcom(request.task_id, None, "return_value")
        services.set_xcom(
            request.task_id, -1, "return_value", [self.versions.get(request.task_id, 0), request.run.conf, value], None
        )
        return outcome


def play(
    dag: DagSpec, versions: Mapping[str, int], folder: Path | None, doubtful: frozenset[str] = frozenset(), **given: Any
) -> tuple[Any, list[str], list[str]]:
    """Run it; return the run, what ran, and what was said of tasks."""
    engine, said = EditedEngine(dag, versions, doubtful), []

    def listen(event: Any) -> None:
        if isinstance(event, RunNote):
            said.append(event.message)

    conf = given.pop("conf", {})
    options = RunOptions(conf=conf, task_ids=given.pop("task_ids", ()), instead=Instead(**given))
    run = run_dag(engine, dag, options, local=LocalSettings(), store_in=folder, listen=listen)  # type: ignore[arg-type]
    return run, engine.ran, said
