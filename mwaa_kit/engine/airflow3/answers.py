"""What all answers have in common: what they are about, and how to say yes, no and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn

from mwaa_kit.engine.protocol import TaskRequest, TaskServices


class Answers:
    """Answers the requests of one task instance.

    Parameters
    ----------
    loaded
        All Dags that the engine holds.
    """

    def __init__(self, services: TaskServices, request: TaskRequest, dag: Any, loaded: Iterable[Any] = ()) -> None:
        from airflow.sdk.execution_time import comms

        self.comms: Any = comms
        self.services = services
        self.request = request
        self.dag = dag
        self.loaded = loaded

    def ok(self) -> Any:
        """Answer: done."""
        return self.comms.OKResponse(ok=True)

    def error(self, kind: str, reason: str) -> Any:
        """Answer with one of Airflow's error types."""
        from airflow.sdk.exceptions import ErrorType

        known = getattr(ErrorType, kind, ErrorType.GENERIC_ERROR)
        return self.comms.ErrorResponse(error=known, detail={"message": reason})

    def refuse(self, reason: str) -> NoReturn:
        """End a request as Airflow's supervisor does when the API server refuses it."""
        from airflow.sdk.exceptions import AirflowRuntimeError

        raise AirflowRuntimeError(self.error("GENERIC_ERROR", reason))

    def give_up(self, reason: str) -> NoReturn:
        """Fail the task for good: trying again cannot help."""
        from mwaa_kit.engine.airflow3.versions import exception

        raise exception("AirflowFailException")(reason)

    def log(self, level: str, line: str) -> None:
        """Write a line into the task's log."""
        self.services.log(self.request.key, self.request.try_number, level, line)

    def is_own_run(self, msg: Any) -> bool:
        """Whether a message asks about this very run."""
        run = self.request.run
        return bool(msg.dag_id == run.dag_id and msg.run_id == run.run_id)
