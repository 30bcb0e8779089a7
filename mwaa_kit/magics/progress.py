"""One output of a cell that shows a run while it goes on: the Dag with its states, and below it what the tasks write.

The picture is one display that is updated in place. It carries SVG and plain text, so that JupyterLab, VS Code, the classic
Notebook, a terminal and a saved notebook each show what they can; a widget would want an extension in each of them. There is
no button to cancel: a cell that runs has the kernel, which would hear of the click only afterwards. The interrupt of the
front end is that button.

Notes
-----
Drawing 200 tasks takes 60 ms, a trivial task 3 ms: pictures are drawn no closer together than four times what one costs,
by a timer of their own, so that the last change is always seen although the kernel is busy with a task.
"""

from __future__ import annotations

import contextvars
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from mwaa_kit.drawing.formats import DrawFormat, draw_as
from mwaa_kit.drawing.picture import Picture
from mwaa_kit.magics.showing import next_lines
from mwaa_kit.model.run import DagRun, Event, LogLine, RunNote, TaskStateChanged

Paint = Callable[[Mapping[str, Mapping[str, int]]], Picture]
"""Takes how many instances of each task are in each state, and gives the picture."""

_LEAST_PAUSE = 0.05
_AIRFLOWS_OWN = ("Pushing xcom", "Task failed with exception")
_RETURNED = "Done. Returned value was: "


class Display:
    """One output that is shown and then shown anew. A wait that led to no Dag is not left standing."""

    def __init__(self) -> None:
        self._handle: Any = None
        self._only_says_wait = True

    def show(self, **bundle: str) -> None:
        """Show `plain` and `svg` in place of what was there."""
        from IPython.display import DisplayHandle

        names = {"plain": "text/plain", "svg": "image/svg+xml"}
        data = {names[name]: text for name, text in bundle.items()}
        if self._handle is None:
            self._handle = DisplayHandle()  # known before it is shown: an interrupt may come between
            self._handle.display(data, raw=True)
        else:
            self._handle.update(data, raw=True)

    def __enter__(self) -> Display:
        return self

    def __exit__(self, *error: object) -> None:
        if self._handle and self._only_says_wait:
            self.show(plain="")

    def show_picture(self, *pictures: Picture) -> None:
        """Show Dags."""
        self._only_says_wait = False
        self.show(svg=draw_as(pictures, DrawFormat.SVG), plain=draw_as(pictures, DrawFormat.TEXT).rstrip("\n"))


class Progress:
    """Shows the events of a run.

    Parameters
    ----------
    speak_of_cells
        Turns a line of a traceback into one that names the cell of this kernel.
    """

    def __init__(self, display: Display, paint: Paint, speak_of_cells: Callable[[str], str]) -> None:
        self._display = display
        self._paint = paint
        self._speak = speak_of_cells
        self._states: dict[tuple[str, int], str] = {}
        self._returning = ""
        self._lock = threading.RLock()
        self._timer: threading.Timer | None = None
        self._due = 0.0

    def __call__(self, event: Event) -> None:
        """Take one event."""
        if isinstance(event, TaskStateChanged):
            self._returning = ""
            with self._lock:
                self._states[event.task_id, event.map_index] = event.state
            self._show_soon()
        elif isinstance(event, RunNote):
            print(event.message)  # noqa: T201 - a cell's output
        elif isinstance(event, LogLine) and not self._is_airflows_own(event):
            name = event.task_id if event.map_index < 0 else f"{event.task_id}[{event.map_index}]"
            stream = sys.stdout if event.level in ("debug", "info") else sys.stderr
            print(f"{name} │ {self._speak(event.message)}", file=stream)

    def finish(self, run: DagRun) -> None:
        """Show the run as it ended; a failure and a cancel are also said in words."""
        with self._lock:
            if self._timer:
                self._timer.cancel()
            self._states = {one.key: one.state or "none" for one in run.task_instances}
            self._show()
        if words := what_did_not_run(run):
            print(words)  # noqa: T201 - a cell's output
        if words := how_it_ended(run):
            print(words, *next_lines(run), sep="\n", file=sys.stderr)  # noqa: T201 - a cell's output

    def _show_soon(self) -> None:
        """Draw now, or as soon as the last picture has stood long enough."""
        with self._lock:
            if self._timer:
                return
            rest = self._due - time.monotonic()
            if rest <= 0:
                self._show()
                return
            context = contextvars.copy_context()  # it says to which cell an output belongs
            self._timer = threading.Timer(rest, context.run, (self._show,))
            self._timer.daemon = True
            self._timer.start()

    def _show(self) -> None:
        with self._lock:
            self._timer = None
            started = time.monotonic()
            counts: dict[str, Counter[str]] = {}
            for (task_id, _), state in self._states.items():
                counts.setdefault(task_id, Counter())[state] += 1
            self._display.show_picture(self._paint(counts))
            ended = time.monotonic()
            self._due = ended + max(_LEAST_PAUSE, 4 * (ended - started))

    def _is_airflows_own(self, event: LogLine) -> bool:
        """Whether a line only repeats what is seen anyway: that a task failed, or what it returned, which may be long."""
        if event.message.startswith(_RETURNED):
            self._returning = event.task_id if event.message != f"{_RETURNED}None" else ""
            return True
        if event.message in _AIRFLOWS_OWN:
            self._returning = ""
            return True
        return self._returning == event.task_id


def what_did_not_run(run: DagRun) -> str:
    """Name the tasks for which an earlier result stands; empty where all ran."""
    names = dict.fromkeys(one.task_id for one in run.task_instances if one.reused)
    return f"unchanged, so not run again: {', '.join(names)} (--fresh runs all)" if names else ""


def how_it_ended(run: DagRun) -> str:
    """Say why a run did not succeed; empty when it did."""
    if run.cancelled:
        open_ = sum(one.state is None for one in run.task_instances)
        more = f"; {open_} task instance{'s' if open_ != 1 else ''} did not start" if open_ else ""
        return f"{run.dag_id} cancelled{more}"
    if run.state == "success":
        return ""
    failed = [f"{one.task_id} ({one.error.splitlines()[0]})" if one.error else one.task_id
              for one in run.task_instances if one.state == "failed"]  # fmt: skip
    return f"{run.dag_id} {run.state}" + (f": {', '.join(failed)}" if failed else "")
