"""What a task of Airflow 2 wants of other Dags: one that it triggers runs here; a run that it waits for is not seen.

Airflow's operators look into the metadata database, where other Dags and their runs would be. Ours holds one task.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

from mwaa_kit.engine.airflow2.asking import Asking
from mwaa_kit.engine.world import Trigger

_TRIGGERS = "TriggerDagRunOperator"
_WAITS = "ExternalTaskSensor"
_SUBDAG = "SubDagOperator"


class _OtherRun:
    """As much of a run of another Dag as the operator that triggered it reads."""

    def __init__(self, asking: Asking, wish: Trigger) -> None:
        self.run_id = wish.run_id
        self.execution_date = self.logical_date = wish.logical_date
        self._asking, self._dag_id = asking, wish.dag_id
        self.state = "running"

    def refresh_from_db(self, *_: Any) -> None:
        """Read the state: the run has ended already."""
        for known in self._asking.services.find_runs(self._dag_id):
            if known.info.run_id == self.run_id:
                self.state = known.state


@contextlib.contextmanager
def refusing(task: Any) -> Iterator[None]:
    """Let what only the whole of Airflow could do end with a reason: its timeout is seven days, or its words are a riddle.

    A mapped task becomes an operator of its own only when it runs, so it is the class that refuses.
    """
    with contextlib.ExitStack() as stack:
        for name, refuse in ((_WAITS, _refuse_to_wait), (_SUBDAG, _refuse_subdag)):
            if (base := _base(task, name)) is not None:
                stack.enter_context(_instead(base, "pre_execute", refuse))
        yield


@contextlib.contextmanager
def _instead(owner: Any, name: str, stand_in: Any) -> Iterator[None]:
    """Put something in the place of an attribute, inside the block."""
    own, before = name in vars(owner), getattr(owner, name)
    setattr(owner, name, stand_in)
    try:
        yield
    finally:
        setattr(owner, name, before) if own else delattr(owner, name)


def _refuse_to_wait(task: Any, context: Any) -> None:
    from airflow.exceptions import AirflowFailException, AirflowSkipException

    reason = (
        f"it waits for a run of Dag {task.external_dag_id!r}: a test-run on Airflow 2 does not see other Dags' runs. "
        f"To go on as if there was one: --stub {task.task_id}=null"
    )
    raise (AirflowSkipException if getattr(task, "soft_fail", False) else AirflowFailException)(reason)


def _refuse_subdag(task: Any, context: Any) -> None:
    from airflow.exceptions import AirflowFailException

    raise AirflowFailException(
        "a SubDagOperator runs another Dag by way of Airflow's database, so not here, and Airflow 3 has none. "
        f"Write a task group instead, or go on as if it had run: --stub {task.task_id}=null"
    )


@contextlib.contextmanager
def triggering(task: Any, asking: Asking) -> Iterator[None]:
    """Let a task that triggers another Dag run it here."""
    base: Any = _base(task, _TRIGGERS)
    if base is None:
        yield
        return
    names: Any = sys.modules[base.__module__]
    execute = base.execute

    def look_at_once(self: Any, *arguments: Any, **named: Any) -> Any:
        """The run has ended by then, so one that waits looks at once, and in its own process."""
        self.poke_interval = 0.01
        self._defer = self.deferrable = False
        with _instead(names, "trigger_dag", partial(_trigger, self, asking)):
            return execute(self, *arguments, **named)

    with _instead(base, "execute", look_at_once):
        yield


def _trigger(
    task: Any,
    asking: Asking,
    dag_id: str,
    run_id: str,
    conf: Any = None,
    execution_date: datetime | None = None,
    **_: Any,
) -> _OtherRun:
    """Stand in for ``airflow.api.common.trigger_dag.trigger_dag``."""
    from airflow.exceptions import AirflowFailException, DagRunAlreadyExists

    assert asking.request is not None
    given = json.loads(conf) if isinstance(conf, str) else conf or {}
    wish = Trigger(dag_id, run_id, execution_date, conf=given, reset=bool(getattr(task, "reset_dag_run", False)))
    became = asking.services.trigger(asking.request.key, asking.request.try_number, wish)
    run = _OtherRun(asking, wish)
    if became.outcome == "exists":
        exists: Any = DagRunAlreadyExists  # it wants a DagRun, and a date where none was asked for
        raise exists(run, execution_date, run_id)
    waits = getattr(task, "wait_for_completion", False)
    if became.outcome == "refused" or (became.outcome == "absent" and waits):
        raise AirflowFailException(became.reason)
    if became.outcome == "absent":
        line = f"{became.reason}; where it is published, it would be triggered now"
        asking.services.log(asking.request.key, asking.request.try_number, "warning", line)
    return run


def _base(task: Any, name: str) -> type | None:
    operator = getattr(task, "operator_class", None)
    mro = (operator if isinstance(operator, type) else type(task)).__mro__
    return next((one for one in mro if one.__name__ == name), None)
