"""Answers about the run itself: skips and state stores; with those about other runs, assets and people."""

from __future__ import annotations

from typing import Any

from mwaa_kit.engine.airflow3.assets import AssetAnswers
from mwaa_kit.engine.airflow3.elsewhere import OtherRuns
from mwaa_kit.engine.airflow3.people import PeopleAnswers
from mwaa_kit.model.run import UNMAPPED, TaskKey


class StateAnswers(OtherRuns, AssetAnswers, PeopleAnswers):
    """Answers what a task asks about its run and the world around it."""

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

    def on_GetTaskRescheduleStartDate(self, msg: Any) -> Any:
        return self.comms.TaskRescheduleStartDate(start_date=self.request.started_at)

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

    on_SetRenderedMapIndex = on_SetRenderedFields


def _asset_scope(msg: Any) -> str:
    return f"asset {getattr(msg, 'name', None) or msg.uri}"
