"""One run from beginning to end: prepare, loop, tell, record."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mwaa_kit.engine.protocol import Engine, RunInfo
from mwaa_kit.engine.streams import tell_outside
from mwaa_kit.engine.world import KnownRun
from mwaa_kit.model.run import FAILED, DagRun, Event, RunCancelling, RunNote, RunStarted, TaskInstance
from mwaa_kit.model.spec import DagSpec
from mwaa_kit.scheduler.instead import Instead
from mwaa_kit.scheduler.interrupts import deaf_to_interrupts, interrupts_wait
from mwaa_kit.scheduler.local import LocalSettings
from mwaa_kit.scheduler.loop import Loop
from mwaa_kit.scheduler.modes import open_executor
from mwaa_kit.scheduler.preparing import Asked, prepare
from mwaa_kit.scheduler.pulse import Pulsed
from mwaa_kit.scheduler.queueing import note_undefined
from mwaa_kit.scheduler.recording import Recorder, open_store
from mwaa_kit.scheduler.replaying import write_recording
from mwaa_kit.scheduler.starting import Starter
from mwaa_kit.scheduler.state import RunState
from mwaa_kit.scheduler.world import World


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
    instead
        What need not run, and what stands for it.
    source
        The name of the notebook or Dag file, for the record.
    follow_assets
        Also run the Dags that are scheduled on assets which the run updates.
    info
        The run, where it is decided already: a triggered one, or one of a range. None makes a manual run.
    """

    conf: Mapping[str, Any] = field(default_factory=dict)
    logical_date: datetime | None = None
    mode: str = "inline"
    jobs: int = 0
    skip_delays: bool = False
    task_ids: tuple[str, ...] = ()
    memory_mb: int = 0
    instead: Instead = field(default_factory=Instead)
    source: str = ""
    follow_assets: bool = False
    info: RunInfo | None = None


def run_dag(
    engine: Engine,
    dag: DagSpec,
    options: RunOptions,
    *,
    local: LocalSettings,
    store_in: Path | None,
    listen: Callable[[Event], None] = lambda event: None,
    pulse: Callable[[], None] | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    world: World | None = None,
) -> DagRun:
    """Run a Dag that `engine` has loaded.

    Parameters
    ----------
    store_in
        The folder that gets the run's record; None keeps none.
    listen
        Takes each event as it happens.
    world
        What it shares with other runs; None: it stands alone.
    pulse
        Is called a few times a second while nothing happens.

    Returns
    -------
    DagRun
        Also when tasks failed, and when the user cancelled.

    Raises
    ------
    WrongUsageError
        If the options contradict the Dag or each other: unknown tasks, params that do not fit, an unknown mode.
    UnknownRunError
        If there is nothing to resume.
    RecordUnreadableError
        If a newer kit wrote the record.
    """
    early: list[str] = []
    store, started = open_store(store_in, early.append), now()
    asked = Asked(options.conf, options.logical_date, options.task_ids, options.instead, options.info)
    try:
        prepared = prepare(engine, dag, asked, store, started, lambda task_id, said: tell(said, task_id))
    except BaseException:
        if store is not None:
            store.close()
        raise
    info = prepared.info

    def emit(event: Event) -> None:
        recorder.note(event, state)
        tell_outside(listen, event)  # a task's own streams are routed while it runs; whoever listens may print

    def tell(sentence: str, task_id: str = "") -> None:
        emit(RunNote(now(), sentence, task_id))

    recorder = Recorder(store, tell)
    recorder.digests, recorder.reuse_keys = prepared.digests, prepared.reuse_keys
    world = world if world is not None else World()
    world.note(KnownRun(info, "running", started))
    run_other = functools.partial(run_dag, engine, local=local, store_in=store_in, now=now)
    starter = Starter(engine, options, world, now, run_other)
    state = RunState(prepared.dag, info, local, emit, now, world=world, start=starter)
    state.lend(prepared.lent.xcoms, dict(prepared.lent.lengths))
    executor = open_executor(engine, state, options.mode, options.jobs, memory_mb=options.memory_mb)
    if pulse is not None:
        executor = Pulsed(executor, pulse)
    emit(RunStarted(started, dag.dag_id, info.run_id, info.logical_date, dict(info.conf), tuple(prepared.dag.by_id)))
    for sentence in (*early, *prepared.notes, *note_undefined(prepared.dag, local.pools)):
        tell(sentence)
    recorder.begin(info, started, tasks=prepared.task_ids, source=options.source)
    cancelled, outcome = True, FAILED  # until the loop has come to its end
    loop = Loop(state, executor, skip_delays=options.skip_delays, find_stand_in=prepared.find, pools=local.pools)
    try:
        outcome = loop.run()
        starter.follow(state)
        cancelled = False
    except KeyboardInterrupt:
        with deaf_to_interrupts():
            emit(RunCancelling(now(), dag.dag_id, info.run_id))
            loop.cancel()
        _tear_down(loop)
    except BaseException:  # a mistake of ours, or whoever listens went away: nothing shall stand there as running
        with deaf_to_interrupts(), contextlib.suppress(Exception):
            loop.cancel()
        raise
    finally:  # also when whoever listens went away: the record must not say for ever that it is running
        try:
            executor.close()
        finally:
            with interrupts_wait():
                run = _summarise(state, outcome, started, now(), cancelled=cancelled, read=engine.read_value)
                run = replace(run, triggered=tuple(starter.started))
                world.finish(KnownRun(info, run.state, started, run.end_date, run.task_instances), run)
                recorder.finish(run)
    if options.instead.record is not None:
        write_recording(options.instead.record, run, info, state)
    return run


def _tear_down(loop: Loop) -> None:
    """Let the teardowns of a cancelled run take place; one more Ctrl-C stops them too."""
    try:
        loop.tear_down()
    except KeyboardInterrupt:
        with deaf_to_interrupts():
            loop.cancel()


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
        task_instances=tuple(
            state.instances.get(key, TaskInstance(*key, error=state.blocked.get(key, ""))) for key in keys
        ),
        xcoms=state.xcoms(),
        start_date=started,
        end_date=ended,
        read=read,
        hide=state.secrets.hide_in,
    )
