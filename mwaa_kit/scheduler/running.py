"""One run from beginning to end: prepare, loop, tell, record."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mwaa_kit.engine.protocol import Engine
from mwaa_kit.engine.streams import outside
from mwaa_kit.errors import UnknownTaskError
from mwaa_kit.model.run import FAILED, DagRun, Event, RunCancelling, RunStarted, TaskInstance
from mwaa_kit.model.spec import DagSpec
from mwaa_kit.scheduler.local import LocalSettings
from mwaa_kit.scheduler.loop import Loop
from mwaa_kit.scheduler.modes import open_executor
from mwaa_kit.scheduler.state import RunState
from mwaa_kit.scheduler.store import RunStore


@dataclass(frozen=True)
class RunOptions:
    """How to run.

    Parameters
    ----------
    conf
        Overrides the Dag's params.
    logical_date
        Aware; None takes the present moment, as ``dag.test()`` does.
    mode
        ``inline`` runs the tasks here, one after another; ``threads`` several at once; ``fork`` each in its own process.
    jobs
        How many task instances may run at once; 0 takes the number of processors, in ``threads`` mode 16.
    skip_delays
        Retry delays and sensor intervals pass at once.
    task_ids
        Run only these; empty runs all.
    memory_mb
        How much more memory a forked task may take; 0 sets no limit.
    """

    conf: Mapping[str, Any] = field(default_factory=dict)
    logical_date: datetime | None = None
    mode: str = "inline"
    jobs: int = 0
    skip_delays: bool = False
    task_ids: tuple[str, ...] = ()
    memory_mb: int = 0


def run_dag(
    engine: Engine,
    dag: DagSpec,
    options: RunOptions,
    *,
    local: LocalSettings,
    store_in: Path | None,
    listen: Callable[[Event], None] = lambda event: None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> DagRun:
    """Run a Dag that `engine` has loaded.

    Parameters
    ----------
    store_in
        The folder that gets the run's record; None keeps none.
    listen
        Takes each event as it happens.

    Returns
    -------
    DagRun
        Also when tasks failed, and when the user cancelled.

    Raises
    ------
    WrongUsageError
        If the options contradict the Dag: unknown tasks, params that do not fit, an unknown mode.
    """
    chosen = narrow(dag, options.task_ids)
    started = now()
    info = engine.describe_run(dag.dag_id, options.logical_date or started, started, options.conf)
    store = RunStore(store_in) if store_in is not None else None
    run_key = store.begin(info, started) if store else 0

    def emit(event: Event) -> None:
        if store:
            store.note(run_key, event)
        with outside():  # a task's own streams are routed while it runs; whoever listens may print
            listen(event)

    state = RunState(chosen, info, local, emit, now)
    emit(RunStarted(started, dag.dag_id, info.run_id, info.logical_date, dict(info.conf), tuple(chosen.by_id)))
    executor = open_executor(engine, state, options.mode, options.jobs, memory_mb=options.memory_mb)
    loop = Loop(state, executor, skip_delays=options.skip_delays)
    cancelled, outcome = True, FAILED  # until the loop has come to its end
    try:
        outcome = loop.run()
        cancelled = False
    except KeyboardInterrupt:
        with _deaf_to_interrupts():
            emit(RunCancelling(now(), dag.dag_id, info.run_id))
            loop.cancel()
    finally:  # also when whoever listens went away: the record must not say for ever that it is running
        executor.close()
        run = _summarise(state, outcome, started, now(), cancelled=cancelled, read=engine.read_value)
        if store:
            store.finish(run_key, run)
            store.close()
    return run


@contextlib.contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Let a second Ctrl-C not cut off what the first one set going; it takes no longer than the grace of a task."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def narrow(dag: DagSpec, task_ids: tuple[str, ...]) -> DagSpec:
    """Return the Dag with only the named tasks; edges to the others are dropped.

    Raises
    ------
    UnknownTaskError
        If the Dag has no such task.
    """
    for task_id in task_ids:
        if task_id not in dag.by_id:
            raise UnknownTaskError(
                f"Dag {dag.dag_id!r} has no task {task_id!r}", hint="it has: " + ", ".join(dag.by_id)
            )
    if not task_ids:
        return dag
    kept = set(task_ids)
    tasks = tuple(
        replace(
            task,
            upstream=tuple(up for up in task.upstream if up in kept),
            downstream=tuple(down for down in task.downstream if down in kept),
            setups=tuple(setup for setup in task.setups if setup in kept),
        )
        for task in dag.tasks
        if task.task_id in kept
    )
    return replace(dag, tasks=tasks)


def _summarise(
    state: RunState, outcome: str, started: datetime, ended: datetime, *, cancelled: bool, read: Callable[[Any], object]
) -> DagRun:
    """Freeze the state of a run."""
    keys = [key for task in state.dag.tasks for key in state.keys_of(task.task_id)]
    return DagRun(
        dag_id=state.dag.dag_id,
        run_id=state.run.run_id,
        state=outcome,
        logical_date=state.run.logical_date,
        cancelled=cancelled,
        task_instances=tuple(state.instances.get(key, TaskInstance(*key)) for key in keys),
        xcoms=state.xcoms(),
        start_date=started,
        end_date=ended,
        read=read,
    )
