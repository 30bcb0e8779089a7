"""What several tasks in one process share: the first one in sets it up, the last one out puts it back."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType


class Together:
    """A context manager that many threads may be in at once; `make` is entered once for all of them."""

    def __init__(self, make: Callable[[], AbstractContextManager[object]]) -> None:
        self._make = make
        self._lock = threading.RLock()
        if hasattr(os, "register_at_fork"):  # a thread that does not exist in a child may have held it
            os.register_at_fork(after_in_child=self._renew_lock)
        self._inside = 0
        self._entered: AbstractContextManager[object] | None = None

    def _renew_lock(self) -> None:
        self._lock = threading.RLock()

    def __enter__(self) -> None:
        with self._lock:
            if self._inside == 0:
                entered = self._make()
                entered.__enter__()
                self._entered = entered
            self._inside += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0 and self._entered is not None:
                entered, self._entered = self._entered, None
                entered.__exit__(None, None, None)
