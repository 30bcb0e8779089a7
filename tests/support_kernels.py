"""A real kernel for tests, and what its cells show: each output as a front end has it at the end."""

from __future__ import annotations

import os
import re
import xml.etree.ElementTree as ElementTree
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.manager import start_new_kernel

_NOT_SHOWN = ("execute_input", "comm_open", "comm_msg")
"""Messages that put nothing below a cell."""


@dataclass
class Shown:
    """What one cell showed.

    Parameters
    ----------
    texts
        Stream texts by stream name.
    bundles
        Displays and results in their order, each as it stood last.
    error
        What an error output says, as one text; empty when there was none.
    waited
        The plain texts that were shown first in a display that was updated later.
    pushed
        What was pushed over a comm that the kernel opened, by its target.
    asked
        The prompts of what it asked for.
    """

    texts: dict[str, str] = field(default_factory=dict)
    bundles: list[dict[str, Any]] = field(default_factory=list)
    error: str = ""
    waited: list[str] = field(default_factory=list)
    pushed: dict[str, list[Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    _places: dict[str, int] = field(default_factory=dict)
    _targets: dict[str, str] = field(default_factory=dict)

    @property
    def out(self) -> str:
        """What was printed."""
        return self.texts.get("stdout", "")

    @property
    def err(self) -> str:
        """What was printed to standard error."""
        return self.texts.get("stderr", "")

    @property
    def plain(self) -> list[str]:
        """The plain text of each display and result."""
        return [bundle["text/plain"] for bundle in self.bundles]

    def take(self, message: Mapping[str, Any]) -> None:
        """Take one message of the kernel, as a front end does."""
        kind, content = message["msg_type"], message["content"]
        place = content.get("transient", {}).get("display_id")
        if kind == "stream":
            self.texts[content["name"]] = self.texts.get(content["name"], "") + content["text"]
        elif kind == "error":
            self.error = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(content["traceback"]))
        elif kind == "comm_open":
            self._targets[content["comm_id"]] = content["target_name"]
        elif kind == "comm_msg":
            self.pushed.setdefault(self._targets[content["comm_id"]], []).append(content["data"])
        elif kind == "update_display_data":
            if place in self._places:
                before = self.bundles[self._places[place]]
                self.waited += [before["text/plain"]] if list(before) == ["text/plain"] else []
                self.bundles[self._places[place]] = content["data"]
        elif kind in ("display_data", "execute_result"):
            if place:
                self._places[place] = len(self.bundles)
            self.bundles.append(content["data"])


class Kernel:
    """A kernel that runs in a folder."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.folder = folder
        self._manager, self._client = start_new_kernel(
            kernel_name="python3", cwd=str(folder), env={**os.environ, **environ}
        )

    def run(self, code: str, *, interrupt_at: str = "", types: tuple[str, ...] | None = None) -> Shown:
        """Run a cell and return what it showed.

        Parameters
        ----------
        interrupt_at
            The kernel is interrupted as soon as the cell shows this.
        types
            What is typed where the cell asks, one line after the other; None for a front end in which nobody can type.
        """
        shown = Shown()

        def take(message: Mapping[str, Any]) -> None:
            shown.take(message)
            if interrupt_at and message["msg_type"] not in _NOT_SHOWN and interrupt_at in str(message["content"]):
                self._manager.interrupt_kernel()

        lines = deque(types or ())

        def type_one(message: Mapping[str, Any]) -> None:
            shown.asked.append(message["content"]["prompt"])
            self._client.input(lines.popleft())

        can_type = types is not None
        self._client.execute_interactive(
            code, output_hook=take, timeout=120, allow_stdin=can_type, stdin_hook=type_one if can_type else None
        )
        return shown

    def close(self) -> None:
        """End the kernel."""
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)


def write_notebook(path: Path, *sources: str) -> None:
    """Write a notebook of code cells."""
    cells = [nbformat.v4.new_code_cell(source, id=f"c{number}") for number, source in enumerate(sources)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"language_info": {"name": "python"}}), path)


def states_on(svg: str) -> dict[str, str | None]:
    """Return the state that is painted on each task of an SVG; None where none is."""
    tasks = [element for element in ElementTree.fromstring(svg).iter() if element.get("data-task-id")]
    return {str(task.get("data-task-id")): task.get("data-state") for task in tasks}
