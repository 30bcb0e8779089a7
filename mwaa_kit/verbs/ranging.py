"""run, over a range of dates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mwaa_kit.engine.protocol import Engine, RunInfo
from mwaa_kit.errors import WrongUsageError
from mwaa_kit.model.finding import Finding
from mwaa_kit.model.run import DagRun, RunNote
from mwaa_kit.verbs.engines import choose_mode, choose_target, engine_for
from mwaa_kit.verbs.runnables import find_runnable
from mwaa_kit.verbs.running import Listen, open_world, play, tell_warnings

if TYPE_CHECKING:
    from mwaa_kit.scheduler.people import Ask

MAX_RUNS = 1000
"""How many runs a range may have: a mistyped year of a Dag that runs each minute would never end."""


def run_range(
    source: object,
    *,
    first: datetime,
    last: datetime,
    dag_id: str | None = None,
    params: Mapping[str, Any] | None = None,
    target: str | None = None,
    mode: str | None = None,
    jobs: int = 0,
    memory_mb: int = 0,
    skip_delays: bool = False,
    follow_assets: bool = False,
    answers: Mapping[str, Any] | None = None,
    ask: Ask | None = None,
    listen: Listen = lambda event: None,
    ended: Callable[[DagRun], None] = lambda run: None,
    on_findings: Callable[[tuple[Finding, ...]], None] = lambda findings: None,
) -> tuple[DagRun, ...]:
    """Run every data interval of a Dag's schedule between two dates, one after another, as a catch-up does.

    A run that fails does not end the range, unless tasks that depend on the past then have no way on.

    Parameters
    ----------
    first, last
        Aware; the logical dates lie between them, both included. Intervals that have not passed yet are left out.
    ended
        Is told each run at its end.

    Returns
    -------
    tuple of DagRun
        In the order of their dates. The options are those of :func:`mwaa_kit.run`.

    Raises
    ------
    WrongUsageError
        If no interval of the schedule, or too many, lie between the dates.
    """
    from mwaa_kit.scheduler.running import RunOptions

    mode = choose_mode(mode, target, otherwise="inline")
    with engine_for(target, mode) as engine:
        found = find_runnable(source, dag_id, choose_target(target), engine=engine, isolated=mode in ("fork", "worker"))
        tell_warnings(found, on_findings)
        infos = _list_runs(engine, found.spec.dag_id, first, last, dict(params or {}))
        world = open_world(found, target, engine, mode, answers=answers, ask=ask)
        name = found.module.path.rpartition("/")[2] if found.module else ""
        runs: list[DagRun] = []
        for info in infos:
            options = RunOptions(
                info.conf,
                mode=mode,
                jobs=jobs,
                skip_delays=skip_delays,
                memory_mb=memory_mb,
                source=name,
                follow_assets=follow_assets,
                info=info,
            )
            runs.append(play(engine, found, options, world, listen))
            left = () if runs[-1].cancelled or not _is_stuck(runs[-1]) else infos[len(runs) :]
            if left:
                listen(
                    RunNote(
                        datetime.now(UTC), f"the range ends here: {_left_out(left)} would wait for the past as well"
                    )
                )
            ended(runs[-1])
            if runs[-1].cancelled or left:
                break
        return tuple(runs)


def _list_runs(engine: Engine, dag_id: str, first: datetime, last: datetime, conf: dict[str, Any]) -> list[RunInfo]:
    """Return the runs of the range."""
    ask = getattr(engine, "list_runs", None)
    if ask is None:
        raise WrongUsageError(
            f"a range of dates cannot be run on Airflow {engine.airflow_version}",
            hint="run single dates: --logical-date",
        )
    found: list[RunInfo] = list(ask(dag_id, first, last, conf, MAX_RUNS + 1))
    between = f"between {first.isoformat()} and {last.isoformat()}"
    if not found:
        raise WrongUsageError(
            f"Dag {dag_id!r} has no run {between}",
            hint="look at its schedule, its start date and its end date; what lies ahead is left out",
        )
    if len(found) > MAX_RUNS:
        raise WrongUsageError(f"Dag {dag_id!r} has more than {MAX_RUNS} runs {between}", hint="choose a shorter range")
    return found


def _left_out(infos: Sequence[RunInfo]) -> str:
    first = infos[0].logical_date or infos[0].run_after
    return f"the run of {first:%Y-%m-%d %H:%M}" + (f" and {len(infos) - 1} later ones" if len(infos) > 1 else "")


def _is_stuck(run: DagRun) -> bool:
    """Whether tasks were kept from running by the run before: then no later run gets further."""
    return any(one.state is None and one.error for one in run.task_instances)
