"""A worker's side of a run: one session, from the import of the Dag file to the last task."""

from __future__ import annotations

import base64
import itertools
import os
import pickle
import traceback
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mwaa_kit.engine.children import Child, Children
from mwaa_kit.engine.codec import dump, read
from mwaa_kit.engine.forked import SILENT
from mwaa_kit.engine.jobs import Job
from mwaa_kit.engine.protocol import Deferral, Engine, TaskOutcome
from mwaa_kit.engine.trial import load_in_child
from mwaa_kit.errors import MwaaKitError


class Line:
    """Two pipes that carry one JSON message a line; nothing is read before it is wanted."""

    def __init__(self, incoming: int, outgoing: int) -> None:
        self.incoming = incoming
        self._outgoing = outgoing
        self._rest = b""
        self._heard: deque[dict[str, Any]] = deque()

    def say(self, message: Mapping[str, Any]) -> None:
        """Write a message."""
        content = memoryview(dump(message))
        while content:
            content = content[os.write(self._outgoing, content) :]

    def listen(self) -> dict[str, Any] | None:
        """Return the next message, waiting for it; None when the other side is gone."""
        while not self._heard:
            if not self.take():
                return None
        return self._heard.popleft()

    def heard(self) -> list[dict[str, Any]]:
        """Return the messages that are here already."""
        found = list(self._heard)
        self._heard.clear()
        return found

    def next_heard(self) -> dict[str, Any] | None:
        """Return the next message that is here already; None when there is none."""
        return self._heard.popleft() if self._heard else None

    def put_back(self, message: dict[str, Any]) -> None:
        """Keep a message for later."""
        self._heard.append(message)

    def take(self) -> bool:
        """Read what is there; tell whether the other side is still there."""
        chunk = os.read(self.incoming, 1 << 16)
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        self._heard += [read(line) for line in lines]
        return bool(chunk)


def explain(error: Exception) -> dict[str, Any]:
    """Return an exception as plain data: ours with its parts, another one with its traceback."""
    if isinstance(error, MwaaKitError):
        return error.to_dict()
    name = type(error).__name__
    return {"name": name, "message": f"{name}: {error}", "traceback": traceback.format_exc()}


class _AskedServices:
    """The run's services, asked by the session itself while it imports a Dag file."""

    def __init__(self, line: Line, numbers: itertools.count[int]) -> None:
        self._line = line
        self._numbers = numbers

    def __getattr__(self, name: str) -> Any:
        def ask(*arguments: Any) -> Any:
            number = None if name in SILENT else next(self._numbers)
            self._line.say({"ask": number, "name": name, "arguments": arguments})
            return None if number is None else self._answer_to(number)

        return ask

    def _answer_to(self, number: int) -> Any:
        later: list[dict[str, Any]] = []
        while (message := self._line.listen()) is not None:
            if message.get("answer") == number:
                for one in later:
                    self._line.put_back(one)
                return message["value"]
            later.append(message)
        raise EOFError


class Session:
    """Carries on the conversation for one run."""

    def __init__(self, engine: Engine, line: Line) -> None:
        self._engine = engine
        self._line = line
        self._numbers = itertools.count(1)
        self._asked: dict[int, tuple[Child, int]] = {}
        self._requests: dict[int, int] = {}
        self._open = True
        self._children = Children(engine, self._forward)

    def run(self) -> None:
        """Answer requests until the session is closed, or the other side is gone."""
        try:
            while self._open:
                for message in self._line.heard():
                    self._take(message)
                ended, readable = self._children.serve(None if self._open else 0.0, [self._line.incoming])
                for job, outcome in ended:
                    self._finish(job, outcome)
                if self._open and readable and not self._line.take():
                    return
        finally:
            self._children.close()

    def _take(self, message: dict[str, Any]) -> None:
        """Take one message: an answer for a child, or a request."""
        if "answer" in message:
            child, number = self._asked.pop(message["answer"])
            child.answer(number, message["value"])
            return
        try:
            value = getattr(self, f"do_{message['do']}")(message)
        except Exception as error:
            self._line.say({"id": message["id"], "error": explain(error)})
            return
        if message["do"] not in ("run", "close"):
            self._line.say({"id": message["id"], "value": value})

    def do_load(self, message: dict[str, Any]) -> Any:
        """Import a Dag file; its Dags can be run afterwards."""
        services: Any = _AskedServices(self._line, self._numbers)
        return self._engine.load(message["path"], services, message["taken"])

    def do_trial(self, message: dict[str, Any]) -> Any:
        """Import a Dag file in a child, which cannot harm the session."""
        services: Any = _AskedServices(self._line, self._numbers)  # the child has the line for itself meanwhile
        return load_in_child(self._engine, message["path"], services=services)

    def do_call(self, message: dict[str, Any]) -> Any:
        """Ask the engine something by the name of its method."""
        return getattr(self._engine, message["name"])(*message["arguments"])

    def do_run(self, message: dict[str, Any]) -> None:
        """Start a job in a child; it is answered when it has ended."""
        self._children.memory_bytes = message["memory_bytes"]
        child = self._children.start(_unseal(message["job"]), timeout_seconds=message["timeout_seconds"])
        self._requests[id(child.job)] = message["id"]

    def do_cancel(self, message: dict[str, Any]) -> int:
        """Stop the jobs of some requests; each is answered as cancelled, then this request."""
        asked = set(message["requests"])
        jobs = self._children.cancel(lambda child: self._requests.get(id(child.job)) in asked)
        for job in jobs:
            self._line.say({"id": self._requests.pop(id(job)), "value": None})
        return len(jobs)

    def do_close(self, message: dict[str, Any]) -> None:
        """End the session; the worker answers for it."""
        self._open = False

    def _finish(self, job: Job, outcome: TaskOutcome) -> None:
        if outcome.deferral is not None:
            outcome = replace(outcome, deferral=_seal(outcome.deferral))
        self._line.say({"id": self._requests.pop(id(job)), "value": outcome})

    def _forward(self, child: Child, number: int, name: str, arguments: tuple[Any, ...]) -> None:
        """Ask the scheduler what a child asks."""
        asked = None if name in SILENT else next(self._numbers)
        if asked is not None:
            self._asked[asked] = (child, number)
        request = self._requests.get(id(child.job))
        self._line.say({"ask": asked, "for": request, "name": name, "arguments": arguments})


def _seal(deferral: Deferral) -> Deferral:
    """Close up what only this interpreter can read: what a trigger is made of may be any object."""
    held = base64.b64encode(pickle.dumps((deferral.trigger_kwargs, deferral.next_kwargs))).decode()
    return replace(deferral, trigger_kwargs=held, next_kwargs=None)


def _unseal(job: Job) -> Job:
    """Open what :func:`_seal` closed, in a job that goes on."""
    resume = job.request.resume
    opened = replace(job.request, resume=None if resume is None else _open(resume))
    return Job(opened, None if job.deferral is None else _open(job.deferral))


def _open(deferral: Deferral) -> Deferral:
    trigger_kwargs, next_kwargs = pickle.loads(base64.b64decode(deferral.trigger_kwargs))
    return replace(deferral, trigger_kwargs=trigger_kwargs, next_kwargs=next_kwargs)
