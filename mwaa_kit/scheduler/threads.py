"""`ThreadExecutor`: many tasks at once in this process, for tasks that wait for others more than they compute.

Notes
-----
All questions of tasks are answered by the run's own thread, one after another, so that the run's state, its record and
whoever listens need not know that there are threads.

Python cannot stop a thread. A task with an ``execution_timeout`` is therefore forked, whatever the mode: in a thread,
Airflow would silently not enforce it. At a cancel an exception is raised in each thread, which ends it at its next step in
Python; one that stays in C longer than the grace is left behind: it can no longer ask or tell anything, and does not keep
the process from ending.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any

from mwaa_kit.engine.children import GRACE_SECONDS, Child, Children
from mwaa_kit.engine.forked import SILENT
from mwaa_kit.engine.jobs import Job, perform, state_after_failure
from mwaa_kit.engine.killing import kill_in
from mwaa_kit.engine.protocol import Engine, TaskOutcome, TaskServices
from mwaa_kit.model.run import TaskKey

DEFAULT_JOBS = 16
"""Airflow's ``core.max_active_tasks_per_dag``."""


_CLOSED = -1


class _CancelledError(BaseException):
    """Raised in a task's thread when the run was cancelled; not an ``Exception``, so that tasks do not catch it."""


@dataclass(eq=False)
class _Thread:
    """A job in a thread, and what it asks meanwhile."""

    job: Job
    left: bool = False
    thread: threading.Thread = field(default_factory=threading.Thread)


@dataclass(frozen=True)
class _Question:
    thread: _Thread
    name: str
    arguments: tuple[Any, ...]
    reply: SimpleQueue[tuple[bool, Any]] | None


class ThreadExecutor:
    """Runs up to `jobs` task instances at once, each in a thread, or forked where it must be stoppable.

    Parameters
    ----------
    timeouts
        The ``execution_timeout`` of each task that has one, in seconds.
    """

    def __init__(
        self, engine: Engine, services: TaskServices, jobs: int, *, timeouts: dict[str, float] | None = None
    ) -> None:
        self._engine = engine
        self._services = services
        self._jobs = jobs
        self._timeouts = timeouts or {}
        self._children = Children(engine, self._answer_child)
        self._threads: list[_Thread] = []
        self._told: SimpleQueue[_Question | tuple[_Thread, TaskOutcome]] = SimpleQueue()
        self._ended: list[tuple[Job, TaskOutcome]] = []
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)

    @property
    def free(self) -> int:
        """How many more tasks may be started."""
        return self._jobs - len(self._threads) - len(self._children.running)

    @property
    def busy(self) -> bool:
        """Whether a task is running."""
        return bool(self._threads or self._children.running or self._ended)

    def submit(self, job: Job) -> None:
        """Start a thread for a job, or fork a child."""
        limit = self._timeouts.get(job.request.task_id) if job.deferral is None else None
        if limit is not None and hasattr(os, "fork"):
            self._children.start(job, timeout_seconds=limit)
            return
        one = _Thread(job)
        one.thread = threading.Thread(target=self._work, args=(one,), name=f"mwaa-kit {job.key[0]}", daemon=True)
        self._threads.append(one)
        one.thread.start()

    def _work(self, one: _Thread) -> None:
        """Do a job, in its thread."""
        services: Any = _AskedServices(self._ask, one)
        try:
            outcome = perform(self._engine, one.job, services, lambda: one.left)
        except BaseException as error:  # a bug of ours or of Airflow's must not hold the run up
            outcome = TaskOutcome(state_after_failure(one.job.request), f"{type(error).__name__}: {error}")
        if not one.left:
            self._tell((one, outcome))

    def _ask(self, one: _Thread, name: str, arguments: tuple[Any, ...]) -> Any:
        """Have a question answered by the run's thread."""
        if one.left:
            raise _CancelledError
        reply: SimpleQueue[tuple[bool, Any]] | None = None if name in SILENT else SimpleQueue()
        self._tell(_Question(one, name, arguments, reply))
        if reply is None:
            return None
        good, answer = reply.get()
        if not good:
            raise answer
        return answer

    def _tell(self, message: _Question | tuple[_Thread, TaskOutcome]) -> None:
        self._told.put(message)
        with contextlib.suppress(BlockingIOError, OSError):  # a full pipe wakes as well
            os.write(self._wake_write, b".")

    def wait(self, timeout_seconds: float | None) -> list[tuple[Job, TaskOutcome]]:
        """Answer questions until a job ends, or the time is over."""
        deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
        while True:
            self._answer_meanwhile()
            ended, self._ended = self._ended, []
            rest = 0.0 if ended else None if deadline is None else max(0.0, deadline - time.monotonic())
            more, woken = self._children.serve(rest, [self._wake_read])
            if woken:
                os.read(self._wake_read, 65536)
            if ended := ended + more:
                return ended
            if not woken and deadline is not None and time.monotonic() >= deadline:
                return []

    def _answer_threads(self) -> list[tuple[Job, TaskOutcome]]:
        """Answer what was asked so far; return the jobs that ended meanwhile."""
        ended: list[tuple[Job, TaskOutcome]] = []
        while True:
            try:
                told = self._told.get_nowait()
            except Empty:
                return ended
            if isinstance(told, _Question):
                self._answer(told)
            elif told[0] in self._threads:
                self._threads.remove(told[0])
                ended.append((told[0].job, told[1]))

    def _answer(self, question: _Question) -> None:
        if question.thread.left:
            if question.reply:
                question.reply.put((False, _CancelledError()))
            return
        try:
            answer = (True, getattr(self._services, question.name)(*question.arguments))
        except Exception as error:
            if question.reply is None:
                raise
            answer = (False, error)
        if question.reply:
            question.reply.put(answer)

    def _answer_child(self, child: Child, number: int, name: str, arguments: tuple[Any, ...]) -> None:
        answer = getattr(self._services, name)(*arguments)
        if name not in SILENT:
            child.answer(number, answer)

    def cancel(self, chosen: Collection[TaskKey] | None = None) -> list[Job]:
        """Stop every job, or those of the chosen instances: raise in the threads, and end the children."""
        stopping = [one for one in self._threads if chosen is None or one.job.key in chosen]
        jobs = [one.job for one in stopping]
        for one in stopping:
            kill_in(one.thread.ident)
            _raise_in(one.thread, _CancelledError)
        jobs += self._children.cancel(lambda child: chosen is None or child.job.key in chosen)
        deadline = time.monotonic() + GRACE_SECONDS
        while any(one.thread.is_alive() for one in stopping) and time.monotonic() < deadline:
            self._answer_meanwhile()
            time.sleep(0.01)
        self._answer_meanwhile()
        for one in set(stopping) & set(self._threads):
            one.left = True
            if one.thread.is_alive():
                note = "the task's thread does not stop: it is left behind, and whatever it still does is not recorded"
                self._services.log(one.job.key, one.job.request.try_number, "warning", note)
            self._threads.remove(one)
        self._answer_meanwhile()
        self._ended = [(job, outcome) for job, outcome in self._ended if job not in jobs]
        return jobs

    def _answer_meanwhile(self) -> None:
        """Answer the threads while others end; what ends by itself is given back by the next wait."""
        self._ended += self._answer_threads()

    def close(self) -> None:
        """End the children; a thread that still runs is left behind."""
        for one in self._threads:
            one.left = True
            kill_in(one.thread.ident)
            _raise_in(one.thread, _CancelledError)
        self._threads.clear()
        self._answer_threads()
        self._children.close()
        descriptors = {self._wake_read, self._wake_write} - {_CLOSED}
        self._wake_read = self._wake_write = _CLOSED  # a thread that was left behind must not write to another's
        for descriptor in descriptors:
            os.close(descriptor)


class _AskedServices:
    """The run's services, asked by a thread."""

    def __init__(self, ask: Callable[[_Thread, str, tuple[Any, ...]], Any], thread: _Thread) -> None:
        self._ask = ask
        self._thread = thread

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments: self._ask(self._thread, name, arguments)


def _raise_in(thread: threading.Thread, error: type[BaseException]) -> None:
    """Raise an exception in another thread, at its next step in Python."""
    if thread.ident is not None and thread.is_alive():
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(error))
