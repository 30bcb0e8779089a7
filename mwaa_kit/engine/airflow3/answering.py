"""Answers about the run itself: states of others, skips, assets, state stores, earlier runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

from mwaa_kit.engine.airflow3.describing import describe_run
from mwaa_kit.engine.protocol import TaskRequest, TaskServices
from mwaa_kit.model.run import FINISHED, UNMAPPED, TaskKey


class StateAnswers:
    """Answers what a task asks about its run.

    A test-run stands alone: there are no earlier runs, no asset events and no other Dags' runs, and every asset is active.
    """

    def __init__(self, services: TaskServices, request: TaskRequest, dag: Any, loaded: Iterable[Any] = ()) -> None:
        from airflow.sdk.execution_time import comms

        self.comms: Any = comms
        self.services = services
        self.request = request
        self.dag = dag
        self.loaded = loaded

    def ok(self) -> Any:
        """Answer: done."""
        return self.comms.OKResponse(ok=True)

    def error(self, kind: str, reason: str) -> Any:
        """Answer with one of Airflow's error types."""
        from airflow.sdk.exceptions import ErrorType

        known = getattr(ErrorType, kind, ErrorType.GENERIC_ERROR)
        return self.comms.ErrorResponse(error=known, detail={"message": reason})

    def refuse(self, reason: str) -> NoReturn:
        """End a request as Airflow's supervisor does when the API server refuses it."""
        from airflow.sdk.exceptions import AirflowRuntimeError

        raise AirflowRuntimeError(self.error("GENERIC_ERROR", reason))

    def is_own_run(self, msg: Any) -> bool:
        """Whether a message asks about this very run."""
        run = self.request.run
        return bool(msg.dag_id == run.dag_id and msg.run_id == run.run_id)

    # States of other task instances

    def on_SkipDownstreamTasks(self, msg: Any) -> Any:
        self.services.skip([self._skipped_key(task) for task in msg.tasks])
        return self.ok()

    def _skipped_key(self, task: Any) -> TaskKey:
        """Return which instance a skip means: a bare task_id inside the same mapped group means the same map index."""
        if isinstance(task, tuple | list):
            return (str(task[0]), int(task[1]))
        other = self.dag.task_dict[task]
        mine = self.dag.task_dict[self.request.task_id]
        shared = {group.group_id for group in mine.iter_mapped_task_groups()}
        in_group = any(group.group_id in shared for group in other.iter_mapped_task_groups())
        return (task, self.request.map_index if in_group else UNMAPPED)

    def on_GetTICount(self, msg: Any) -> Any:
        wanted = {str(getattr(state, "value", state)) for state in msg.states or ()}
        count = sum(1 for state in self._chosen(msg).values() if not wanted or (state or "null") in wanted)
        return self.comms.TICount(count=count)

    def on_GetTaskStates(self, msg: Any) -> Any:
        named = {
            (task_id if index == UNMAPPED else f"{task_id}_{index}"): state
            for (task_id, index), state in self._chosen(msg).items()
        }
        return self.comms.TaskStatesResult(task_states={self.request.run.run_id: named})

    def _chosen(self, msg: Any) -> dict[TaskKey, str | None]:
        """Return the states of the task instances a message asks about."""
        run = self.request.run
        if msg.dag_id != run.dag_id or run.run_id not in (msg.run_ids or [run.run_id]):
            return {}
        task_ids = set(self._task_ids(msg))
        return {
            key: state
            for key, state in self.services.task_states().items()
            if key[0] in task_ids and (msg.map_index in (None, key[1]))
        }

    def _task_ids(self, msg: Any) -> Iterable[str]:
        if msg.task_group_id:
            group = self.dag.task_group_dict.get(msg.task_group_id)
            return [] if group is None else [task.task_id for task in group.iter_tasks()]
        return list(msg.task_ids or self.dag.task_dict)

    def on_GetTaskBreadcrumbs(self, msg: Any) -> Any:
        states = {key: state for key, state in self.services.task_states().items() if state in FINISHED}
        crumbs = [
            {
                "task_id": task_id,
                "map_index": index,
                "state": state,
                "operator": self.dag.task_dict[task_id].task_type,
                "duration": None,
            }
            for (task_id, index), state in states.items()
        ]
        return self.comms.TaskBreadcrumbsResult(breadcrumbs=crumbs)

    def on_GetTaskRescheduleStartDate(self, msg: Any) -> Any:
        return self.comms.TaskRescheduleStartDate(start_date=self.request.started_at)

    # Other runs

    def on_GetPreviousDagRun(self, msg: Any) -> Any:
        return self.comms.PreviousDagRunResult(dag_run=None)

    def on_GetPrevSuccessfulDagRun(self, msg: Any) -> Any:
        return self.comms.PrevSuccessfulDagRunResult()

    def on_GetPreviousTI(self, msg: Any) -> Any:
        return self.comms.PreviousTIResult(task_instance=None)

    def on_GetDRCount(self, msg: Any) -> Any:
        return self.comms.DRCount(count=int(msg.dag_id == self.request.run.dag_id))

    def on_GetDagRunState(self, msg: Any) -> Any:
        if not self.is_own_run(msg):
            self.refuse(f"a test-run does not run Dag {msg.dag_id!r}, so its state is not known")
        return self.comms.DagRunStateResult(state="running")

    def on_GetDagRun(self, msg: Any) -> Any:
        if not self.is_own_run(msg):
            self.refuse(f"a test-run does not run Dag {msg.dag_id!r}, so its runs are not known")
        return describe_run(self.request.run, self.comms.DagRunResult)

    def on_GetDag(self, msg: Any) -> Any:
        dag = next((one for one in self.loaded if one.dag_id == msg.dag_id), None)
        if dag is None:
            self.refuse(f"no Dag {msg.dag_id!r} is loaded in this test-run")
        empty = dict.fromkeys(("bundle_name", "bundle_version", "relative_fileloc", "next_dagrun"))
        known = {"dag_id": dag.dag_id, "is_paused": False, "owners": dag.owner, "tags": sorted(map(str, dag.tags))}
        return self.comms.DagResult(**empty, **known)

    def on_TriggerDagRun(self, msg: Any) -> Any:
        note = f"Dag {msg.dag_id!r} would be triggered here; a test-run runs one Dag only"
        self.services.log(self.request.key, self.request.try_number, "warning", note)
        return self.ok()

    # Assets: all active, no events yet

    def on_ValidateInletsAndOutlets(self, msg: Any) -> Any:
        return self.comms.InactiveAssetsResult(inactive_assets=[])

    def on_GetAssetByName(self, msg: Any) -> Any:
        return self._asset("name", msg.name)

    def on_GetAssetByUri(self, msg: Any) -> Any:
        return self._asset("uri", msg.uri)

    def _asset(self, field: str, wanted: str) -> Any:
        """Return an asset that a loaded Dag waits for, or that one of its tasks reads or writes."""
        for dag in self.loaded:
            for asset in _assets(dag):
                if getattr(asset, field) == wanted:
                    return self.comms.AssetResult(name=asset.name, uri=asset.uri, group=asset.group)
        return self.error("ASSET_NOT_FOUND", f"no asset with {field} {wanted!r} in the Dags that are loaded")

    def on_GetAssetsByAlias(self, msg: Any) -> Any:
        return self.comms.AssetsByAliasResult(assets=[])

    def on_GetAssetEventByAsset(self, msg: Any) -> Any:
        return self.comms.AssetEventsResult(asset_events=[])

    on_GetAssetEventByAssetAlias = on_GetAssetEventByAsset

    # State stores: kept for the length of the run

    def on_GetTaskStateStore(self, msg: Any) -> Any:
        value = self.services.recall(f"task {self.request.task_id} {self.request.map_index}", msg.key)
        if value is None:
            return self.error("TASK_STORE_NOT_FOUND", f"nothing is stored under {msg.key!r}")
        return self.comms.TaskStateStoreResult(value=value)

    def on_SetTaskStateStore(self, msg: Any) -> Any:
        self.services.remember(f"task {self.request.task_id} {self.request.map_index}", msg.key, msg.value)
        return self.ok()

    def on_DeleteTaskStateStore(self, msg: Any) -> Any:
        self.services.remember(f"task {self.request.task_id} {self.request.map_index}", msg.key, None)
        return self.ok()

    def on_ClearTaskStateStore(self, msg: Any) -> Any:
        self.services.forget(f"task {self.request.task_id} {self.request.map_index}")
        return self.ok()

    def on_GetAssetStateStoreByName(self, msg: Any) -> Any:
        value = self.services.recall(_asset_scope(msg), msg.key)
        if value is None:
            return self.error("ASSET_STORE_NOT_FOUND", f"nothing is stored under {msg.key!r}")
        return self.comms.AssetStateStoreResult(value=value)

    on_GetAssetStateStoreByUri = on_GetAssetStateStoreByName

    def on_SetAssetStateStoreByName(self, msg: Any) -> Any:
        self.services.remember(_asset_scope(msg), msg.key, msg.value)
        return self.ok()

    on_SetAssetStateStoreByUri = on_SetAssetStateStoreByName

    def on_DeleteAssetStateStoreByName(self, msg: Any) -> Any:
        self.services.remember(_asset_scope(msg), msg.key, None)
        return self.ok()

    on_DeleteAssetStateStoreByUri = on_DeleteAssetStateStoreByName

    def on_ClearAssetStateStoreByName(self, msg: Any) -> Any:
        self.services.forget(_asset_scope(msg))
        return self.ok()

    on_ClearAssetStateStoreByUri = on_ClearAssetStateStoreByName

    # Messages that change nothing in a test-run

    def on_SetRenderedFields(self, msg: Any) -> Any:
        return self.ok()

    on_SetRenderedMapIndex = on_UpdateHITLDetail = on_SetRenderedFields

    def on_CreateHITLDetailPayload(self, msg: Any) -> Any:
        fields = msg.model_dump(exclude={"type"}, exclude_unset=True)
        return self.comms.HITLDetailRequestResult(**fields)


def _assets(dag: Any) -> Iterator[Any]:
    """Yield the assets that a Dag defines, leaving out mere references by name or URI."""
    from airflow.sdk import Asset

    if hasattr(dag.schedule, "iter_assets"):
        yield from (asset for _, asset in dag.schedule.iter_assets())
    for task in dag.task_dict.values():
        yield from (asset for asset in (*task.inlets, *task.outlets) if isinstance(asset, Asset))


def _asset_scope(msg: Any) -> str:
    return f"asset {getattr(msg, 'name', None) or msg.uri}"
