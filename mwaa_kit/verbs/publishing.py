"""plan, publish."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mwaa_kit.errors import CancelledError, NotLiveError
from mwaa_kit.model import wire
from mwaa_kit.model.release import Liveness, Plan, Receipt
from mwaa_kit.verbs.preparing import Connection, Prepared, check_params, connect, prepare, publisher_name

if TYPE_CHECKING:
    from mwaa_kit.operating.runs import ServedDagRun, ServedTaskInstance
    from mwaa_kit.publishing.progress import OnProgress

LIVE_SECONDS = 420.0
"""How long to wait for a Dag to be live: MWAA syncs every 30 s and looks for new files every 300 s, and then parses."""

RUN_SECONDS = 3600.0


@dataclass(frozen=True)
class Publication:
    """What a publish did, and what the environment made of it.

    Parameters
    ----------
    liveness
        One for each Dag; empty when nobody waited for it.
    runs
        The runs that ``trigger`` started, at their end.
    """

    plan: Plan
    receipt: Receipt
    liveness: tuple[Liveness, ...] = ()
    runs: tuple[ServedDagRun, ...] = ()

    @property
    def live(self) -> bool:
        """Whether every Dag is live with these bytes."""
        return bool(self.liveness) and all(one.live for one in self.liveness)

    @property
    def failed_runs(self) -> tuple[ServedDagRun, ...]:
        """The triggered runs that did not succeed."""
        return tuple(run for run in self.runs if run.state != "success")

    def to_dict(self) -> dict[str, Any]:
        """Return the document that ``publish --json`` prints."""
        since = [one.live_since for one in self.liveness if one.live_since is not None]
        return {
            **self.plan.to_dict(),
            "release": self.receipt.release,
            "objects": wire.to_dict(self.receipt.objects),
            "uploaded": self.receipt.uploaded,
            "live": self.live,
            "live_since": wire.to_dict(max(since)) if self.live and since else None,
            "liveness": wire.to_dict(self.liveness),
            "runs": wire.to_dict(self.runs),
        }


def plan(path: str, *, env: str, profile: str | None = None, region: str | None = None, replacing: str = "") -> Plan:
    """Say what a publish would do, and do nothing.

    Parameters
    ----------
    replacing
        The release in the bucket that you have seen and mean to replace, or the beginning of its digest.

    Returns
    -------
    Plan
        Its ``removed`` objects are only this source's own, from its earlier releases.
    """
    connection = connect(env, Path(path).resolve().parent, profile=profile, region=region)
    return prepare(path, connection, replacing).plan


def publish(
    path: str,
    *,
    env: str,
    profile: str | None = None,
    region: str | None = None,
    replacing: str = "",
    unpause: bool = False,
    trigger: bool = False,
    params: Mapping[str, Any] | None = None,
    logical_date: datetime | None = None,
    wait_seconds: float = LIVE_SECONDS,
    confirm: Callable[[Plan], bool] = lambda plan: True,
    on_progress: OnProgress | None = None,
    on_wait: Callable[[str], None] | None = None,
    on_state: Callable[[ServedTaskInstance], None] | None = None,
) -> Publication:
    """Publish a notebook or a Dag file, and read back until the environment serves it.

    Parameters
    ----------
    replacing
        The release in the bucket that you have seen and mean to replace, or the beginning of its digest.
    unpause, trigger
        Let it run, and start a run now, once it is live. A trigger unpauses, since a paused Dag starts nothing.
    logical_date
        The triggered run's; None takes the present moment, as Airflow's web interface and :func:`run` do.
    wait_seconds
        How long to wait for it to be live; 0 does not wait.
    confirm
        Is shown the plan before anything is written; False stops there.

    Raises
    ------
    UncompiledNotebookError
        If its check has findings of severity error.
    NewerCopyError
        If somebody else's copy would be overwritten.
    NotLiveError
        If the environment does not serve it in time; what was published stays.
    CancelledError
        If `confirm` said no; nothing was written.
    """
    from mwaa_kit.publishing.base import unseen_error, write_base
    from mwaa_kit.publishing.progress import quiet
    from mwaa_kit.publishing.publish import publish as put
    from mwaa_kit.publishing.removal import remove_superseded

    connection = connect(env, Path(path).resolve().parent, profile=profile, region=region)
    prepared = prepare(path, connection, replacing, unpause=unpause or trigger)
    if trigger and params:
        check_params(prepared, params)
    if not confirm(prepared.plan):
        raise CancelledError("nothing was published", path=path)
    if prepared.unseen and prepared.state.last:
        raise unseen_error(prepared.unseen[0], prepared.address, prepared.state.last.release)
    receipt = put(
        prepared.release,
        plan=prepared.plan,
        state=prepared.state,
        to=connection.bucket,
        publisher=publisher_name(),
        on_progress=on_progress or quiet,
    )
    write_base(prepared.folder, prepared.address, receipt.release)
    publication = Publication(prepared.plan, receipt)
    if wait_seconds <= 0:
        return publication
    liveness = _wait(prepared, receipt, connection, wait_seconds, on_wait)
    remove_superseded(prepared.plan, receipt=receipt, to=connection.bucket)
    publication = replace(publication, liveness=liveness)
    return _start(publication, connection, unpause or trigger, trigger, params or {}, logical_date, on_state)


def _wait(
    prepared: Prepared, receipt: Receipt, connection: Connection, seconds: float, tell: Callable[[str], None] | None
) -> tuple[Liveness, ...]:
    from mwaa_kit.operating.liveness import Waiting, wait_until_live

    waiting = Waiting(seconds, time.monotonic, time.sleep, on_progress=tell)
    liveness = wait_until_live(connection.rest, prepared.module, prepared.specs, receipt.published_at, waiting)
    for one in liveness:
        if not one.live:
            raise NotLiveError(
                f"was published, but Dag {one.dag_id!r} is not live: {one.problem}",
                path=prepared.module.path,
                hint="mend it and publish again, or look at the import errors in Airflow's web interface",
            )
    return liveness


def _start(
    publication: Publication,
    connection: Connection,
    unpause: bool,
    trigger: bool,
    params: Mapping[str, Any],
    logical_date: datetime | None,
    on_state: Callable[[ServedTaskInstance], None] | None,
) -> Publication:
    """Unpause and trigger what the user asked for, and wait for the runs."""
    from mwaa_kit.operating import runs
    from mwaa_kit.operating.liveness import Waiting

    done = []
    liveness = publication.liveness
    for one in liveness if unpause else ():
        runs.unpause(connection.rest, one.dag_id)
        if trigger:
            run_id = runs.trigger(
                connection.rest, one.dag_id, conf=params, logical_date=logical_date or datetime.now(UTC)
            )
            waiting = Waiting(RUN_SECONDS, time.monotonic, time.sleep)
            done.append(runs.wait_for_run(connection.rest, one.dag_id, run_id, waiting, on_state=on_state))
    if unpause:
        liveness = tuple(replace(one, paused=False) for one in liveness)
    return replace(publication, liveness=liveness, runs=tuple(done))
