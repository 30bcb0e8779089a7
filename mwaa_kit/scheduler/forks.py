"""`ForkExecutor`: each job in a process of its own, forked from this warm one.

A task that segfaults, calls ``os._exit`` or never ends harms neither the run nor the kernel, and several run at once. The
run's state stays here: a task asks for it over a pipe, and each question gets one answer.

Notes
-----
A child has ended when it has given its outcome, or when its pipe closes: what it started and left behind does not hold
the run up. A child is the leader of its own process group, so that what a task started is cancelled with it, and Ctrl-C in
the terminal reaches only the parent, which then stops the children in order. On Linux the kernel ends a child whose parent
dies. What a child writes to its standard output or error, also from C, becomes lines of the task's log.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import itertools
import os
import signal
import sys
import threading
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, Pipe
from multiprocessing.connection import wait as wait_for_any
from typing import Any

from mwaa_kit.engine.protocol import Engine, TaskOutcome, TaskServices
from mwaa_kit.scheduler.executors import Job, perform, state_after_failure

_GRACE_SECONDS = 2.0
"""How long a task may take to end after SIGTERM. Airflow's ``core.killed_task_cleanup_time`` is 60 s, too long at a prompt."""

_PR_SET_PDEATHSIG = 1
"""``prctl(2)``: the signal a process gets when its parent dies."""

_OUTCOME = "outcome"
_SILENT = frozenset({"log", "set_xcom", "delete_xcom", "set_variable", "skip", "remember", "forget", "mask"})
"""Requests that need no answer. They keep their place in the pipe, so a later question sees their effect."""


@dataclass
class _Child:
    """A running child: the pipe it asks over, and the pipe its output comes through."""

    job: Job
    pid: int
    requests: Connection
    output: int
    rest: bytes = b""
    outcome: TaskOutcome | None = None
    ended: bool = field(default=False)


class ForkExecutor:
    """Runs up to `jobs` task instances at once, each in a forked child."""

    def __init__(self, engine: Engine, services: TaskServices, jobs: int) -> None:
        self._engine = engine
        self._services = services
        self._jobs = jobs
        self._children: list[_Child] = []
        gc.collect()
        gc.freeze()  # what is here now is shared with the children; collecting in them would copy it

    @property
    def free(self) -> int:
        """How many more children may be started."""
        return self._jobs - len(self._children)

    @property
    def busy(self) -> bool:
        """Whether a child is running."""
        return bool(self._children)

    def submit(self, job: Job) -> None:
        """Fork a child for a job."""
        here, there = Pipe()
        read_end, write_end = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            here.close()
            os.close(read_end)
            _be_child(self._engine, job, there, write_end)
        there.close()
        os.close(write_end)
        self._children.append(_Child(job, pid, here, read_end))

    def wait(self, timeout_seconds: float | None) -> list[tuple[Job, TaskOutcome]]:
        """Answer the children's questions until one ends, or the time is over."""
        deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
        while True:
            rest = None if deadline is None else max(0.0, deadline - time.monotonic())
            channels: dict[Any, _Child] = {}
            for child in self._children:
                channels |= {child.requests: child, child.output: child}
            if not channels:
                time.sleep(rest or 0.0)
                return []
            ready = wait_for_any(list(channels), rest)
            for channel in ready:
                self._serve(channels[channel], channel)
            if ended := [child for child in self._children if child.ended]:
                return [self._collect(child) for child in ended]
            if not ready and deadline is not None and time.monotonic() >= deadline:
                return []

    def _serve(self, child: _Child, channel: Any) -> None:
        """Take what a child sent on one of its two pipes."""
        if channel == child.output:
            self._read_output(child)
            return
        try:
            number, name, arguments = child.requests.recv()
            if name == _OUTCOME:
                child.outcome, child.ended = arguments, True
                return
            answer = getattr(self._services, name)(*arguments)
            if name not in _SILENT:
                child.requests.send((number, answer))
        except (EOFError, OSError):  # the child is gone, at once or with a question open
            child.ended = True

    def _read_output(self, child: _Child) -> bool:
        """Turn what a child wrote into lines of its log; tell whether there may be more."""
        chunk = os.read(child.output, 65536)
        *lines, child.rest = (child.rest + chunk).split(b"\n")
        if not chunk and child.rest:
            lines, child.rest = [child.rest], b""
        for line in lines:
            request = child.job.request
            self._services.log(request.key, request.try_number, "info", line.decode("utf-8", "replace"))
        return bool(chunk)

    def _collect(self, child: _Child) -> tuple[Job, TaskOutcome]:
        """Bury a child and say how its job ended."""
        while child.requests.poll():
            try:
                _, name, arguments = child.requests.recv()
            except (EOFError, OSError):
                break
            if name == _OUTCOME:
                child.outcome = arguments
        _, status = os.waitpid(child.pid, 0)
        while _readable(child.output) and self._read_output(child):
            pass
        os.close(child.output)
        child.requests.close()
        self._children.remove(child)
        return child.job, child.outcome or self._died(child, status)

    def _died(self, child: _Child, status: int) -> TaskOutcome:
        """Say how a child ended that gave no outcome; Airflow retries such a task too."""
        code = os.waitstatus_to_exitcode(status)
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        reason = f"the task's process {how} before the task was done"
        request = child.job.request
        self._services.log(request.key, request.try_number, "error", reason)
        return TaskOutcome(state_after_failure(request), reason)

    def cancel(self) -> list[Job]:
        """Ask every child to stop, then make it."""
        for child in self._children:
            _signal_group(child.pid, signal.SIGTERM)
        deadline = time.monotonic() + _GRACE_SECONDS
        while any(not _gone(child.pid) for child in self._children) and time.monotonic() < deadline:
            time.sleep(0.02)
        stopped = [child.job for child in self._children]
        self.close()
        return stopped

    def close(self) -> None:
        """Kill what still runs."""
        for child in self._children:
            _signal_group(child.pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):  # it was collected while we waited for it to end
                os.waitpid(child.pid, 0)
            os.close(child.output)
            child.requests.close()
        self._children.clear()
        gc.unfreeze()


class _PipedServices:
    """The run's services, asked over a pipe; by one thread of the task at a time."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._turn = threading.RLock()
        self._numbers = itertools.count()

    def __getattr__(self, name: str) -> Any:
        def ask(*arguments: Any) -> Any:
            with self._turn:
                asked = next(self._numbers)
                self._pipe.send((asked, name, arguments))
                return None if name in _SILENT else self._answer_to(asked)

        return ask

    def _answer_to(self, asked: int) -> Any:
        """Wait for the answer to one question; one that a timeout interrupted has left its own behind."""
        while True:
            number, answer = self._pipe.recv()
            if number == asked:
                return answer


def _be_child(engine: Engine, job: Job, pipe: Connection, output: int) -> None:
    """Do one job and end; never returns."""
    code = 1
    try:
        os.setpgid(0, 0)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        _die_with_parent()
        os.dup2(output, 1)
        os.dup2(output, 2)
        services: TaskServices = _PipedServices(pipe)  # it answers to every name of the protocol
        pipe.send((0, _OUTCOME, perform(engine, job, services, lambda: False)))
        code = 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _die_with_parent() -> None:
    """Ask Linux to end this process when its parent ends; elsewhere a child notices at its next question."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _signal_group(pid: int, number: int) -> None:
    for send in (os.killpg, os.kill):  # a child that was just forked may not lead its group yet
        try:
            send(pid, number)
        except (ProcessLookupError, PermissionError):
            continue
        return


def _gone(pid: int) -> bool:
    """Whether a child has ended; it stays there to be collected."""
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


def _readable(descriptor: int) -> bool:
    import select

    return bool(select.select([descriptor], [], [], 0)[0])
