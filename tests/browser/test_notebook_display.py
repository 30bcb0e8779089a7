"""A Dag in a real JupyterLab: the tutorial is run in a browser, and the Dag is seen before and after its run."""

from __future__ import annotations

import base64
import shutil
import time
from pathlib import Path
from urllib.parse import unquote

from playwright.sync_api import Browser, Page
from support_kernels import states_on
from support_lab import copy_unrun, lab_server, run_all_cells, show_run

TUTORIALS = Path(__file__).resolve().parents[2] / "notebooks"
GROUNDS = {"Light": "rgb(255, 255, 255)", "Dark": "rgb(15, 19, 24)"}
TASKS = ("load", "masses", "bills", "report")


def pictures_on(page: Page) -> list[str]:
    """Return the SVG of each picture in the notebook's outputs."""
    sources = page.locator(".jp-OutputArea-output img").evaluate_all("images => images.map(image => image.src)")
    return [unquote(source.partition(",")[2]) for source in sources if source.startswith("data:image/svg+xml")]


def ground_of(page: Page, picture: bytes) -> str:
    """Return the colour near the upper edge of a screenshot: the ground the reader sees."""
    script = """async source => {
      const image = new Image(); image.src = source; await image.decode();
      const canvas = new OffscreenCanvas(image.width, image.height), pen = canvas.getContext('2d');
      pen.drawImage(image, 0, 0);
      return 'rgb(' + [...pen.getImageData(image.width / 2, 12, 1, 1).data].slice(0, 3).join(', ') + ')';
    }"""
    return str(page.evaluate(script, "data:image/png;base64," + base64.b64encode(picture).decode()))


def ground_in(page: Page, theme: str) -> str:
    """Return the ground of the run's picture in a theme: as it should be, or as it still is after some seconds."""
    picture, end = show_run(page, theme), time.monotonic() + 10
    while (seen := ground_of(page, picture.screenshot())) != GROUNDS[theme] and time.monotonic() < end:
        page.wait_for_timeout(200)  # the theme is being painted
    return seen


def test_the_tutorial_runs_in_jupyterlab_and_its_dag_is_seen_with_its_states(browser: Browser, tmp_path: Path) -> None:
    notebooks, own = tmp_path / "notebooks", tmp_path / "own"
    for folder in (notebooks, own):
        folder.mkdir()
    copy_unrun(TUTORIALS / "01_first_dag.ipynb", notebooks)
    shutil.copy(TUTORIALS / "requirements.txt", notebooks)
    context = browser.new_context(viewport={"width": 1200, "height": 1000})
    with lab_server(notebooks, own) as address:
        page = context.new_page()
        run_all_cells(page, address.format("01_first_dag.ipynb"))
        painted = [states_on(svg) for svg in pictures_on(page)]
        grounds = {theme: ground_in(page, theme) for theme in GROUNDS}
        errors = page.locator(".jp-OutputArea-output[data-mime-type*='error']").count()
        context.close()
    assert (painted, errors) == ([dict.fromkeys(TASKS), dict.fromkeys(TASKS, "success")], 0)
    assert grounds == GROUNDS
