"""The way by which a process that a task starts reaches our supervisor.

A virtualenv or external-Python task runs its function in another interpreter. There the Task SDK speaks over an inherited
socket, named by ``__AIRFLOW_SUPERVISOR_FD``, in Airflow's own frames; it also asks for a pipe to log to.

References
----------
``airflow.sdk.execution_time.comms`` (the frames) and ``task_runner.reinit_supervisor_comms`` (the other side). Before
Task SDK 1.1 the other side did not exist.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
from collections.abc import Iterator
from functools import cache
from typing import Any

from mwaa_kit.engine.airflow3.supervising import Supervisor
from mwaa_kit.engine.kinds import is_a
from mwaa_kit.engine.streams import Write

_VARIABLE = "__AIRFLOW_SUPERVISOR_FD"


def starts_a_python(task: Any) -> bool:
    """Whether a task runs its function in another interpreter."""
    return is_a(task, "_BasePythonVirtualenvOperator")


@contextlib.contextmanager
def reachable(supervisor: Supervisor, write: Write) -> Iterator[None]:
    """Let processes that are started inside the block ask `supervisor` and log to `write`."""
    here, there = socket.socketpair()
    read_end, write_end = os.pipe()
    os.set_inheritable(there.fileno(), True)
    os.environ[_VARIABLE] = str(there.fileno())
    answering = threading.Thread(target=_answer, args=(here, supervisor, write_end), daemon=True)
    logging = threading.Thread(target=_log, args=(read_end, write), daemon=True)
    answering.start()
    logging.start()
    try:
        yield
    finally:
        os.environ.pop(_VARIABLE, None)
        there.close()
        answering.join(1)
        os.close(write_end)
        logging.join(1)
        here.close()


def _answer(here: socket.socket, supervisor: Supervisor, log_to: int) -> None:
    """Answer one request after another until the other side is closed."""
    from airflow.sdk.execution_time import comms

    while request := _read_frame(here):
        message = _messages().validate_python(request.body)
        if type(message).__name__ == "ResendLoggingFD":
            frame = comms._ResponseFrame(id=request.id, body=comms.SentFDs(fds=[log_to]).model_dump())
            socket.send_fds(here, [bytes(frame.as_bytes())], [log_to])
            continue
        here.sendall(_respond(supervisor, request.id, message).as_bytes())


def _respond(supervisor: Supervisor, request_id: int, message: Any) -> Any:
    """Return the frame that answers a message; a refusal travels as an error."""
    from airflow.sdk.exceptions import AirflowRuntimeError
    from airflow.sdk.execution_time import comms

    try:
        answer = supervisor.send(message)
    except AirflowRuntimeError as refusal:
        return comms._ResponseFrame(id=request_id, error=refusal.error.model_dump())
    return comms._ResponseFrame(id=request_id, body=answer.model_dump(by_alias=True))


@cache
def _messages() -> Any:
    from airflow.sdk.execution_time.comms import ToSupervisor
    from pydantic import TypeAdapter

    return TypeAdapter(ToSupervisor)


def _read_frame(here: socket.socket) -> Any:
    """Read a request; None when the other side is closed."""
    import msgspec
    from airflow.sdk.execution_time.comms import _RequestFrame

    header = _read_exactly(here, 4)
    body = _read_exactly(here, int.from_bytes(header, "big")) if header else b""
    return msgspec.msgpack.decode(body, type=_RequestFrame) if body else None


def _read_exactly(here: socket.socket, size: int) -> bytes:
    """Read so many bytes; fewer when the other side is closed."""
    found = b""
    while len(found) < size:
        try:
            chunk = here.recv(size - len(found))
        except OSError:
            return b""
        if not chunk:
            return b""
        found += chunk
    return found


def _log(read_end: int, write: Write) -> None:
    """Hand over the log lines, which come as JSON."""
    with os.fdopen(read_end, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            try:
                event = json.loads(line)
            except ValueError:
                write("info", line.rstrip("\n"))
                continue
            write(str(event.get("level", "info")), str(event.get("event", line)))
