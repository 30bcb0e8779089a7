"""Values of the kernel in place of tasks: ``%run_task features load=rows`` runs `features` on what `rows` is here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from mwaa_kit.errors import WrongUsageError
from mwaa_kit.model.module import DagModule
from mwaa_kit.model.spec import DagSpec


def take_values(
    shell: Any, pairs: Iterable[str], spec: DagSpec, module: DagModule | None, *, known_only: bool
) -> tuple[dict[str, Any], list[str]]:
    """Part ``KEY=VALUE`` words into values for tasks and params.

    Parameters
    ----------
    known_only
        Whether a key has to be a task or a param. A whole Dag without params may read what it likes from the run's conf.

    Returns
    -------
    tuple
        By task_id, what the Python after ``=`` is in the kernel; and the words that are params.

    Raises
    ------
    WrongUsageError
        If a key is both a task and a param, or neither where that is not allowed; if the Python after ``=`` fails.
    """
    values, params = dict[str, Any](), list[str]()
    for pair in pairs:
        key, _, code = pair.partition("=")
        if key not in spec.by_id:
            if known_only and key not in spec.params:
                raise WrongUsageError(
                    f"Dag {spec.dag_id!r} has neither a task nor a param {key!r}",
                    hint=f"its tasks: {', '.join(spec.by_id)}; its params: {', '.join(spec.params) or 'none'}",
                )
            params.append(pair)
        elif key in spec.params:
            raise WrongUsageError(
                f"Dag {spec.dag_id!r} has a task and a param {key!r}", hint="rename one of them, or use mwaa_kit.run"
            )
        else:
            values[key] = _checked(key, _evaluate(shell, key, code), module, spec.dag_id)
    return values, params


def _evaluate(shell: Any, key: str, code: str) -> Any:
    try:
        return shell.ev(code)
    except Exception as error:
        raise WrongUsageError(
            f"{key}={code}: {type(error).__name__}: {error}",
            hint="write a name of this kernel, or Python in quotes: " + f"""{key}='[{{"id": 1}}]'""",
        ) from error


def _checked(task_id: str, value: Any, module: DagModule | None, dag_id: str) -> Any:
    """Refuse a bare value for a task that hands out several: whoever reads one of them would find nothing."""
    edges = [edge for edge in (module.edges if module else ()) if (edge.dag_id, edge.upstream) == (dag_id, task_id)]
    names = tuple(dict.fromkeys(name for edge in edges for name in edge.names))
    if len(names) > 1 and not isinstance(value, Mapping):
        raise WrongUsageError(
            f"task {task_id!r} hands out {' and '.join(map(repr, names))}, and was given a {type(value).__name__}",
            hint=f"give them all in a dict: {task_id}=dict({', '.join(f'{name}={name}' for name in names)})",
        )
    return value


def tasks_to_run(spec: DagSpec, task_id: str, given: Collection[str]) -> tuple[str, ...]:
    """Return a task with what it waits for, but for what is given, and what only that would need.

    Raises
    ------
    WrongUsageError
        If it does not wait for a task that a value is given for.
    """
    if task_id not in spec.by_id:
        return (task_id,)  # whoever runs it says which there are
    found, waiting, used = {task_id}, [task_id], set[str]()
    while waiting:
        for other in spec.by_id[waiting.pop()].upstream:
            if other in given:
                used.add(other)
            elif other not in found and other in spec.by_id:
                found.add(other)
                waiting.append(other)
    if unused := [name for name in given if name not in used]:
        raise WrongUsageError(
            f"task {task_id!r} does not wait for {unused[0]!r}, so nothing would read that value",
            hint=f"it waits for: {', '.join(spec.by_id[task_id].upstream) or 'nothing'}",
        )
    return tuple(name for name in spec.by_id if name in found)
