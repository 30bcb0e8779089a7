"""From Airflow's own Dag object, of version 2 or 3, to a `DagSpec`.

Both engines use it, so it imports no Airflow: classes are told by their names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mwaa_kit.model.spec import DagSpec, Length, TaskGroupSpec, TaskSpec


def read_dag(dag: Any, relative_path: str = "") -> DagSpec:
    """Return what Airflow made of a Dag, as plain data.

    Parameters
    ----------
    dag
        An ``airflow.sdk.DAG``.
    """
    groups = tuple(_read_groups(dag.task_group))
    return DagSpec(
        dag_id=dag.dag_id,
        tasks=tuple(_read_task(task) for task in dag.tasks),
        groups=groups,
        schedule=_read_schedule(dag),
        start_date=dag.start_date.isoformat() if dag.start_date else None,
        catchup=bool(dag.catchup),
        description=dag.description or "",
        tags=tuple(sorted(str(tag) for tag in dag.tags)),
        params=_read_params(dag),
        param_schemas=_read_schemas(dag),
        paused_upon_creation=dag.is_paused_upon_creation,
        fail_fast=bool(getattr(dag, "fail_fast", False) or getattr(dag, "fail_stop", False)),
        relative_path=relative_path,
        max_active_tasks=int(dag.max_active_tasks),
        dagrun_timeout_seconds=dag.dagrun_timeout.total_seconds() if dag.dagrun_timeout else None,
        callbacks=tuple(kind for kind in ("success", "failure") if getattr(dag, f"on_{kind}_callback", None)),
        asset_condition=read_condition(_condition(dag.timetable)),
    )


def _read_groups(group: Any) -> list[TaskGroupSpec]:
    """Return a group's child groups, outermost first; the Dag's own root group is not one of them."""
    found: list[TaskGroupSpec] = []
    for child in group.children.values():
        if not hasattr(child, "children"):
            continue
        repeated = getattr(child, "_expand_input", None)
        expansion = None if repeated is None else read_length(repeated)
        parent = None if group.is_root else group.group_id
        label = child.label or child.group_id
        found.append(TaskGroupSpec(child.group_id, label, parent, child.tooltip or "", expansion))
        found += _read_groups(child)
    return found


def _read_task(task: Any) -> TaskSpec:
    """Return one operator as plain data."""
    mapped_itself = hasattr(task, "_get_specified_expand_input") and bool(getattr(task, "is_mapped", True))
    group = task.task_group
    delay = task.retry_delay
    ceiling = task.max_retry_delay
    timeout = task.execution_timeout
    return TaskSpec(
        task_id=task.task_id,
        operator=operator_name(task),
        label=task.label,
        group=None if group is None or group.is_root else group.group_id,
        upstream=_in_written_order(task, task.upstream_task_ids),
        downstream=_in_written_order(task, task.downstream_task_ids),
        trigger_rule=str(getattr(task.trigger_rule, "value", task.trigger_rule)),
        is_setup=bool(task.is_setup),
        is_teardown=bool(task.is_teardown),
        on_failure_fail_dagrun=bool(task.on_failure_fail_dagrun),
        setups=tuple(sorted(setup.task_id for setup in task.get_upstreams_only_setups())),
        mapped_groups=tuple(reversed([one.group_id for one in task.iter_mapped_task_groups()])),
        expansion=read_length(task._get_specified_expand_input()) if mapped_itself else None,
        inlets=_asset_names(task.inlets),
        outlets=_asset_names(task.outlets),
        retries=int(task.retries or 0),
        retry_delay_seconds=delay.total_seconds(),
        retry_multiplier=_read_multiplier(task.retry_exponential_backoff),
        max_retry_delay_seconds=None if ceiling is None else ceiling.total_seconds(),
        execution_timeout_seconds=None if timeout is None else timeout.total_seconds(),
        priority_weight=int(task.priority_weight),
        pool=task.pool or "default_pool",
        doc=task.doc_md or task.doc or "",
        pool_slots=int(task.pool_slots),
        weight_rule=_read_weight_rule(task.weight_rule),
        max_active_tis_per_dag=task.max_active_tis_per_dag,
        max_active_tis_per_dagrun=task.max_active_tis_per_dagrun,
        depends_on_past=bool(task.depends_on_past),
        wait_for_downstream=bool(task.wait_for_downstream),
    )


def _read_multiplier(backoff: Any) -> float:
    """Return the factor of a backoff; before 3.2 it was on, which means 2, or off."""
    return 2.0 if backoff is True else float(backoff or 1.0)


def _read_weight_rule(rule: Any) -> str:
    """Return a weight rule's name; a strategy of the user's own is computed from the database, so it counts as absolute."""
    named = str(getattr(rule, "value", rule))
    return named if named in ("downstream", "upstream", "absolute") else "absolute"


def _in_written_order(task: Any, task_ids: set[str]) -> tuple[str, ...]:
    """Return task_ids in the order the Dag defines them; Airflow keeps them in a set."""
    order = {task_id: position for position, task_id in enumerate(task.dag.task_dict)}
    return tuple(sorted(task_ids, key=lambda task_id: order.get(task_id, 0)))


def operator_name(task: Any) -> str:
    """Return ``@task``, ``@task.bash`` … for TaskFlow, else the operator's class name."""
    if decorated := getattr(task, "custom_operator_name", None):
        return str(decorated)
    operator = getattr(task, "operator_name", None) or task.task_type
    return str(operator)


def _asset_names(lets: Any) -> tuple[str, ...]:
    """Return the names of the assets and asset aliases among the inlets or outlets of a task; others have no name."""
    named = [one for one in lets or () if _kinds(one) & {"Asset", "AssetAlias"}]
    return tuple(dict.fromkeys(str(getattr(one, "name", None) or one.uri) for one in named))


def _kinds(value: Any) -> set[str]:
    """Return the names of an object's classes; Airflow 2 calls assets datasets."""
    return {base.__name__.replace("Dataset", "Asset") for base in type(value).__mro__}


def _read_schedule(dag: Any) -> str | None:
    """Return the schedule as it was written."""
    written = dag.schedule if hasattr(dag, "schedule") else dag.schedule_interval
    if written is None or isinstance(written, str):
        return written
    summary = getattr(dag.timetable, "summary", None)
    if isinstance(summary, str) and summary:
        return summary
    return str(written)


def _condition(timetable: Any) -> Any:
    """Return what an asset-triggered timetable waits for; Airflow 2 calls assets datasets."""
    return getattr(timetable, "asset_condition", None) or getattr(timetable, "dataset_condition", None)


def read_condition(assets: Any) -> Any:
    """Describe which assets a schedule waits for; None when it waits for none."""
    kinds = _kinds(assets)
    if "AssetAll" in kinds:
        return {"all": [read_condition(part) for part in assets.objects]}
    if "AssetAny" in kinds:
        return {"any": [read_condition(part) for part in assets.objects]}
    if "AssetAlias" in kinds:
        return {"alias": assets.name}
    if "Asset" in kinds:
        return {"asset": [getattr(assets, "name", assets.uri), assets.uri]}
    if "AssetRef" in kinds:
        return {"ref": getattr(assets, "name", None) or getattr(assets, "uri", None)}
    return None


def _read_params(dag: Any) -> dict[str, Any]:
    """Return the default of each param that is JSON; one without a default, or with another type, is None."""
    found: dict[str, Any] = {}
    for name, param in dag.params.items():
        value = getattr(param, "value", param)
        found[str(name)] = value if _is_json(value) else None
    return found


def _read_schemas(dag: Any) -> dict[str, dict[str, Any]]:
    """Return the schema of each param that has one and whose schema is JSON."""
    found: dict[str, dict[str, Any]] = {}
    for name, param in dag.params.items():
        schema = {**(getattr(param, "schema", None) or {})}
        if getattr(param, "description", None):
            schema["description"] = param.description
        if schema and _is_json(schema):
            found[str(name)] = schema
    return found


def _is_json(value: object) -> bool:
    if isinstance(value, Mapping):
        return all(isinstance(key, str) and _is_json(item) for key, item in value.items())
    if isinstance(value, list):
        return all(_is_json(item) for item in value)
    return value is None or isinstance(value, bool | int | float | str)


def read_length(expand_input: Any) -> Length:
    """Describe how many instances an ``expand`` gives, before its upstream tasks have run."""
    value = expand_input.value
    if isinstance(value, Mapping):
        return _combine("product", tuple(_read_argument(item) for item in value.values()))
    return _read_argument(value)


def _read_argument(value: Any) -> Length:
    """Describe the length of one argument of ``expand``."""
    match type(value).__name__:
        case "PlainXComArg":
            return Length("xcom", task_id=value.operator.task_id)
        case "MapXComArg":
            return _read_argument(value.arg)
        case "ZipXComArg":
            operation = "shortest" if type(value.fillvalue).__name__ == "ArgNotSet" else "longest"
            return _combine(operation, tuple(_read_argument(arg) for arg in value.args))
        case "ConcatXComArg":
            return _combine("total", tuple(_read_argument(arg) for arg in value.args))
        case "MappedArgument":
            return read_length(value._input)
    return Length("literal", size=len(value))


def _combine(operation: str, parts: tuple[Length, ...]) -> Length:
    return parts[0] if len(parts) == 1 else Length(operation, parts=parts)
