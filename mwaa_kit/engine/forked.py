"""The side of the child: one job in a process that was forked for it, which asks the run over a pipe and then ends."""

from __future__ import annotations

import itertools
import os
import signal
import sys
import threading
import traceback
from multiprocessing.connection import Connection
from typing import Any

from mwaa_kit.engine.belonging import be_alone
from mwaa_kit.engine.jobs import Job, perform, state_after_failure
from mwaa_kit.engine.processes import die_with_parent, limit_memory
from mwaa_kit.engine.protocol import Engine, TaskOutcome, TaskServices
from mwaa_kit.engine.streams import flush_output, pass_over_breakpoint
from mwaa_kit.engine.tracebacks import last_line

OUTCOME = "outcome"
SILENT = frozenset({"log", "set_xcom", "delete_xcom", "set_variable", "skip", "remember", "forget", "mask"})
"""Requests that need no answer. They keep their place in the pipe, so a later question sees their effect."""


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
                return None if name in SILENT else self._answer_to(asked)

        return ask

    def _answer_to(self, asked: int) -> Any:
        """Wait for the answer to one question; one that a timeout interrupted has left its own behind."""
        while True:
            number, answer = self._pipe.recv()
            if number == asked:
                return answer


def be_child(engine: Engine, job: Job, pipe: Connection, output: int, memory_bytes: int) -> None:
    """Do one job and end; never returns."""
    code = 1
    try:
        os.setpgid(0, 0)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        be_alone()
        die_with_parent()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        sys.breakpointhook = pass_over_breakpoint
        if memory_bytes:
            limit_memory(memory_bytes)
        services: TaskServices = _PipedServices(pipe)  # it answers to every name of the protocol
        try:
            outcome = perform(engine, job, services, lambda: False)
        except Exception as error:
            traceback.print_exc()  # it is in the task's log
            outcome = TaskOutcome(state_after_failure(job.request), last_line(error))
        pipe.send((0, OUTCOME, outcome))
        code = 0
    finally:
        flush_output()
        os._exit(code)
