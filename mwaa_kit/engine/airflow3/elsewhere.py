"""Answers about other runs: what they came to, what came before, and running another Dag.

Notes
-----
A sensor that waits for another Dag would wait for ever: nobody runs it here. It is failed instead, with what it waits
for, as soon as that is sure: when no such run is known, or when all there are have ended and a second look saw the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mwaa_kit.engine.airflow3.answers import Answers
from mwaa_kit.engine.airflow3.describing import describe_run
from mwaa_kit.engine.kinds import is_a
from mwaa_kit.engine.world import KnownRun, Trigger
from mwaa_kit.model.run import FINISHED, UNMAPPED, TaskInstance

Chosen = list[tuple[KnownRun, TaskInstance]]


class OtherRuns(Answers):
    """Answers what a task asks about other runs, and counts of task instances in any."""

    # Counting: what external sensors ask

    def on_GetDRCount(self, msg: Any) -> Any:
        runs = self._runs(msg)
        wanted = {_text(state) for state in msg.states or ()}
        count = sum(1 for run in runs if not wanted or run.state in wanted)
        self._check_that_it_ends(msg, runs, count)
        return self.comms.DRCount(count=count)

    def on_GetTICount(self, msg: Any) -> Any:
        wanted = {_text(state) for state in msg.states or ()}
        chosen = self._instances(msg, runs := self._runs(msg))
        count = sum(1 for _, one in chosen if not wanted or (one.state or "null") in wanted)
        self._check_that_it_ends(msg, runs, count)
        return self.comms.TICount(count=count)

    def on_GetTaskStates(self, msg: Any) -> Any:
        found: dict[str, dict[str, str | None]] = {}
        runs = self._runs(msg)
        for run, one in self._instances(msg, runs):
            name = one.task_id if one.map_index == UNMAPPED else f"{one.task_id}_{one.map_index}"
            found.setdefault(run.info.run_id, {})[name] = one.state
        self._check_that_it_ends(msg, runs, len(found))
        return self.comms.TaskStatesResult(task_states=found)

    def on_GetTaskBreadcrumbs(self, msg: Any) -> Any:
        crumbs = [
            {
                "task_id": one.task_id,
                "map_index": one.map_index,
                "state": one.state,
                "operator": self.dag.task_dict[one.task_id].task_type if one.task_id in self.dag.task_dict else "",
                "duration": None,
            }
            for record in self.services.find_runs(msg.dag_id)
            if record.info.run_id == msg.run_id
            for one in record.instances
            if one.state in FINISHED
        ]
        return self.comms.TaskBreadcrumbsResult(breadcrumbs=crumbs)

    def _runs(self, msg: Any) -> list[KnownRun]:
        """Return the runs a message asks about: those of its run ids or logical dates, else all."""
        return [
            record
            for record in self.services.find_runs(msg.dag_id)
            if (not msg.run_ids or record.info.run_id in msg.run_ids)
            and (not msg.logical_dates or record.info.logical_date in msg.logical_dates)
        ]

    def _instances(self, msg: Any, runs: Iterable[KnownRun]) -> Chosen:
        """Return the task instances a message asks about."""
        task_ids = self._task_ids(msg)
        return [
            (record, one)
            for record in runs
            for one in record.instances
            if (task_ids is None or one.task_id in task_ids) and msg.map_index in (None, one.map_index)
        ]

    def _task_ids(self, msg: Any) -> set[str] | None:
        """Return which tasks a message asks about; None means all."""
        if msg.task_group_id:
            owner = next((dag for dag in (self.dag, *self.loaded) if dag and dag.dag_id == msg.dag_id), None)
            group = owner.task_group_dict.get(msg.task_group_id) if owner else None
            return {task.task_id for task in group.iter_tasks()} if group else set()
        return set(msg.task_ids) if msg.task_ids else None

    def _check_that_it_ends(self, msg: Any, runs: list[KnownRun], count: int) -> None:
        """Give up on a sensor's wait that cannot end; another task may well want to know that there is none."""
        if any(record.state == "running" for record in runs) or not self._is_sensor():
            return
        what = _describe(msg)
        if not runs:
            self.give_up(
                f"waits for {what}, and no such run is known here: a test-run does not make one."
                f" Run Dag {msg.dag_id!r} with that date first, or stub this task"
            )
        scope, question = f"asked {self.request.task_id} {self.request.map_index}", repr(msg)
        if self.services.recall(scope, question) == count and not self._all_there(msg, count):
            ended = ", ".join(f"{record.info.run_id} {record.state}" for record in runs[-3:])
            self.give_up(f"waits for {what}, which has ended otherwise ({ended}) and is not run again here")
        self.services.remember(scope, question, count)

    def _is_sensor(self) -> bool:
        """Whether the task that asks is a sensor: it asks again until it gets what it waits for."""
        return is_a(self.dag.task_dict.get(self.request.task_id), "BaseSensorOperator")

    def _all_there(self, msg: Any, count: int) -> bool:
        """Whether a count is all that can be asked for."""
        return count >= max(1, len(msg.logical_dates or msg.run_ids or ())) * max(
            1, len(getattr(msg, "task_ids", None) or ())
        )

    # One run

    def on_GetDagRunState(self, msg: Any) -> Any:
        return self.comms.DagRunStateResult(state=self._need_run(msg).state)

    def on_GetDagRun(self, msg: Any) -> Any:
        record = self._need_run(msg)
        return describe_run(record.info, self.comms.DagRunResult, record)

    def _need_run(self, msg: Any) -> KnownRun:
        runs = self.services.find_runs(msg.dag_id)
        found = next((record for record in runs if record.info.run_id == msg.run_id), None)
        if found is None:
            self.give_up(f"no run {msg.run_id!r} of Dag {msg.dag_id!r} is known here: a test-run does not make one")
        return found

    # What came before: runs of this session only, as on a fresh database

    def _earlier(self, dag_id: str, date: Any) -> list[KnownRun]:
        """Return the runs of a Dag before a logical date, the latest first."""
        dated = [
            (record.info.logical_date, record)
            for record in self.services.find_runs(dag_id)
            if record.info.logical_date and (date is None or record.info.logical_date < date)
        ]
        return [record for _, record in sorted(dated, key=lambda pair: pair[0], reverse=True)]

    def on_GetPreviousDagRun(self, msg: Any) -> Any:
        wanted = _text(msg.state) if msg.state else None
        found = next((one for one in self._earlier(msg.dag_id, msg.logical_date) if wanted in (None, one.state)), None)
        return self.comms.PreviousDagRunResult(dag_run=describe_run(found.info, None, found) if found else None)

    def on_GetPrevSuccessfulDagRun(self, msg: Any) -> Any:
        run = self.request.run
        earlier = self._earlier(run.dag_id, run.logical_date) if run.logical_date else []
        found = next((one for one in earlier if one.state == "success"), None)
        if found is None:
            return self.comms.PrevSuccessfulDagRunResult()
        return self.comms.PrevSuccessfulDagRunResult(
            data_interval_start=found.info.data_interval_start,
            data_interval_end=found.info.data_interval_end,
            start_date=found.started_at,
            end_date=found.ended_at,
        )

    def on_GetPreviousTI(self, msg: Any) -> Any:
        wanted = _text(msg.state) if msg.state else None
        for record in self._earlier(msg.dag_id, msg.logical_date):
            for one in record.instances:
                if one.key == (msg.task_id, msg.map_index) and wanted in (None, one.state):
                    return self.comms.PreviousTIResult(task_instance=self._previous(record, one))
        return self.comms.PreviousTIResult(task_instance=None)

    def _previous(self, record: KnownRun, one: TaskInstance) -> Any:
        from airflow.sdk.api.datamodels import _generated as datamodels

        took = (one.end_date - one.start_date).total_seconds() if one.end_date and one.start_date else None
        return datamodels.PreviousTIResponse(
            task_id=one.task_id,
            dag_id=record.info.dag_id,
            run_id=record.info.run_id,
            logical_date=record.info.logical_date,
            start_date=one.start_date,
            end_date=one.end_date,
            state=one.state,
            try_number=one.try_number,
            map_index=one.map_index,
            duration=took,
        )

    # Another Dag

    def on_GetDag(self, msg: Any) -> Any:
        dag = next((one for one in self.loaded if one.dag_id == msg.dag_id), None)
        if dag is None:
            self.refuse(f"no Dag {msg.dag_id!r} is loaded in this test-run")
        empty = dict.fromkeys(("bundle_name", "bundle_version", "relative_fileloc", "next_dagrun"))
        known = {"dag_id": dag.dag_id, "is_paused": False, "owners": dag.owner, "tags": sorted(map(str, dag.tags))}
        return self.comms.DagResult(**empty, **known)

    def on_TriggerDagRun(self, msg: Any) -> Any:
        wish = Trigger(
            dag_id=msg.dag_id,
            run_id=msg.run_id,
            logical_date=msg.logical_date,
            run_after=getattr(msg, "run_after", None),
            conf=msg.conf or {},
            reset=bool(msg.reset_dag_run),
        )
        became = self.services.trigger(self.request.key, self.request.try_number, wish)
        if became.outcome == "exists":
            return self.error("DAGRUN_ALREADY_EXISTS", f"Dag {msg.dag_id!r} has a run {msg.run_id!r} already")
        if became.outcome == "refused":
            self.give_up(became.reason)
        if became.outcome == "absent":
            self.log("warning", f"{became.reason}; where it is published, it would be triggered now")
        return self.ok()


def _text(value: Any) -> str:
    return str(getattr(value, "value", value))


def _describe(msg: Any) -> str:
    """Say what a message asks about: ``task 'load' of Dag 'other' at 2026-01-01T00:00:00+00:00``."""
    tasks = getattr(msg, "task_ids", None)
    group = getattr(msg, "task_group_id", None)
    part = f"task {', '.join(map(repr, tasks))} of " if tasks else f"task group {group!r} of " if group else ""
    dates = ", ".join(date.isoformat() for date in msg.logical_dates or ())
    runs = ", ".join(msg.run_ids or ())
    when = f" at {dates}" if dates else f", run {runs}" if runs else ""
    return f"{part}Dag {msg.dag_id!r}{when}"
