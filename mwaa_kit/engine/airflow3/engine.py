"""`Airflow3Engine`: Dag files in, specs and task outcomes out."""

from __future__ import annotations

import contextlib
import copy
import itertools
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mwaa_kit.engine.airflow3 import deferring, looking, reading, running, timetabling, versions
from mwaa_kit.engine.airflow3.belonging import supervised
from mwaa_kit.engine.airflow3.capturing import captured
from mwaa_kit.engine.airflow3.supervising import Supervisor
from mwaa_kit.engine.mapping import know_mapped, walk_less
from mwaa_kit.engine.protocol import Deferral, RunInfo, TaskInsight, TaskOutcome, TaskRequest, TaskServices
from mwaa_kit.errors import DagImportError, MissingInputError, UnknownDagError, WrongUsageError
from mwaa_kit.model.spec import DagSpec, ImportProblem, LoadedFile


class Airflow3Engine:
    """Airflow 3 in this interpreter. Holds the Dag objects it loaded, by dag_id."""

    def __init__(self, airflow_version: str) -> None:
        self.airflow_version = airflow_version
        self._dags: dict[str, Any] = {}
        running.share_type_adapters()
        walk_less(versions.find("AbstractOperator", "airflow.sdk.definitions._internal.abstractoperator"))

    def load(self, path: str, services: TaskServices | None = None, taken: Collection[str] = ()) -> LoadedFile:
        """Import a Dag file with Airflow's own ``DagBag``.

        Parameters
        ----------
        services
            Where a file that reads Variables or Connections at import finds them.
        taken
            The dag_ids of another file that is loaded: they are not replaced.

        Raises
        ------
        DagImportError
            If the file defines one of them.
        """
        if not os.path.isfile(path):
            raise MissingInputError("there is no such file", path=path)
        started = time.perf_counter()
        with self._parsing(path, services):
            bag = self._read_bag(path)
        seconds = time.perf_counter() - started
        refuse_taken(path, bag.dags, taken)
        problems = tuple(_read_problem(path, text) for text in bag.import_errors.values())
        specs = []
        for dag in _in_written_order(path, bag.dags):
            try:
                timetabling.core_timetable(dag)
            except DagImportError as error:
                problems += (ImportProblem(path, error.message),)
            else:
                specs.append(self.adopt(dag, os.path.basename(path)))
        return LoadedFile(tuple(specs), problems, seconds)

    def adopt(self, dag: Any, relative_path: str = "") -> DagSpec:
        """Take a Dag object; it can be run afterwards.

        Raises
        ------
        DagImportError
            If its tasks wait for each other in a circle.
        """
        from airflow.sdk.definitions.mappedoperator import MappedOperator
        from airflow.sdk.definitions.taskgroup import MappedTaskGroup
        from airflow.sdk.execution_time import task_runner

        try:
            versions.check_cycle(dag)
        except versions.exception("AirflowDagCycleException") as error:
            reason = " ".join(str(error).split())
            raise DagImportError(
                f"Dag {dag.dag_id!r} goes in a circle: {reason}", hint="take one edge of it away"
            ) from error
        self._dags[dag.dag_id] = dag
        know_mapped(dag, MappedOperator, MappedTaskGroup)
        if allow := getattr(task_runner, "_register_deserialization_allowed_classes", None):
            import structlog

            allow(dag, structlog.get_logger("mwaa-kit"))
        return reading.read_dag(dag, relative_path)

    def _read_bag(self, path: str) -> Any:
        return versions.dag_bag()(path, safe_mode=False, load_op_links=False)

    @contextlib.contextmanager
    def _parsing(self, path: str, services: TaskServices | None) -> Iterator[None]:
        """Let a Dag file import its neighbours and read Variables through our supervisor; what it prints is dropped."""
        folder = os.path.dirname(os.path.abspath(path))
        if folder not in sys.path:
            sys.path.append(folder)  # as Airflow does with the Dag folder; tasks import from it when they run
        with contextlib.ExitStack() as stack:
            stack.enter_context(captured(lambda level, line: None))
            stack.enter_context(_own_segfault_handler())
            if services is not None:
                stack.enter_context(supervised(Supervisor(services, _no_request(), None)))
            yield

    def describe_run(self, dag_id: str, when: datetime | None, now: datetime, conf: Mapping[str, Any]) -> RunInfo:
        """Work out a manual run as Airflow does when a user triggers one.

        Parameters
        ----------
        when
            The logical date, aware; None for a run without one.

        Raises
        ------
        WrongUsageError
            If `conf` does not fit the Dag's params.
        """
        dag = self._find(dag_id)
        self._check_conf(dag, conf)
        stamp = (when or now).isoformat()
        interval = None if when is None else timetabling.data_interval(dag, when)
        return RunInfo(
            dag_id=dag_id,
            run_id=f"manual__{stamp}",
            run_after=now,
            logical_date=when,
            data_interval_start=interval.start if interval else None,
            data_interval_end=interval.end if interval else None,
            conf=dict(conf),
        )

    def list_runs(
        self, dag_id: str, first: datetime, last: datetime, conf: Mapping[str, Any], limit: int
    ) -> tuple[RunInfo, ...]:
        """List the runs that a Dag's schedule makes between two dates, at most so many.

        Raises
        ------
        WrongUsageError
            If `conf` does not fit the Dag's params.
        """
        dag = self._find(dag_id)
        self._check_conf(dag, conf)
        return tuple(itertools.islice(timetabling.list_runs(dag, first, last, conf), limit))

    def _check_conf(self, dag: Any, conf: Mapping[str, Any]) -> None:
        """Validate params by their JSON schemas, with what the user gave in place of the defaults."""
        params = copy.deepcopy(dag.params)  # giving a value to a param changes the param itself
        try:
            params.update(dict(conf))
            params.validate()
        except versions.exception("ParamValidationError") as error:
            reason = " ".join(str(error).split())
            raise WrongUsageError(f"Dag {dag.dag_id!r} does not accept these params: {reason}") from error

    def run_task(self, request: TaskRequest, services: TaskServices) -> TaskOutcome:
        """Run one try of one task instance, here and now."""
        return running.run_task(self._find(request.run.dag_id), request, services, self._dags.values())

    def fire(
        self, deferral: Deferral, request: TaskRequest, services: TaskServices, cancelled: Callable[[], bool]
    ) -> Deferral:
        """Wait for a trigger's first event; what the trigger logs belongs to the task."""
        supervisor = Supervisor(services, request, self._find(request.run.dag_id), self._dags.values())

        def write(level: str, line: str) -> None:
            services.log(request.key, request.try_number, level, line)

        with supervised(supervisor), captured(write):
            return deferring.fire(deferral, cancelled, skip_delays=request.skip_delays)

    def look_into(self, dag_id: str) -> Mapping[str, TaskInsight]:
        """Return what can be seen in each task of a loaded Dag."""
        return looking.look_into(self._find(dag_id))

    def read_value(self, stored: Any) -> object:
        """Turn an XCom's stored JSON into a live object, as a downstream task would get it."""
        return versions.read_xcom(stored)

    def write_value(self, value: object) -> Any:
        """Turn an object into what Airflow stores of it, as when a task returns it."""
        return versions.serialize(value)

    def _find(self, dag_id: str) -> Any:
        try:
            return self._dags[dag_id]
        except KeyError:
            known = ", ".join(sorted(self._dags)) or "none"
            raise UnknownDagError(f"there is no Dag {dag_id!r} here; there is: {known}") from None


@contextlib.contextmanager
def _own_segfault_handler() -> Iterator[None]:
    """Give SIGSEGV back: the ``DagBag`` leaves a handler in Python, with which a real segfault would never end."""
    before = signal.getsignal(signal.SIGSEGV)
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGSEGV) is not before:
            signal.signal(signal.SIGSEGV, before)


def refuse_taken(path: str, dag_ids: Iterable[str], taken: Collection[str]) -> None:
    """Refuse a file that defines a Dag which another file has: Airflow shows one of them, now this and now that.

    Raises
    ------
    DagImportError
        If it does.
    """
    for dag_id in dag_ids:
        if dag_id in taken:
            raise DagImportError(
                f"defines Dag {dag_id!r}, which another file beside it defines too",
                path=path,
                hint="give one of them another dag_id",
            )


def _no_request() -> TaskRequest:
    """Return the request of a file that is being parsed: it belongs to no task."""

    now = datetime.now(UTC)
    return TaskRequest(RunInfo("", "", now), "", -1, 0, 0, now)


def _read_problem(path: str, text: str) -> ImportProblem:
    """Read Airflow's import error: the message is what stands below its last frame, the place the deepest line of the file."""
    lines = [line for line in text.strip().splitlines() if line.strip()]
    frames = [number for number, line in enumerate(lines, start=1) if line.startswith("  ")]
    told = lines[frames[-1] if frames else -1 :] or lines[-1:]
    message = " ".join(line.strip() for line in told) or "unknown import error"
    here = os.path.realpath(path)
    places = [line for file, line in re.findall(r'File "(.*)", line (\d+)', text) if os.path.realpath(file) == here]
    return ImportProblem(path, message, int(places[-1]) if places else None, text)


def _in_written_order(path: str, dags: Mapping[str, Any]) -> list[Any]:
    """Return Dags by where their dag_id first stands in the file; Airflow collects them in a set, in any order."""
    text = Path(path).read_text(encoding="utf-8", errors="replace")
    return [dags[dag_id] for dag_id in sorted(dags, key=lambda dag_id: (text.find(dag_id) % (len(text) + 1), dag_id))]
