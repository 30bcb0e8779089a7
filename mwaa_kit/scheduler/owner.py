"""Which process a run belongs to, and whether it still lives: a run whose process was killed must not run for ever.

Notes
-----
A process id alone would mislead, since it is given again after a while, and after every restart of the machine. On Linux
the id of the boot and the process's start time go with it; elsewhere only the process id can be asked for.
"""

from __future__ import annotations

import os
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_START_TIME = 19
"""Which word of ``/proc/PID/stat`` after the process's name is its start time, from 0; ``proc(5)`` counts it as 22."""


def owner_name() -> str:
    """Return a name that no other process has, on this machine."""
    return f"{_boot_id()} {os.getpid()} {_started_at(os.getpid())}"


def is_alive(owner: str) -> bool:
    """Whether the process of that name still runs."""
    boot, _, rest = owner.partition(" ")
    pid, _, started = rest.partition(" ")
    if not pid.isdigit() or boot != _boot_id():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it is another user's, and it is there
        pass
    return started == _started_at(int(pid))


def _boot_id() -> str:
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return "-"


def _started_at(pid: int) -> str:
    try:
        after_the_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
        return after_the_name.split()[_START_TIME]
    except (OSError, IndexError):
        return "-"
