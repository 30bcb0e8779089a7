"""Two dialects from one notebook (rule 8): where a name of Airflow is imported from in 3.x and in 2.x.

References
----------
Airflow documentation, "Upgrading to Airflow 3" and "airflow.sdk API reference"; ruff rules AIR301, AIR302,
AIR311, AIR312.
"""

from __future__ import annotations

import ast

_OLD_HOMES: dict[str, tuple[str, str]] = {
    "dag": ("airflow.decorators", "dag"),
    "task": ("airflow.decorators", "task"),
    "task_group": ("airflow.decorators", "task_group"),
    "setup": ("airflow.decorators", "setup"),
    "teardown": ("airflow.decorators", "teardown"),
    "DAG": ("airflow.models.dag", "DAG"),
    "BaseOperator": ("airflow.models.baseoperator", "BaseOperator"),
    "BaseOperatorLink": ("airflow.models.baseoperatorlink", "BaseOperatorLink"),
    "chain": ("airflow.models.baseoperator", "chain"),
    "chain_linear": ("airflow.models.baseoperator", "chain_linear"),
    "cross_downstream": ("airflow.models.baseoperator", "cross_downstream"),
    "XComArg": ("airflow.models.xcom_arg", "XComArg"),
    "Variable": ("airflow.models.variable", "Variable"),
    "Connection": ("airflow.models.connection", "Connection"),
    "Param": ("airflow.models.param", "Param"),
    "ParamsDict": ("airflow.models.param", "ParamsDict"),
    "Label": ("airflow.utils.edgemodifier", "Label"),
    "TaskGroup": ("airflow.utils.task_group", "TaskGroup"),
    "TriggerRule": ("airflow.utils.trigger_rule", "TriggerRule"),
    "WeightRule": ("airflow.utils.weight_rule", "WeightRule"),
    "TaskInstanceState": ("airflow.utils.state", "TaskInstanceState"),
    "DagRunState": ("airflow.utils.state", "DagRunState"),
    "Context": ("airflow.utils.context", "Context"),
    "get_current_context": ("airflow.operators.python", "get_current_context"),
    "get_parsing_context": ("airflow.utils.dag_parsing_context", "get_parsing_context"),
    "literal": ("airflow.utils.template", "literal"),
    "timezone": ("airflow.utils", "timezone"),
    "Asset": ("airflow.datasets", "Dataset"),
    "AssetAlias": ("airflow.datasets", "DatasetAlias"),
    "AssetAll": ("airflow.datasets", "DatasetAll"),
    "AssetAny": ("airflow.datasets", "DatasetAny"),
    "Metadata": ("airflow.datasets.metadata", "Metadata"),
    "ObjectStoragePath": ("airflow.io.path", "ObjectStoragePath"),
    "BaseHook": ("airflow.hooks.base", "BaseHook"),
    "BaseNotifier": ("airflow.notifications.basenotifier", "BaseNotifier"),
    "BaseSensorOperator": ("airflow.sensors.base", "BaseSensorOperator"),
    "PokeReturnValue": ("airflow.sensors.base", "PokeReturnValue"),
    "CronDataIntervalTimetable": ("airflow.timetables.interval", "CronDataIntervalTimetable"),
    "DeltaDataIntervalTimetable": ("airflow.timetables.interval", "DeltaDataIntervalTimetable"),
    "CronTriggerTimetable": ("airflow.timetables.trigger", "CronTriggerTimetable"),
    "EventsTimetable": ("airflow.timetables.events", "EventsTimetable"),
    "DeltaTriggerTimetable": ("airflow.timetables.trigger", "DeltaTriggerTimetable"),
    "BaseBranchOperator": ("airflow.operators.branch", "BaseBranchOperator"),
    "BranchMixIn": ("airflow.operators.branch", "BranchMixIn"),
    "SkipMixin": ("airflow.models.skipmixin", "SkipMixin"),
    "BaseXCom": ("airflow.models.xcom", "BaseXCom"),
    "EdgeModifier": ("airflow.utils.edgemodifier", "EdgeModifier"),
    "TaskInstance": ("airflow.models.taskinstance", "TaskInstance"),
    "conf": ("airflow.configuration", "conf"),
    "macros": ("airflow", "macros"),
}
_NEW_NAMES = {old: (("airflow.sdk"), name) for name, old in _OLD_HOMES.items()}
_NEW_NAMES |= {
    ("airflow", "DAG"): ("airflow.sdk", "DAG"),
    ("airflow.models", "DAG"): ("airflow.sdk", "DAG"),
    ("airflow.models", "Variable"): ("airflow.sdk", "Variable"),
    ("airflow.models", "Connection"): ("airflow.sdk", "Connection"),
    ("airflow.models", "Param"): ("airflow.sdk", "Param"),
    ("airflow.models", "BaseOperator"): ("airflow.sdk", "BaseOperator"),
    ("airflow.models", "XComArg"): ("airflow.sdk", "XComArg"),
    ("airflow", "Dataset"): ("airflow.sdk", "Asset"),
    ("airflow.sensors.base", "BaseSensorOperator"): ("airflow.sdk", "BaseSensorOperator"),
    ("airflow.utils.helpers", "chain"): ("airflow.sdk", "chain"),
}
_STANDARD = "airflow.providers.standard"
_STANDARD_MODULES = {
    f"{_STANDARD}.operators.{name}": f"airflow.operators.{name}"
    for name in ("bash", "python", "empty", "datetime", "weekday", "latest_only", "branch", "smooth", "trigger_dagrun")
} | {
    f"{_STANDARD}.sensors.{name}": f"airflow.sensors.{name}"
    for name in ("bash", "python", "date_time", "time_delta", "weekday", "filesystem", "external_task")
}
_STANDARD_MODULES |= {
    f"{_STANDARD}.hooks.{n}": f"airflow.hooks.{n}" for n in ("filesystem", "package_index", "subprocess")
}
_STANDARD_MODULES |= {
    f"{_STANDARD}.triggers.{n}": f"airflow.triggers.{n}" for n in ("external_task", "file", "temporal")
}
_STANDARD_MODULES[f"{_STANDARD}.sensors.time"] = "airflow.sensors.time_sensor"
_SDK_MODULES = {"airflow.sdk.exceptions": "airflow.exceptions", "airflow.sdk.timezone": "airflow.utils.timezone"}
_STANDARD_NEW = {old: new for new, old in _STANDARD_MODULES.items()} | {
    "airflow.operators.dummy": f"{_STANDARD}.operators.empty"
}


def is_airflow_3(target: str) -> bool:
    """Whether a target speaks the dialect of ``airflow.sdk``."""
    return not target.startswith("2.")


def translate(node: ast.ImportFrom, target: str) -> tuple[str, ...] | None:
    """Return the import lines that mean the same in the target's dialect; None where it stays as it is."""
    if node.level or (node.module or "").partition(".")[0] != "airflow":
        return None
    groups: dict[str, list[str]] = {}
    changed = False
    for alias in node.names:
        module, name = _home(node.module or "", alias.name, target)
        changed |= (module, name) != (node.module, alias.name)
        local = alias.asname or alias.name
        groups.setdefault(module, []).append(name if name == local else f"{name} as {local}")
    if not changed:
        return None
    return tuple(f"from {module} import {', '.join(names)}" for module, names in groups.items())


def _home(module: str, name: str, target: str) -> tuple[str, str]:
    if is_airflow_3(target):
        if module in _STANDARD_NEW and name != "get_current_context":
            return _STANDARD_NEW[module], name
        return _NEW_NAMES.get((module, name), (module, name))
    if module == "airflow.sdk" and name in _OLD_HOMES:
        return _OLD_HOMES[name]
    return (_STANDARD_MODULES | _SDK_MODULES).get(module, module), name


def homes() -> tuple[tuple[str, str, str, str], ...]:
    """Return the table: module and name in Airflow 3, module and name in Airflow 2; an empty name is the whole module."""
    names = [("airflow.sdk", name, *old) for name, old in _OLD_HOMES.items()]
    return (*names, *((new, "", old, "") for new, old in (_STANDARD_MODULES | _SDK_MODULES).items()))


def import_lines(names: dict[str, str], target: str) -> tuple[str, ...]:
    """Return the lines that import some names of ``airflow.sdk``, each under a name of ours, in the target's dialect."""
    if not names:
        return ()
    node = ast.ImportFrom("airflow.sdk", [ast.alias(n, local if local != n else None) for n, local in names.items()], 0)
    return translate(node, target) or (ast.unparse(node),)
