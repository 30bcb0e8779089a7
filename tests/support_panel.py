"""The Dag panel of JupyterLab as a user has it in hand: what is clicked and typed, and where the answer is read."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import Browser, Locator, Page, expect
from support_lab import set_theme

PATIENCE = 60_000
"""Milliseconds for what starts a process: a kernel, a warm worker, a publish."""


HEAD = "from datetime import datetime\nfrom airflow.sdk import dag"
"""The first cell of a notebook for :func:`dag`."""


def dag(name: str) -> str:
    """Return the cell that declares a Dag without a schedule."""
    return f"#| dag\n@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False)\ndef {name}(): ..."


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab.

    Parameters
    ----------
    tree
        The address of a notebook, with ``{}`` for its name.
    folder
        Where the notebooks lie.
    """

    tree: str
    folder: Path

    def write(self, name: str, *cells: str) -> str:
        """Save a notebook with these code cells; return its name."""
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
        notebook.metadata["kernelspec"] = {
            "name": "python3",
            "display_name": "Python 3 (ipykernel)",
            "language": "python",
        }
        nbformat.write(notebook, self.folder / name)
        return name

    def page(self, browser: Browser, *, width: int = 1400, height: int = 900) -> DagPage:
        """A page of its own, which shows nothing yet."""
        page = browser.new_page(viewport={"width": width, "height": height})
        page.set_default_timeout(20_000)
        return DagPage(page, self)


@dataclass(frozen=True)
class DagPage:
    """One window on JupyterLab."""

    page: Page
    lab: Lab

    def open(self, name: str) -> None:
        """Open a notebook, and the panel beside it."""
        self.page.goto(self.lab.tree.format(name))
        self.page.locator(".jp-Notebook .jp-CodeCell").first.wait_for(timeout=PATIENCE)
        self.page.locator("#jupyterlab-splash").wait_for(state="detached", timeout=PATIENCE)
        self.page.locator('.jp-NotebookPanel-toolbar [data-command="mwaa-kit:show-dag"]').click()
        self.panel.wait_for()

    @property
    def panel(self) -> Locator:
        return self.page.locator(".jp-MwaaKit-panel")

    @property
    def line(self) -> Locator:
        """The line above the picture."""
        return self.panel.locator(".jp-MwaaKit-statusline").first

    def task(self, task_id: str) -> Locator:
        """A box of the picture."""
        return self.panel.locator(f".mk-task[data-task-id={json.dumps(task_id)}]")

    def states(self) -> dict[str, str]:
        """The state that each box of the picture shows, by task_id."""
        boxes = self.panel.locator(".mk-task[data-task-id]").all()
        return {str(box.get_attribute("data-task-id")): str(box.get_attribute("data-state")) for box in boxes}

    def edges(self) -> set[tuple[str, str]]:
        """What the picture draws between tasks."""
        links = [json.loads(str(edge.get_attribute("data-link"))) for edge in self.panel.locator(".mk-edge").all()]
        return {(one.removeprefix("task:"), other.removeprefix("task:")) for one, other in links}

    def cell(self, starts: str) -> Locator:
        """The code cell with this text."""
        return self.page.locator(".jp-NotebookPanel:visible .jp-CodeCell", has_text=starts)

    def badge(self, starts: str) -> Locator:
        return self.cell(starts).locator(".jp-MwaaKit-badgeRow")

    def retype(self, starts: str, text: str) -> None:
        """Replace the text of a cell by typing over it."""
        self.cell(starts).locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)

    def do(self, command: str) -> None:
        """Click a button of the panel's toolbar, once it can be clicked."""
        button = self.panel.locator(f'[data-command="mwaa-kit:{command}"]')
        expect(button).to_have_attribute("aria-disabled", "false")
        button.click()

    def tab(self, name: str) -> Locator:
        """Show one of the lower views; return it."""
        named = re.compile(rf"^{re.escape(name)}( · \d+)?$")
        self.panel.get_by_role("tab", name=named).click()
        return self.panel.get_by_role("tabpanel", name=named)

    def expect_run(self, state: str, words: str = "") -> None:
        """Wait until the line above the picture says how the run ended."""
        expect(self.line.locator(".jp-MwaaKit-state")).to_have_text(state, timeout=PATIENCE)
        expect(self.line).to_contain_text(words)

    def command(self, label: str) -> None:
        """Choose from the menu of Dags."""
        self.page.get_by_role("menuitem", name="Dag", exact=True).click()
        self.page.locator(".lm-Menu").get_by_text(label, exact=True).click()

    def choose_theme(self, theme: str) -> None:
        """``Light`` or ``Dark``."""
        set_theme(self.page, theme)

    def draw_edge(self, upstream: str, downstream: str) -> None:
        """Draw it from the port of one box to the other box."""
        self.task(upstream).locator(".mk-box").hover()
        port, box = self.task(upstream).locator(".mk-port").bounding_box(), self.task(downstream).bounding_box()
        assert port
        assert box
        self.page.mouse.move(port["x"] + port["width"] / 2, port["y"] + port["height"] / 2)
        self.page.mouse.down()
        self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=5)
        self.page.mouse.up()

    def serious(self, axe: Path, place: str) -> list[dict[str, Any]]:
        """Return what axe finds in a place of the page that is serious or critical."""
        self.page.add_script_tag(path=axe)
        look = "place => axe.run(place).then(found => found.violations)"
        found: list[dict[str, Any]] = self.page.evaluate(look, place)
        return [one for one in found if one["impact"] in {"serious", "critical"}]

    def screenshot(self, path: Path) -> None:
        self.page.screenshot(path=path)
