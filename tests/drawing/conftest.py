"""Dags to draw, written by hand so that a drawing can be checked by reading it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mwaa_kit.drawing.picture import Picture, picture_of
from mwaa_kit.model.module import DagModule, EdgeReason, TaskAnchor
from mwaa_kit.model.spec import DagSpec, Length, TaskGroupSpec, TaskSpec

GOLDEN = Path(__file__).parent / "golden"
WRITE_GOLDEN = bool(os.environ.get("MWAA_KIT_WRITE_GOLDEN"))
HOSTILE = (
    "<script>alert(1)</script>",
    "a\"quote's & amp",
    "x" * 125 + "…" + "y" * 124,
    "数据清洗-Ünïcödé-🚀",
    "new\nline\x07bell\u202eturned\ud800",
    "]]></style><svg onload=alert(1)>",
    '--> end" %%{init: {}}%% #quot; end',
    "</script><!--",
)


def dag_of(dag_id: str, tasks: dict[str, dict[str, Any]], groups: tuple[TaskGroupSpec, ...] = (), **kw: Any) -> DagSpec:
    """Build a Dag from ``{task_id: {"upstream": (…), …}}``."""
    specs = [TaskSpec(task_id, **{"operator": "@task", **options}) for task_id, options in tasks.items()]
    return DagSpec(dag_id, tuple(specs), groups, **kw)


def churn() -> Picture:
    """A notebook's Dag: cells, reasons, a sensor, a mapped task, and a task read by two."""
    dag = dag_of(
        "churn",
        {
            "wait": {"operator": "S3KeySensor"},
            "load": {"upstream": ("wait",)},
            "features": {"upstream": ("load",)},
            "train": {"upstream": ("features",), "expansion": Length("literal", 4)},
            "score": {"upstream": ("load", "train"), "trigger_rule": "all_done"},
        },
        schedule="0 6 * * *",
    )
    anchors = tuple(TaskAnchor("churn", task.task_id, cell) for cell, task in enumerate(dag.tasks, 3))
    reasons = (
        EdgeReason("churn", "load", "features", ("rows",), "'rows' written in cell 4 line 1, read in cell 5 line 2"),
        EdgeReason("churn", "load", "score", ("ids", "rows"), "'ids' written in cell 4 line 2, read in cell 7 line 1"),
    )
    module = DagModule("churn.ipynb", "churn.py", "3.3.1", "", ("churn",), tasks=anchors, edges=reasons)
    return picture_of(dag, module)


def nested() -> Picture:
    """Groups in groups, one of them empty, setup and teardown, and edges that cross their borders."""
    groups = (
        TaskGroupSpec("outer", "outer"),
        TaskGroupSpec("outer.inner", "inner", "outer", expansion=Length("unknown")),
        TaskGroupSpec("empty", "empty"),
    )
    tasks: dict[str, dict[str, Any]] = {
        "create": {"is_setup": True},
        "start": {"operator": "EmptyOperator", "upstream": ("create",)},
        "outer.a": {"label": "a", "group": "outer", "upstream": ("start",)},
        "outer.inner.b": {
            "label": "b",
            "group": "outer.inner",
            "upstream": ("outer.a",),
            "mapped_groups": ("outer.inner",),
        },
        "end": {"operator": "BashOperator", "upstream": ("outer.inner.b", "start")},
        "drop": {"is_teardown": True, "upstream": ("create", "end")},
    }
    return picture_of(dag_of("nested", tasks, groups))


def run() -> Picture:
    """A run with several states, one of them not known to this kit, and a mapped task with three."""
    tasks: dict[str, dict[str, Any]] = {
        "one": {},
        "two": {"upstream": ("one",)},
        "three": {"upstream": ("one",)},
        "many": {"upstream": ("two",), "expansion": Length("xcom", task_id="two")},
    }
    states = {
        "one": "success",
        "two": "failed",
        "three": "brand_new",
        "many": {"success": 8, "failed": 2, "running": 2},
    }
    return picture_of(dag_of("run", tasks), states=states)


def assets() -> Picture:
    """A Dag that is scheduled on one asset of two, reads a third and writes a fourth twice."""
    tasks: dict[str, dict[str, Any]] = {
        "read": {"inlets": ("rates",)},
        "clean": {"upstream": ("read",), "outlets": ("s3://bucket/clean.parquet",)},
        "append": {"upstream": ("read",), "outlets": ("s3://bucket/clean.parquet",)},
    }
    condition = {"any": [{"asset": ["orders", "s3://bucket/orders"]}, {"alias": "late_orders"}]}
    return picture_of(dag_of("assets", tasks, asset_condition=condition))


def empty() -> Picture:
    """A Dag without a task."""
    return picture_of(dag_of("nothing", {}, schedule="@daily"))


def hostile() -> Picture:
    """Names that try to break out of every format."""
    tasks = {name: {"upstream": HOSTILE[max(0, i - 1) : i]} for i, name in enumerate(HOSTILE)}
    return picture_of(dag_of(HOSTILE[0], tasks, (TaskGroupSpec(HOSTILE[5], HOSTILE[5]),), schedule="<weekly>"))


PICTURES: dict[str, Callable[[], Picture]] = {
    "churn": churn,
    "nested": nested,
    "run": run,
    "assets": assets,
    "empty": empty,
    "hostile": hostile,
}


@pytest.fixture(params=list(PICTURES))
def named_picture(request: pytest.FixtureRequest) -> tuple[str, Picture]:
    """Each of the pictures, with its name."""
    return request.param, PICTURES[request.param]()


@pytest.fixture
def pictures() -> dict[str, Picture]:
    """All pictures by name."""
    return {name: make() for name, make in PICTURES.items()}


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compare a text with a golden file; ``MWAA_KIT_WRITE_GOLDEN=1`` writes the file instead."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if WRITE_GOLDEN:
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")

    return compare


@pytest.fixture
def make_dag() -> Callable[..., DagSpec]:
    """`dag_of`, for tests."""
    return dag_of
