"""Processes of one life of the practice MWAA: finding them, ending them, and having them end by themselves.

Notes
-----
Every process carries the name of its life in its environment, and children inherit it even when they leave the session
(Airflow's BashOperator does). So nothing depends on process ids that may have been reused, and no stranger is ever hit.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

LIFE_VARIABLE = "MWAA_KIT_PRACTICE_LIFE"
_PR_SET_PDEATHSIG = 1


def members(life: str) -> tuple[int, ...]:
    """Return the ids of all living processes of one life, this one excepted."""
    mark = f"{LIFE_VARIABLE}={life}"
    found = _members_from_proc(mark.encode()) if Path("/proc/self/environ").exists() else _members_from_ps(mark)
    return tuple(pid for pid in found if pid != os.getpid())


def _members_from_proc(mark: bytes) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                environment = (folder / "environ").read_bytes()
            except OSError:  # gone meanwhile, or another user's
                continue
            if mark in environment.split(b"\0"):
                found.append(int(folder.name))
    return found


def _members_from_ps(mark: str) -> list[int]:
    """Ask ``ps``, on systems without /proc; ``e`` adds the environment to the command."""
    listing = subprocess.run(["ps", "axeww", "-o", "pid=,command="], capture_output=True, text=True, check=False)
    return [int(line.split(None, 1)[0]) for line in listing.stdout.splitlines() if mark in line.split()]


def end_all(life: str, *, timeout_seconds: float = 5.0) -> tuple[int, ...]:
    """Kill every process of one life, and return those that are left when the time is over.

    Killed, not asked: with the life ends everything it could save, and a task that ignores SIGTERM must not outlive it.
    """
    until = time.monotonic() + timeout_seconds
    while left := members(life):
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        if time.monotonic() > until:
            return left
        time.sleep(0.02)
    return ()


def die_with_parent() -> None:
    """Have this process, and all it will fork, killed by the kernel when their parent dies (Linux).

    The kernel watches the *thread* that forked, so a child forked off the main thread is left alone: it must not die
    because a thread pool shrank.
    """
    if not sys.platform.startswith("linux"):
        return
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    from_main_thread = True

    def note_thread() -> None:
        nonlocal from_main_thread
        from_main_thread = threading.current_thread() is threading.main_thread()

    def follow() -> None:
        if from_main_thread:
            prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))

    follow()
    os.register_at_fork(before=note_thread, after_in_child=follow)
