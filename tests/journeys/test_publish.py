"""Publishing to the practice MWAA, as a user does: the command, its questions, its refusals."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from support_golden import compare

from mwaa_kit.errors import NewerCopyError, NotLiveError, UncompiledNotebookError
from mwaa_kit.verbs.publishing import plan, publish

DAG = """from airflow.sdk import dag, task


@dag(schedule={schedule!r})
def {dag_id}():
    @task
    def {task}():
        return {value!r}

    {task}()


{dag_id}()
"""


def _write(folder: Path, dag_id: str, *, task: str = "one", value: Any = 1, schedule: str | None = None) -> str:
    path = folder / f"{dag_id}.py"
    path.write_text(DAG.format(dag_id=dag_id, task=task, value=value, schedule=schedule))
    return str(path)


def test_a_dag_is_published_seen_live_changed_and_found_unchanged(practice: object, tmp_path: Path) -> None:
    path = _write(tmp_path, "journey_change")
    first = publish(path, env="practice")
    again = publish(path, env="practice")
    _write(tmp_path, "journey_change", task="two")
    planned = plan(path, env="practice")
    changed = publish(path, env="practice")
    assert (first.live, first.liveness[0].paused, first.receipt.uploaded > 0) == (True, True, True)
    assert (again.live, again.receipt.uploaded) == (True, 0)
    assert planned.graph == {"journey_change": {"tasks": 1, "edges": 0, "added": ["two"], "removed": ["one"]}}
    assert (changed.live, changed.receipt.uploaded) == (True, 1)


def test_helpers_of_a_notebook_are_published_and_imported_there(practice: object, tmp_path: Path) -> None:
    (tmp_path / "rules.py").write_text("def double(n):\n    return 2 * n\n")
    cells = [
        "from airflow.sdk import dag, task\nimport rules",
        "#| task: load\nn = rules.double(21)",
        "@task\ndef keep(n):\n    return n",
        "#| dag\n@dag(schedule=None)\ndef journey_helpers(): ...",
    ]
    notebook = {
        "cells": [
            {"cell_type": "code", "execution_count": None, "id": f"c{i}", "metadata": {}, "outputs": [], "source": source}
            for i, source in enumerate(cells)
        ],
        "metadata": {}, "nbformat": 4, "nbformat_minor": 5,
    }  # fmt: skip
    path = tmp_path / "journey_helpers.ipynb"
    path.write_text(json.dumps(notebook))
    published = publish(str(path), env="practice", trigger=True)
    values = {xcom.task_id: xcom.value for xcom in published.runs[0].xcoms}
    assert (published.live, published.runs[0].state, values) == (True, "success", {"load": 42, "keep": 42})


def test_a_colleagues_newer_release_is_not_replaced_unseen(
    practice: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    mine.mkdir()
    publish(_write(mine, "journey_team"), env="practice")
    shutil.copytree(mine, theirs)
    monkeypatch.setenv("LOGNAME", "maria")
    publish(_write(theirs, "journey_team", value="theirs"), env="practice", wait_seconds=0)
    path = _write(mine, "journey_team", value="mine")
    planned = plan(path, env="practice")
    newer = planned.newer[0]
    before = newer.reason.rpartition(" ")[2]
    ids = (planned.release, newer.release, newer.version_id, before, newer.release[:12])
    compare("plan", planned.to_dict(), ids=ids)
    with pytest.raises(NewerCopyError) as refused:
        publish(path, env="practice")
    seen = planned.behaviour["replaces"]["release"]
    replaced = publish(path, env="practice", replacing=seen[:12])
    assert ([one.release for one in planned.newer], replaced.live) == ([seen], True)
    assert f"--replacing {seen[:12]}" in refused.value.hint


def test_a_dag_that_cannot_be_imported_is_not_published(practice: object, s3: Any, tmp_path: Path) -> None:
    path = tmp_path / "journey_broken.py"
    path.write_text("from airflow.sdk import dag\nimport no_such_module_anywhere\n")
    with pytest.raises(UncompiledNotebookError, match="no_such_module_anywhere"):
        publish(str(path), env="practice")
    listed = s3.list_objects_v2(Bucket="mwaa-kit-practice", Prefix="dags/journey_broken")
    assert listed["KeyCount"] == 0


def test_what_does_not_become_live_in_time_is_told_and_stays(practice: object, s3: Any, tmp_path: Path) -> None:
    path = _write(tmp_path, "journey_slow")
    with pytest.raises(NotLiveError, match="journey_slow"):
        publish(path, env="practice", wait_seconds=0.01)
    assert s3.list_objects_v2(Bucket="mwaa-kit-practice", Prefix="dags/journey_slow")["KeyCount"] == 1
