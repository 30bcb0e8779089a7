"""Import a Dag file in a forked child: whatever it does there, even ending Python, it does to nobody else."""

from __future__ import annotations

import json
import os
import select
import signal
import time

from mwaa_kit.engine.home import import_dag_bag
from mwaa_kit.engine.protocol import Engine, TaskServices
from mwaa_kit.model.spec import ImportProblem, LoadedFile
from mwaa_kit.model.wire import to_dict

PARSE_SECONDS = 30.0
"""Airflow's ``core.dagbag_import_timeout``: what MWAA gives a Dag file to be imported."""


def load_in_child(
    engine: Engine, path: str, seconds: float = PARSE_SECONDS, *, services: TaskServices | None = None
) -> LoadedFile:
    """Import a Dag file in a child of its own, and kill it when its time is over.

    Parameters
    ----------
    services
        Where a file that reads Variables or Connections at import finds them; asked by the child.

    Returns
    -------
    LoadedFile
        What the import gave; a problem says when its time was over, or when it ended Python.
    """
    import_dag_bag()
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read_end)
        _be_child(engine, path, write_end, services)
    os.close(write_end)
    answer = _read_until(read_end, seconds)
    os.close(read_end)
    if answer is None:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    if answer is None:
        return LoadedFile((), (ImportProblem(path, f"the import did not end within {seconds:g} s"),), seconds)
    if not answer:
        code = os.waitstatus_to_exitcode(status)
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended Python with exit code {code}"
        return LoadedFile((), (ImportProblem(path, f"the import {how}"),))
    return LoadedFile.from_dict(json.loads(answer))


def _be_child(engine: Engine, path: str, output: int, services: TaskServices | None) -> None:
    """Load one file, write what it gave, and end; never returns."""
    code = 1
    try:
        content = json.dumps(to_dict(engine.load(path, services)), default=str).encode()
        with os.fdopen(output, "wb") as stream:
            stream.write(content)
        code = 0
    finally:
        os._exit(code)


def _read_until(descriptor: int, seconds: float) -> bytes | None:
    """Read all that is written until the other side closes; None when the time is over first."""
    deadline = time.monotonic() + seconds
    chunks: list[bytes] = []
    while True:
        rest = deadline - time.monotonic()
        if rest <= 0 or not select.select([descriptor], [], [], rest)[0]:
            return None
        chunk = os.read(descriptor, 1 << 16)
        if not chunk:
            return b"".join(chunks)
        chunks.append(chunk)
