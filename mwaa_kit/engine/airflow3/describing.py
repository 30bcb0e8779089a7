"""A run in Airflow's own words: the data models that its API server would send."""

from __future__ import annotations

import functools
from typing import Any

from mwaa_kit.engine.protocol import RunInfo
from mwaa_kit.engine.world import AssetEvent, KnownRun


def describe_run(run: RunInfo, model: Any = None, record: KnownRun | None = None) -> Any:
    """Build the Dag run as the API server would describe it.

    Parameters
    ----------
    model
        Another of its shapes.
    record
        How far it came, for another run than the one that goes on.
    """
    from airflow.sdk.api.datamodels import _generated as datamodels

    return construct(
        model or datamodels.DagRun,
        dag_id=run.dag_id,
        run_id=run.run_id,
        logical_date=run.logical_date,
        data_interval_start=run.data_interval_start,
        data_interval_end=run.data_interval_end,
        run_after=run.run_after,
        start_date=record.started_at if record else run.run_after,
        end_date=record.ended_at if record else None,
        run_type=_read_run_type(run.run_type, datamodels.DagRunType),
        state=record.state if record else "running",
        conf=dict(run.conf),
        clear_number=0,
        consumed_asset_events=[_describe_event(event) for event in run.consumed],
        partition_key=None,
    )


def _read_run_type(name: str, kinds: Any) -> Any:
    """Return Airflow's run type; before 3.1 a run that an operator triggered was a manual one."""
    known = {kind.value: kind for kind in kinds}
    return known.get(name, kinds("manual"))


def _describe_event(event: AssetEvent) -> Any:
    """Describe an asset event for the run that consumes it."""
    from airflow.sdk.api.datamodels import _generated as datamodels

    return construct(
        datamodels.AssetEventDagRunReference,
        asset=datamodels.AssetReferenceAssetEventDagRun(name=event.name, uri=event.uri, extra={}),
        extra=dict(event.extra),
        source_task_id=event.task_id,
        source_dag_id=event.dag_id,
        source_run_id=event.run_id,
        source_map_index=event.map_index,
        source_aliases=[datamodels.AssetAliasReferenceAssetEventDagRun(name=name) for name in event.aliases],
        timestamp=event.at,
        partition_key=event.partition_key,
    )


def construct(model: Any, **given: Any) -> Any:
    """Build one of Airflow's data models from those of the given fields that this version of it has."""
    names = _names_of(model)
    return model.model_construct(**{name: value for name, value in given.items() if name in names})


@functools.cache
def _names_of(model: Any) -> frozenset[str]:
    """Return the names of a model's fields, also of those that are not public."""
    return frozenset(model.model_fields) | frozenset(getattr(model, "__private_attributes__", {}))
