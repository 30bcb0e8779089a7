"""A real JupyterLab on loopback: its own settings, a free port, a token, and no trace of it afterwards."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import nbformat
from playwright.sync_api import Locator, Page, expect
from support_starting import started

from mwaa_kit.practising.supervisor import free_port

_QUIET = {"fetchNews": "false", "checkForUpdates": False}
_WHOLE = {"windowingMode": "none"}
"""Every cell is in the page, also those far below."""


@contextlib.contextmanager
def lab_server(
    notebooks: Path,
    own: Path,
    *,
    kit_home: Path | None = None,
    notebook_7: bool = False,
    at: tuple[int, str] | None = None,
) -> Iterator[str]:
    """Run JupyterLab, or Notebook 7, on a folder; yield the address of a notebook in it, with ``{}`` for its name.

    Parameters
    ----------
    own
        An empty folder, which takes everything the server writes.
    kit_home
        The ``MWAA_KIT_HOME`` where a practice MWAA runs already; else one in `own`.
    at
        Its port and token, for one that comes in the place of another; else ones of its own.
    """
    _write_settings(own, "apputils-extension/notification", _QUIET)
    _write_settings(own, "notebook-extension/tracker", _WHOLE)
    names = ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "MWAA_KIT_HOME")
    environ = {**os.environ, **{name: str(own / name.lower()) for name in names}}
    environ |= {"MWAA_KIT_HOME": str(kit_home)} if kit_home else {}
    environ |= {"JUPYTERLAB_SETTINGS_DIR": str(own / "settings"), "JUPYTERLAB_WORKSPACES_DIR": str(own / "workspaces")}
    Path(environ["HOME"]).mkdir(exist_ok=True)
    port, token = at or (free_port(), secrets.token_hex(16))
    words = ["--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"]
    words += ["--ServerApp.port_retries=0", f"--ServerApp.root_dir={notebooks}", f"--IdentityProvider.token={token}"]
    command = [sys.executable, "-m", "notebook" if notebook_7 else "jupyterlab", *words]
    with started(command, environ, f"http://127.0.0.1:{port}/api/status?token={token}", own / "log"):
        yield f"http://127.0.0.1:{port}/{'notebooks/{}?' if notebook_7 else 'lab/tree/{}?reset&'}token={token}"


def copy_unrun(notebook: Path, folder: Path) -> None:
    """Copy a notebook without what was saved of its last execution."""
    copy = nbformat.read(notebook, as_version=4)
    for cell in copy.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(copy, folder / notebook.name)


def run_all_cells(page: Page, address: str) -> None:
    """Open a notebook, run it from top to bottom, and wait for the end of its last cell."""
    page.goto(address)
    prompts = page.locator(".jp-CodeCell .jp-InputPrompt")
    expect(prompts.first).to_have_text("[ ]:", timeout=60_000)
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    expect(prompts.last).to_have_text(re.compile(r"\[\d+\]:"), timeout=60_000)


def open_dag(page: Page, address: str) -> None:
    """Open a notebook with its Dag panel beside it, and wait until the Dag is drawn."""
    page.goto(address)
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=90_000)
    page.keyboard.press("Control+Alt+d")
    page.locator(".jp-MwaaKit-graph [data-task-id]").first.wait_for(timeout=60_000)


def show_run(page: Page, theme: str) -> Locator:
    """Choose a theme, ``Light`` or ``Dark``; return the picture of the run, which is then in view."""
    set_theme(page, theme)
    picture = page.locator(".jp-OutputArea-output img").last
    picture.scroll_into_view_if_needed()
    return picture


def set_theme(page: Page, theme: str) -> None:
    """Choose a theme, ``Light`` or ``Dark``."""
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    page.get_by_text("Theme", exact=True).hover()
    page.get_by_text(f"JupyterLab {theme}", exact=True).click()
    page.locator(f"body[data-jp-theme-name='JupyterLab {theme}']").wait_for(state="attached")


def _write_settings(own: Path, plugin: str, values: Mapping[str, object]) -> None:
    """Write a plugin's settings, as the settings editor does."""
    path = own / "settings" / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values))
