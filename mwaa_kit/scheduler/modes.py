"""Modes: where the tasks of a run are run.

``inline``: here, one after another; the fastest, and a debugger can stop in a task. ``threads``: here, many at once, for
tasks that wait. ``fork``: each in a process of its own. An engine that is a worker in another interpreter brings its own
executor, which forks there.
"""

from __future__ import annotations

import os
import threading

from mwaa_kit.engine.protocol import Engine
from mwaa_kit.errors import WrongUsageError
from mwaa_kit.scheduler.executors import Executor, InlineExecutor
from mwaa_kit.scheduler.remote import WorkerEngine, WorkerExecutor
from mwaa_kit.scheduler.state import RunState

MODES = ("inline", "threads", "fork", "worker")


def open_executor(engine: Engine, state: RunState, mode: str, jobs: int, *, memory_mb: int = 0) -> Executor:
    """Return the executor of a mode.

    Parameters
    ----------
    jobs
        How many tasks may run at once; 0 takes what suits the mode.
    memory_mb
        How much more memory a task in a process of its own may take; 0 sets no limit.

    Raises
    ------
    WrongUsageError
        If there is no such mode, or this system cannot do it.
    """
    timeouts = {
        task.task_id: task.execution_timeout_seconds
        for task in state.dag.tasks
        if task.execution_timeout_seconds is not None
    }
    if isinstance(engine, WorkerEngine):
        jobs = jobs or os.cpu_count() or 1
        return WorkerExecutor(engine.worker, state, jobs, timeouts=timeouts, memory_bytes=memory_mb << 20)
    if mode == "inline":
        return InlineExecutor(engine, state)
    if mode == "threads" and engine.airflow_version.startswith("2."):
        raise WrongUsageError(
            "Airflow 2 keeps what a task does in one database connection, so its tasks cannot run in threads",
            hint="use mode 'fork' for several at once",
        )
    if mode == "threads":
        from mwaa_kit.scheduler.threads import DEFAULT_JOBS, ThreadExecutor

        return ThreadExecutor(engine, state, jobs or DEFAULT_JOBS, timeouts=timeouts)
    if mode == "fork":
        from mwaa_kit.scheduler.forks import ForkExecutor

        _need_fork()
        jobs = jobs or os.cpu_count() or 1
        return ForkExecutor(engine, state, jobs, timeouts=timeouts, memory_bytes=memory_mb << 20)
    raise WrongUsageError(f"there is no mode {mode!r}", hint=f"modes are: {', '.join(MODES)}")


def _need_fork() -> None:
    if not hasattr(os, "fork"):
        raise WrongUsageError("this system cannot fork", hint="use mode 'inline', or WSL on Windows")
    if threading.active_count() > 1 and os.uname().sysname == "Darwin":
        raise WrongUsageError("macOS cannot fork a process that has threads", hint="use mode 'inline'")
