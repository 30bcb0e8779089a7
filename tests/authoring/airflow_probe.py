"""Run by a test in a process of its own: load Dag files with the real Airflow, print JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def main(folder: Path) -> None:
    """Print the import errors and, for each file, its Dags with their edges and tasks."""
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(str(folder), bundle_path=folder, bundle_name="probe")
    files: dict[str, Any] = {}
    for dag_id, dag in sorted(bag.dags.items()):
        files.setdefault(Path(dag.fileloc).stem, {})[dag_id] = {
            "edges": sorted([up, task.task_id] for task in dag.tasks for up in task.upstream_task_ids),
            "tasks": sorted(task.task_id for task in dag.tasks),
        }
    (folder / "probe.json").write_text(json.dumps({"errors": bag.import_errors, "files": files}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
