"""Run by a test in a process of its own: load Dag files with the real Airflow, run their TaskFlow tasks, print JSON."""

from __future__ import annotations

import inspect
import json
import sys
from pathlib import Path
from typing import Any


def _value(argument: Any, xcoms: dict[str, Any]) -> Any:
    """Resolve what a task is given: the return value of an upstream task, or one key of it."""
    operator = getattr(argument, "operator", None)
    if operator is None:
        return argument
    returned = xcoms.get(operator.task_id)
    return returned if argument.key == "return_value" else returned[argument.key]


def _run(dag: Any) -> dict[str, Any]:
    """Call each TaskFlow function of a Dag in order, as Airflow would with its arguments and params."""
    xcoms: dict[str, Any] = {}
    for task in dag.topological_sort():
        if not hasattr(task, "python_callable"):
            continue
        given = {name: _value(argument, xcoms) for name, argument in task.op_kwargs.items()}
        names = inspect.signature(task.python_callable).parameters
        given |= dict(zip(names, (_value(argument, xcoms) for argument in task.op_args), strict=False))
        if "params" in names:
            given["params"] = dag.params.dump()
        # XCom is a copy: what a task changes afterwards never reaches another.
        xcoms[task.task_id] = json.loads(json.dumps(task.python_callable(**json.loads(json.dumps(given)))))
    return xcoms


def main(folder: Path) -> None:
    """Print the import errors and, for each file, its Dags with edges, params and values."""
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(str(folder), bundle_path=folder, bundle_name="probe")
    files: dict[str, Any] = {}
    for dag_id, dag in sorted(bag.dags.items()):
        files.setdefault(Path(dag.fileloc).stem, {})[dag_id] = {
            "edges": sorted([up, task.task_id] for task in dag.tasks for up in task.upstream_task_ids),
            "tasks": sorted(task.task_id for task in dag.tasks),
            "values": _run(dag),
        }
    (folder / "probe.json").write_text(json.dumps({"errors": bag.import_errors, "files": files}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
