"""What a process may be told and asked on this system: to end, with what it started; to end with its parent; whether it has.

POSIX throughout; two things are Linux's own and left out elsewhere: to die with one's parent, and to bound one's memory.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import sys
import time
from pathlib import Path

_PR_SET_PDEATHSIG = 1
"""``prctl(2)``: the signal a process gets when its parent dies."""


def die_with_parent() -> None:
    """Ask Linux to end this process when its parent ends; elsewhere a child notices at its next question."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def signal_group(pid: int, number: int) -> None:
    """Signal a process and what it started."""
    for send in (os.killpg, os.kill):  # a child that was just forked may not lead its group yet
        try:
            send(pid, number)
        except (ProcessLookupError, PermissionError):
            continue
        return


def gone(pid: int) -> bool:
    """Whether a child has ended; it stays there to be collected."""
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


def bury(pid: int, patience_seconds: float) -> int:
    """Wait until a child that has closed its pipe is gone; one that lingers is killed. Return its status."""
    if not _ends_within(pid, patience_seconds):
        signal_group(pid, signal.SIGKILL)
    return os.waitpid(pid, 0)[1]


def _ends_within(pid: int, seconds: float) -> bool:
    """Wait for a child's end, to the moment where Linux tells it: one that holds Airflow takes 3 ms to end."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # before Linux 5.3, or where a sandbox forbids it
            descriptor = os.pidfd_open(pid)
            try:
                poll = select.poll()
                poll.register(descriptor, select.POLLIN)
                return bool(poll.poll(seconds * 1000))
            finally:
                os.close(descriptor)
    deadline = time.monotonic() + seconds
    pause = 0.0005
    while not gone(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
        pause = min(pause * 2, 0.02)
    return True


def limit_memory(memory_bytes: int) -> None:
    """Let this process take so much address space beyond what it has: more is a ``MemoryError`` in the task."""
    import resource

    if sys.platform == "linux":
        taken = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        resource.setrlimit(resource.RLIMIT_AS, (taken + memory_bytes, taken + memory_bytes))


def readable(descriptor: int) -> bool:
    """Whether something can be read from it, now."""
    return bool(select.select([descriptor], [], [], 0)[0])
