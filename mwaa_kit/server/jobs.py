"""Jobs: runs, publishes and the practice MWAA's starts and stops, each in a process of its own, with the events kept.

The newest events of each job are kept here, numbered from 1, so that a page that was reloaded, or a second one, can be
brought up to date. What is no longer kept is in the record beside the notebook.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from mwaa_kit.server.benches import Bench, Conversation

KEPT_EVENTS = 5_000
KEPT_BYTES = 8 << 20
KEPT_JOBS = 200
_GRACE_SECONDS = 10.0

_WAITS_FOR_A_PERSON = {"awaiting_input", "deferred"}
"""What a task is while it has asked; ``deferred`` before Airflow 3.3."""

RUNNING, SUCCESS, FAILED, CANCELLED = "running", "success", "failed", "cancelled"


class Job:
    """One job and the events it has had.

    Parameters
    ----------
    kind
        ``run``, ``publish`` or ``practice``.
    request
        What the browser asked for.
    """

    def __init__(self, kind: str, request: Mapping[str, Any], *, grace_seconds: float = _GRACE_SECONDS) -> None:
        self.id = secrets.token_hex(6)
        self.kind = kind
        self.request = dict(request)
        self.state = RUNNING
        self.started_at = datetime.now(UTC)
        self.ended_at: datetime | None = None
        self.error: dict[str, Any] | None = None
        self.answer: Any = None
        self.cancelling = False
        self.task_instances: dict[tuple[str, int], dict[str, Any]] = {}
        self.questions: set[tuple[str, int]] = set()
        self.dag_id: str | None = None
        self.run_id: str | None = None
        self.last = 0
        self._events: deque[tuple[int, dict[str, Any]]] = deque()
        self._bytes = 0
        self._grace = grace_seconds
        self._conversation: Conversation | None = None

    @property
    def first(self) -> int:
        """The number of the oldest event that is still kept."""
        return self.last - len(self._events) + 1

    def events_after(self, number: int, at_most: int) -> list[dict[str, Any]]:
        """Return envelopes of the events after a number, oldest first; those that are still kept."""
        start = max(0, number + 1 - self.first)
        found = (self._events[i] for i in range(start, min(len(self._events), start + at_most)))
        return [envelope(self.id, self.kind, self.first + start + i, event) for i, (_, event) in enumerate(found)]

    def add(self, event: dict[str, Any], size_bytes: int) -> None:
        """Number and keep an event."""
        self.last += 1
        self._events.append((size_bytes, event))
        self._bytes += size_bytes
        while len(self._events) > 1 and (len(self._events) > KEPT_EVENTS or self._bytes > KEPT_BYTES):
            self._bytes -= self._events.popleft()[0]
        self._follow(event)

    def _follow(self, event: Mapping[str, Any]) -> None:
        """Keep what a page wants first when it is opened in the middle of a run."""
        match event.get("event"):
            case "run_started":
                self.dag_id, self.run_id = event.get("dag_id"), event.get("run_id")
            case "question":
                self.questions.add((str(event["task_id"]), int(event["map_index"])))
            case "task_state":
                key = (str(event["task_id"]), int(event["map_index"]))
                if event["state"] not in _WAITS_FOR_A_PERSON:
                    self.questions.discard(key)
                names = ("task_id", "map_index", "state", "try_number", "reason", "until")
                self.task_instances[key] = {name: event.get(name) for name in names}
            case "run_finished":
                self.answer = dict(event)

    async def do(self, bench: Bench, changed: Callable[[], None]) -> None:
        """Do it, from beginning to end; whatever happens, its last event is ``job_finished``."""
        try:
            self._conversation = await bench.start(self.kind, self.request)
            async for message in self._conversation.messages():
                if "told" in message:
                    told = message["told"]
                    self.add(told, len(str(told)))
                    changed()
                elif "error" in message:
                    self.error = message["error"]
                else:
                    self.answer = message["answer"]
        except OSError as error:
            words = f"its process could not be started: {error.strerror}"
            self.error = {"name": type(error).__name__, "message": words, "path": None, "hint": "free some memory"}
        finally:
            self._finish()
            changed()

    def _finish(self) -> None:
        self.ended_at = datetime.now(UTC)
        answer = self.answer if isinstance(self.answer, dict) else {}
        if self.cancelling and (self.error or answer.get("cancelled")):
            self.state = CANCELLED
        elif self.error is not None or answer.get("state", SUCCESS) != SUCCESS:
            self.state = CANCELLED if answer.get("cancelled") else FAILED
        else:
            self.state = SUCCESS
        if self.state == CANCELLED and self.error and self.error["name"] in {"ProcessEndedError", "CancelledError"}:
            self.error = None
        event = {"event": "job_finished", "at": self.ended_at.isoformat(), "state": self.state, "error": self.error}
        self.add({**event, "answer": None if self.kind == "run" else self.answer}, 1000)

    def hand_in(self, task_id: str, map_index: int, options: list[str], params: Mapping[str, Any]) -> bool:
        """Hand a person's answer to the task that asked; False when it asks nothing."""
        if (task_id, map_index) not in self.questions or self.state != RUNNING or self._conversation is None:
            return False
        self._conversation.send(
            {"task_id": task_id, "map_index": map_index, "options": options, "params": dict(params)}
        )
        return True

    def cancel(self) -> None:
        """Interrupt it, and kill it when its grace is over; a second time kills at once."""
        if self.state != RUNNING or self._conversation is None:
            return
        if self.cancelling:
            self._conversation.kill()
            return
        self.cancelling = True
        self._conversation.interrupt()
        asyncio.get_running_loop().call_later(self._grace, self._kill_late)

    def _kill_late(self) -> None:
        if self.state == RUNNING and self._conversation is not None:
            self._conversation.kill()

    def to_dict(self) -> dict[str, Any]:
        """Return the ``Job`` of the contract."""
        return {
            "id": self.id,
            "kind": self.kind,
            "path": self.request.get("path"),
            "state": self.state,
            "started_at": self.started_at.isoformat(),
            "ended_at": self.ended_at.isoformat() if self.ended_at else None,
            "last": self.last,
            "first": self.first,
            "request": self.request,
            "dag_id": self.dag_id,
            "run_id": self.run_id,
            "cancelling": self.cancelling,
            "error": self.error,
        }


def envelope(job_id: str, kind: str, number: int, event: dict[str, Any]) -> dict[str, Any]:
    """Return the ``Envelope`` of the contract: an event as it goes to the browser."""
    return {"op": "event", "job": job_id, "kind": kind, "seq": number, "event": event}


class Jobs:
    """All jobs of the server, and whoever wants to know when one has changed."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._jobs: dict[str, Job] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.listeners: set[asyncio.Event] = set()

    def __iter__(self) -> Iterator[Job]:
        return reversed(self._jobs.values())

    def find(self, job_id: str) -> Job | None:
        """Return a job by its id."""
        return self._jobs.get(job_id)

    def start(self, job: Job) -> Job:
        """Begin a job."""
        self._jobs[job.id] = job
        ended = [known.id for known in self._jobs.values() if known.state != RUNNING]
        for old in ended[: max(0, len(self._jobs) - KEPT_JOBS)]:
            del self._jobs[old]
        task = asyncio.get_running_loop().create_task(job.do(self._bench, self._changed))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._changed()
        return job

    def _changed(self) -> None:
        for listener in self.listeners:
            listener.set()
