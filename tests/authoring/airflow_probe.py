"""Run by a test in a process of its own, under any Airflow: load Dag files with the real one, write JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def main(folder: Path) -> None:
    """Write the import errors and, for each file, its Dags with their edges and tasks."""
    bag = _open_bag(folder)
    files: dict[str, Any] = {}
    for dag_id, dag in sorted(bag.dags.items()):
        files.setdefault(Path(dag.fileloc).stem, {})[dag_id] = {
            "edges": sorted([up, task.task_id] for task in dag.tasks for up in task.upstream_task_ids),
            "tasks": sorted(task.task_id for task in dag.tasks),
            "mapped": sorted(task.task_id for task in dag.tasks if type(task).__name__.endswith("MappedOperator")),
            "groups": sorted(name for name in dag.task_group_dict if name),
            "rules": {task.task_id: str(getattr(task.trigger_rule, "value", task.trigger_rule)) for task in dag.tasks},
            "setup": sorted(task.task_id for task in dag.tasks if task.is_setup),
            "teardown": sorted(task.task_id for task in dag.tasks if task.is_teardown),
        }
    (folder / "probe.json").write_text(json.dumps({"errors": bag.import_errors, "files": files}))


def _open_bag(folder: Path) -> Any:
    try:
        from airflow.dag_processing.dagbag import DagBag

        return DagBag(str(folder), bundle_path=folder, bundle_name="probe")
    except ImportError:
        from airflow.models.dagbag import DagBag as OldDagBag

        return OldDagBag(str(folder), include_examples=False, safe_mode=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
