"""The server's side of its warm processes: starting them, asking them, and minding when they die.

There are two: one without Airflow that answers each keystroke, and one with Airflow that forks a child for whatever takes
time or runs user code. Both are started when they are first needed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from mwaa_kit.server.warm import FORKED, HERE, own_mistake

LINE_BYTES = 64 << 20
"""The longest line that is read from a warm process: an answer is bounded, this only guards the server."""

_OVERTAKEN = {
    "name": "OvertakenError",
    "message": "a newer request about the same notebook came meanwhile",
    "path": None,
    "hint": "wait for the answer to that one",
}


def _never() -> bool:
    return False


_CAN_FORK = sys.platform != "darwin" and hasattr(os, "fork")


class ToldError(Exception):
    """What a warm process answered instead of a result: an error as JSON, and its HTTP status."""

    def __init__(self, status: int, error: Mapping[str, Any]) -> None:
        super().__init__(str(error.get("message")))
        self.status = status
        self.error = dict(error)


class Conversation:
    """One request that is being done: its messages as they come, and the process that does it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, bench: Bench) -> None:
        self._reader, self._writer, self._bench = reader, writer, bench
        self.pid: int | None = None

    async def messages(self) -> AsyncIterator[dict[str, Any]]:
        """Yield ``{"told": …}`` as they come, and last ``{"answer": …}`` or ``{"error": …, "status": …}``."""
        try:
            while line := await self._reader.readline():
                message: dict[str, Any] = json.loads(line)
                if "pid" in message:
                    self.pid = message["pid"]
                    continue
                yield message
                if "told" not in message:
                    return
            yield {"error": await self._bench.how_it_ended(self.pid), "status": 500}
        finally:
            self._writer.close()

    def send(self, message: Mapping[str, Any]) -> None:
        """Say something to whoever does it."""
        self._writer.write(json.dumps(message).encode() + b"\n")

    def interrupt(self) -> None:
        """Ask it to stop, as Ctrl-C does."""
        self._signal(signal.SIGINT)

    def kill(self) -> None:
        """End it with what it started, whatever it is doing."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        if self.pid is not None and self._bench.is_alive(self.pid):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, number) if number == signal.SIGKILL else os.kill(self.pid, number)


class Bench:
    """A warm process.

    Parameters
    ----------
    folder
        The server's root folder: paths are relative to it.
    airflow
        Whether Airflow is imported in it, and each request forked; else requests are done in it, one after another.
    """

    def __init__(self, folder: str, *, airflow: bool) -> None:
        self._folder = folder
        self._airflow = airflow
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._minder: asyncio.Task[None] | None = None
        self._ended: dict[int, int] = {}
        self._turn = asyncio.Lock()
        self._newest: dict[str, object] = {}

    def overtakes(self, subject: str) -> Callable[[], bool]:
        """Note the newest request about a subject; return what tells whether a newer one has come since."""
        token = object()
        self._newest.pop(subject, None)
        self._newest[subject] = token
        for old in list(self._newest)[:-1000]:
            del self._newest[old]
        return lambda: self._newest.get(subject) is not token

    async def start(self, do: str, given: Mapping[str, Any]) -> Conversation:
        """Begin a request."""
        here, there = socket.socketpair()
        with there:
            self._hand_over(there)
        reader, writer = await asyncio.open_unix_connection(sock=here, limit=LINE_BYTES)
        writer.write(json.dumps({"do": do, "given": given}).encode() + b"\n")
        return Conversation(reader, writer, self)

    async def ask(
        self,
        do: str,
        given: Mapping[str, Any],
        *,
        seconds: float = 60.0,
        overtaken: Callable[[], bool] = _never,
    ) -> Any:
        """Do a request and return its answer.

        Parameters
        ----------
        overtaken
            Whether a newer request makes this one pointless; it is not begun then.

        Raises
        ------
        ToldError
            If it ended with an error, or did not end in time.
        """
        if self._airflow and overtaken is _never:
            return await self._ask(do, given, seconds)
        async with self._turn:
            if overtaken():
                raise ToldError(409, _OVERTAKEN)
            return await self._ask(do, given, seconds)

    async def _ask(self, do: str, given: Mapping[str, Any], seconds: float) -> Any:
        conversation = await self.start(do, given)
        try:
            async with asyncio.timeout(seconds):
                async for message in conversation.messages():
                    if "answer" in message:
                        return message["answer"]
                    if "error" in message:
                        raise ToldError(message["status"], message["error"])
        except TimeoutError:
            conversation.kill() if self._airflow else self.close()
            raise ToldError(500, _too_long(do, seconds)) from None
        except asyncio.CancelledError:
            if self._airflow:
                conversation.kill()
            raise
        raise ToldError(500, own_mistake("NoAnswerError"))

    def _hand_over(self, conversation: socket.socket) -> None:
        """Give a request's socket to the process, which is started where it is not there."""
        if self._airflow and not _CAN_FORK:
            subprocess.Popen(
                self._command(conversation, "--one"),
                cwd=self._folder,
                pass_fds=[conversation.fileno()],
                start_new_session=True,
                stdin=subprocess.DEVNULL,
            )
            return
        for attempt in (1, 2):
            control = self._open()
            try:
                socket.send_fds(control, [FORKED if self._airflow else HERE], [conversation.fileno()])
                return
            except (BrokenPipeError, ConnectionError):  # it died since the last request
                self.close()
                if attempt == 2:
                    raise

    def _open(self) -> socket.socket:
        if self._process is not None and self._process.poll() is None and self._control is not None:
            return self._control
        self.close()
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                self._command(theirs, *(["--airflow"] if self._airflow else [])),
                cwd=self._folder,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": _package_parent()},
            )
        self._control = ours
        if self._airflow:
            self._minder = asyncio.get_running_loop().create_task(self._mind(ours))
        return ours

    def _command(self, channel: socket.socket, *more: str) -> list[str]:
        return [sys.executable, "-m", "mwaa_kit.server.warm", str(channel.fileno()), *more]

    async def _mind(self, control: socket.socket) -> None:
        """Note how the children of the process end."""
        reader, writer = await asyncio.open_unix_connection(sock=control.dup())
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while line := await reader.readline():
                ended = json.loads(line)
                self._ended[ended["pid"]] = ended["code"]
                for pid in list(self._ended)[:-100]:
                    del self._ended[pid]
        writer.close()

    def is_alive(self, pid: int) -> bool:
        """Whether a child of the process has not ended yet."""
        return pid not in self._ended

    async def how_it_ended(self, pid: int | None) -> dict[str, Any]:
        """Return the error for a request whose process went away without an answer."""
        end = time.monotonic() + 1.0
        while pid not in self._ended and self._airflow and time.monotonic() < end:
            await asyncio.sleep(0.02)
        code = self._ended.get(pid or 0)
        how = "ended" if code is None else f"ended with exit code {code}"
        if code is not None and code < 0:
            how = f"was killed by {signal.Signals(-code).name}"
        hint = "start it again; when it happens again, look at what it imports or calls outside Python"
        return {"name": "ProcessEndedError", "message": f"its process {how}", "path": None, "hint": hint}

    def close(self) -> None:
        """End the process: it interrupts its children first."""
        if self._control is not None:
            with contextlib.suppress(OSError):
                self._control.shutdown(socket.SHUT_RDWR)  # also where the minder holds it open
            self._control.close()
        if self._process is not None and not self._airflow:
            self._process.kill()
            self._process.wait()
        self._process, self._control = None, None


def _too_long(do: str, seconds: float) -> dict[str, Any]:
    message = f"{do.replace('_', ' ')} did not end within {seconds:g} s, and was ended"
    return {"name": "TooLongError", "message": message, "path": None, "hint": "look for code that never ends"}


def _package_parent() -> str:
    """Return the folder this package is imported from, so that the warm processes run the same code."""
    here = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    known = os.environ.get("PYTHONPATH")
    return f"{here}{os.pathsep}{known}" if known else here
