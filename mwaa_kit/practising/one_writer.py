"""One change at a time through the API server of the practice MWAA, whose database is one SQLite file.

Notes
-----
Amazon MWAA's database is PostgreSQL, which locks rows. SQLite locks the whole file, from a transaction's first change to its
commit. In Airflow 3's API server that locks it out of itself: a task's update is made in a thread, and its commit needs the
event loop; meanwhile the note in the audit log that goes with another change is committed on the event loop itself
(``airflow/api_fastapi/logging/decorators.py``, ``action_logging``), and waits there for the thread's lock until SQLite's
timeout is over. Measured on 3.3.1, with two who trigger and unpause while tasks run: answers after 30 to 90 s, some of them
500, tasks given up, and sometimes a scheduler that could not write for so long and ended.

So a request that may change something waits here until the one before it has been answered. Reading goes on meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_READING = ("GET", "HEAD", "OPTIONS")

_PLUGIN = '''\
"""Written by mwaa-kit at each start of its practice MWAA."""

from airflow.plugins_manager import AirflowPlugin
from mwaa_kit.practising.one_writer import OneWriter


class OneWriterPlugin(AirflowPlugin):
    """One change at a time, for the database is one SQLite file."""

    name = "mwaa_kit_one_writer"
    fastapi_root_middlewares = [{"name": "One change at a time", "middleware": OneWriter}]
'''


class OneWriter:
    """ASGI middleware that lets one changing request through at a time."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._turn = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, when it is its turn."""
        if scope["type"] != "http" or scope["method"] in _READING:
            await self._app(scope, receive, send)
        else:
            async with self._turn:
                await self._app(scope, receive, send)


def install(plugins_folder: Path) -> None:
    """Write the Airflow plugin that puts `OneWriter` before the API server."""
    plugins_folder.mkdir(mode=0o700)
    (plugins_folder / "mwaa_kit_one_writer.py").write_text(_PLUGIN, "utf-8")
