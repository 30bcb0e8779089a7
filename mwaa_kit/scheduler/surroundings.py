"""What a run can say about the world around it: the half of a run's services that is not about itself.

Another Dag is run at once, to its end, when it is triggered: whoever waits for it then finds it finished, and nothing
has to be run in between. What it does is told in the log of the task that triggered it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from mwaa_kit.engine.world import Answer, AssetEvent, KnownRun, Pending, Question, RunInfo, Trigger, Triggered
from mwaa_kit.errors import MwaaKitError
from mwaa_kit.model.run import FINISHED, Event, LogLine, TaskInstance, TaskKey, TaskStateChanged
from mwaa_kit.model.spec import DagSpec
from mwaa_kit.scheduler.world import MAX_DEPTH, World

Listen = Callable[[Event], None]
StartRun = Callable[[DagSpec, RunInfo | Trigger, Listen], bool]
"""Runs another Dag to its end; tells whether the user cancelled it."""


def refuse_to_start(dag: DagSpec, wish: RunInfo | Trigger, listen: Listen) -> bool:
    """Stand in where there is nothing that could run another Dag."""
    raise MwaaKitError("no other Dag can be run from here")


class Surroundings:
    """Other runs, assets and people, as seen from one run."""

    run: RunInfo
    now: Callable[[], datetime]
    instances: dict[TaskKey, TaskInstance]
    log: Callable[[TaskKey, int, str, str], None]
    task_states: Callable[[], Mapping[TaskKey, str | None]]
    hide: Callable[[str], str]

    def __init__(self, world: World | None, start: StartRun) -> None:
        self.world = world if world is not None else World()
        self._start = start
        self._questions: dict[TaskKey, Question] = {}
        self._answers: dict[TaskKey, Answer | None] = {}

    # Other runs

    def find_runs(self, dag_id: str) -> Sequence[KnownRun]:
        """Return the known runs of a Dag, oldest first; this very run is one of its own Dag's."""
        if dag_id != self.run.dag_id:
            return self.world.find_runs(dag_id)
        others = [record for record in self.world.runs_here(dag_id) if record.info.run_id != self.run.run_id]
        return [*others, KnownRun(self.run, "running", self.run.run_after, None, self._own_instances())]

    def _own_instances(self) -> tuple[TaskInstance, ...]:
        return tuple(self.instances.get(key, TaskInstance(*key)) for key in self.task_states())

    def read_xcom(self, dag_id: str, run_id: str, task_id: str, map_index: int, key: str) -> Any:
        """Return a value that another run of this session left."""
        return self.world.read_xcom(dag_id, run_id, task_id, map_index, key)

    def list_run_xcoms(self, dag_id: str, run_id: str, task_id: str, key: str) -> Sequence[Any]:
        """Return the values that all map indexes of a task left in another run of this session."""
        return self.world.list_xcoms(dag_id, run_id, task_id, key)

    def trigger(self, key: TaskKey, try_number: int, wish: Trigger) -> Triggered:
        """Run another Dag to its end.

        Raises
        ------
        KeyboardInterrupt
            If the user cancelled it: then this run is cancelled as well.
        """
        if not wish.reset and any(one.info.run_id == wish.run_id for one in self.world.runs_here(wish.dag_id)):
            return Triggered("exists")
        if self.world.depth >= MAX_DEPTH:
            return Triggered("refused", f"Dag {wish.dag_id!r} is not run: {MAX_DEPTH} runs already wait for each other")
        try:
            found = self.world.neighbours.find(wish.dag_id)
            if found is None:
                return Triggered("absent", f"no Dag {wish.dag_id!r} beside this one, so nobody runs it here")
            cancelled = self._start(found, wish, self.telling(key, try_number, wish.dag_id))
        except MwaaKitError as error:
            return Triggered("refused", " ".join(str(error).split()))
        if cancelled:
            raise KeyboardInterrupt
        return Triggered("ran")

    def telling(self, key: TaskKey, try_number: int, dag_id: str) -> Listen:
        """Return what tells another run's events in the log of one of this run's tasks."""

        def listen(event: Event) -> None:
            if isinstance(event, LogLine):
                where = _name(event.task_id, event.map_index)
                self.log(key, try_number, event.level, f"{dag_id}.{where} │ {event.message}")
            if isinstance(event, TaskStateChanged) and event.state in FINISHED:
                reason = f"  {event.reason}" if event.reason else ""
                where = _name(event.task_id, event.map_index)
                self.log(key, try_number, "info", f"{dag_id}.{where} {event.state}{reason}")

        return listen

    # Assets

    def add_asset_events(self, key: TaskKey, events: Sequence[AssetEvent]) -> None:
        """Note that a task updated assets."""
        for event in events:
            self.world.events.append(
                replace(
                    event,
                    number=len(self.world.events) + 1,
                    dag_id=self.run.dag_id,
                    run_id=self.run.run_id,
                    task_id=key[0],
                    map_index=key[1],
                )
            )

    def list_asset_events(self) -> Sequence[AssetEvent]:
        """Return the asset events of this session, in their order."""
        return tuple(self.world.events)

    # People

    def put_question(self, question: Question) -> None:
        """Note what a task will wait to be told; what was answered to an earlier try counts no more."""
        key = (question.task_id, question.map_index)
        self._questions[key] = replace(question, subject=self.hide(question.subject), body=self.hide(question.body))
        self._answers.pop(key, None)

    def question_of(self, key: TaskKey) -> Question | None:
        """Return what a task asked."""
        return self._questions.get(key)

    def find_answer(self, task_id: str, map_index: int) -> Answer | Pending | None:
        """Return a person's answer, asking until there is one."""
        key = (task_id, map_index)
        if key not in self._answers and key in self._questions:
            found = self.world.ask(self._questions[key])
            if isinstance(found, Pending):
                return found
            self._answers[key] = found
        return self._answers.get(key)


def _name(task_id: str, map_index: int) -> str:
    return f"{task_id}[{map_index}]" if map_index >= 0 else task_id
