"""The same extension in Notebook 7: one notebook in a window, and the Dag panel on its right."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from support_lab import lab_server
from support_panel import PATIENCE, DagPage, Lab

CELLS = (
    "from datetime import datetime\nfrom airflow.sdk import dag",
    "#| task: first\nx = 1",
    "#| task: second\ny = x + 1",
    "#| dag\n@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False)\ndef in_notebook_7(): ...",
)


@pytest.fixture
def window(browser: Browser, tmp_path: Path) -> Iterator[DagPage]:
    """A window on Notebook 7, where nothing of ours throws."""
    folder, own = tmp_path / "notebooks", tmp_path / "own"
    folder.mkdir()
    own.mkdir()
    with lab_server(folder, own, notebook_7=True) as address:
        opened = Lab(address, folder).page(browser)
        complaints: list[str] = []
        opened.page.on("pageerror", lambda error: complaints.append(error.stack))
        yield opened
        opened.page.close()
    assert [stack for stack in complaints if "/mwaa-kit/" in stack] == []


def test_a_dag_is_shown_followed_run_and_its_card_opened_in_notebook_7(window: DagPage) -> None:
    window.open(window.lab.write("seven.ipynb", *CELLS))
    expect(window.task("second")).to_be_visible(timeout=PATIENCE)
    assert window.edges() == {("first", "second")}
    window.retype("#| task: second", "#| task: second\ny = x + 1\n\n#| task: third\nz = y")
    window.retype("#| task: second", "#| task: last\ny = x + 1")
    expect(window.task("last")).to_be_visible()

    window.do("run-dag")
    window.expect_run("success", "2 of 2 tasks")
    assert window.states() == {"first": "success", "last": "success"}
    expect(window.badge("#| task: first")).to_contain_text("success")

    window.tab("Runs").get_by_role("button", name="Run card").first.click()
    card = window.page.frame_locator(".jp-MwaaKit-card iframe")
    expect(card.get_by_role("heading", name="in_notebook_7")).to_be_visible()
