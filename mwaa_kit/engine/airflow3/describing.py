"""A run in Airflow's own words: the data models that its API server would send."""

from __future__ import annotations

from typing import Any

from mwaa_kit.engine.protocol import RunInfo


def describe_run(run: RunInfo, model: Any = None) -> Any:
    """Build the Dag run as the API server would describe it; `model` is another of its shapes."""
    from airflow.sdk.api.datamodels import _generated as datamodels

    return construct(
        model or datamodels.DagRun,
        dag_id=run.dag_id,
        run_id=run.run_id,
        logical_date=run.logical_date,
        data_interval_start=run.data_interval_start,
        data_interval_end=run.data_interval_end,
        run_after=run.run_after,
        start_date=run.run_after,
        run_type=datamodels.DagRunType(run.run_type),
        state="running",
        conf=dict(run.conf),
        clear_number=0,
        consumed_asset_events=[],
        partition_key=None,
    )


def construct(model: Any, **given: Any) -> Any:
    """Build one of Airflow's data models from those of the given fields that this version of it has."""
    private = getattr(model, "__private_attributes__", {})
    known = {name: value for name, value in given.items() if name in model.model_fields or name in private}
    return model.model_construct(**known)
