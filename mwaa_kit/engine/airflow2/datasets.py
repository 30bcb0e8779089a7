"""Datasets, as Airflow 2 calls assets: what a task updated is told to the run; what a run was started by is put before it.

Airflow registers a change in the metadata database, where its scheduler finds whom it concerns. Here the run finds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from mwaa_kit.engine.airflow2.asking import Asking
from mwaa_kit.engine.world import AssetEvent


def tell_updates(current: Callable[[], Asking | None]) -> None:
    """Let the run hear of the datasets that a task updated, once in a process."""
    from airflow.models.taskinstance import TaskInstance

    def register(self: Any, *, session: Any, events: Any = None) -> None:
        asking = current()
        if asking is not None and asking.request is not None and (found := list(_updates(self.task, events))):
            asking.services.add_asset_events(asking.request.key, found)

    setattr(TaskInstance, "_register_dataset_changes", register)


def _updates(task: Any, events: Any) -> Iterator[AssetEvent]:
    """Yield the events of a task that succeeded, as ``_register_dataset_changes`` writes them.

    One for each dataset among its outlets, then one for each dataset and extra that it updated by aliases (from 2.10 on).
    """
    merged: dict[tuple[str, str], tuple[dict[str, Any], set[str]]] = {}
    for outlet in task.outlets or ():
        if hasattr(outlet, "uri"):
            extra = {} if events is None else dict(events[outlet].extra)
            yield AssetEvent(0, outlet.uri, outlet.uri, datetime.now(UTC), extra)
        elif type(outlet).__name__ == "DatasetAlias" and events is not None:
            for one in events[outlet].dataset_alias_events:
                place = (one["dest_dataset_uri"], repr(sorted(one["extra"].items())))
                merged.setdefault(place, (dict(one["extra"]), set()))[1].add(one["source_alias_name"])
    for (uri, _), (extra, through) in merged.items():
        yield AssetEvent(0, uri, uri, datetime.now(UTC), extra, aliases=tuple(sorted(through)))


def put_events(session: Any, events: Iterable[AssetEvent], consumer: Any = None) -> None:
    """Write events where Airflow looks for them, as those that `consumer` was started by where it is given."""
    from airflow.models.dataset import DatasetEvent, DatasetModel

    for event in events:
        dataset = session.query(DatasetModel).filter_by(uri=event.uri).one_or_none()
        if dataset is None:
            dataset = DatasetModel(uri=event.uri)
            session.add(dataset)
            session.flush()
        source = {f"source_{name}": getattr(event, name) for name in ("task_id", "dag_id", "run_id", "map_index")}
        row = DatasetEvent(
            id=event.number, dataset_id=dataset.id, extra=dict(event.extra), timestamp=event.at, **source
        )
        row = session.merge(row)
        if event.aliases:
            row.source_aliases = [_alias(session, name) for name in event.aliases]
        if consumer is not None:
            consumer.consumed_dataset_events.append(row)
    session.commit()


def _alias(session: Any, name: str) -> Any:
    from airflow.models.dataset import DatasetAliasModel

    found = session.query(DatasetAliasModel).filter_by(name=name).one_or_none()
    return found or DatasetAliasModel(name=name)
