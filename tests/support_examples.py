"""Some of Airflow's own example Dags, which run in every test; benchmarks/example_dags.py runs them all."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

WHEN = "2026-03-29T06:00:00+00:00"

EXAMPLES = (
    "example_dynamic_task_mapping",
    "example_nested_branch_dag",
    "example_setup_teardown_taskflow",
    "example_skip_dag",
    "example_task_group_decorator",
    "example_xcomargs/example_xcom_args",
)
"""File and dag_id, where they differ."""


def examples() -> Iterator[tuple[Path, str]]:
    """Yield the file and the dag_id of some of Airflow's example Dags."""
    root = Path(str(find_spec("airflow").submodule_search_locations[0])) / "example_dags"  # type: ignore[union-attr, index]
    for name in EXAMPLES:
        file, _, dag_id = name.partition("/")
        yield root / f"{file}.py", dag_id or file
