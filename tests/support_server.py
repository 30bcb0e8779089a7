"""A real Jupyter server on loopback with the extension, and a plain client for it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import shutil
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from support_starting import started
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from mwaa_kit.practising.supervisor import free_port

SETTINGS = Path(__file__).resolve().parents[1] / "jupyter-config" / "server-config" / "mwaa_kit.json"
_T = TypeVar("_T")

CELLS = (
    "from datetime import datetime\nfrom airflow.sdk import dag, task",
    "#| params\nn = 4",
    "#| task: load\nrows = [{'id': i, 'spend': i * 10} for i in range(n)]",
    "rows[:2]",
    "#| task: features retries=1\nX = [row['spend'] / 10 for row in rows]",
    "@task\ndef score(X):\n    return sum(X)",
    '#| dag\n@dag(schedule="0 6 * * *", start_date=datetime(2026, 1, 1), tags=["ml"])\ndef churn(): ...',
)


def write_notebook(path: Path, *sources: str) -> list[dict[str, object]]:
    """Write a notebook; return its cells as an editor sends them."""
    cells = cells_of(*sources)
    saved = [{**cell, "metadata": {}, "outputs": []} for cell in cells]
    metadata = {"language_info": {"name": "python"}}
    path.write_text(json.dumps({"cells": saved, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}))
    return cells


def cells_of(*sources: str) -> list[dict[str, object]]:
    """Return code cells as an editor sends them, with ids ``c1``, ``c2`` …"""
    return [
        {"id": f"c{number}", "cell_type": "code", "source": source, "execution_count": None}
        for number, source in enumerate(sources, start=1)
    ]


@dataclass(frozen=True)
class Answer:
    """What the server answered: its status, and its body as JSON where it is JSON."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class KitServer:
    """A running server."""

    url: str
    token: str
    folder: Path
    log: Path
    pid: int

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: dict[str, str] | None = None,
        token: bool = True,
        raw: bytes | None = None,
    ) -> Answer:
        """Send one request below ``mwaa-kit`` and return the answer, whatever its status."""
        content = raw if raw is not None else None if body is None else json.dumps(body).encode()
        sent = {"Content-Type": "application/json"} if content is not None else {}
        sent |= {"Authorization": f"token {self.token}"} if token else {}
        request = urllib.request.Request(
            f"{self.url}mwaa-kit/{path}", content, sent | (headers or {}), method=method.upper()
        )
        try:
            with urllib.request.urlopen(request, timeout=90) as answer:
                return Answer(answer.status, _json(answer.read()), dict(answer.headers))
        except urllib.error.HTTPError as error:
            return Answer(error.code, _json(error.read()), dict(error.headers))

    def need(self, method: str, path: str, body: object = None) -> Any:
        """Send a request that must succeed, and return its body."""
        answer = self.ask(method, path, body)
        assert answer.status in (200, 202), answer.body
        return answer.body

    def listen(self, after: dict[str, int], until: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
        """Open the websocket, say what was seen; return what comes, up to the message that is wanted, but no heartbeats."""

        async def gather() -> list[dict[str, Any]]:
            headers = {"Authorization": f"token {self.token}"}
            address = f"{self.url.replace('http', 'ws', 1)}mwaa-kit/events"
            connection = await websocket_connect(HTTPRequest(address, headers=headers))
            await connection.write_message(json.dumps({"op": "listen", "after": after}))
            found: list[dict[str, Any]] = []
            async with asyncio.timeout(60):
                while not found or not until(found[-1]):
                    message = await connection.read_message()
                    assert message is not None, "the server closed the socket"
                    told = json.loads(message)
                    found += [told] if told.get("op") != "heartbeat" else []
            connection.close()
            return found

        return run_apart(gather())


def run_apart(coroutine: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine in a thread of its own: in this one Playwright's loop may be running, once a test opened a browser."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return content.decode(errors="replace")


@contextlib.contextmanager
def kit_server(folder: Path, own: Path, *words: str) -> Iterator[KitServer]:
    """Run a Jupyter server with the extension on a folder.

    Parameters
    ----------
    own
        A folder, empty but for a `home`, which takes everything the server writes.
    words
        More arguments for it.
    """
    names = ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    environ = {**os.environ, **{name: str(own / name.lower()) for name in names}}
    Path(environ["HOME"]).mkdir(parents=True, exist_ok=True)
    enabled = own / "config" / "jupyter_server_config.d"
    enabled.mkdir(parents=True)
    shutil.copy(SETTINGS, enabled)  # as a wheel does it
    environ["JUPYTER_CONFIG_PATH"] = str(own / "config")
    token, port = secrets.token_hex(16), free_port()
    base = "/user/ada/"
    command = [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"]
    command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={folder}"]
    command += [f"--ServerApp.base_url={base}", f"--IdentityProvider.token={token}"]
    command += words
    url = f"http://127.0.0.1:{port}{base}"
    with started(command, environ, f"{url}api/status?token={token}", own / "log") as server:
        yield KitServer(url, token, folder, own / "log", server.pid)
