"""A worker: an interpreter with Airflow imported once, that parses Dag files on request, each in a forked child.

It speaks JSON lines: a request on standard input, exactly one answer on standard output. ``{"load": "dags/churn.py",
"seconds": 30}`` is answered with ``{"loaded": {…}}`` or ``{"timed_out": 30}``; the first line it writes says
``{"airflow_version": …}``. What a Dag file prints while it is imported goes to standard error.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from typing import Any

from mwaa_kit.engine.opening import open_engine
from mwaa_kit.engine.protocol import Engine
from mwaa_kit.model.spec import ImportProblem, LoadedFile
from mwaa_kit.model.wire import to_dict


def main() -> int:
    """Answer requests until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    engine = open_engine()
    _say(answers, {"airflow_version": engine.airflow_version})
    for line in sys.stdin:
        request = json.loads(line)
        _say(answers, _load_in_child(engine, str(request["load"]), float(request["seconds"])))
    return 0


def _say(answers: Any, message: dict[str, Any]) -> None:
    answers.write(json.dumps(message) + "\n")
    answers.flush()


def _load_in_child(engine: Engine, path: str, seconds: float) -> dict[str, Any]:
    """Import a Dag file in a child of its own, and kill it when its time is over."""
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read_end)
        _be_child(engine, path, write_end)
    os.close(write_end)
    answer = _read_until(read_end, seconds)
    os.close(read_end)
    if answer is None:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    if answer is None:
        return {"timed_out": seconds}
    if not answer:
        code = os.waitstatus_to_exitcode(status)
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended Python with exit code {code}"
        return {"loaded": to_dict(LoadedFile((), (ImportProblem(path, f"the import {how}"),)))}
    return {"loaded": json.loads(answer)}


def _be_child(engine: Engine, path: str, output: int) -> None:
    """Load one file, write what it gave, and end; never returns."""
    code = 1
    try:
        content = json.dumps(to_dict(engine.load(path)), default=str).encode()
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


if __name__ == "__main__":
    raise SystemExit(main())
