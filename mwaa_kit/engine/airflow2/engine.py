"""`Airflow2Engine`: Dag files in, specs and task outcomes out."""

from __future__ import annotations

import contextlib
import copy
import os
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from typing import Any

from mwaa_kit.engine.airflow2 import database, running
from mwaa_kit.engine.airflow2.asking import Asking, asked, current, listen_to_airflow
from mwaa_kit.engine.airflow2.datasets import tell_updates
from mwaa_kit.engine.airflow2.storing import read_value, write_value
from mwaa_kit.engine.airflow3 import looking
from mwaa_kit.engine.airflow3.engine import _in_written_order, _own_segfault_handler, _read_problem, refuse_taken
from mwaa_kit.engine.airflow3.reading import read_dag
from mwaa_kit.engine.mapping import know_mapped, walk_less
from mwaa_kit.engine.protocol import Deferral, RunInfo, TaskInsight, TaskOutcome, TaskRequest, TaskServices
from mwaa_kit.engine.triggers import FAIL, explain, hasten, wait_for_event
from mwaa_kit.errors import DagImportError, MissingInputError, UnknownDagError, WrongUsageError
from mwaa_kit.model.spec import DagSpec, LoadedFile


class Airflow2Engine:
    """Airflow 2 in this interpreter. Holds the Dag objects it loaded, by dag_id."""

    def __init__(self, airflow_version: str) -> None:
        self.airflow_version = airflow_version
        from airflow.models.abstractoperator import AbstractOperator

        self._dags: dict[str, Any] = {}
        walk_less(AbstractOperator)
        running.quieten()
        database.open_database()
        listen_to_airflow()
        tell_updates(current)

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
        from airflow.models.dagbag import DagBag

        if not os.path.isfile(path):
            raise MissingInputError("there is no such file", path=path)
        started = time.perf_counter()
        with self._parsing(path, services):
            bag = DagBag(path, include_examples=False, safe_mode=False, load_op_links=False)
        seconds = time.perf_counter() - started
        refuse_taken(path, bag.dags, taken)
        problems = tuple(_read_problem(path, text) for text in bag.import_errors.values())
        specs = tuple(self.adopt(dag, os.path.basename(path)) for dag in _in_written_order(path, bag.dags))
        return LoadedFile(specs, problems, seconds)

    @contextlib.contextmanager
    def _parsing(self, path: str, services: TaskServices | None) -> Iterator[None]:
        """Let a Dag file import its neighbours and read Variables from the run; what it prints is dropped."""
        folder = os.path.dirname(os.path.abspath(path))
        if folder not in sys.path:
            sys.path.append(folder)
        with contextlib.ExitStack() as stack:
            stack.enter_context(running.captured(lambda level, line: None))
            stack.enter_context(_own_segfault_handler())
            if services is not None:
                stack.enter_context(asked(Asking(services, None, None)))
            yield

    def adopt(self, dag: Any, relative_path: str = "") -> DagSpec:
        """Take a Dag object; it can be run afterwards.

        Raises
        ------
        DagImportError
            If its tasks wait for each other in a circle.
        """
        from airflow.exceptions import AirflowDagCycleException
        from airflow.models.mappedoperator import MappedOperator
        from airflow.utils.dag_cycle_tester import check_cycle
        from airflow.utils.task_group import MappedTaskGroup

        try:
            check_cycle(dag)
        except AirflowDagCycleException as error:
            reason = " ".join(str(error).split())
            raise DagImportError(
                f"Dag {dag.dag_id!r} goes in a circle: {reason}", hint="take one edge of it away"
            ) from error
        self._dags[dag.dag_id] = dag
        know_mapped(dag, MappedOperator, MappedTaskGroup)
        return read_dag(dag, relative_path)

    def describe_run(self, dag_id: str, when: datetime | None, now: datetime, conf: Mapping[str, Any]) -> RunInfo:
        """Work out a manual run as Airflow does when a user triggers one; Airflow 2 has no run without a date.

        Raises
        ------
        WrongUsageError
            If `conf` does not fit the Dag's params.
        """
        import pendulum
        from airflow.exceptions import ParamValidationError

        dag = self._find(dag_id)
        params = copy.deepcopy(dag.params)  # giving a value to a param changes the param itself
        try:
            params.update(dict(conf))
            params.validate()
        except ParamValidationError as error:
            reason = " ".join(str(error).split())
            raise WrongUsageError(f"Dag {dag_id!r} does not accept these params: {reason}") from error
        moment = when or now
        interval = dag.timetable.infer_manual_data_interval(run_after=pendulum.instance(moment))
        return RunInfo(
            dag_id=dag_id,
            run_id=f"manual__{moment.isoformat()}",
            run_after=now,
            logical_date=moment,
            data_interval_start=interval.start,
            data_interval_end=interval.end,
            conf=dict(conf),
        )

    def list_runs(
        self, dag_id: str, first: datetime, last: datetime, conf: Mapping[str, Any], limit: int
    ) -> tuple[RunInfo, ...]:
        """Refuse: what a schedule makes between two dates is not worked out here.

        Raises
        ------
        WrongUsageError
            Always.
        """
        raise WrongUsageError(
            f"a range of dates cannot be run on Airflow {self.airflow_version}",
            hint="run single dates with --logical-date, or the range on the newest Airflow: leave --target out",
        )

    def run_task(self, request: TaskRequest, services: TaskServices) -> TaskOutcome:
        """Run one try of one task instance, here and now."""
        return running.run_task(self._find(request.run.dag_id), request, services)

    def fire(
        self, deferral: Deferral, request: TaskRequest, services: TaskServices, cancelled: Callable[[], bool]
    ) -> Deferral:
        """Wait for a trigger's first event; what the trigger logs belongs to the task."""

        def write(level: str, line: str) -> None:
            services.log(request.key, request.try_number, level, line)

        def build() -> Any:
            module, _, name = deferral.classpath.rpartition(".")
            trigger = getattr(import_module(module), name)(**deferral.trigger_kwargs)
            return hasten(trigger) if request.skip_delays else trigger

        with asked(Asking(services, request, self._find(request.run.dag_id))), running.captured(write):
            try:
                payload = wait_for_event(build, deferral.timeout_seconds, cancelled)
            except BaseException as error:
                return replace(deferral, next_method=FAIL, next_kwargs=explain(error))
        return replace(deferral, next_kwargs={**(deferral.next_kwargs or {}), "event": payload})

    def look_into(self, dag_id: str) -> Mapping[str, TaskInsight]:
        """Return what can be seen in each task of a loaded Dag."""
        return looking.look_into(self._find(dag_id))

    def read_value(self, stored: Any) -> object:
        """Turn an XCom's stored JSON into a live object, as a downstream task would get it."""
        found: object = read_value(stored)
        return found

    def write_value(self, value: object) -> Any:
        """Turn an object into what Airflow stores of it, as when a task returns it."""
        return write_value(value)

    def _find(self, dag_id: str) -> Any:
        try:
            return self._dags[dag_id]
        except KeyError:
            known = ", ".join(sorted(self._dags)) or "none"
            raise UnknownDagError(f"there is no Dag {dag_id!r} here; there is: {known}") from None
