"""What is rarely used and must hold all the same: kinds of values, limits of mapping, retry policies."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from airflow.sdk import DAG, ExceptionRetryPolicy, RetryAction, RetryRule, task
from pydantic import BaseModel

GIVEN = {"schedule": None, "start_date": datetime(2026, 1, 1)}


class Order(BaseModel):
    """A model of the user's own."""

    number: int
    lines: list[str] = []


@dataclass
class Batch:
    """A data class that holds another one."""

    name: str
    sizes: list[int] = field(default_factory=list)


def table():
    import pyarrow as pa

    return pa.table({"a": [1, 2], "b": ["x", None]})


def array():
    import numpy as np

    return np.array([[1.5, 2.0], [3.0, 4.0]])


def series():
    import pandas as pd

    return pd.Series([1, 2], name="s")


def stamp():
    import pandas as pd

    return pd.Timestamp("2026-01-02", tz="Europe/Berlin")


def frame():
    import pandas as pd

    return pd.DataFrame({"t": pd.to_datetime(["2026-01-02"]), "c": pd.Categorical(["x"])})


with DAG("promises_values", **GIVEN):

    @task(trigger_rule="all_done")
    def look(value):
        return [type(value).__name__, str(value)]

    def give(name, make):
        @task(task_id=name)
        def given():
            return make()

        look.override(task_id=f"look_{name}")(given())

    for make in (table, array, series, stamp, frame):
        give(make.__name__, make)
    give("order", lambda: Order(number=1, lines=["a"]))
    give("batch", lambda: Batch("n", [1, 2]))
    give("many", lambda: {"orders": [Order(number=2)], "batch": Batch("m")})
    give("data", lambda: b"bytes")

with DAG("promises_limits", **GIVEN):

    @task
    def too_many():
        return list(range(1025))

    @task
    def just_enough():
        return {str(number): number for number in range(3)}

    @task
    def each(value):
        return value

    each(too_many())
    each.partial().expand(value=just_enough())
    each.override(task_id="each_of_too_many").expand(value=too_many.override(task_id="many_more")())

POLICY = ExceptionRetryPolicy(
    rules=[
        RetryRule(exception=ConnectionError, action=RetryAction.RETRY, retry_delay=timedelta(seconds=0.1)),
        RetryRule(exception=ValueError, action=RetryAction.FAIL, reason="no use"),
    ]
)

with DAG("promises_policies", default_args={"retries": 2, "retry_delay": timedelta(seconds=0.1)}, **GIVEN):

    def breaks(name, error):
        @task(task_id=name, retry_policy=POLICY)
        def broken():
            raise error

        broken()

    breaks("tries_again", ConnectionError("again"))
    breaks("fails_at_once", ValueError("for good"))
    breaks("by_default", KeyError("as ever"))
