"""The supervisor's side of the Task SDK, in memory: every request of a running task gets exactly one answer.

Airflow's task runner speaks with its supervisor through one module-wide object, ``SUPERVISOR_COMMS``, whose ``send``
takes a message and returns the answer. In production the answer comes over a socket from the API server. Here it comes
from the run itself, through :class:`~mwaa_kit.engine.protocol.TaskServices`.

Notes
-----
Handlers are found by the name of the message class: Airflow adds messages from version to version, and a class that a
version does not have needs no handler. A message without a handler is answered with an error that names it, and a test
holds the list of handlers against the list of messages of the installed Airflow.
"""

from __future__ import annotations

from typing import Any

from mwaa_kit.engine.airflow3.answering import StateAnswers
from mwaa_kit.engine.airflow3.capturing import redactor
from mwaa_kit.model.run import UNMAPPED


def _max_map_length() -> int:
    """Return how many instances one returned value may make."""
    from airflow.configuration import conf

    return int(conf.getint("core", "max_map_length", fallback=1024))


class Supervisor(StateAnswers):
    """Answers the requests of one task instance."""

    socket = None

    def send(self, msg: Any) -> Any:
        """Answer one request."""
        handler = getattr(self, f"on_{type(msg).__name__}", None)
        if handler is None:
            self.refuse(f"the in-process scheduler cannot answer {type(msg).__name__}")
        return handler(msg)

    async def asend(self, msg: Any) -> Any:
        """Answer one request of an asynchronous task."""
        return self.send(msg)

    # How a try ended: the runner returns the message too, which is where it is read.

    def on_TaskState(self, msg: Any) -> Any:
        return self.ok()

    on_RetryTask = on_DeferTask = on_RescheduleTask = on_AwaitInputTask = on_TaskState

    # XComs

    def on_GetXCom(self, msg: Any) -> Any:
        if self.is_own_run(msg):
            found = self.services.get_xcom(msg.task_id, msg.map_index, msg.key)
        else:
            found = self._xcom_of_run(msg, msg.run_id)
        if found is None and getattr(msg, "include_prior_dates", False):
            earlier = (self._xcom_of_run(msg, one.info.run_id) for one in self._earlier(msg.dag_id, self._date_of(msg)))
            found = next((value for value in earlier if value is not None), None)
        return self.comms.XComResult(key=msg.key, value=found)

    def _xcom_of_run(self, msg: Any, run_id: str) -> Any:
        map_index = UNMAPPED if msg.map_index is None else msg.map_index
        return self.services.read_xcom(msg.dag_id, run_id, msg.task_id, map_index, msg.key)

    def _date_of(self, msg: Any) -> Any:
        """Return the logical date of the run that a message names."""
        runs = self.services.find_runs(msg.dag_id)
        return next((one.info.logical_date for one in runs if one.info.run_id == msg.run_id), None)

    def on_GetXComCount(self, msg: Any) -> Any:
        return self.comms.XComCountResponse(len=len(self._sequence(msg)))

    def on_GetXComSequenceItem(self, msg: Any) -> Any:
        values = self._sequence(msg)
        if -len(values) <= msg.offset < len(values):
            return self.comms.XComSequenceIndexResult(root=values[msg.offset])
        return self.error("XCOM_NOT_FOUND", f"{msg.task_id} left no value number {msg.offset}")

    def on_GetXComSequenceSlice(self, msg: Any) -> Any:
        return self.comms.XComSequenceSliceResult(root=self._sequence(msg)[slice(msg.start, msg.stop, msg.step)])

    def _sequence(self, msg: Any) -> list[Any]:
        if self.is_own_run(msg):
            found = list(self.services.list_xcoms(msg.task_id, msg.key))
        else:
            found = list(self.services.list_run_xcoms(msg.dag_id, msg.run_id, msg.task_id, msg.key))
        if not getattr(msg, "include_prior_dates", False):
            return found
        earlier = reversed(self._earlier(msg.dag_id, self._date_of(msg)))
        runs = [self.services.list_run_xcoms(msg.dag_id, one.info.run_id, msg.task_id, msg.key) for one in earlier]
        return [value for values in runs for value in values] + found

    def on_SetXCom(self, msg: Any) -> Any:
        if msg.mapped_length is not None and msg.mapped_length > (most := _max_map_length()):
            self.refuse(
                f"{msg.task_id} returned {msg.mapped_length} values to map over; [core] max_map_length allows {most}"
            )
        map_index = UNMAPPED if msg.map_index is None else msg.map_index
        self.services.set_xcom(msg.task_id, map_index, msg.key, msg.value, msg.mapped_length)
        return self.ok()

    def on_DeleteXCom(self, msg: Any) -> Any:
        self.services.delete_xcom(msg.task_id, UNMAPPED if msg.map_index is None else msg.map_index, msg.key)
        return self.ok()

    # Variables and connections; Airflow's supervisor masks what they hold before it answers

    def on_GetVariable(self, msg: Any) -> Any:
        value = self.services.get_variable(msg.key)
        if value is None:
            return self.error("VARIABLE_NOT_FOUND", f"no Variable {msg.key!r}")
        self.mask(value, msg.key)
        return self.comms.VariableResult(key=msg.key, value=value)

    def on_GetVariableKeys(self, msg: Any) -> Any:
        keys = list(self.services.list_variables(msg.prefix or ""))
        page = keys[msg.offset : msg.offset + msg.limit]
        return self.comms.VariableKeysResult(keys=page, total_entries=len(keys))

    def on_PutVariable(self, msg: Any) -> Any:
        self.services.set_variable(msg.key, msg.value)
        return self.ok()

    def on_DeleteVariable(self, msg: Any) -> Any:
        self.services.set_variable(msg.key, None)
        return self.ok()

    def on_GetConnection(self, msg: Any) -> Any:
        fields = self.services.get_connection(msg.conn_id)
        if fields is None:
            return self.error("CONNECTION_NOT_FOUND", f"no Connection {msg.conn_id!r}")
        for secret in (fields.get("password"), fields.get("extra")):
            if secret:
                self.mask(secret, None)
        names = {"conn_type": "", **dict.fromkeys(("host", "schema", "login", "password", "port", "extra"))}
        return self.comms.ConnectionResult(**{**names, **fields, "conn_id": msg.conn_id})

    def on_MaskSecret(self, msg: Any) -> Any:
        self._tell_secrets(msg.value)
        return self.ok()

    def _tell_secrets(self, value: Any) -> None:
        """Tell the run which of these texts Airflow now hides: not every Variable is a secret."""
        if isinstance(value, str):
            if redactor()(value) != value:
                self.services.mask(value)
            return
        for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            self._tell_secrets(item)

    def mask(self, secret: Any, name: str | None) -> None:
        """Hide a value in this process's logs, by Airflow's own rules of what is a secret."""
        from airflow.sdk.log import mask_secret

        mask_secret(secret, name)
