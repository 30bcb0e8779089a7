"""A real terminal for tests: a command at a pseudo-terminal, and the screen that its reader sees."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

_SEQUENCE = re.compile(r"\x1b\[([?\d;]*)([A-Za-z])|\x1b[()][A-Z0-9]|\x1b[=>]")


@dataclass
class Screen:
    """What stands on a terminal, with all that has scrolled away above it.

    Parameters
    ----------
    colours
        Every colour or style that was asked for.
    """

    lines: list[str] = field(default_factory=lambda: [""])
    row: int = 0
    column: int = 0
    colours: set[str] = field(default_factory=set)

    def feed(self, text: str) -> None:
        """Take what a program writes."""
        at = 0
        while at < len(text):
            if match := _SEQUENCE.match(text, at):
                self._obey(match[1] or "", match[2] or "")
                at = match.end()
            else:
                self._put(text[at])
                at += 1

    def _obey(self, given: str, command: str) -> None:
        count = int(given) if given.isdigit() else 1
        if command == "A":
            self.row = max(0, self.row - count)
        elif command == "K":
            self.lines[self.row] = "" if given == "2" else self.lines[self.row][: self.column]
        elif command == "m":
            self.colours.add(given)

    def _put(self, char: str) -> None:
        if char == "\r":
            self.column = 0
        elif char == "\n":
            self.row += 1
            if self.row == len(self.lines):
                self.lines.append("")
        else:
            line = self.lines[self.row].ljust(self.column)
            self.lines[self.row] = line[: self.column] + char + line[self.column + 1 :]
            self.column += 1

    @property
    def text(self) -> str:
        """Every line, without blanks at their ends."""
        return "\n".join(line.rstrip() for line in self.lines).rstrip("\n")


@dataclass(frozen=True)
class AtTerminal:
    """How a command ended at a terminal; `frames` are the screens that were seen on the way."""

    code: int
    screen: Screen
    frames: tuple[str, ...]


def run_at_terminal(
    command: list[str],
    *,
    columns: int = 100,
    rows: int = 30,
    on_frame: Callable[[str, subprocess.Popen[bytes]], None] = lambda text, process: None,
    answers: Iterable[tuple[str, str]] = (),
    seconds: float = 90,
    **environ: str,
) -> AtTerminal:
    """Run a command at a terminal of that size; `on_frame` sees the screen whenever something was written.

    Parameters
    ----------
    answers
        What is typed, one after another, each as soon as its first text stands at the end of the screen.
    """
    here, there = pty.openpty()
    fcntl.ioctl(there, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    plain = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")}
    process = subprocess.Popen(
        command,
        stdin=there,
        stdout=there,
        stderr=there,
        start_new_session=True,
        env={**plain, "TERM": "xterm", **environ},
    )
    os.close(there)
    screen, frames, deadline, to_type = Screen(), [], time.monotonic() + seconds, list(answers)
    try:
        while chunk := _read(here, deadline):
            screen.feed(chunk.decode("utf-8", "replace"))
            frames.append(screen.text)
            on_frame(screen.text, process)
            if to_type and screen.text.endswith(to_type[0][0]):
                os.write(here, to_type.pop(0)[1].encode())
        return AtTerminal(process.wait(timeout=10), screen, tuple(frames))
    finally:
        os.close(here)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _read(descriptor: int, deadline: float) -> bytes:
    """Return what is written next; nothing when the other side has closed."""
    if not select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))[0]:
        raise TimeoutError("the command did not end in time")
    with contextlib.suppress(OSError):
        return os.read(descriptor, 4096)
    return b""
