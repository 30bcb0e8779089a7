"""One try of one task instance, by Airflow's own task runner.

``airflow.sdk.execution_time.task_runner.run`` and ``finalize`` are what a worker calls in production; their signatures
have been the same since the Task SDK 1.0. Around them only the supervisor is ours (see `supervising`).

Notes
-----
The runner was written for a process of its own; what it would leave behind in ours, or share with other tasks, is kept
apart by `belonging`.
"""

from __future__ import annotations

import contextlib
import functools
import os
import uuid
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from mwaa_kit.engine.airflow3.belonging import own_context, supervised
from mwaa_kit.engine.airflow3.calling import call_back
from mwaa_kit.engine.airflow3.capturing import captured, redactor
from mwaa_kit.engine.airflow3.describing import construct, describe_run
from mwaa_kit.engine.airflow3.people import event_of, event_of_silence
from mwaa_kit.engine.airflow3.reaching import reachable, starts_a_python
from mwaa_kit.engine.airflow3.supervising import Supervisor
from mwaa_kit.engine.airflow3.versions import needs_map_indexes, pack_kwargs
from mwaa_kit.engine.belonging import own_environment, own_params, own_signals
from mwaa_kit.engine.killing import killable
from mwaa_kit.engine.kinds import is_a
from mwaa_kit.engine.protocol import Deferral, TaskOutcome, TaskRequest, TaskServices
from mwaa_kit.engine.tracebacks import format_error, last_line
from mwaa_kit.model.run import AWAITING_INPUT, DEFERRED, FAILED, SUCCESS


def run_task(dag: Any, request: TaskRequest, services: TaskServices, loaded: Iterable[Any] = ()) -> TaskOutcome:
    """Run one try in this process and thread; whatever the task raises ends up in the outcome.

    Parameters
    ----------
    loaded
        All Dags that the engine holds: they say which assets there are.
    """
    from airflow.sdk.execution_time import task_runner

    supervisor = Supervisor(services, request, dag, loaded)

    complaints = [""]

    def write(level: str, line: str) -> None:
        if level == "error":
            complaints[0] = line
        services.log(request.key, request.try_number, level, line)

    with contextlib.ExitStack() as stack:
        stack.enter_context(supervised(supervisor))
        stack.enter_context(own_signals)
        stack.enter_context(own_environment())
        stack.enter_context(own_context)
        stack.enter_context(own_params(dag.params, dag.task_dict[request.task_id].params))
        log = stack.enter_context(captured(write))
        if starts_a_python(dag.task_dict[request.task_id]):
            stack.enter_context(reachable(supervisor, write))
        instance = _instance(dag, request, services)
        kill = stack.enter_context(killable(instance, write))
        try:
            context = instance.get_template_context()
            if request.callback:
                call_back(dag, request.callback, request.reason, context, write)
                return TaskOutcome(SUCCESS)
            state, message, error = task_runner.run(instance, context, log)
            if error is not None and not isinstance(error, Exception):
                kill()
            context["exception"] = error
            task_runner.finalize(instance, state, context, log, error)
        except Exception as failure:  # what the runner does not catch, it would report as a failed task
            write("error", format_error(failure))
            return TaskOutcome(FAILED, redactor()(last_line(failure)), redactor()(format_error(failure)))
    return _read_outcome(str(getattr(state, "value", state)), message, error, complaints[0])


def share_type_adapters() -> None:
    """Let the runner build its pydantic adapter for JSON once instead of once for each rendered field.

    Building it is half of what a trivial task costs (measured on 3.3.1); what it does stays the same. It is built here, so
    that children which are forked later share it.
    """
    from airflow.sdk.execution_time import task_runner
    from pydantic import JsonValue

    adapter = getattr(task_runner, "TypeAdapter", None)
    if isinstance(adapter, type):
        task_runner.TypeAdapter = functools.cache(adapter)
        task_runner.TypeAdapter(JsonValue)


def _read_outcome(state: str, message: Any, error: BaseException | None, complaint: str) -> TaskOutcome:
    """Say in our words how the runner ended; a failure that nothing was raised for is told by what was last written of it."""
    return TaskOutcome(
        state=state,
        error=redactor()(last_line(error)) if error else complaint if state == FAILED else "",
        traceback=redactor()(format_error(error)) if error else "",
        until=getattr(message, "reschedule_date", None),
        retry_delay_seconds=getattr(message, "retry_delay_seconds", None),
        deferral=_read_deferral(message) if state in (DEFERRED, AWAITING_INPUT) else None,
        interrupted=isinstance(error, KeyboardInterrupt),
    )


def _read_deferral(message: Any) -> Deferral:
    """Read what a task waits for: a trigger, or (without one) a person."""
    timeout = message.trigger_timeout if hasattr(message, "classpath") else message.timeout
    return Deferral(
        classpath=getattr(message, "classpath", ""),
        trigger_kwargs=pack_kwargs(getattr(message, "trigger_kwargs", None)),
        next_method=message.next_method,
        next_kwargs=pack_kwargs(message.next_kwargs),
        timeout_seconds=timeout.total_seconds() if timeout else None,
    )


def _instance(dag: Any, request: TaskRequest, services: TaskServices) -> Any:
    """Build the task instance that the runner works on, as the API server would describe it."""
    from airflow.sdk.api.datamodels import _generated as datamodels
    from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

    task = dag.task_dict[request.task_id]
    if (request.skip_delays or _waits_for_a_run(task)) and hasattr(task, "poke_interval"):
        task = task if getattr(task, "is_mapped", False) else _impatient(task)
    context = construct(
        datamodels.TIRunContext,
        dag_run=describe_run(request.run),
        task_reschedule_count=request.reschedules,
        max_tries=request.max_tries,
        should_retry=request.try_number <= request.max_tries,
        next_method=request.resume.next_method if request.resume else None,
        next_kwargs=_next_kwargs(request.resume) if request.resume else None,
        xcom_keys_to_clear=[],
        variables=[],
        connections=[],
        start_date=request.started_at,
        upstream_map_indexes=_upstream_map_indexes(task, request, services),
    )
    return construct(
        RuntimeTaskInstance,
        id=uuid.uuid5(uuid.NAMESPACE_OID, f"{request.run.run_id} {request.task_id} {request.map_index}"),
        task_id=request.task_id,
        dag_id=dag.dag_id,
        run_id=request.run.run_id,
        try_number=request.try_number,
        map_index=request.map_index,
        hostname="localhost",
        dag_version_id=uuid.uuid5(uuid.NAMESPACE_OID, dag.dag_id),
        queue="default",
        context_carrier={},
        task=task,
        bundle_instance=SimpleNamespace(name="mwaa-kit", version=None, path=os.path.dirname(dag.fileloc or "")),
        _ti_context_from_server=context,
        max_tries=request.max_tries,
        start_date=datetime.now(UTC),
    )


def _next_kwargs(resume: Deferral) -> Any:
    """Return the arguments of the method that goes on; to a person's answer, or to nobody's, belongs an event."""
    if resume.classpath:
        return resume.next_kwargs
    event = event_of(resume.answer) if resume.answer else event_of_silence()
    return {**(resume.next_kwargs or {}), "event": event}


def _waits_for_a_run(task: Any) -> bool:
    """Whether a task triggers another Dag: that run has ended when the task looks for the first time."""
    return is_a(task, "TriggerDagRunOperator")


def _upstream_map_indexes(task: Any, request: TaskRequest, services: TaskServices) -> dict[str, Any]:
    """Return which instances of each upstream task in a mapped group matter: those of the same repetition, else all.

    Airflow before 3.2 lets the API server work this out; later ones ask for counts instead, and do not read it.
    """
    if not needs_map_indexes():
        return {}
    around = {other.task_id: _mapped_groups(other) for other in task.upstream_list}
    if not any(around.values()):
        return {}
    own = _mapped_groups(task)
    counts = Counter(task_id for task_id, index in services.task_states() if index >= 0)
    return {
        name: _related(request.map_index, counts[task.task_id], counts[name])
        if groups & own and request.map_index >= 0
        else list(range(counts[name]))
        for name, groups in around.items()
        if groups
    }


def _mapped_groups(task: Any) -> set[str]:
    return {group.group_id for group in task.iter_mapped_task_groups()}


def _related(map_index: int, own: int, others: int) -> int | list[int] | None:
    """Return the related map indexes: the one that both share, or those that lie in the same outer repetition."""
    if not own or not others:
        return None
    if others <= own:
        return map_index * others // own
    further = others // own
    return list(range(map_index * further, (map_index + 1) * further))


def _impatient(task: Any) -> Any:
    """Return the same sensor, looking without a pause between."""
    quick = task.prepare_for_execution()
    quick.poke_interval = 0.01
    return quick
