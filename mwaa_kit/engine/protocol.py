"""What the scheduler and an engine say to each other. No Airflow here: an engine may be in another process."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from mwaa_kit.engine.world import Answer, RunInfo, WorldServices
from mwaa_kit.model.run import TaskKey
from mwaa_kit.model.spec import DagSpec, LoadedFile

__all__ = ["Deferral", "Engine", "RunInfo", "TaskOutcome", "TaskRequest", "TaskServices"]


@dataclass(frozen=True)
class Deferral:
    """A task that waits: everything needed to fire its trigger, and to go on afterwards.

    Parameters
    ----------
    classpath
        The trigger's class; empty for a task that waits for a person.
    answer
        What the person answered; None when nobody did in time, and the task has no defaults.
    """

    classpath: str
    trigger_kwargs: Any
    next_method: str
    next_kwargs: Any
    timeout_seconds: float | None = None
    answer: Answer | None = None


@dataclass(frozen=True)
class TaskRequest:
    """Run one task instance once.

    Parameters
    ----------
    try_number
        From 1; the same again when a sensor or a deferred task goes on.
    max_tries
        The number of retries.
    reschedules
        How often the instance was put off by a sensor.
    started_at
        When the instance began its first try.
    resume
        Set when a deferred task goes on: the deferral, with the trigger's event merged into ``next_kwargs``.
    skip_delays
        A sensor in poke mode does not wait between two looks.
    callback
        ``success`` or ``failure``: not the task is run, but the Dag's callbacks for that end, with the context of this task
        instance.
    reason
        Why the run ended so, for the callbacks.
    """

    run: RunInfo
    task_id: str
    map_index: int
    try_number: int
    max_tries: int
    started_at: datetime
    reschedules: int = 0
    resume: Deferral | None = None
    skip_delays: bool = False
    callback: str = ""
    reason: str = ""

    @property
    def key(self) -> TaskKey:
        """(task_id, map_index)."""
        return (self.task_id, self.map_index)


@dataclass(frozen=True)
class TaskOutcome:
    """How one try ended.

    Parameters
    ----------
    state
        ``success``, ``failed``, ``skipped``, ``up_for_retry``, ``up_for_reschedule``, ``deferred`` or ``awaiting_input``.
    error
        ``ValueError: no rows``; empty when there was none.
    traceback
        The user's part of the traceback, as text.
    until
        When a sensor wants to look again.
    retry_delay_seconds
        A delay that the task's own retry policy asked for; None leaves it to the task's settings.
    interrupted
        The user pressed Ctrl-C (or the kernel was interrupted) while it ran.
    """

    state: str
    error: str = ""
    traceback: str = ""
    until: datetime | None = None
    retry_delay_seconds: float | None = None
    deferral: Deferral | None = None
    interrupted: bool = False


class TaskServices(WorldServices, Protocol):
    """What a running task asks of its run: XComs, variables, connections, the states of others.

    Values are Airflow's serialised JSON. ``None`` as an answer means: there is none.
    """

    def get_xcom(self, task_id: str, map_index: int | None, key: str) -> Any:
        """Return a value; for a `map_index` of None that of the instance that is not mapped."""

    def list_xcoms(self, task_id: str, key: str) -> Sequence[Any]:
        """Return the values of all map indexes, in their order."""

    def set_xcom(self, task_id: str, map_index: int, key: str, value: Any, length: int | None) -> None:
        """Keep a value; `length` is how many instances a task mapped over it will have."""

    def delete_xcom(self, task_id: str, map_index: int, key: str) -> None:
        """Forget a value."""

    def get_variable(self, key: str) -> str | None:
        """Return an Airflow Variable."""

    def list_variables(self, prefix: str) -> Sequence[str]:
        """Return the keys of the Variables that start so, in order."""

    def set_variable(self, key: str, value: str | None) -> None:
        """Set a Variable for the rest of the run; None removes it."""

    def get_connection(self, conn_id: str) -> Mapping[str, Any] | None:
        """Return the fields of an Airflow Connection."""

    def skip(self, keys: Sequence[TaskKey]) -> None:
        """Mark task instances that have not started as skipped."""

    def task_states(self) -> Mapping[TaskKey, str | None]:
        """Return the state of every task instance; None before it has one."""

    def remember(self, scope: str, key: str, value: Any) -> None:
        """Keep a value of a task or an asset state store; None forgets it."""

    def recall(self, scope: str, key: str) -> Any:
        """Return what :meth:`remember` kept."""

    def forget(self, scope: str) -> None:
        """Drop a whole state store."""

    def mask(self, secret: str) -> None:
        """Hide `secret` in everything that is logged from now on."""

    def log(self, key: TaskKey, try_number: int, level: str, message: str) -> None:
        """Take one line of a task's log."""


SKIPS_KEY = "skipmixin_key"
"""The XCom in which a branch or a condition of Airflow leaves whom it follows, or whom it skips."""

BRANCHES, SKIPS_ALL_BELOW, SKIPS_NEXT = "branches", "skips all below", "skips the next"


@dataclass(frozen=True)
class TaskInsight:
    """What can be seen in a task beyond its place in the Dag.

    Parameters
    ----------
    digest
        The same as long as its code, its helpers and its arguments are.
    reads
        (task_id, key) of each XCom among its arguments.
    doubts
        Why running it again might matter, in words; empty where only its result would come of it, and the same.
    sees_params, sees_run
        Whether its result may depend on the run's params, or on anything of the run.
    multiple_outputs
        Whether each key of a dict it returns is an XCom too.
    skips
        What it does with the tasks below by what it returns: `BRANCHES` follows those it names; `SKIPS_ALL_BELOW` and
        `SKIPS_NEXT` skip where that is nothing or false; empty where it does none of it.
    """

    digest: str = ""
    reads: tuple[tuple[str, str], ...] = ()
    doubts: tuple[str, ...] = ()
    sees_params: bool = False
    sees_run: bool = False
    multiple_outputs: bool = False
    skips: str = ""


@runtime_checkable
class Insightful(Protocol):
    """An engine that can also look into tasks. One that cannot leaves a run without reuse."""

    def look_into(self, dag_id: str) -> Mapping[str, TaskInsight]:
        """Return what can be seen in each task of a loaded Dag."""

    def write_value(self, value: object) -> Any:
        """Turn an object into what Airflow stores of it."""


class Engine(Protocol):
    """An Airflow that can read Dag files and run single task instances."""

    @property
    def airflow_version(self) -> str:
        """Such as ``3.3.1``."""

    def load(self, path: str, services: TaskServices | None = None, taken: Collection[str] = ()) -> LoadedFile:
        """Import a Dag file; its Dags can be run afterwards. One that defines a Dag of `taken` is refused."""

    def adopt(self, dag: object) -> DagSpec:
        """Take a Dag object that exists in this interpreter only."""

    def describe_run(self, dag_id: str, when: datetime | None, now: datetime, conf: Mapping[str, Any]) -> RunInfo:
        """Work out run id and data interval of a manual run, and check `conf` against the Dag's params."""

    def run_task(self, request: TaskRequest, services: TaskServices) -> TaskOutcome:
        """Run one task instance in this process and thread."""

    def fire(
        self, deferral: Deferral, request: TaskRequest, services: TaskServices, cancelled: Callable[[], bool]
    ) -> Deferral:
        """Wait for a trigger's first event; return the deferral with the event in its ``next_kwargs``."""

    def read_value(self, stored: Any) -> object:
        """Turn an XCom's stored JSON into a live object."""
