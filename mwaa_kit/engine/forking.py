"""Fork where other threads are at work: not while one of them imports a module.

Notes
-----
A child has the forking thread only. A module that another thread was importing stays locked in it for ever, and half made: the
first import of it in the child would wait until the task's time is over. Other locks of libraries are left to the libraries,
which have ``os.register_at_fork`` for them.

Python says what is being imported in ``importlib._bootstrap._module_locks`` only (read in 3.12). Where it does not, nothing is
waited for.
"""

from __future__ import annotations

import importlib
import os
import sys
import threading
import time

PATIENCE_SECONDS = 30.0
"""As long as an import may take on MWAA; one that takes longer may wait for what only the child would do."""

_STEP_SECONDS = 0.002


def fork_between_imports() -> int:
    """Fork, and return what ``os.fork`` returns."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    before = sys.getswitchinterval()
    try:
        while True:
            sys.setswitchinterval(60.0)  # between the look and the fork no other thread shall have its turn
            if not _imports_elsewhere() or time.monotonic() > deadline:
                return os.fork()
            sys.setswitchinterval(before)
            time.sleep(_STEP_SECONDS)
    finally:
        sys.setswitchinterval(before)


def _imports_elsewhere() -> bool:
    """Whether another thread imports a module."""
    here = threading.get_ident()
    locks = list(getattr(getattr(importlib, "_bootstrap", None), "_module_locks", {}).values())
    return any(getattr(lock(), "owner", None) not in (None, here) for lock in locks)
