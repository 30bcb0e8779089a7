"""To each task its own: what belongs to the whole process, put back or kept apart for each task that runs in it.

Notes
-----
Airflow runs a task in a process of its own. In ours it would leave things behind, and tasks in threads would take each
other's: the ``AIRFLOW_CTX_*`` variables, signal handlers, the values it gives to params, and what a task itself changes.

Airflow's handler of SIGALRM is left alone: ``execution_timeout`` rests on it. Off the main thread there is none, so the
scheduler never runs such a task in a thread.

Airflow's handler of SIGTERM tells the task and nobody else. In a process that is not the task's own, whoever had the signal
before hears of it too: else ``timeout`` or a stopped container would end what a task started, but not the run.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

from mwaa_kit.engine.sharing import Together
from mwaa_kit.engine.streams import current_output

_PREFIX = "AIRFLOW_CTX_"


@contextlib.contextmanager
def _own_signals() -> Iterator[None]:
    """Keep signals and the end of the process from a task."""
    leave = os._exit
    if not _alone:
        setattr(os, "_exit", _refusing(leave, os.getpid()))
    try:
        with _own_handlers():
            yield
    finally:
        setattr(os, "_exit", leave)


def _refusing(leave: Callable[[int], NoReturn], here: int) -> Callable[[int], NoReturn]:
    """Return ``os._exit`` that a task cannot end this process with; a kernel whose server is gone still leaves by it."""

    def refuse(status: int) -> NoReturn:
        if os.getpid() != here or current_output() is None:
            leave(status)
        raise RuntimeError(
            f"os._exit({status}) would end the run, in whose process this task runs; --mode fork gives it one of its own"
        )

    return refuse


@contextlib.contextmanager
def _own_handlers() -> Iterator[None]:
    """Give every handler back to whoever had it; off the main thread, let the runner believe that it set its own."""
    real = signal.signal
    if threading.current_thread() is threading.main_thread():
        before = {number: signal.getsignal(number) for number in _SIGNALS}
        if not _alone:
            setattr(signal, "signal", _passing_on(before[signal.SIGTERM]))
        try:
            yield
        finally:
            setattr(signal, "signal", real)
            for number, handler in before.items():
                if handler is not None and signal.getsignal(number) is not handler:
                    signal.signal(number, handler)
        return

    def unless_sigterm(number: int, handler: Any) -> Any:
        main = threading.current_thread() is threading.main_thread()
        return None if number == signal.SIGTERM and not main else real(number, handler)

    setattr(signal, "signal", unless_sigterm)
    try:
        yield
    finally:
        setattr(signal, "signal", real)


_alone: list[bool] = []


def be_alone() -> None:
    """Note that this process is a task's own: a SIGTERM is for the task, which may go on to clean up."""
    _alone.append(True)


def _passing_on(before: Any) -> Callable[[int, Any], Any]:
    """Return ``signal.signal`` that lets whoever had SIGTERM before hear of it after each new handler."""
    real = signal.signal

    def listen(number: int, handler: Any) -> Any:
        if number != signal.SIGTERM or not callable(handler) or handler is before:
            return real(number, handler)

        def both(signum: int, frame: Any) -> None:
            handler(signum, frame)
            if callable(before):
                before(signum, frame)
            elif before == signal.SIG_DFL:
                real(signum, signal.SIG_DFL)
                os.kill(os.getpid(), signum)

        return real(number, both)

    return listen


_SIGNALS = tuple(
    number for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGPIPE)
)
own_signals = Together(_own_signals)


class _EnvironOfThisThread(os._Environ):  # type: ignore[type-arg]
    """The environment, in which each thread has its own ``AIRFLOW_CTX_*``."""

    def __setitem__(self, name: str, value: str) -> None:
        if _is_contexts(name):
            _named.values[name] = value
        else:
            super().__setitem__(name, value)

    def __getitem__(self, name: str) -> str:
        if _is_contexts(name) and name in _named.values:
            return _named.values[name]
        return str(super().__getitem__(name))

    def __iter__(self) -> Iterator[str]:
        yield from super().__iter__()
        yield from list(_named.values)

    def __len__(self) -> int:
        return super().__len__() + len(_named.values)


class _Named(threading.local):
    def __init__(self) -> None:
        self.values: dict[str, str] = {}


_named = _Named()


def _is_contexts(name: object) -> bool:
    return isinstance(name, str) and name.startswith(_PREFIX)


@contextlib.contextmanager
def own_environment() -> Iterator[None]:
    """Put the environment and the working directory back; in threads, keep only ``AIRFLOW_CTX_*`` apart.

    Several tasks in one process share the rest of it, as they share its memory.
    """
    if threading.current_thread() is not threading.main_thread():
        with _environs:
            try:
                yield
            finally:
                _named.values.clear()
        return
    before = _environment()
    folder = _working_directory()
    path = sys.path[:]
    try:
        yield
    finally:
        _restore(before)
        if folder and _working_directory() != folder:
            with contextlib.suppress(OSError):
                os.chdir(folder)
        sys.path[:] = path


def _working_directory() -> str:
    """Return where this process is; nothing where that is gone, such as the temporary folder of a task."""
    try:
        return str(Path.cwd())
    except OSError:
        return ""


def _environment() -> dict[bytes, bytes]:
    """Return the environment as it is kept, in bytes: to decode it all costs more than a trivial task."""
    return dict(vars(os.environ)["_data"])


def _restore(before: dict[bytes, bytes]) -> None:
    now = _environment()
    for name in now.keys() - before.keys():
        del os.environ[os.fsdecode(name)]
    for name, value in before.items() - now.items():
        os.environ[os.fsdecode(name)] = os.fsdecode(value)


@contextlib.contextmanager
def _own_environs() -> Iterator[None]:
    before = type(os.environ)
    os.environ.__class__ = _EnvironOfThisThread
    try:
        yield
    finally:
        os.environ.__class__ = before


_environs = Together(_own_environs)

_borrowed: dict[int, tuple[int, list[Any], list[Any]]] = {}
_borrowing = threading.Lock()


def _renew_lock() -> None:
    global _borrowing
    _borrowing = threading.Lock()


if hasattr(os, "register_at_fork"):  # a thread that does not exist in a child may have held it
    os.register_at_fork(after_in_child=_renew_lock)


@contextlib.contextmanager
def own_params(*held: Any) -> Iterator[None]:
    """Give params their own values back: merging a run's conf into them changes the params themselves.

    Parameters
    ----------
    held
        Airflow's ``ParamsDict`` of the Dag, and of the task. The values come back when the last task lets go of them.
    """
    for params in held:
        _borrow(params)
    try:
        yield
    finally:
        for params in held:
            _give_back(params)


def _borrow(held: Any) -> None:
    with _borrowing:
        count, params, values = _borrowed.get(id(held), (0, [], []))
        if count == 0:
            params = [held.get_param(name) for name in held if hasattr(held, "get_param")]
            values = [param.value for param in params]
        _borrowed[id(held)] = (count + 1, params, values)


def _give_back(held: Any) -> None:
    with _borrowing:
        count, params, values = _borrowed.pop(id(held))
        if count > 1:
            _borrowed[id(held)] = (count - 1, params, values)
            return
        for param, value in zip(params, values, strict=True):
            param.value = value
