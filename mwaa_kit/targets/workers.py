"""Workers: processes that hold a target's Airflow, started once, kept warm, and asked over pipes.

Notes
-----
A worker imports the kit's own package from where this process has it, and nothing else from there: the folder is not put
on its path, for it may hold an Airflow of its own. Each target has an Airflow home of its own, since one version's settings
file means little to another.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from multiprocessing.connection import wait as wait_for_any
from types import TracebackType
from typing import Any

import mwaa_kit
from mwaa_kit import errors
from mwaa_kit.engine.forked import SILENT
from mwaa_kit.engine.home import kit_home
from mwaa_kit.engine.serving import Line
from mwaa_kit.engine.trial import PARSE_SECONDS
from mwaa_kit.errors import AirflowMissingError, WorkerError
from mwaa_kit.model.spec import LoadedFile

_BOOTSTRAP = """
import importlib.util, runpy, sys
folder = sys.argv[1]
spec = importlib.util.spec_from_file_location("mwaa_kit", folder + "/__init__.py", submodule_search_locations=[folder])
package = sys.modules["mwaa_kit"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(package)
sys.argv = ["mwaa_kit.engine"]
runpy.run_module("mwaa_kit.engine", run_name="__main__", alter_sys=True)
"""

_NOT_FOR_WORKERS = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")
_HOMES = ("AIRFLOW_HOME", "AIRFLOW_CONFIG", "AIRFLOW__CORE__DAGS_FOLDER")


@dataclass(frozen=True)
class Answer:
    """The answer to a request: its value, or why there is none."""

    request: int
    value: Any = None
    error: errors.MwaaKitError | None = None


class Worker:
    """An Airflow in a process of its own; a context manager that ends it.

    Parameters
    ----------
    python
        The interpreter; by default this one.
    name
        Which Airflow home it gets, such as ``3.0.6``; empty leaves it this process's own.

    Attributes
    ----------
    problem
        Why this Airflow cannot run a task, though it can be imported; empty when it can.

    Raises
    ------
    AirflowMissingError
        If that interpreter has no usable Airflow.
    """

    def __init__(self, python: str = sys.executable, *, name: str = "") -> None:
        self.services: Any = None
        self._services: dict[int, Any] = {}
        self._kept: list[Answer] = []
        self._told = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the worker
        self._process = subprocess.Popen(
            [python, "-P", "-c", _BOOTSTRAP, os.path.dirname(os.path.abspath(mwaa_kit.__file__))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._told,
            env=_environment(name),
            start_new_session=True,  # Ctrl-C is for this process, which then tells the worker
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._line = Line(self._process.stdout.fileno(), self._process.stdin.fileno())
        self._numbers = 0
        self._session = 0
        greeting = self._line.listen() or {}
        if "airflow_version" not in greeting:
            raise self._no_airflow(python, greeting)
        self.airflow_version = str(greeting["airflow_version"])
        self.problem = str(greeting["problem"])

    def _no_airflow(self, python: str, greeting: dict[str, Any]) -> AirflowMissingError:
        told = greeting.get("error", {})
        reason = told.get("message") or self._last_words()
        self.close()
        return AirflowMissingError(
            f"no Airflow can be used by {python}" + (f": {reason}" if reason else ""),
            hint=told.get("hint") or "make the target again: mwaa-kit target remove VERSION, then target add VERSION",
        )

    def _last_words(self) -> str:
        """Return the last line that the worker wrote to its standard error."""
        self._process.wait()
        self._told.seek(0)
        lines = self._told.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1].strip() if lines else ""

    def load(self, path: str, *, seconds: float = PARSE_SECONDS) -> LoadedFile:
        """Import a Dag file in a child of the worker; a problem tells when its time was over."""
        loaded: LoadedFile = self.ask("parse", path=os.path.abspath(path), seconds=seconds)
        return loaded

    def open_session(self) -> None:
        """Begin a run: what is loaded from now on can be run."""
        self._session = self.begin("open")

    def close_session(self) -> None:
        """End the run; the worker is as it was before."""
        if not self._session:
            return
        self.services = None
        self.begin("close")
        while not self.wait(None, {self._session}):
            pass
        self._session = 0
        self._kept.clear()
        self._services.clear()

    def begin(self, do: str, *, services: Any = None, **fields: Any) -> int:
        """Send a request; return its number.

        Parameters
        ----------
        services
            Who answers what is asked on its behalf; by default the worker's own `services`.
        """
        self._numbers += 1
        if services is not None:
            self._services[self._numbers] = services
        try:
            self._line.say({"id": self._numbers, "do": do, **fields})
        except OSError as error:
            raise WorkerError(f"the worker of Airflow {self.airflow_version} is gone") from error
        return self._numbers

    def ask(self, do: str, **fields: Any) -> Any:
        """Send a request and wait for its answer.

        Raises
        ------
        MwaaKitError
            What the worker raised; `WorkerError` if it ended.
        """
        number = self.begin(do, **fields)
        while not (found := self.wait(None, {number})):
            pass
        if found[0].error:
            raise found[0].error
        return found[0].value

    def wait(self, timeout_seconds: float | None, requests: Collection[int]) -> list[Answer]:
        """Answer the worker's questions until it answers one of the requests, or the time is over.

        A question may be answered by running another Dag in the same session, which waits for requests of its own: the
        answers to others are kept for those who wait for them.
        """
        deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
        while True:
            while (message := self._line.next_heard()) is not None:
                if answer := self._take(message):
                    self._kept.append(answer)
            if found := [answer for answer in self._kept if answer.request in requests]:
                self._kept = [answer for answer in self._kept if answer.request not in requests]
                return found
            rest = None if deadline is None else max(0.0, deadline - time.monotonic())
            if not wait_for_any([self._line.incoming], rest):
                return []
            if not self._line.take():
                raise WorkerError(
                    f"the worker of Airflow {self.airflow_version} ended unexpectedly: {self._last_words()}"
                )

    def _take(self, message: dict[str, Any]) -> Answer | None:
        """Answer a question of the worker, or return its answer to a request of ours."""
        if "ask" in message:
            services = self._services.get(message.get("for") or 0, self.services)
            answer = None if services is None else getattr(services, message["name"])(*message["arguments"])
            if message["name"] not in SILENT:
                self._line.say({"answer": message["ask"], "value": answer})
            return None
        if message["id"] == self._session:
            how = message["value"]["session"]
            if how == "closed":
                return Answer(message["id"], how)
            self._session = 0
            raise WorkerError(f"the process that held the Dag file {how}")
        self._services.pop(message["id"], None)
        return Answer(
            message["id"], message.get("value"), _read_error(message["error"]) if "error" in message else None
        )

    def forget(self, requests: Collection[int]) -> None:
        """Drop the answers to requests that nobody waits for any more."""
        self._kept = [answer for answer in self._kept if answer.request not in requests]

    @property
    def pid(self) -> int:
        """The worker's process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process is still there."""
        return self._process.poll() is None

    def close(self) -> None:
        """End the process and all it started."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        self._process.kill()
        self._process.wait()
        self._told.close()

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


_idle: dict[tuple[str, str], list[Worker]] = {}


@contextlib.contextmanager
def borrowed(python: str = sys.executable, *, name: str = "") -> Iterator[Worker]:
    """Yield a warm worker, kept for the next one who wants it; one that failed is ended."""
    waiting = _idle.setdefault((python, name), [])
    while waiting and not waiting[-1].alive:
        waiting.pop().close()
    worker = waiting.pop() if waiting else Worker(python, name=name)
    try:
        yield worker
    except BaseException:
        worker.close()
        raise
    try:
        worker.close_session()
    except WorkerError:  # it died while it ran tasks, which the run has told
        worker.close()
    else:
        waiting.append(worker)


@atexit.register
def close_idle() -> None:
    """End all workers that wait for work."""
    for waiting in _idle.values():
        while waiting:
            waiting.pop().close()


def _environment(name: str) -> dict[str, str]:
    """Return a worker's environment: ours, without what leads to our packages or to another Airflow's home."""
    clean = {key: value for key, value in os.environ.items() if key not in _NOT_FOR_WORKERS}
    if not name:
        return clean
    home = kit_home() / "airflow" / name
    home.mkdir(parents=True, exist_ok=True)
    for key in _HOMES:
        clean.pop(key, None)
    return clean | {"AIRFLOW_HOME": str(home), "AIRFLOW__CORE__DAGS_FOLDER": str(home / "dags")}


def _read_error(told: dict[str, Any]) -> errors.MwaaKitError:
    """Return the exception that a worker told of; one that is not the kit's own is a bug, and keeps its traceback."""
    kind = getattr(errors, str(told["name"]), None)
    if isinstance(kind, type) and issubclass(kind, errors.MwaaKitError):
        return kind(str(told["message"]), path=str(told.get("path") or ""), hint=str(told.get("hint") or ""))
    return WorkerError(str(told["message"]), hint=str(told.get("traceback", "")))
