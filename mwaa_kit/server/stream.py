"""The websocket: the events of all jobs, from where each page left off.

A page says which jobs it listens to, and the last number it has seen of each. Nothing is queued for a page: it has a place
in the kept events of each job, and moves on when its socket has taken what it was sent. So a slow page holds nobody up and
costs no memory; where it falls behind what is kept, it is told that there is a gap.
"""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

from jupyter_server.auth.decorator import ws_authenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from mwaa_kit.errors import WrongUsageError
from mwaa_kit.server.contract import need
from mwaa_kit.server.jobs import Job, Jobs

HEARTBEAT_SECONDS = 10.0
_AT_ONCE = 100
_MESSAGE_BYTES = 1 << 20


class EventsHandler(WebSocketMixin, WebSocketHandler, JupyterHandler):
    """One page's socket."""

    def initialize(self, *, jobs: Jobs, **others: Any) -> None:
        """Take the jobs."""
        super().initialize()
        self._jobs = jobs
        self._only: frozenset[str] | None = frozenset()
        self._seen: dict[str, int] = {}
        self._changed = asyncio.Event()
        self._sender: asyncio.Task[None] | None = None

    def set_default_headers(self) -> None:
        """Add none: a websocket has no page."""

    def get_compression_options(self) -> dict[str, Any] | None:
        """Leave events as they are: they are small."""
        return None

    @ws_authenticated
    async def get(self, *words: Any, **named: Any) -> None:
        """Open the socket for a user who is logged in."""
        await super().get(*words, **named)

    def open(self, *words: Any, **named: Any) -> None:
        """Begin to send."""
        super().open(*words, **named)
        self._jobs.listeners.add(self._changed)
        self._sender = asyncio.get_running_loop().create_task(self._send())

    def on_message(self, message: str | bytes) -> None:
        """Take which jobs the page listens to."""
        try:
            if len(message) > _MESSAGE_BYTES:
                raise WrongUsageError("a message is small")
            asked = json.loads(message)
            need("Listen", asked)
        except (ValueError, RecursionError, WrongUsageError) as error:
            told = error if isinstance(error, WrongUsageError) else WrongUsageError("the message is not JSON")
            self.write_message(json.dumps({"error": told.to_dict()}))
            return
        self._only = frozenset(asked["jobs"]) if "jobs" in asked else None
        self._seen |= asked.get("after", {})
        self._changed.set()

    def on_close(self) -> None:
        """Stop sending."""
        self._jobs.listeners.discard(self._changed)
        if self._sender is not None:
            self._sender.cancel()
        super().on_close()

    async def _send(self) -> None:
        try:
            while True:
                try:
                    async with asyncio.timeout(HEARTBEAT_SECONDS):
                        await self._changed.wait()
                except TimeoutError:
                    await self._write({"op": "heartbeat", "at": datetime.now(UTC).isoformat()})
                self._changed.clear()
                while any([await self._bring_up_to_date(job) for job in reversed(tuple(self._jobs))]):
                    pass
        except WebSocketClosedError:
            return

    async def _bring_up_to_date(self, job: Job) -> bool:
        """Send some of a job's events; tell whether there may be more."""
        if self._only is not None and job.id not in self._only:
            return False
        seen = min(self._seen.get(job.id, 0), job.last)
        if seen + 1 < job.first:
            await self._write({"op": "gap", "job": job.id, "from": seen + 1, "to": job.first - 1})
            seen = job.first - 1
        events = job.events_after(seen, _AT_ONCE)
        for event in events:
            await self._write(event)
            self._seen[job.id] = event["seq"]
        return bool(events)

    async def _write(self, message: dict[str, Any]) -> None:
        """Wait until the socket has taken it."""
        await self.write_message(json.dumps(message, ensure_ascii=True))
