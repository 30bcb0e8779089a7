"""A run here and a run on the real Airflow of the practice MWAA end in the same states, with the same values."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mwaa_kit.verbs.publishing import Publication, publish
from mwaa_kit.verbs.running import run

DAG_FILE = Path(__file__).parent / "dags" / "nine.py"
DAG_IDS = (
    "same_linear", "same_diamond", "same_branch", "same_skip", "same_retry", "same_failure", "same_templates",
    "same_params", "same_mapped",
)  # fmt: skip
LOGICAL_DATE = datetime(2026, 3, 29, 6, tzinfo=UTC)
PARAMS = {"n": 5}

States = dict[tuple[str, int], tuple[str | None, int]]
Values = dict[tuple[str, int, str], Any]


@pytest.fixture(scope="module")
def published(_started_practice: object, practice_home: Path) -> Publication:
    """All nine Dags published in one file, and run there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MWAA_KIT_HOME", str(practice_home))
        return publish(str(DAG_FILE), env="practice", trigger=True, params=PARAMS, logical_date=LOGICAL_DATE)


@pytest.mark.parametrize("mode", ["inline", "fork"])
@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_a_dag_ends_here_as_it_ends_there(dag_id: str, mode: str, published: Publication) -> None:
    there = next(one for one in published.runs if one.dag_id == dag_id)
    here = run(str(DAG_FILE), dag_id=dag_id, params=PARAMS, logical_date=LOGICAL_DATE, mode=mode)
    states: States = {one.key: (one.state, one.try_number) for one in here.task_instances}
    values: Values = {(xcom.task_id, xcom.map_index, xcom.key): xcom.stored for xcom in here.xcoms}
    assert (here.state, states, values) == (
        there.state,
        {(one.task_id, one.map_index): (one.state, one.try_number) for one in there.task_instances},
        {(one.task_id, one.map_index, one.key): one.value for one in there.xcoms},
    )
