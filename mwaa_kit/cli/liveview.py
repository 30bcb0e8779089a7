"""The view of a run at a terminal: what is told stays and scrolls, and below it stands what goes on now.

Notes
-----
The lower part is drawn anew at most twelve times a second, whatever happens: what is told meanwhile is kept and written at
once with it. It never has more lines than the terminal can show; tasks beyond that are counted. Rich draws it, which is
there wherever Airflow is. No thread is started, since tasks are forked: the run itself lets us look in while it waits.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from mwaa_kit.cli.narrating import Narrator, instance_name, short_name, shortened, told_state
from mwaa_kit.drawing.states import look_of
from mwaa_kit.model.run import (
    AIRFLOWS_OWN,
    FINISHED,
    RUNNING,
    Event,
    LogLine,
    RunCancelling,
    RunNote,
    RunStarted,
    TaskKey,
    TaskStateChanged,
)

if TYPE_CHECKING:
    from rich.live import Live
    from rich.text import Text

_LEAST_PAUSE = 0.08
_MOST_ROWS = 24
_LONGEST_NAME = 40
_STYLES = {"success": "green", "failed": "red", "upstream_failed": "yellow", "skipped": "magenta", "running": "cyan"}


class View(Protocol):
    """Shows a run while it goes on."""

    def __call__(self, event: Event) -> None:
        """Take an event."""

    def pulse(self) -> None:
        """Look in: time has passed."""

    def close(self) -> None:
        """Take away what only showed what goes on."""


@contextmanager
def open_view(*, logs: bool) -> Iterator[View]:
    """Show a run for the length of the block: live at a terminal, else line by line."""
    if not (sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"):
        yield Narrator(logs=logs)
        return
    view = LiveView(logs=logs)
    try:
        yield view
    finally:
        view.close()


class LiveView:
    """Writes what happens, and keeps what goes on below it."""

    def __init__(self, *, logs: bool) -> None:
        from rich.console import Console

        self._logs = logs
        self._console = Console(stderr=True, highlight=False, emoji=False, markup=False)
        self._live: Live | None = None
        self._tasks: tuple[str, ...] = ()
        self._states: dict[TaskKey, TaskStateChanged] = {}
        self._began: dict[TaskKey, datetime] = {}
        self._last_lines: dict[TaskKey, str] = {}
        self._waiting: list[Text] = []
        self._start = datetime.now(UTC)
        self._drawn_at = 0.0
        self._cancelling = False
        self._width = 8

    def __call__(self, event: Event) -> None:
        """Take an event."""
        if isinstance(event, RunStarted):
            self._begin(event)
        elif isinstance(event, TaskStateChanged):
            self._take_state(event)
        elif isinstance(event, LogLine):
            self._take_line(event)
        elif isinstance(event, RunNote):
            self._tell(f"  {event.message}")
        elif isinstance(event, RunCancelling):
            self._cancelling = True
            self._draw()
        self._draw_in_time()

    def pulse(self) -> None:
        """Draw what has changed, if only the time."""
        self._draw_in_time()

    def close(self) -> None:
        """Take the lower part away, until something happens again; what was told stays."""
        self._write_waiting()
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _begin(self, event: RunStarted) -> None:
        self._tasks, self._start, self._cancelling = event.tasks, event.at, False
        for known in (self._states, self._began, self._last_lines):
            known.clear()
        self._width = min(_LONGEST_NAME, max(map(len, event.tasks), default=8))
        count = len(event.tasks)
        self._tell(f"{event.dag_id}  {event.run_id}  {count} task{'' if count == 1 else 's'}")

    def _take_state(self, event: TaskStateChanged) -> None:
        key = (event.task_id, event.map_index)
        self._states[key] = event
        if event.state == RUNNING:
            self._began[key] = event.at
        else:
            self._tell_state(event)
        if event.state in FINISHED:
            self._last_lines.pop(key, None)

    def _take_line(self, event: LogLine) -> None:
        if event.message.startswith(AIRFLOWS_OWN):
            return
        name = instance_name(event.task_id, event.map_index)
        self._last_lines[event.task_id, event.map_index] = event.message
        if self._logs:
            self._tell(f"  {name:<{self._width}}  │ {shortened(event.message)}", "dim")

    def _tell_state(self, event: TaskStateChanged) -> None:
        from rich.text import Text

        line = Text(f"{look_of(event.state).symbol} ", style=_STYLES.get(event.state, ""))
        line.append(_plain(told_state(event, self._width)), style="not bold")
        self._waiting.append(line)

    def _tell(self, words: str, style: str = "") -> None:
        from rich.text import Text

        self._waiting.append(Text(_plain(words), style=style))

    def _write_waiting(self) -> None:
        from rich.text import Text

        if self._waiting:
            lines, self._waiting = self._waiting, []
            self._console.print(Text("\n").join(lines), soft_wrap=True)

    def _draw_in_time(self) -> None:
        if time.monotonic() - self._drawn_at >= _LEAST_PAUSE:
            self._draw()

    def _draw(self) -> None:
        if self._live is None:
            self._live = self._open()
        self._live.update(self._picture())
        with self._console:  # all in one write: nothing flickers
            self._write_waiting()
            self._live.refresh()
        self._drawn_at = time.monotonic()

    def _open(self) -> Live:
        """Begin a lower part: a new one each time, since Rich's own remembers how high it was before."""
        from rich.live import Live

        live = Live(
            console=self._console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
            vertical_overflow="crop",
        )
        live.start()
        return live

    def _picture(self) -> Any:
        """Return the lower part: a line of progress, and a row for each instance that goes on or waits."""
        from rich.console import Group

        room = max(1, min(_MOST_ROWS, self._console.height - 4))
        going = [event for event in self._states.values() if event.state not in FINISHED]
        order = {task_id: place for place, task_id in enumerate(self._tasks)}
        going.sort(key=lambda e: (e.state != RUNNING, order.get(e.task_id, 0), e.map_index))
        rows = [self._row(event) for event in going[:room]]
        if len(going) > room:
            rows.append(self._line(f"  … {len(going) - room} more go on or wait", "dim"))
        return Group(self._progress(), *rows)

    def _progress(self) -> Any:
        """Return how far the run is: a bar, counts by state, and the time."""
        counts = Counter(event.state for event in self._states.values())
        seen = {key[0] for key in self._states}
        total = len(self._states) + sum(task_id not in seen for task_id in self._tasks)
        done = sum(count for state, count in counts.items() if state in FINISHED)
        line = self._line(_bar(done, total), "green" if not counts["failed"] else "red")
        line.append(f"  {done} of {total}", style="default")
        for state in ("failed", "upstream_failed", "skipped", "up_for_retry", "running"):
            if counts[state]:
                line.append(f"  {counts[state]} {state}", style=_STYLES.get(state, ""))
        line.append(f"  {_clock((datetime.now(UTC) - self._start).total_seconds())}", style="default")
        if self._cancelling:
            line.append("  cancelling …", style="bold yellow")
        return line

    def _row(self, event: TaskStateChanged) -> Text:
        key = (event.task_id, event.map_index)
        line = self._line(f"{look_of(event.state).symbol} ", _STYLES.get(event.state, ""))
        line.append(_plain(f"{short_name(instance_name(*key), _LONGEST_NAME):<{self._width}}"))
        if event.state == RUNNING:
            took = (datetime.now(UTC) - self._began[key]).total_seconds()
            line.append(f"  {_clock(took)}", style="default")
            line.append(_plain(f"  │ {self._last_lines[key]}" if key in self._last_lines else ""), style="dim")
        else:
            until = f" until {event.until.astimezone():%H:%M:%S}" if event.until else ""
            line.append(_plain(f"  {event.state}{until}"), style="default")
        return line

    @staticmethod
    def _line(words: str, style: str = "") -> Text:
        from rich.text import Text

        return Text(words, style=style, no_wrap=True, overflow="ellipsis")


def _bar(done: int, total: int, width: int = 20) -> str:
    filled = width * done // total if total else 0
    return "━" * filled + "╌" * (width - filled)


def _clock(seconds: float) -> str:
    """Return a time that goes on: tenths of a second would only flicker."""
    minutes, rest = divmod(int(max(0.0, seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _plain(words: str) -> str:
    """Return what may be written to a terminal: a task's own control characters would move its cursor."""
    return "".join(char if char.isprintable() or char == " " else "·" for char in words.expandtabs(4))
