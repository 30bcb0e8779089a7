"""Do many things in one warm process, each with a time limit.

A worker is forked from the process that has imported everything; it takes one job after another. When a job does not end
in time, the worker is killed and another one goes on with the next job.
"""

from __future__ import annotations

import os
import resource
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, Pipe
from typing import Any

Job = dict[str, Any]
Result = dict[str, Any]


def run_timed(jobs: Sequence[Job], do: Callable[[Job], Result], limit_seconds: float) -> Iterator[tuple[Job, Result]]:
    """Yield each job with its result; a job that took too long has a result with the key ``timeout``."""
    waiting = list(jobs)
    while waiting:
        pid, pipe = _start(waiting, do)
        while waiting:
            job = waiting.pop(0)
            result = _receive(pipe, limit_seconds)
            yield job, result
            if "timeout" in result or "died" in result:
                break
        _end(pid)


def _start(jobs: Sequence[Job], do: Callable[[Job], Result]) -> tuple[int, Connection]:
    """Fork a worker for these jobs."""
    here, there = Pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.setpgid(0, 0)
            for job in jobs:
                there.send(_measure(job, do))
            code = 0
        finally:
            os._exit(code)
    there.close()
    return pid, here


def _measure(job: Job, do: Callable[[Job], Result]) -> Result:
    """Do a job; tell what it cost."""
    started, before = time.perf_counter(), cpu_seconds()
    try:
        result = do(job)
    except Exception as error:
        result = {"error": f"{type(error).__name__}: {error}"}
    return {**result, "wall_seconds": time.perf_counter() - started, "cpu_seconds": cpu_seconds() - before}


def cpu_seconds() -> float:
    """Return the CPU time of this process and of its ended children."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def yardstick() -> float:
    """Return the CPU seconds of five million rounds of a plain loop: how fast this machine is at this moment."""
    before, total = time.process_time(), 0
    for number in range(5_000_000):
        total += number
    return time.process_time() - before


def _receive(pipe: Connection, limit_seconds: float) -> Result:
    if not pipe.poll(limit_seconds):
        return {"timeout": limit_seconds}
    try:
        result: Result = pipe.recv()
    except EOFError:
        return {"died": True}
    return result


def _end(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
