"""One try of one task instance, by Airflow 2's own ``TaskInstance``."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import Any

from mwaa_kit.engine.airflow2 import database
from mwaa_kit.engine.airflow2.asking import Asking, asked
from mwaa_kit.engine.airflow2.datasets import put_events
from mwaa_kit.engine.airflow2.elsewhere import refusing, triggering
from mwaa_kit.engine.airflow3.calling import call_back
from mwaa_kit.engine.belonging import own_environment, own_params, own_signals
from mwaa_kit.engine.killing import killable
from mwaa_kit.engine.protocol import Deferral, TaskOutcome, TaskRequest, TaskServices
from mwaa_kit.engine.streams import Write, bounded, routed
from mwaa_kit.engine.tracebacks import format_error, last_line
from mwaa_kit.model.run import DEFERRED, FAILED, SUCCESS, UP_FOR_RESCHEDULE

_NOISE = ("::group::", "::endgroup::", "Done. Returned value was", "Marking task as ", "Exporting env vars: ")


def run_task(dag: Any, request: TaskRequest, services: TaskServices) -> TaskOutcome:
    """Run one try in this process; whatever the task raises ends up in the outcome."""

    def write(level: str, line: str) -> None:
        services.log(request.key, request.try_number, level, line)

    with contextlib.ExitStack() as stack:
        asking = Asking(services, request, dag)
        stack.enter_context(asked(asking))
        stack.enter_context(own_signals)
        stack.enter_context(own_environment())
        stack.enter_context(own_params(dag.params, dag.task_dict[request.task_id].params))
        stack.enter_context(captured(write))
        task = dag.task_dict[request.task_id]
        stack.enter_context(triggering(task, asking))
        if request.resume is None:
            stack.enter_context(refusing(task))
        return _call_back(dag, request, write) if request.callback else _run(task, request, services, write)


def _call_back(dag: Any, request: TaskRequest, write: Write) -> TaskOutcome:
    """Run the Dag's own callbacks, with the context of the task instance that ended last."""
    from airflow import settings

    session = settings.Session()
    session.expunge_all()
    database.begin_run(session, request)
    ti = database.begin_instance(session, dag.task_dict[request.task_id], request)
    call_back(dag, request.callback, request.reason, ti.get_template_context(session=session), write)
    return TaskOutcome(SUCCESS)


def _run(task: Any, request: TaskRequest, services: TaskServices, write: Write) -> TaskOutcome:
    from airflow import settings
    from airflow.exceptions import TaskDeferred

    session = settings.Session()
    session.expunge_all()
    database.begin_run(session, request)
    if request.reschedules:
        database.note_reschedule(session, task, request)
    if task.inlets:
        put_events(session, services.list_asset_events())
    ti = database.begin_instance(session, _impatient(task) if request.skip_delays else task, request)
    error: BaseException | None = None
    with killable(ti, write) as kill:
        try:
            ti._run_raw_task(session=session, raise_on_defer=True)
        except TaskDeferred as deferred:
            return TaskOutcome(DEFERRED, deferral=_read_deferral(deferred))
        except BaseException as raised:  # Airflow has handled it: it is in the state, and only the words are missing
            error = raised
            if not isinstance(error, Exception):
                kill()
    state = _final_state(ti, error)
    return TaskOutcome(
        state=state,
        error=redact(last_line(error)) if error else "",
        traceback=redact(format_error(error)) if error else "",
        until=database.next_look(session, ti) if state == UP_FOR_RESCHEDULE else None,
        interrupted=isinstance(error, KeyboardInterrupt),
    )


def _final_state(ti: Any, error: BaseException | None) -> str:
    """Return the state in which Airflow left the instance; one that it left running has failed."""
    state = str(getattr(ti.state, "value", ti.state))
    if error is not None:
        logging.getLogger("airflow.task").error("%s", last_line(error))
    return FAILED if state in ("running", "None") else state


def _read_deferral(deferred: Any) -> Deferral:
    classpath, kwargs = deferred.trigger.serialize()
    timeout = deferred.timeout.total_seconds() if deferred.timeout else None
    return Deferral(classpath, kwargs, deferred.method_name, dict(deferred.kwargs or {}), timeout)


def _impatient(task: Any) -> Any:
    """Return the same sensor, looking without a pause between; anything else as it is."""
    if not hasattr(task, "poke_interval") or hasattr(task, "_get_specified_expand_input"):
        return task
    quick = task.prepare_for_execution()
    quick.poke_interval = 0.01
    return quick


@contextlib.contextmanager
def captured(write: Write) -> Iterator[None]:
    """Send all that is written inside the block to `write`, with Airflow's own secrets masker over it."""
    within = bounded(write)

    def write_masked(level: str, line: str) -> None:
        if not line.startswith(_NOISE):
            within(level, redact(line))

    with routed(write_masked):
        yield


def quieten() -> None:
    """Let Airflow's loggers hand their records up, where they become lines of the task's log."""
    for name in ("airflow.task", "airflow.processor", "airflow", "flask_appbuilder"):
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = True


def redact(text: str) -> str:
    """Hide the secrets that Airflow knows."""
    from airflow.utils.log.secrets_masker import redact as hide

    return str(hide(text))
