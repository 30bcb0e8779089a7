"""Where Airflow 2 reads and writes the database about others, it asks the run instead.

Each of Airflow's own functions stays and does its work on the private database; before it reads, the rows it will look for
are fetched from the run's state, and what it writes for others is told to the run.
"""

from __future__ import annotations

import contextlib
import functools
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from mwaa_kit.engine.airflow2.storing import from_bytes, read_value, write_xcom
from mwaa_kit.engine.protocol import SKIPS_KEY, TaskRequest, TaskServices
from mwaa_kit.model.run import RETURN_KEY, UNMAPPED, TaskKey


class Asking:
    """What one task asks of its run.

    Parameters
    ----------
    dag
        Airflow's own; None while a Dag file is imported.
    """

    def __init__(self, services: TaskServices, request: TaskRequest | None, dag: Any) -> None:
        self.services = services
        self.request = request
        self.dag = dag
        self._fetched: set[tuple[TaskKey, str]] = set()
        self._states: dict[TaskKey, str | None] | None = None

    def is_own(self, run_id: str | None) -> bool:
        """Whether a row belongs to the run of this task."""
        return self.request is not None and run_id == self.request.run.run_id

    def states(self) -> dict[TaskKey, str | None]:
        """Return the states of all task instances, as they were when this task first asked."""
        if self._states is None:
            self._states = dict(self.services.task_states())
        return self._states

    def fetch_xcoms(self, task_ids: Any, key: str, session: Any) -> None:
        """Fetch what tasks left under a key."""
        wanted = {task_ids} if isinstance(task_ids, str) else None if task_ids is None else set(task_ids)
        for one in self.states():
            if (wanted is None or one[0] in wanted) and self.request and one != self.request.key:
                self._fetch_xcom(one, key, session)

    def _fetch_xcom(self, one: TaskKey, key: str, session: Any) -> None:
        if (one, key) in self._fetched or self.request is None:
            return
        self._fetched.add((one, key))
        stored = self.services.get_xcom(one[0], one[1], key)
        if stored is not None:
            write_xcom(self.request, one, key, stored, session)

    def fetch_states(self, session: Any) -> None:
        """Fetch the states of all other task instances."""
        from airflow.models.taskinstance import TaskInstance

        for (task_id, index), state in self.services.task_states().items():
            if self.request and (task_id, index) != self.request.key and task_id in self.dag.task_dict:
                row = TaskInstance(self.dag.task_dict[task_id], run_id=self.request.run.run_id, map_index=index)
                row.state = state
                session.merge(row)
        session.flush()

    def length_of(self, task_id: str, *, mapped: bool) -> int | None:
        """Return how many instances a task mapped over another's result has."""
        if mapped:
            return len(self.services.list_xcoms(task_id, RETURN_KEY))
        stored = self.services.get_xcom(task_id, UNMAPPED, RETURN_KEY)
        return None if stored is None else len(read_value(stored))


_asked: list[Asking] = []


@contextlib.contextmanager
def asked(asking: Asking) -> Iterator[None]:
    """Let Airflow's functions ask this one inside the block."""
    _asked.append(asking)
    try:
        yield
    finally:
        _asked.remove(asking)


def current() -> Asking | None:
    """Return what the task that runs now asks; None where none runs."""
    return _asked[-1] if _asked else None


def listen_to_airflow() -> None:
    """Put our questions around Airflow's functions, once in a process."""
    from airflow.models.dagrun import DagRun
    from airflow.models.skipmixin import SkipMixin
    from airflow.models.variable import Variable
    from airflow.models.xcom import BaseXCom
    from airflow.models.xcom_arg import PlainXComArg
    from airflow.secrets.metastore import MetastoreBackend

    setattr(BaseXCom, "set", classmethod(_set_xcom(vars(BaseXCom)["set"].__func__)))
    setattr(BaseXCom, "get_many", staticmethod(_get_many(vars(BaseXCom)["get_many"].__func__)))
    for name in ("fetch_task_instances", "fetch_task_instance"):
        setattr(DagRun, name, staticmethod(_with_states(vars(DagRun)[name].__func__)))
    setattr(SkipMixin, "_set_state_to_skipped", staticmethod(_skip))
    setattr(PlainXComArg, "get_task_map_length", _map_length(PlainXComArg.get_task_map_length))
    setattr(MetastoreBackend, "get_variable", lambda self, key, session=None: _get_variable(key))
    setattr(MetastoreBackend, "get_connection", lambda self, conn_id, session=None: _get_connection(conn_id))
    _spare_writes()
    setattr(Variable, "set", staticmethod(_set_variable))
    setattr(Variable, "delete", staticmethod(_delete_variable))


def _spare_writes() -> None:
    """Leave out what only others would read or could have changed: nobody else sees this database.

    Half of what a trivial task costs is reading its own row again, writing it once more, and keeping its rendered fields.
    """
    from airflow.models.renderedtifields import RenderedTaskInstanceFields
    from airflow.models.taskinstance import TaskInstance

    def spared(*arguments: Any, **named: Any) -> None:
        return None

    setattr(RenderedTaskInstanceFields, "write", spared)
    setattr(RenderedTaskInstanceFields, "delete_old_records", spared)
    setattr(TaskInstance, "refresh_from_db", spared)
    setattr(TaskInstance, "get_previous_dagrun", spared)
    if hasattr(TaskInstance, "save_to_db"):
        setattr(TaskInstance, "save_to_db", staticmethod(lambda ti, *arguments, **named: ti))


def _set_xcom(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def set_xcom(cls: Any, key: str, value: Any, *arguments: Any, **named: Any) -> None:
        from airflow.utils.session import create_session

        original(cls, key, value, *arguments, **named)
        asking, task_id = current(), str(named.get("task_id", arguments[0] if arguments else ""))
        if asking is None or not asking.is_own(named.get("run_id")):
            return
        index = named.get("map_index", UNMAPPED)
        names = {"run_id": named["run_id"], "task_id": task_id, "map_index": index, "key": key}
        with contextlib.ExitStack() as stack:
            session = named.get("session") or stack.enter_context(create_session())
            stored = session.query(cls.value).filter_by(**names).scalar()
        asking.services.set_xcom(task_id, index, key, from_bytes(stored), _length(asking, task_id, index, key, value))
        if key == SKIPS_KEY and index != UNMAPPED:
            _skip_ahead(asking, task_id, index, value)

    return set_xcom


def _length(asking: Asking, task_id: str, index: int, key: str, value: Any) -> int | None:
    """Return the length of a value that others are mapped over."""
    if key != RETURN_KEY or index != UNMAPPED or task_id not in asking.dag.task_dict:
        return None
    sized = hasattr(value, "__len__") and not isinstance(value, str | bytes)
    mapped_over = sized and next(asking.dag.task_dict[task_id].iter_mapped_dependants(), None) is not None
    return len(value) if mapped_over else None


def _get_many(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def get_many(*arguments: Any, **named: Any) -> Any:
        asking, key = current(), named.get("key")
        if asking is not None and key and asking.is_own(named.get("run_id")):
            from airflow.utils.session import create_session

            with contextlib.ExitStack() as stack:
                session = named.get("session") or stack.enter_context(create_session())
                asking.fetch_xcoms(named.get("task_ids"), key, session)
        return original(*arguments, **named)

    return get_many


def _with_states(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def fetch(*arguments: Any, **named: Any) -> Any:
        asking = current()
        if asking is not None:
            from airflow.utils.session import create_session

            with create_session() as session:
                asking.fetch_states(session)
        return original(*arguments, **named)

    return fetch


def _map_length(original: Callable[..., Any]) -> Callable[..., Any]:
    def get_task_map_length(self: Any, run_id: str, *, session: Any) -> int | None:
        asking = current()
        if asking is None or not asking.is_own(run_id):
            length: int | None = original(self, run_id, session=session)
            return length
        operator = self.operator
        grouped = next(operator.iter_mapped_task_groups(), None) is not None
        return asking.length_of(operator.task_id, mapped=grouped or hasattr(operator, "_get_specified_expand_input"))

    return get_task_map_length


def _skip(dag_run: Any, tasks: Iterable[Any], session: Any = None) -> None:
    asking = current()
    if asking is not None and asking.is_own(dag_run.run_id):
        asking.services.skip([task if isinstance(task, tuple) else (task, UNMAPPED) for task in tasks])


def _skip_ahead(asking: Asking, task_id: str, index: int, left: Any) -> None:
    """Skip what a repetition of a branch does not follow, in its own repetition.

    Airflow 2 skips only instances that it has made already; the others wait until its scheduler reads what the branch
    left (``NotPreviouslySkippedDep``), which here nobody does.
    """
    followed, skipped = left.get("followed"), left.get("skipped", ())
    below = asking.dag.task_dict[task_id].downstream_task_ids
    keys = [(name, index) for name in below if (name not in followed if followed is not None else name in skipped)]
    asking.services.skip(keys)


def _get_variable(key: str) -> str | None:
    asking = current()
    value = asking.services.get_variable(key) if asking else None
    if value is not None and asking is not None:
        from airflow.utils.log import secrets_masker

        hides: Callable[[str], bool] = secrets_masker.should_hide_value_for_key
        if hides(key):
            asking.services.mask(value)
    return value


def _get_connection(conn_id: str) -> Any:
    from airflow.models.connection import Connection

    asking = current()
    fields = asking.services.get_connection(conn_id) if asking else None
    if fields is None or asking is None:
        return None
    for secret in (fields.get("password"), fields.get("extra")):
        if secret:
            asking.services.mask(secret)
    known = ("conn_type", "description", "host", "login", "password", "schema", "port", "extra")
    return Connection(conn_id=conn_id, **{name: fields[name] for name in known if fields.get(name) is not None})


def _set_variable(
    key: str, value: Any, description: str | None = None, serialize_json: bool = False, session: Any = None
) -> None:
    if asking := current():
        asking.services.set_variable(key, json.dumps(value, indent=2) if serialize_json else str(value))


def _delete_variable(key: str, session: Any = None) -> int:
    asking = current()
    if asking is None or asking.services.get_variable(key) is None:
        return 0
    asking.services.set_variable(key, None)
    return 1
