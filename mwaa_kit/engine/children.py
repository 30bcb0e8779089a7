"""Each job in a process of its own, forked from this warm one, and what may go wrong with such a process.

A task that segfaults, calls ``os._exit`` or never ends harms neither the run nor the process it was forked from, and
several run at once. The run's state stays where it is: a task asks for it over a pipe, and each question gets one answer.

Notes
-----
A child has ended when it has given its outcome, or when its pipe closes: what it started and left behind does not hold
the run up. A child is the leader of its own process group, so that what a task started is cancelled with it, and Ctrl-C in
the terminal reaches only the parent, which then stops the children in order. On Linux the kernel ends a child whose parent
dies. What a child writes to its standard output or error, also from C, becomes lines of the task's log. Airflow stops a
task that takes too long from within; a child that does not obey, since it hangs in C, is killed from here soon after.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, Pipe
from multiprocessing.connection import wait as wait_for_any
from typing import Any

from mwaa_kit.engine.forked import OUTCOME, SILENT, be_child
from mwaa_kit.engine.forking import fork_between_imports
from mwaa_kit.engine.jobs import Job, state_after_failure
from mwaa_kit.engine.processes import bury, gone, readable, signal_group
from mwaa_kit.engine.protocol import Engine, TaskOutcome
from mwaa_kit.engine.streams import LINE_BYTES, Write, bounded, flush_output

GRACE_SECONDS = 2.0
"""How long a task may take to end after SIGTERM. Airflow's ``core.killed_task_cleanup_time`` is 60 s, too long at a prompt."""

SILENT_SECONDS = 10.0
"""How long after its ``execution_timeout`` a task may be silent, before it is taken to hang where Python cannot stop it."""

CLEANUP_SECONDS = 60.0
"""How long it may take in all after its timeout: Airflow's ``core.killed_task_cleanup_time``."""


@dataclass
class Child:
    """A running child: the pipe it asks over, and the pipe its output comes through."""

    job: Job
    pid: int
    requests: Connection
    output: int
    write: Write
    kill_at: float | None = None
    last_moment: float = 0.0
    late: bool = False
    rest: bytes = b""
    outcome: TaskOutcome | None = None
    ended: bool = field(default=False)

    def answer(self, number: int, value: Any) -> None:
        """Answer one question; a child that is gone needs none."""
        try:
            self.requests.send((number, value))
        except OSError:
            self.ended = True


Ask = Callable[[Child, int, str, tuple[Any, ...]], None]
"""Takes a child's question: its number, the name of the service and the arguments. Silent ones get no answer."""


class Children:
    """Forks children and serves them.

    Parameters
    ----------
    ask
        Takes what a child asks; it may answer later.
    memory_bytes
        How much address space a child may take beyond what it was forked with; 0 sets no limit.
    """

    def __init__(self, engine: Engine, ask: Ask, *, memory_bytes: int = 0) -> None:
        self._engine = engine
        self._ask = ask
        self.memory_bytes = memory_bytes
        self.running: list[Child] = []
        self._frozen = False

    def start(self, job: Job, *, timeout_seconds: float | None = None) -> Child:
        """Fork a child for a job.

        Parameters
        ----------
        timeout_seconds
            The task's ``execution_timeout``.
        """
        if not self._frozen:
            gc.collect()
            gc.freeze()  # what is here now is shared with the children; collecting in them would copy it
            self._frozen = True
        here, there = Pipe()
        read_end, write_end = os.pipe()
        flush_output()
        pid = fork_between_imports()
        if pid == 0:
            here.close()
            os.close(read_end)
            be_child(self._engine, job, there, write_end, self.memory_bytes)
        there.close()
        os.close(write_end)
        request = job.request

        def write(level: str, line: str) -> None:
            self._ask(child, -1, "log", (request.key, request.try_number, level, line))

        child = Child(job, pid, here, read_end, bounded(write))
        if timeout_seconds is not None:
            child.kill_at = time.monotonic() + timeout_seconds + SILENT_SECONDS
            child.last_moment = time.monotonic() + timeout_seconds + CLEANUP_SECONDS
        self.running.append(child)
        return child

    def serve(
        self, timeout_seconds: float | None, also: Iterable[Any] = ()
    ) -> tuple[list[tuple[Job, TaskOutcome]], list[Any]]:
        """Serve the children until one ends, one of `also` can be read, or the time is over.

        Returns
        -------
        tuple
            The jobs that ended, and those of `also` that can be read.
        """
        deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
        others = list(also)
        while True:
            channels: dict[Any, Child] = {}
            for child in self.running:
                channels |= {child.requests: child, child.output: child}
            rest = self._rest(deadline)
            if not channels and not others:
                time.sleep(rest or 0.0)
                return [], []
            ready = wait_for_any([*channels, *others], rest)
            for channel in ready:
                if channel in channels:
                    self._take(channels[channel], channel)
            self._kill_the_late()
            ended = [child for child in self.running if child.ended]
            readable = [channel for channel in ready if channel not in channels]
            if ended or readable or (deadline is not None and time.monotonic() >= deadline):
                return [self._collect(child) for child in ended], readable

    def _rest(self, deadline: float | None) -> float | None:
        moments = [child.kill_at for child in self.running if child.kill_at is not None]
        moments += [] if deadline is None else [deadline]
        return max(0.0, min(moments) - time.monotonic()) if moments else None

    def _kill_the_late(self) -> None:
        """Kill a child whose time is long over: its timeout did not reach it."""
        for child in self.running:
            if child.kill_at is not None and time.monotonic() >= child.kill_at:
                child.kill_at, child.late = None, True
                child.write("error", "the task did not stop at its execution_timeout, so its process is killed")
                signal_group(child.pid, signal.SIGKILL)

    def _take(self, child: Child, channel: Any) -> None:
        """Take what a child sent on one of its two pipes."""
        if child.kill_at is not None:
            child.kill_at = max(child.kill_at, min(child.last_moment, time.monotonic() + SILENT_SECONDS))
        if channel == child.output:
            self._read_output(child)
            return
        try:
            number, name, arguments = child.requests.recv()
        except (EOFError, OSError, pickle.UnpicklingError):  # the child is gone, perhaps amid a message
            child.ended = True
            return
        if name == OUTCOME:
            child.outcome, child.ended = arguments, True
        else:
            self._ask(child, number, name, arguments)

    def _read_output(self, child: Child) -> bool:
        """Turn what a child wrote into lines of its log; tell whether there may be more."""
        chunk = os.read(child.output, LINE_BYTES)
        *lines, child.rest = (child.rest + chunk).split(b"\n")
        if child.rest and (not chunk or len(child.rest) >= LINE_BYTES):
            lines, child.rest = [*lines, child.rest], b""
        for line in lines:
            child.write("info", line.decode("utf-8", "replace"))
        return bool(chunk)

    def _collect(self, child: Child) -> tuple[Job, TaskOutcome]:
        """Bury a child and say how its job ended."""
        while child.outcome is None and child.requests.poll():
            try:
                number, name, arguments = child.requests.recv()
            except (EOFError, OSError, pickle.UnpicklingError):
                break
            if name == OUTCOME:
                child.outcome = arguments
            elif name in SILENT:
                self._ask(child, number, name, arguments)
        status = bury(child.pid, GRACE_SECONDS)
        while readable(child.output) and self._read_output(child):
            pass
        self._forget(child)
        return child.job, child.outcome or _died(child, status)

    def _forget(self, child: Child) -> None:
        os.close(child.output)
        child.requests.close()
        self.running.remove(child)

    def cancel(self, chosen: Callable[[Child], bool] = lambda child: True) -> list[Job]:
        """Ask every child, or the chosen ones, to stop, then make it; return their jobs."""
        children = [child for child in self.running if chosen(child)]
        for child in children:
            signal_group(child.pid, signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        while any(not gone(child.pid) for child in children) and time.monotonic() < deadline:
            time.sleep(0.02)
        for child in children:
            self._kill(child)
        return [child.job for child in children]

    def _kill(self, child: Child) -> None:
        signal_group(child.pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):  # it was collected while we waited for it to end
            os.waitpid(child.pid, 0)
        self._forget(child)

    def stop(self, child: Child) -> None:
        """Kill one child; its job ends as one whose process died."""
        signal_group(child.pid, signal.SIGKILL)

    def close(self) -> None:
        """Kill what still runs."""
        for child in list(self.running):
            self._kill(child)
        if self._frozen:
            gc.unfreeze()
            self._frozen = False


def _died(child: Child, status: int) -> TaskOutcome:
    """Say how a child ended that gave no outcome; Airflow retries such a task too."""
    code = os.waitstatus_to_exitcode(status)
    how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
    reason = f"the task's process {how} before the task was done"
    if child.late:
        reason = "the task did not stop at its execution_timeout, so its process was killed"
    if not child.late:  # that was written when it was killed
        child.write("error", reason)
    return TaskOutcome(state_after_failure(child.job.request), reason)
