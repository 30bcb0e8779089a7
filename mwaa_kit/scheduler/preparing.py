"""Before a run begins: which tasks, as which run, and what stands in place of running."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from mwaa_kit.engine.protocol import Engine, Insightful, RunInfo, TaskInsight
from mwaa_kit.errors import UnknownRunError, UnknownTaskError
from mwaa_kit.model.run import SUCCESS, TaskKey
from mwaa_kit.model.spec import DagSpec
from mwaa_kit.scheduler.history import History, StoredRun
from mwaa_kit.scheduler.instead import Instead, refuse_together
from mwaa_kit.scheduler.lending import Lent, lend
from mwaa_kit.scheduler.replaying import check_replay, read_recording, replayed_info
from mwaa_kit.scheduler.resuming import Taken, find_unfinished, take_over
from mwaa_kit.scheduler.reusing import Reuser, version_of
from mwaa_kit.scheduler.standing import FindStandIn, first_of, reuse
from mwaa_kit.scheduler.stubbing import check_stubs, find_stub

Explain = Callable[[str, str], None]
"""Takes (task_id, a sentence)."""


@dataclass
class Preparation:
    """A run before it begins.

    Parameters
    ----------
    dag
        With the chosen tasks only.
    task_ids
        The chosen tasks; empty for all.
    info
        The run as its tasks will see it.
    insights
        What can be seen in each task, where the engine can look.
    reuse_keys
        Filled as the run goes on: under which keys its results may be found later, with their parts.
    finders
        What is asked for stand-ins, in turn.
    lent
        Values of tasks that do not run.
    notes
        Sentences for the user, in order.
    """

    dag: DagSpec
    task_ids: tuple[str, ...]
    info: RunInfo
    insights: Mapping[str, TaskInsight] = field(default_factory=dict)
    reuse_keys: dict[TaskKey, tuple[str, str]] = field(default_factory=dict)
    finders: list[FindStandIn] = field(default_factory=list)
    lent: Lent = field(default_factory=Lent)
    notes: list[str] = field(default_factory=list)

    @property
    def digests(self) -> dict[str, str]:
        """What each task is, where that is known."""
        return {name: insight.digest for name, insight in self.insights.items()}

    @property
    def find(self) -> FindStandIn:
        """What the loop asks."""
        return first_of(self.finders)


@dataclass(frozen=True)
class Asked:
    """What of a run's options is settled here; see :class:`~mwaa_kit.scheduler.running.RunOptions`."""

    conf: Mapping[str, Any]
    logical_date: datetime | None
    task_ids: tuple[str, ...]
    instead: Instead
    info: RunInfo | None = None


def prepare(
    engine: Engine, dag: DagSpec, asked: Asked, history: History | None, started: datetime, explain: Explain
) -> Preparation:
    """Work out what a run is, and what of it need not run.

    Raises
    ------
    WrongUsageError
        If what was asked for cannot go together, or does not fit the Dag.
    UnknownRunError
        If there is no run to resume, or a value that is needed is not on record.
    """
    instead = asked.instead
    refuse_together(instead, conf=asked.conf, logical_date=asked.logical_date, chosen=asked.task_ids)
    resumed = _find_resumed(history, dag.dag_id, instead)
    task_ids = asked.task_ids or (resumed.tasks if resumed else ())
    narrowed = narrow(dag, task_ids)
    if resumed and resumed.info:
        info = replace(resumed.info, run_after=started)
    else:
        info = asked.info or engine.describe_run(dag.dag_id, asked.logical_date or started, started, asked.conf)
    prepared = Preparation(narrowed, task_ids, info)
    if isinstance(engine, Insightful) and (history is not None or instead.stubs or task_ids):
        prepared.insights = engine.look_into(dag.dag_id)
    prepared.notes += _note_odd_params(dag, asked.conf)
    _stub(prepared, dag, instead)
    _replay(prepared, instead)
    if resumed and history is not None:
        _resume(prepared, history, resumed)
    if task_ids:
        _lend(prepared, dag, history, instead)
    if history is not None and prepared.insights and not instead.replay:
        params, version = {**dag.params, **prepared.info.conf}, version_of(engine.airflow_version)
        said = explain if instead.explain else None
        reuser = Reuser(instead.reuse, prepared.insights, history, version, params, prepared.reuse_keys, said)
        prepared.finders.append(reuser.find)
    return prepared


def _note_odd_params(dag: DagSpec, conf: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for what was given as a param and is none, or has no type of its own to be held against.

    Airflow takes both, and the task may not.
    """
    for name, value in conf.items() if dag.params else ():
        if name not in dag.params:
            has = ", ".join(dag.params)
            yield f"the Dag has no param {name!r} (it has {has}): only what reads the run's conf sees it"
            continue
        default, given = _kind(dag.params[name]), _kind(value)
        if default and given and default != given and not dag.param_schemas.get(name):
            yield f"param {name!r} is {default} by default, and {given} in this run"


def _kind(value: Any) -> str:
    """Return what kind of JSON a value is; empty for null, which may stand for anything."""
    kinds = {bool: "a boolean", int: "a number", float: "a number", str: "a text", list: "a list", dict: "an object"}
    return kinds.get(type(value), "")


def _find_resumed(history: History | None, dag_id: str, instead: Instead) -> StoredRun | None:
    """Return the run to go on with; None where a new one is wanted."""
    if not instead.resume:
        return None
    if history is None:
        raise UnknownRunError("there is nothing to resume: this run keeps no record")
    return find_unfinished(history, dag_id)


def _stub(prepared: Preparation, dag: DagSpec, instead: Instead) -> None:
    """Let stubs stand; those of tasks that are not chosen are inputs."""
    check_stubs(dag, (*instead.stubs, *instead.inputs))
    stubs = [stub for stub in instead.stubs if stub.task_id in prepared.dag.by_id]
    prepared.finders.append(find_stub(dag, stubs, prepared.insights))
    prepared.notes += [f"{stub.name} is stubbed, {stub.source}: it does not run" for stub in stubs]


def _replay(prepared: Preparation, instead: Instead) -> None:
    """Let the outcomes of a recording stand."""
    if instead.replay is None:
        return
    recording = read_recording(instead.replay)
    check_replay(prepared.dag, recording, frozenset(stub.task_id for stub in instead.stubs))
    prepared.info = replayed_info(recording)
    prepared.finders.append(recording.find)
    prepared.notes.append(f"replays {recording.info.run_id} from {recording.name}: no task runs")


def _resume(prepared: Preparation, history: History, line: StoredRun) -> None:
    """Let the results of the earlier run stand, and say so."""
    taken = take_over(prepared.dag, history.read_kept(line), prepared.digests)
    prepared.notes += _tell_taken(prepared.dag, line, taken)
    prepared.finders.append(
        lambda key, state: reuse(taken.results[key], f"taken over from {line.run_id}") if key in taken.results else None
    )


def _tell_taken(dag: DagSpec, line: StoredRun, taken: Taken) -> list[str]:
    """Say what is taken over, and what is not although it succeeded."""
    how = "was killed" if line.interrupted else "was cancelled" if line.cancelled else "failed"
    when = f"{line.started_at.astimezone():%Y-%m-%d %H:%M:%S}"
    done = [key[0] for key, one in taken.results.items() if one.instance.state == SUCCESS]
    names = ", ".join(dict.fromkeys(done)) or "nothing"
    told = [f"resumes {line.run_id}, begun {when}, which {how}; takes over: {names}"]
    if changed := [name for name in taken.changed if name in dag.by_id]:
        told.append(f"changed since, so run again: {', '.join(changed)}")
    return told


def _lend(prepared: Preparation, dag: DagSpec, history: History | None, instead: Instead) -> None:
    """Find the values of the tasks that do not run."""
    chosen = set(prepared.dag.by_id)
    given = (*instead.inputs, *(stub for stub in instead.stubs if stub.task_id not in chosen and stub.has_value))
    stubbed = {stub.task_id for stub in instead.stubs if stub.map_index is None}
    read_by = {name: insight for name, insight in prepared.insights.items() if name not in stubbed}
    prepared.lent = lend(dag, chosen, given, read_by, history, inputs_from=instead.inputs_from)
    prepared.notes += prepared.lent.notes


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
    return replace(dag, tasks=tasks, callbacks=())  # a part of a Dag does not end as the whole does
