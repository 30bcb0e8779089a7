"""One run starts another: a Dag that a task triggers, or that waits for the assets which a run updated."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from mwaa_kit.engine.protocol import Engine, RunInfo
from mwaa_kit.engine.world import AssetEvent, Trigger
from mwaa_kit.model.run import DagRun, Event
from mwaa_kit.model.spec import DagSpec
from mwaa_kit.scheduler.instead import Instead
from mwaa_kit.scheduler.reusing import ReusePolicy
from mwaa_kit.scheduler.state import RunState
from mwaa_kit.scheduler.world import World, concerns, satisfied

if TYPE_CHECKING:
    from mwaa_kit.scheduler.running import RunOptions

OPERATOR_TRIGGERED = "operator_triggered"
ASSET_TRIGGERED = "asset_triggered"


class RunOther(Protocol):
    """Runs a Dag to its end, in the same place as the run that asks."""

    def __call__(
        self, dag: DagSpec, options: RunOptions, *, world: World, listen: Callable[[Event], None]
    ) -> DagRun: ...


@dataclass
class Starter:
    """Starts other runs for one run, and keeps them.

    Parameters
    ----------
    options
        Those of the run that starts others: they run in the same manner.
    """

    engine: Engine
    options: RunOptions
    world: World
    now: Callable[[], datetime]
    run: RunOther
    started: list[DagRun] = field(default_factory=list)

    def __call__(self, dag: DagSpec, wish: RunInfo | Trigger, listen: Callable[[Event], None]) -> bool:
        """Run a Dag to its end; tell whether the user cancelled it."""
        info = wish if isinstance(wish, RunInfo) else self._describe(wish)
        # Off the main thread the run that asks is one of many tasks: the other one stays within its thread.
        mode = self.options.mode if threading.current_thread() is threading.main_thread() else "inline"
        options = replace(
            self.options,
            info=info,
            conf=info.conf,
            task_ids=(),
            mode=mode,
            logical_date=None,
            instead=Instead(reuse=ReusePolicy(self.options.instead.reuse.rule)),
            source="",
        )
        self.world.depth += 1
        try:
            run = self.run(dag, options, world=self.world, listen=listen)
        finally:
            self.world.depth -= 1
        self.started.append(run)
        return run.cancelled

    def _describe(self, wish: Trigger) -> RunInfo:
        """Work out the run that a task wishes for, as Airflow's API server does."""
        now = self.now()
        info = self.engine.describe_run(wish.dag_id, wish.logical_date, now, wish.conf)
        after = wish.run_after or wish.logical_date or now
        return replace(info, run_id=wish.run_id, run_type=OPERATOR_TRIGGERED, run_after=after)

    def follow(self, state: RunState) -> None:
        """Run the Dags that wait for the assets which a run updated; or say that they would run."""
        fresh = [event for event in self.world.events if event.run_id == state.run.run_id]
        for dag in self.world.neighbours.waiting_for(fresh) if fresh else ():
            events = [event for event in self.world.take_events(dag.dag_id) if concerns(dag.asset_condition, event)]
            mine = [event for event in events if event.run_id == state.run.run_id]
            if mine and satisfied(dag.asset_condition, events):
                self.world.use_events(dag.dag_id)
                self._start_consumer(dag, events, mine[-1], state)

    def _start_consumer(self, dag: DagSpec, events: list[AssetEvent], last: AssetEvent, state: RunState) -> None:
        now = self.now()
        key = (last.task_id or "", -1 if last.map_index is None else last.map_index)
        if not self.options.follow_assets:
            told = f"Dag {dag.dag_id!r} is scheduled on {last.name!r} and would run now; --follow-assets runs it too"
            state.log(key, 1, "info", told)
            return
        run_id = f"{ASSET_TRIGGERED}__{now.isoformat()}"
        info = RunInfo(dag.dag_id, run_id, now, run_type=ASSET_TRIGGERED, consumed=tuple(events))
        if self(dag, info, state.telling(key, 1, dag.dag_id)):
            raise KeyboardInterrupt
