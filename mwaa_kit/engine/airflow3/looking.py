"""What can be seen in a task beyond its place in the Dag: what it is, what it reads, and what it might do outside.

Notes
-----
A result may stand for running a task again only where nothing but the result would have come of it. That is so for plain
``@task`` functions whose code, see :mod:`mwaa_kit.engine.codeprint`, is known to give the same for the same arguments, and
which see of the run at most its params. Everything else is a doubt: operators and sensors (they exist for what they do
outside), branches, setups and teardowns, tasks with callbacks, assets or templates, tasks that ask for the context.

Both engines look so; what Airflow 2 keeps elsewhere is found in both places.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from mwaa_kit.engine.airflow3.reading import operator_name
from mwaa_kit.engine.airflow3.versions import find
from mwaa_kit.engine.codeprint import Printer
from mwaa_kit.engine.kinds import is_a
from mwaa_kit.engine.protocol import BRANCHES, SKIPS_ALL_BELOW, SKIPS_NEXT, TaskInsight

_CALLBACKS = (
    "on_execute_callback",
    "on_success_callback",
    "on_failure_callback",
    "on_retry_callback",
    "on_skipped_callback",
)
_HOOKS = ("_pre_execute_hook", "_post_execute_hook")


def look_into(dag: Any) -> dict[str, TaskInsight]:
    """Look into each task of a Dag."""
    printer = Printer()
    return {task.task_id: _look(task, printer) for task in dag.tasks}


def _look(task: Any, printer: Printer) -> TaskInsight:
    arguments = dict(_arguments(task))
    function = _given(task, "python_callable")
    prints = [printer.of(_operator_class(task))] if function is None else [printer.of(function)]
    prints += [printer.of((name, _without_xcoms(value))) for name, value in arguments.items()]
    doubts = [*_doubts(task, function, arguments), *(doubt for one in prints for doubt in one.doubts)]
    digest = printer.of((operator_name(task), tuple(one.digest for one in prints))).digest
    reads = tuple(dict.fromkeys(_references(task)))
    seen = tuple(_seen_of_the_run(function, arguments)) if function is not None else ("context",)
    return TaskInsight(
        digest=digest,
        reads=reads,
        doubts=tuple(dict.fromkeys(doubts)),
        sees_params=function is not None and "params" in inspect.signature(function).parameters,
        sees_run=bool(seen) or any(_has_template(value) for value in arguments.values()),
        multiple_outputs=bool(_given(task, "multiple_outputs")),
        skips=_skips(task),
    )


def _skips(task: Any) -> str:
    """Return what a task does with those below by what it returns; its class is found by name in each Airflow."""
    if is_a(task, "BranchMixIn", "BaseBranchOperator"):
        return BRANCHES
    if is_a(task, "ShortCircuitOperator", "ApprovalOperator"):
        given = _given(task, "ignore_downstream_trigger_rules")
        ignores = is_a(task, "ShortCircuitOperator") if given is None else given
        return SKIPS_ALL_BELOW if ignores else SKIPS_NEXT
    return ""


def _is_mapped(task: Any) -> bool:
    return hasattr(task, "partial_kwargs")


def _given(task: Any, name: str) -> Any:
    """Return an argument of an operator, mapped or not; None where it has none."""
    if _is_mapped(task) and name in task.partial_kwargs:
        return task.partial_kwargs[name]
    return getattr(task, name, None)


def _arguments(task: Any) -> Iterator[tuple[str, Any]]:
    """Yield what an operator was given to work on."""
    names = dict.fromkeys((*task.template_fields, "op_args", "op_kwargs"))
    for name in names:
        value = _given(task, name)
        if value:
            yield name, value
    if _is_mapped(task):
        yield "expand", task._get_specified_expand_input().value
    for group in task.iter_mapped_task_groups():
        yield f"expand {group.group_id}", group._expand_input.value


def _references(task: Any) -> Iterator[tuple[str, str]]:
    """Yield (task_id, key) of every XCom among the arguments."""
    kind = _xcom_arg("XComArg")
    for _, value in _arguments(task):
        for operator, key in kind.iter_xcom_references(value):
            yield operator.task_id, key


def _without_xcoms(value: Any) -> Any:
    """Put in the place of each XCom whose it is: what it holds is another matter."""
    if isinstance(value, _xcom_arg("MapXComArg")):
        return ("map", _without_xcoms(value.arg), tuple(value.callables))
    if isinstance(value, find("ResolveMixin", "airflow.sdk.definitions._internal.mixins", "airflow.utils.mixins")):
        return (type(value).__name__, tuple((one.task_id, key) for one, key in value.iter_references()))
    if isinstance(value, Mapping):
        return {key: _without_xcoms(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_without_xcoms(item) for item in value]
    return value


def _xcom_arg(name: str) -> Any:
    return find(name, "airflow.sdk.definitions.xcom_arg", "airflow.models.xcom_arg")


def _operator_class(task: Any) -> Any:
    return task.operator_class if _is_mapped(task) else type(task)


def _doubts(task: Any, function: Any, arguments: Mapping[str, Any]) -> Iterator[str]:
    """Yield what of a task, its code aside, could matter if it ran again."""
    if operator_name(task) != "@task" or function is None:
        yield f"is {'a' if operator_name(task).startswith('@') else 'an operator,'} {operator_name(task)}"
    if task.is_setup or task.is_teardown:
        yield "is a setup or a teardown"
    if any(_given(task, name) for name in _CALLBACKS):
        yield "has a callback"
    if any(_given(task, name) for name in _HOOKS):
        yield "has a hook"
    if _given(task, "outlets") or _given(task, "inlets"):
        yield "has assets"
    if any(_has_template(value) for value in arguments.values()):
        yield "has a template"
    if function is not None:
        yield from (f"sees the run ({name})" for name in _seen_of_the_run(function, arguments))


def _has_template(value: Any) -> bool:
    if isinstance(value, str):
        return "{{" in value or "{%" in value
    if isinstance(value, Mapping):
        return any(_has_template(item) for item in value.values())
    return isinstance(value, tuple | list) and any(_has_template(item) for item in value)


def _seen_of_the_run(function: Any, arguments: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names by which Airflow hands a function its context; params are no secret of the run."""
    known = find("KNOWN_CONTEXT_KEYS", "airflow.sdk.definitions.context", "airflow.utils.context")
    given = arguments.get("op_kwargs") or {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            yield f"**{name}"
        elif name in known and name != "params" and name not in given:
            yield name
