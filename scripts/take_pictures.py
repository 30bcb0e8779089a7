"""Take the README's pictures: the tutorial and its Dag panel in a real JupyterLab, after a run, light and dark.

Usage: ``MWAA_KIT_BROWSER=/path/to/chromium python scripts/take_pictures.py``. They go to ``docs/images``.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from support_lab import copy_unrun, lab_server, open_dag, set_theme  # noqa: E402

NOTEBOOK = ROOT / "notebooks" / "01_first_dag.ipynb"
IMAGES = ROOT / "docs" / "images"
SIZE = {"width": 1400, "height": 860}
NAMES = {"Dark": "notebook_dark.png", "Light": "notebook.png"}


def main() -> None:
    """Run the tutorial and photograph what a user sees."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mwaa-kit-pictures-") as folder, sync_playwright() as playwright:
        notebooks, own = Path(folder, "notebooks"), Path(folder, "own")
        notebooks.mkdir()
        own.mkdir()
        copy_unrun(NOTEBOOK, notebooks)
        shutil.copy(NOTEBOOK.with_name("requirements.txt"), notebooks)
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("MWAA_KIT_BROWSER") or shutil.which("chromium"), args=["--no-sandbox"]
        )
        with lab_server(notebooks, own) as address:
            page = browser.new_page(viewport=SIZE)
            open_dag(page, address.format(NOTEBOOK.name))
            page.keyboard.press("Control+b")  # the file browser is of no interest here
            panel = page.locator(".jp-MwaaKit-panel")
            panel.get_by_text("Run Dag", exact=True).click()
            panel.get_by_role("tab", name="Runs").click()
            panel.locator(".jp-MwaaKit-statusline [data-state=success]").first.wait_for(timeout=120_000)
            for theme in NAMES:
                set_theme(page, theme)
                page.locator(".jp-CodeCell", has_text="#| task: load").evaluate("cell => cell.scrollIntoView()")
                page.mouse.move(5, SIZE["height"] - 60)
                page.wait_for_timeout(1500)
                page.screenshot(path=IMAGES / NAMES[theme])
        browser.close()


if __name__ == "__main__":
    main()
