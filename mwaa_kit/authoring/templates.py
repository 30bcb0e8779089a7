"""Notebooks to begin with: each is a whole Dag that compiles, runs and can be published as it is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Template:
    """A notebook to begin with.

    Parameters
    ----------
    name
        In addresses: ``cells-as-tasks``.
    file_name
        What the notebook may be called, where no other is.
    cells
        Each a source; one that begins with ``#`` and a space, and is no directive, is Markdown.
    """

    name: str
    title: str
    description: str
    file_name: str
    cells: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return its line in a list of templates."""
        return {"name": self.name, "title": self.title, "description": self.description}

    def to_document(self) -> dict[str, Any]:
        """Return the notebook itself, with what it is called."""
        return {
            "name": self.name,
            "title": self.title,
            "file_name": self.file_name,
            "notebook": {
                "cells": [_cell(self.name, number, source) for number, source in enumerate(self.cells)],
                "metadata": {"language_info": {"name": "python"}},
                "nbformat": 4,
                "nbformat_minor": 5,
            },
        }


def _cell(name: str, number: int, source: str) -> dict[str, Any]:
    cell_id = hashlib.sha256(f"{name} {number}".encode()).hexdigest()[:8]
    if source.startswith("# "):
        return {"cell_type": "markdown", "id": cell_id, "metadata": {}, "source": source}
    code: dict[str, Any] = {"cell_type": "code", "execution_count": None, "id": cell_id, "metadata": {}, "outputs": []}
    return {**code, "source": source}


_DAG = """#| dag
@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False)
def {name}(): ..."""

TEMPLATES = (
    Template(
        "cells-as-tasks",
        "Cells as tasks",
        "Ordinary cells, each made a task by its first line; who waits for whom is found by the names.",
        "first_dag.ipynb",
        (
            "# A Dag of ordinary cells\nRun the cells as you like; what begins with `#| task:` is a task.",
            "import statistics\nfrom datetime import datetime\n\nfrom airflow.sdk import dag",
            "#| params\nn = 6",
            '#| task: load\nrows = [{"id": i, "spend": i * 10} for i in range(1, n + 1)]',
            "rows[:2]",
            """#| task: features
mean = statistics.mean(row["spend"] for row in rows)
shares = [row["spend"] / mean for row in rows]""",
            '#| task: report\nprint(f"{len(rows)} rows, the largest share is {max(shares):.2f}")',
            _DAG.format(name="first_dag"),
        ),
    ),
    Template(
        "taskflow",
        "TaskFlow functions",
        "Airflow's own @task functions in cells; a parameter is fed by the task that makes it.",
        "taskflow_dag.ipynb",
        (
            "# A Dag of TaskFlow functions",
            "from datetime import datetime\n\nfrom airflow.sdk import dag, task",
            "@task\ndef extract():\n    return [3, 1, 2]",
            "@task(retries=2)\ndef transform(extract):\n    return sorted(extract)",
            '@task\ndef load(transform):\n    print(f"loaded {transform}")',
            _DAG.format(name="taskflow_dag"),
        ),
    ),
    Template(
        "written-dag",
        "A Dag written out",
        "The Dag's body is yours: mapped tasks, a branch, and edges with >>.",
        "written_dag.ipynb",
        (
            "# A Dag whose body is written out",
            "from datetime import datetime\n\nfrom airflow.sdk import dag, task",
            "@task\ndef list_parts():\n    return [1, 2, 3]",
            "@task\ndef double(part):\n    return part * 2",
            "@task\ndef add_up(parts):\n    return sum(parts)",
            """#| dag
@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False)
def written_dag():
    add_up(double.expand(part=list_parts()))""",
        ),
    ),
)
