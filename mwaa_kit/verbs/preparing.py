"""Before a publish: find the environment, compile and check the source, and compare it with the bucket."""

from __future__ import annotations

import getpass
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mwaa_kit.errors import UncompiledNotebookError
from mwaa_kit.model.finding import errors_in
from mwaa_kit.model.module import DagModule
from mwaa_kit.model.release import MwaaEnvironment, NewerCopy, Plan, Release
from mwaa_kit.model.spec import DagSpec
from mwaa_kit.targets.catalogue import NEWEST, TARGETS
from mwaa_kit.verbs.checking import Importing, check_one
from mwaa_kit.verbs.sources import is_plain, lay_out, read_module

if TYPE_CHECKING:
    from mwaa_kit.operating.rest import AirflowRest
    from mwaa_kit.publishing.s3 import S3Destination
    from mwaa_kit.publishing.state import BucketState


@dataclass(frozen=True)
class Connection:
    """An environment, and the two ways to it."""

    environment: MwaaEnvironment
    bucket: S3Destination
    rest: AirflowRest


def connect(env: str, folder: Path, *, profile: str | None = None, region: str | None = None) -> Connection:
    """Find an environment and open the ways to it.

    Raises
    ------
    UnknownEnvironmentError, EnvironmentUnreachableError
        If there is none of that name, or it does not answer.
    """
    from mwaa_kit import aws
    from mwaa_kit.operating.environments import find_environment
    from mwaa_kit.operating.rest import AirflowRest
    from mwaa_kit.publishing.s3 import S3Destination
    from mwaa_kit.targets.environments import find_environments, resolve_environment

    settings = resolve_environment(env, folder, profile=profile, region=region)
    mwaa = aws.client("mwaa", environment=env, profile=settings.profile, region=settings.region)
    environment = find_environment(settings, client=mwaa, known=find_environments(folder))
    s3 = aws.client("s3", environment=env, profile=settings.profile, region=settings.region)
    bucket = S3Destination(s3, environment.bucket)
    return Connection(environment, bucket, AirflowRest(mwaa, settings.name, settings.mwaa))


@dataclass(frozen=True)
class Prepared:
    """All that a publish needs to know before it begins.

    Parameters
    ----------
    state
        What the bucket held when the plan was made.
    address
        Where the Dag file goes: ``s3://bucket/dags/churn.py``.
    unseen
        A colleague's release that would be replaced without having been seen; also in the plan's ``newer``.
    """

    module: DagModule
    specs: tuple[DagSpec, ...]
    plan: Plan
    release: Release
    state: BucketState
    address: str
    unseen: tuple[NewerCopy, ...] = ()

    @property
    def folder(self) -> Path:
        """Where the source lies."""
        return Path(self.module.path).resolve().parent


def prepare(path: str, connection: Connection, replacing: str, *, unpause: bool = False) -> Prepared:
    """Compile, check, parse, and compare with the bucket; nothing is written.

    Raises
    ------
    UncompiledNotebookError
        If the check has findings of severity error.
    """
    from mwaa_kit.publishing.base import find_unseen, read_base
    from mwaa_kit.publishing.plan import plan_release
    from mwaa_kit.publishing.release import build_release
    from mwaa_kit.publishing.state import read_state

    environment = connection.environment
    module = read_module(path, _target_of(environment))
    with Importing() as importing:
        errors = errors_in(check_one(module, importing))
        if errors:
            raise UncompiledNotebookError(
                f"is not published: {len(errors)} finding{'s' if len(errors) > 1 else ''} of severity error,"
                f" first {errors[0].code} {errors[0].name}: {errors[0].message}",
                at=errors[0].at,
                hint=f"see them all with: mwaa-kit check {path}",
            )
        specs = importing.load(module).dags
    module = replace(module, dag_ids=module.dag_ids or tuple(spec.dag_id for spec in specs))
    release = build_release(module, dag_s3_path=environment.dag_s3_path)
    connection.bucket.check()
    state = read_state(release, connection.bucket)
    graph, behaviour = _foresee(specs, connection, unpause=unpause)
    behaviour["replaces"] = _replaced(release, state)
    planned = plan_release(release, state, environment=environment.name, graph=graph, behaviour=behaviour)
    prepared = Prepared(module, specs, planned, release, state, f"{connection.bucket.name}/{release.dag_file.key}")
    base = read_base(prepared.folder, prepared.address)
    if replacing and state.last and state.last.release.startswith(replacing):
        base = state.last.release
    unseen = find_unseen(planned, release, state, base, publisher_name())
    return replace(prepared, plan=replace(planned, newer=planned.newer + unseen), unseen=unseen)


def _replaced(release: Release, state: BucketState) -> dict[str, Any] | None:
    """Say whose release a publish would replace; None when it replaces nothing."""
    last = state.last
    if last is None or last.release == release.digest:
        return None
    return {"release": last.release, "publisher": last.publisher, "published_at": last.published_at.isoformat()}


def _target_of(environment: MwaaEnvironment) -> str:
    """Return the environment's Airflow version where the catalogue has it; a newer one is written like the newest known."""
    known = {target.airflow for target in TARGETS}
    return environment.airflow_version if environment.airflow_version in known else NEWEST


def _foresee(
    specs: tuple[DagSpec, ...], connection: Connection, *, unpause: bool
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Say what changes in the graph, and what the environment will do by itself after the publish."""
    from mwaa_kit.operating.rest import segment

    graph: dict[str, Any] = {}
    paused: dict[str, bool] = {}
    for spec in specs:
        served = connection.rest.find(f"/dags/{segment(spec.dag_id)}")
        tasks = (
            connection.rest.find(f"/dags/{segment(spec.dag_id)}/tasks") if served and not served["is_stale"] else None
        )
        before = {task["task_id"] for task in tasks["tasks"]} if tasks else set()
        graph[spec.dag_id] = {
            "tasks": len(spec.tasks),
            "edges": len(spec.edges),
            "added": [task.task_id for task in spec.tasks if tasks and task.task_id not in before],
            "removed": sorted(before - set(spec.by_id)),
        }
        asked = True if spec.paused_upon_creation is None else spec.paused_upon_creation
        paused[spec.dag_id] = (bool(served["is_paused"]) if served else asked) and not unpause
    behaviour = {
        "paused_after_publish": any(paused.values()),
        "paused": paused,
        "schedule": {spec.dag_id: spec.schedule for spec in specs},
    }
    return graph, behaviour


def check_params(prepared: Prepared, params: Mapping[str, Any]) -> None:
    """Hold params against the Dags' own schemas, before anything is written.

    Raises
    ------
    WrongUsageError
        If a Dag does not accept them.
    """
    from mwaa_kit.engine.opening import open_engine

    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="mwaa-kit-") as folder:
        path = prepared.module.path if is_plain(prepared.module) else lay_out(prepared.module, Path(folder))
        for spec in open_engine().load(path).dags:
            open_engine().describe_run(spec.dag_id, now, now, params)


def publisher_name() -> str:
    """Return who publishes, for others to read; empty where the system does not say."""
    with suppress(OSError, KeyError):
        return getpass.getuser()
    return ""
