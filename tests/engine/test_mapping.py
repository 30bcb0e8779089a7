"""What is mapped over a task: found by our collection as by Airflow's own walk."""

from __future__ import annotations

from typing import Any

from airflow.sdk import DAG, task, task_group
from airflow.sdk.definitions._internal.abstractoperator import AbstractOperator
from airflow.sdk.definitions.mappedoperator import MappedOperator
from airflow.sdk.definitions.taskgroup import MappedTaskGroup

from mwaa_kit.engine.mapping import know_mapped, walk_less


@task
def give(value: Any = 1) -> Any:
    return value


@task_group
def both(value: Any) -> Any:
    return give.override(task_id="inner")(give.override(task_id="one")(value))


def make() -> DAG:
    with DAG("mapped", schedule=None) as dag:
        source = give()
        first = give.override(task_id="first").expand(value=source)
        give.override(task_id="second").expand(value=first)
        both.expand(value=source)
        give.override(task_id="plain")(source)
    return dag


def found(dag: DAG) -> dict[str, list[str]]:
    """By task, the nodes that map over it."""
    return {name: [one.node_id for one in dag.task_dict[name].iter_mapped_dependants()] for name in dag.task_dict}


def test_the_collection_finds_what_airflows_own_walk_finds() -> None:
    walk_less(AbstractOperator)
    walked, known = make(), make()
    know_mapped(known, MappedOperator, MappedTaskGroup)

    assert found(known) == found(walked)
    assert found(walked) == {
        "give": ["first", "both"],
        "first": ["second"],
        **{key: [] for key in ("second", "both.one", "both.inner", "plain")},
    }
