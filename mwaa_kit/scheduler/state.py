"""The state of one run, in memory: task instances, XComs, and the answers to what a running task asks.

One class in a little more than 300 lines: a short answer to each question that a task may ask.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from mwaa_kit.engine.protocol import RunInfo
from mwaa_kit.model.run import (
    FAILED,
    FINISHED,
    RETURN_KEY,
    RUNNING,
    SKIPPED,
    SUCCESS,
    UNMAPPED,
    UP_FOR_RETRY,
    Event,
    LogLine,
    RunNote,
    TaskInstance,
    TaskKey,
    TaskStateChanged,
    XCom,
    XComPushed,
)
from mwaa_kit.model.spec import DagSpec
from mwaa_kit.scheduler.local import LocalSettings
from mwaa_kit.scheduler.secrets import Secrets, secrets_of_connection
from mwaa_kit.scheduler.surroundings import StartRun, Surroundings, refuse_to_start
from mwaa_kit.scheduler.world import World

Emit = Callable[[Event], None]
Clock = Callable[[], datetime]


class RunState(Surroundings):
    """What is known of one run. It implements :class:`~mwaa_kit.engine.protocol.TaskServices`.

    Parameters
    ----------
    emit
        Takes each event as it happens.
    now
        The clock; aware UTC.
    world
        What it shares with other runs; None gives it one of its own.
    start
        Runs another Dag.
    """

    def __init__(
        self,
        dag: DagSpec,
        run: RunInfo,
        local: LocalSettings,
        emit: Emit,
        now: Clock,
        *,
        world: World | None = None,
        start: StartRun = refuse_to_start,
    ) -> None:
        super().__init__(world, start)
        self.dag = dag
        self.run = run
        self.emit = emit
        self.now = now
        self.instances: dict[TaskKey, TaskInstance] = {}
        self.finished: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.expanded: dict[str, int] = {}
        self.lengths: dict[str, int] = {}
        self.previous = self.world.previous(run.dag_id, run.run_id)
        self.blocked: dict[TaskKey, str] = {}
        self.dirty: set[str] = {task.task_id for task in dag.tasks}
        self._xcoms: dict[tuple[str, int, str], Any] = {}
        self._left: defaultdict[TaskKey, dict[str, None]] = defaultdict(dict)
        self._local = local
        self._variables: dict[str, str | None] = {}
        self._stores: defaultdict[str, dict[str, Any]] = defaultdict(dict)
        self.secrets = Secrets(local.secrets())
        self._led: set[str] = set()
        self._skipped_ahead: set[TaskKey] = set()
        self._began: dict[TaskKey, datetime] = {}
        self._dependents = _dependents(dag)

    # What the loop does with it

    def set_state(self, key: TaskKey, state: str, *, reason: str = "", until: datetime | None = None) -> None:
        """Give a task instance a state, tell it, and mark what depends on it."""
        reason = " ".join(reason.split())  # a reason is one line wherever it is told
        at = self.now()
        reason = self.hide(reason)
        before = self.instances.get(key, TaskInstance(*key))
        done = state in FINISHED
        if before.state in FINISHED:
            self.finished[key[0]][before.state] -= 1
        self.instances[key] = replace(
            before,
            state=state,
            error=reason if state == FAILED else "",
            start_date=before.start_date or at,
            end_date=at if done else None,
        )
        if done:
            self.finished[key[0]][state] += 1
            self._learn_length(key[0])
            self.dirty.update(self._dependents[key[0]])
        took = self._end_try(key, at) if done or state == UP_FOR_RETRY else None
        self.emit(TaskStateChanged(at, key[0], key[1], before.try_number, state, reason, until, took))

    def _end_try(self, key: TaskKey, at: datetime) -> float | None:
        """Return how long the try took that ends here; None when none was begun."""
        began = self._began.pop(key, None)
        return None if began is None else (at - began).total_seconds()

    def begin_try(self, key: TaskKey, *, again: bool) -> TaskInstance:
        """Count a try, unless the same one goes on; return the instance as it now is."""
        at = self.now()
        before = self.instances.get(key, TaskInstance(*key))
        tries = before.try_number + (0 if again else 1)
        self._began.setdefault(key, at)
        self.instances[key] = replace(before, try_number=tries, start_date=before.start_date or at)
        return self.instances[key]

    def state_of(self, key: TaskKey) -> str | None:
        """Return an instance's state; None before it has one."""
        instance = self.instances.get(key)
        return instance.state if instance else None

    def keys_of(self, task_id: str) -> list[TaskKey]:
        """Return a task's instances: one of index -1 until it is expanded."""
        count = self.expanded.get(task_id)
        return [(task_id, UNMAPPED)] if count is None else [(task_id, index) for index in range(count)]

    def expand(self, task_id: str, count: int) -> None:
        """Give a mapped task its instances."""
        self.expanded[task_id] = count
        self.instances.pop((task_id, UNMAPPED), None)
        self.dirty.update(self._dependents[task_id])
        self.skip([key for key in self.keys_of(task_id) if key in self._skipped_ahead])

    def _learn_length(self, task_id: str) -> None:
        """Once all instances of a mapped task are finished, its length is the number of values they returned."""
        count = self.expanded.get(task_id)
        if count is not None and self.finished[task_id].total() >= count:
            self.lengths[task_id] = len(self.list_xcoms(task_id, RETURN_KEY))

    def xcoms(self) -> tuple[XCom, ...]:
        """Return all values, in the order of the Dag's tasks, their map indexes and keys."""
        order = {task.task_id: position for position, task in enumerate(self.dag.tasks)}
        keys = sorted(
            ((*key, name) for key, names in self._left.items() for name in names),
            key=lambda key: (order.get(key[0], len(order)), key[1], key[2]),
        )
        return tuple(XCom(*key, self._xcoms[key]) for key in keys)

    def xcoms_of(self, key: TaskKey) -> tuple[XCom, ...]:
        """Return the values of one instance, in the order in which it left them."""
        return tuple(XCom(*key, name, self._xcoms[*key, name]) for name in self._left[key])

    def lend(self, xcoms: Sequence[XCom], lengths: Mapping[str, int]) -> None:
        """Let the run's tasks read values of tasks that are not part of it.

        Parameters
        ----------
        lengths
            By task_id: how many instances a task has that is mapped over such a task.
        """
        for xcom in xcoms:
            self._xcoms[xcom.task_id, xcom.map_index, xcom.key] = xcom.stored
            if xcom.map_index != UNMAPPED:
                self.expanded[xcom.task_id] = max(self.expanded.get(xcom.task_id, 0), xcom.map_index + 1)
        self.lengths.update(lengths)

    def holds_secret(self, stored: Any) -> bool:
        """Whether a value holds what has to be hidden."""
        return self.secrets.are_in(stored)

    # What a running task asks

    def get_xcom(self, task_id: str, map_index: int | None, key: str) -> Any:
        """Return a value; for a `map_index` of None that of the instance that is not mapped."""
        return self._xcoms.get((task_id, UNMAPPED if map_index is None else map_index, key))

    def list_xcoms(self, task_id: str, key: str) -> Sequence[Any]:
        """Return the values of all map indexes, in their order."""
        if (count := self.expanded.get(task_id)) is not None:
            keys = ((task_id, index, key) for index in range(count))
            return [self._xcoms[one] for one in keys if one in self._xcoms]
        return [self._xcoms[task_id, UNMAPPED, key]] if (task_id, UNMAPPED, key) in self._xcoms else []

    def set_xcom(self, task_id: str, map_index: int, key: str, value: Any, length: int | None) -> None:
        """Keep a value."""
        self._xcoms[task_id, map_index, key] = value
        self._left[task_id, map_index][key] = None
        if length is not None:
            self.lengths[task_id] = length
        xcom = XCom(task_id, map_index, key, value)
        self.emit(XComPushed(self.now(), task_id, map_index, key, xcom.type_name, xcom.size_bytes))

    def delete_xcom(self, task_id: str, map_index: int, key: str) -> None:
        """Forget a value."""
        self._xcoms.pop((task_id, map_index, key), None)
        self._left[task_id, map_index].pop(key, None)

    def clear_xcoms(self, key: TaskKey) -> None:
        """Forget what an earlier try left, as Airflow does before the next."""
        for name in self._left.pop(key, {}):
            del self._xcoms[*key, name]

    def get_variable(self, key: str) -> str | None:
        """Return a Variable: one set in this run, else the local one."""
        return self._variables[key] if key in self._variables else self._local.variables.get(key)

    def list_variables(self, prefix: str) -> Sequence[str]:
        """Return the keys of the Variables that start so, in order."""
        keys = {*self._local.variables, *self._variables}
        return sorted(key for key in keys if key.startswith(prefix) and self.get_variable(key) is not None)

    def set_variable(self, key: str, value: str | None) -> None:
        """Set a Variable for the rest of the run; nothing outside it changes."""
        self._variables[key] = value

    def get_connection(self, conn_id: str) -> Mapping[str, Any] | None:
        """Return the fields of a local Connection."""
        found = self._local.find_connection(conn_id)
        if found.note and conn_id not in self._led:
            self._led.add(conn_id)
            self.emit(RunNote(self.now(), found.note))
        for secret in secrets_of_connection(found.fields or {}):
            self.secrets.add(secret)
        return found.fields

    def skip(self, keys: Sequence[TaskKey], reason: str = "skipped by an upstream task") -> None:
        """Skip task instances, but for those that run or have ended by themselves.

        An instance of a task that is not expanded yet is skipped as soon as there is one.
        """
        for key in keys:
            if key[0] not in self.dag.by_id:
                continue
            present = self.keys_of(key[0])
            self._skipped_ahead.update({key} - set(present))
            for target in present if key[1] == UNMAPPED else [one for one in present if one == key]:
                if self.state_of(target) not in (RUNNING, SUCCESS, FAILED, SKIPPED):
                    self.set_state(target, SKIPPED, reason=reason)

    def task_states(self) -> Mapping[TaskKey, str | None]:
        """Return the state of every task instance; None before it has one."""
        return {key: self.state_of(key) for task in self.dag.tasks for key in self.keys_of(task.task_id)}

    def remember(self, scope: str, key: str, value: Any) -> None:
        """Keep a value of a state store; None forgets it."""
        if value is None:
            self._stores[scope].pop(key, None)
        else:
            self._stores[scope][key] = value

    def recall(self, scope: str, key: str) -> Any:
        """Return what :meth:`remember` kept."""
        return self._stores[scope].get(key)

    def forget(self, scope: str) -> None:
        """Drop a whole state store."""
        self._stores.pop(scope, None)

    def mask(self, secret: str) -> None:
        """Hide a secret in every later log line of the run, whichever process writes it."""
        if secret:
            self.secrets.add(secret)

    def log(self, key: TaskKey, try_number: int, level: str, message: str) -> None:
        """Take one line of a task's log."""
        self.emit(LogLine(self.now(), key[0], key[1], try_number, level, self.hide(message)))

    def hide(self, text: str) -> str:
        """Blot out every secret that is known."""
        return self.secrets.hide(text)


def _dependents(dag: DagSpec) -> dict[str, tuple[str, ...]]:
    """Return for each task whom to look at again when one of its instances is finished."""
    found: dict[str, dict[str, None]] = {task.task_id: {} for task in dag.tasks}
    for task in dag.tasks:
        for other in (*task.upstream, *task.setups, *teardown_scope(dag, task.task_id)):
            if other in found:
                found[other][task.task_id] = None
    return {task_id: tuple(others) for task_id, others in found.items()}


def teardown_scope(dag: DagSpec, task_id: str) -> tuple[str, ...]:
    """Return the tasks between a teardown and its setups that are not its direct upstream: it waits for them too."""
    task = dag.by_id[task_id]
    if not task.is_teardown:
        return ()
    setups = [up for up in task.upstream if up in dag.by_id and dag.by_id[up].is_setup]
    above = _reach(dag, task_id, "upstream")
    within = {name for setup in setups for name in _reach(dag, setup, "downstream")}
    return tuple(one.task_id for one in dag.tasks if one.task_id in above & within and one.task_id not in task.upstream)


def _reach(dag: DagSpec, task_id: str, direction: str) -> set[str]:
    """Return all tasks above or below one."""
    found: set[str] = set()
    waiting = [task_id]
    while waiting:
        for other in getattr(dag.by_id[waiting.pop()], direction):
            if other in dag.by_id and other not in found:
                found.add(other)
                waiting.append(other)
    return found
