"""run."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from mwaa_kit.engine.protocol import Engine, Insightful
from mwaa_kit.errors import UnknownTaskError, WrongUsageError
from mwaa_kit.model.finding import Finding, Severity
from mwaa_kit.model.run import DagRun, Event
from mwaa_kit.model.spec import DagSpec
from mwaa_kit.verbs.cells import Interpreter
from mwaa_kit.verbs.engines import choose_mode, choose_target, engine_for
from mwaa_kit.verbs.instead import GivenInstead, read_instead
from mwaa_kit.verbs.recording import recorded
from mwaa_kit.verbs.runnables import Runnable, find_runnable

if TYPE_CHECKING:
    from mwaa_kit.scheduler.people import Ask
    from mwaa_kit.scheduler.running import RunOptions
    from mwaa_kit.scheduler.world import World
    from mwaa_kit.verbs.neighbours import FolderDags

Listen = Callable[[Event], None]


def run(
    source: object,
    *,
    dag_id: str | None = None,
    tasks: tuple[str, ...] = (),
    with_upstream: bool = False,
    with_downstream: bool = False,
    params: Mapping[str, Any] | None = None,
    logical_date: datetime | None = None,
    target: str | None = None,
    mode: str | None = None,
    jobs: int = 0,
    memory_mb: int = 0,
    skip_delays: bool = False,
    follow_assets: bool = False,
    answers: Mapping[str, Any] | None = None,
    ask: Ask | None = None,
    listen: Listen = lambda event: None,
    pulse: Callable[[], None] | None = None,
    on_findings: Callable[[tuple[Finding, ...]], None] = lambda findings: None,
    **instead: Unpack[GivenInstead],
) -> DagRun:
    """Run a Dag here, with real Airflow tasks, and without a database or a server.

    Parameters
    ----------
    source
        A notebook, a Dag file, or a Dag object of this kernel.
    dag_id
        Which Dag; needed only when the file holds several.
    tasks, with_upstream, with_downstream
        Run only these tasks, and what lies above or below them.
    params
        Override the Dag's params.
    logical_date
        Aware; None takes the present moment.
    target
        The Airflow version to run on: None takes the one of this Python, another one is run by a worker in its interpreter.
    mode
        ``inline``: the tasks run here, one after another. ``threads``: here, many at once. ``fork``: each in its own process.
        ``worker``: each in its own process, forked by a worker. None takes ``inline``, for a target elsewhere ``worker``.
    jobs
        How many at once; 0 takes the number of processors, in ``threads`` mode 16.
    memory_mb
        How much more memory a task in a process of its own may take; 0 sets no limit.
    skip_delays
        Retry delays and sensor intervals pass at once.
    follow_assets
        Also run the Dags beside this one that are scheduled on assets which it updates.
    answers
        For human-in-the-loop tasks, by task_id: an option, several, the fields of the form, or
        ``{"options": [...], "params": {...}}``.
    ask
        Is asked what is not among `answers`: it gets a ``Question`` and returns such an answer, or None.
    listen
        Takes each event as it happens.
    pulse
        Is called a few times a second while nothing happens; not while a task runs ``inline``.
    on_findings
        Is told what compiling the notebook warned of, before the run begins; informations are left out.
    resume
        Go on with the newest run of this Dag that failed or was cancelled: what succeeded keeps its result, unless it was
        changed since or rests on what runs again.
    fresh, reuse
        By default a task that is unchanged, and is known to give the same again, is not run again. ``fresh`` runs all;
        ``reuse`` also spares what is unchanged but may do something outside.
    explain
        Say of each task why it is reused or not.
    stubs
        By task_id, values (or ``State("skipped")``) that stand in place of running the task.
    inputs, inputs_from
        When only some `tasks` run: values of the others, by task_id; the run_id to take them from. By default they come from
        the newest run that has them.
    record, replay
        Write the run to a file; let such a file stand in place of running any task.

    Returns
    -------
    DagRun
        ``run["features"].value`` is a task's result as a live object. A failed run is returned, not raised.
    """
    from mwaa_kit.scheduler.running import RunOptions

    mode = choose_mode(mode, target, otherwise="inline")
    with engine_for(target, mode) as engine:
        found = find_runnable(source, dag_id, choose_target(target), engine=engine, isolated=mode in ("fork", "worker"))
        tell_warnings(found, on_findings)
        chosen = select(found.spec, tasks, upstream=with_upstream, downstream=with_downstream)
        name = Path(found.module.path).name if found.module else ""
        options = RunOptions(
            dict(params or {}),
            logical_date,
            mode,
            jobs,
            skip_delays,
            chosen,
            memory_mb,
            instead=read_instead(instead, found.module, tasks, functools.partial(_write_value, engine)),
            follow_assets=follow_assets,
            source=name,
        )
        world = open_world(found, target, engine, mode, answers=answers, ask=ask)
        return play(engine, found, options, world, listen, pulse=pulse)


def tell_warnings(found: Runnable, on_findings: Callable[[tuple[Finding, ...]], None]) -> None:
    """Hand on what compiling the notebook warned of."""
    findings = found.module.findings if found.module else ()
    if warnings := tuple(one for one in findings if one.severity is Severity.WARNING):
        on_findings(warnings)


def open_world(
    found: Runnable,
    target: str | None,
    engine: Engine,
    mode: str,
    *,
    answers: Mapping[str, Any] | None,
    ask: Ask | None,
) -> World:
    """Return what the runs of this call share: the Dags beside, the runs on record, and who answers questions."""
    from mwaa_kit.scheduler.people import answering
    from mwaa_kit.scheduler.world import World
    from mwaa_kit.verbs.neighbours import FolderDags, recorded_runs

    beside = FolderDags(found, choose_target(target), engine=engine, isolated=mode in ("fork", "worker"))
    _refuse_unknown(answers or {}, found, beside)
    return World(beside, recorded_runs(found.folder), answering(answers or {}, ask))


def _refuse_unknown(answers: Mapping[str, Any], found: Runnable, beside: FolderDags) -> None:
    """Refuse an answer for a task that neither the Dag has nor one that it may start.

    Raises
    ------
    UnknownTaskError
        If there is one.
    """
    for name in answers:
        task_id = name.partition("[")[0]
        if task_id not in found.spec.by_id and not beside.have_task(task_id):
            raise UnknownTaskError(
                f"Dag {found.spec.dag_id!r} has no task {task_id!r} that could be answered",
                hint="it has: " + ", ".join(found.spec.by_id),
            )


def play(
    engine: Engine,
    found: Runnable,
    options: RunOptions,
    world: World,
    listen: Listen,
    *,
    pulse: Callable[[], None] | None = None,
) -> DagRun:
    """Run a Dag once; keep its events and tell them in the words of its notebook."""
    from mwaa_kit.scheduler.local import read_local_settings
    from mwaa_kit.scheduler.running import run_dag

    interpreter = Interpreter(found.module, found.dag_file)
    airflow = engine.airflow_version
    with recorded(found.spec, found.module, found.folder, mode=options.mode, airflow=airflow, listen=listen) as record:
        finished = run_dag(
            engine,
            found.spec,
            options,
            local=read_local_settings(found.folder),
            store_in=found.folder,
            listen=lambda event: record.take(interpreter.read(event)),
            world=world,
            pulse=pulse,
        )
        return record.finish(interpreter.finish(finished))


def _write_value(engine: Engine, value: object) -> Any:
    """Turn a live object into what Airflow stores of it."""
    return engine.write_value(value) if isinstance(engine, Insightful) else value


def select(dag: DagSpec, tasks: tuple[str, ...], *, upstream: bool, downstream: bool) -> tuple[str, ...]:
    """Return the chosen tasks with what lies above or below them, in written order; nothing chosen means all."""
    if (upstream or downstream) and not tasks:
        option = "--with-upstream" if upstream else "--with-downstream"
        raise WrongUsageError(f"{option} goes with chosen tasks, and none is chosen", hint="choose one with --task ID")
    chosen: set[str] = set()
    for task_id in tasks:
        if task_id not in dag.by_id:
            raise UnknownTaskError(
                f"Dag {dag.dag_id!r} has no task {task_id!r}", hint="it has: " + ", ".join(dag.by_id)
            )
        chosen.add(task_id)
    chosen |= dag.reach(tasks, "upstream") if upstream else set()
    chosen |= dag.reach(tasks, "downstream") if downstream else set()
    return tuple(task.task_id for task in dag.tasks if task.task_id in chosen)
