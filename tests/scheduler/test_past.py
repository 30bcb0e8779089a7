"""What a task owes to the run before, over several runs of random Dags, against Airflow's own ``PrevDagrunDep``.

Airflow's evaluation asks the database three things of a run; here it is answered from the runs that ours has made. All else
is its own. Each run goes on to its end before the next begins, as Airflow's scheduler has it with ``max_active_runs=1``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_scheduler import CountingEngine, dag_of

from mwaa_kit.engine.protocol import RunInfo
from mwaa_kit.model.run import DagRun
from mwaa_kit.model.spec import DagSpec, TaskSpec
from mwaa_kit.scheduler.local import LocalSettings
from mwaa_kit.scheduler.running import RunOptions, run_dag
from mwaa_kit.scheduler.world import World

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
RULES = ("all_success", "all_done", "none_failed", "one_success", "one_failed")


@dataclass(frozen=True)
class Before:
    """A run as far as Airflow asks for it."""

    run: DagRun

    def states_of(self, names: set[str]) -> list[str | None]:
        return [one.state for one in self.run.task_instances if one.task_id in names]


class Oracle:
    """Airflow's evaluation of one task instance after the run before."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from mwaa_kit.engine.opening import open_engine

        open_engine()
        from airflow.ti_deps.dep_context import DepContext
        from airflow.ti_deps.deps import prev_dagrun_dep

        good = ("success", "skipped")

        def apart(before: Before, names: set[str]) -> int:
            return sum(state not in good for state in before.states_of(names))

        class Answered(prev_dagrun_dep.PrevDagrunDep):
            """It reads our runs in place of the database."""

            _has_tis = staticmethod(lambda run, task_id, *, session: bool(run.states_of({task_id})))
            _count_unsuccessful_tis = staticmethod(lambda run, task_id, *, session: apart(run, {task_id}))
            _has_unsuccessful_dependants = staticmethod(
                lambda run, task, *, session: bool(apart(run, task.downstream_task_ids))
            )

        previous = SimpleNamespace(get_previous_dagrun=lambda run, session: run.before)
        monkeypatch.setattr(prev_dagrun_dep, "DagRun", previous)
        self._dep, self._context = Answered(), DepContext()

    def lets(self, task: TaskSpec, before: Before | None) -> bool:
        """Whether the run before lets a task run."""
        depends = task.depends_on_past or task.wait_for_downstream  # as Airflow's operators set it
        theirs = SimpleNamespace(
            task_id=task.task_id,
            depends_on_past=depends,
            wait_for_downstream=task.wait_for_downstream,
            ignore_first_depends_on_past=True,
            downstream_task_ids=set(task.downstream),
            start_date=None,
            dag=SimpleNamespace(catchup=False),
        )
        run = SimpleNamespace(id=1, backfill_id=None, before=before)
        ti: Any = SimpleNamespace(task=theirs, task_id=task.task_id, get_dagrun=lambda session: run)
        nobody: Any = None  # no database is asked
        return all(one.passed for one in self._dep._get_dep_statuses(ti, self._context, session=nobody))


@st.composite
def histories(draw: st.DrawFn) -> tuple[DagSpec, list[dict[str, str]]]:
    """Draw a Dag in which some tasks look back, and how the tasks of each of its runs end."""
    names = [f"t{number}" for number in range(draw(st.integers(1, 5)))]
    tasks = {}
    for position, name in enumerate(names):
        earlier = st.sets(st.sampled_from(names[:position]), max_size=2) if position else st.just(set())
        tasks[name] = (draw(st.sampled_from(RULES)), tuple(sorted(draw(earlier))))
    spec = dag_of(tasks)
    looks = {name: draw(st.sampled_from(["", "", "depends_on_past", "wait_for_downstream"])) for name in names}
    back = tuple(replace(one, **{looks[one.task_id]: True}) if looks[one.task_id] else one for one in spec.tasks)
    ends = st.sampled_from(["success", "success", "success", "skipped", "failed"])
    return replace(spec, tasks=back), draw(
        st.lists(st.fixed_dictionaries(dict.fromkeys(names, ends)), min_size=4, max_size=4)
    )


def play(dag: DagSpec, outcomes: list[dict[str, str]]) -> list[DagRun]:
    """Run it once a day, each run with its past."""
    world, runs = World(), []
    for day, ends in enumerate(outcomes):
        date = FIRST + timedelta(days=day)
        info = RunInfo(dag.dag_id, f"scheduled__{date.isoformat()}", date, date, date, date + timedelta(days=1))
        engine: Any = CountingEngine(dag, ends)
        options = RunOptions(info=info)
        runs.append(run_dag(engine, dag, options, local=LocalSettings(), store_in=None, world=world))
    return runs


def test_what_looks_back_runs_or_waits_as_airflow_has_it_over_several_runs() -> None:
    counted = {"ran": 0, "held up": 0}
    with pytest.MonkeyPatch.context() as monkeypatch:
        oracle = Oracle(monkeypatch)

        @settings(max_examples=150, deadline=None)
        @given(histories())
        def compare(drawn: tuple[DagSpec, list[dict[str, str]]]) -> None:
            dag, outcomes = drawn
            before: Before | None = None
            for run in play(dag, outcomes):
                for one in run.task_instances:
                    if one.state is None and "depends on the past" in one.error:
                        assert not oracle.lets(dag.by_id[one.task_id], before)
                        counted["held up"] += 1
                    elif one.try_number:
                        assert oracle.lets(dag.by_id[one.task_id], before)
                        counted["ran"] += 1
                before = Before(run)

        compare()
    assert min(counted.values()) > 100
