"""Measure how much memory a Binder's user needs: JupyterLab, a kernel, the workers and the practice MWAA, all at once.

    python benchmarks/memory.py         # writes benchmarks/memory.md

Real JupyterLab on a copy of the first tutorial, real Chromium (which is the user's own and is not counted), the practice
MWAA beside it. Memory is PSS, each page once in all, of every process that the server and the practice MWAA have started;
it is looked at twice a second, and the most within each step is what the table says.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path

import psutil
from playwright.sync_api import expect, sync_playwright

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))

from support_lab import copy_unrun, lab_server, run_all_cells  # noqa: E402
from support_panel import PATIENCE, DagPage, Lab  # noqa: E402

from mwaa_kit.practising import processes, start_practice, stop_practice  # noqa: E402
from mwaa_kit.targets.practice import practice_home, running_state  # noqa: E402

LIMIT_GB = 1.8
TUTORIAL = HERE.parent / "notebooks" / "01_first_dag.ipynb"


class Watch:
    """Looks at the memory twice a second, and keeps the most of each step."""

    def __init__(self, life: str, browser: int) -> None:
        self.most: dict[str, tuple[int, int]] = {}
        self.step = ""
        self._life, self._browser = life, browser
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def stop(self) -> None:
        self._end.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._end.wait(0.5):
            if self.step:
                self.most[self.step] = max(self.most.get(self.step, (0, 0)), self._now())

    def _now(self) -> tuple[int, int]:
        """Return bytes, and the number of processes."""
        mine = psutil.Process()
        ours = {one.pid for one in mine.children(recursive=True)} - _with_children(self._browser)
        sizes = []
        for pid in ours | set(processes.members(self._life)):
            try:
                sizes.append(psutil.Process(pid).memory_full_info().pss)
            except psutil.Error:  # it has just ended
                continue
        return sum(sizes), len(sizes)


def _with_children(pid: int) -> set[int]:
    return {pid, *(one.pid for one in psutil.Process(pid).children(recursive=True))}


def measure(folder: Path, own: Path, watch: Watch, window: DagPage) -> None:
    """Do what a reader of the first tutorial does."""
    watch.step = "JupyterLab and the practice MWAA, a page open"
    window.page.goto(window.lab.tree.replace("/tree/{}", ""))
    window.page.locator(".jp-Launcher").wait_for(timeout=PATIENCE)
    window.page.wait_for_timeout(5000)
    watch.step = "the first tutorial, its kernel, all cells run (a run is among them)"
    run_all_cells(window.page, window.lab.tree.format(TUTORIAL.name))
    window.page.wait_for_timeout(3000)
    watch.step = "the Dag panel beside it, a run from there"
    window.page.keyboard.press("Control+Alt+d")
    window.do("run-dag")
    window.page.wait_for_timeout(5000)
    window.expect_run("success")
    watch.step = "a check, and a publish until it is live"
    window.do("check")
    expect(window.panel.get_by_role("tabpanel", name="Findings")).to_contain_text("as it was saved", timeout=PATIENCE)
    window.do("publish")
    publishing = window.panel.get_by_role("tabpanel", name="Publish")
    expect(publishing).to_contain_text("Live since", timeout=2 * PATIENCE)
    window.page.wait_for_timeout(3000)


def main() -> None:
    """Measure, write, print."""
    with tempfile.TemporaryDirectory(prefix="mwaa-kit-memory-") as name:
        folder, own, home = (Path(name) / part for part in ("notebooks", "own", "home"))
        folder.mkdir()
        own.mkdir()
        os.environ["MWAA_KIT_HOME"] = str(home)
        copy_unrun(TUTORIAL, folder)
        shutil.copy(TUTORIAL.with_name("requirements.txt"), folder)
        start_practice()
        state = running_state(practice_home())
        assert state
        try:
            before = _with_children(os.getpid())
            with sync_playwright() as playwright:
                path = os.environ.get("MWAA_KIT_BROWSER") or shutil.which("chromium")
                browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
                driver = next(one.pid for one in psutil.Process().children() if one.pid not in before)
                watch = Watch(state.life, driver)
                try:
                    with lab_server(folder, own, kit_home=home) as tree:
                        measure(folder, own, watch, Lab(tree, folder).page(browser))
                finally:
                    watch.stop()
                    browser.close()
        finally:
            stop_practice()
    write(watch.most)


def write(most: dict[str, tuple[int, int]]) -> None:
    """Write the table."""
    import airflow

    rows = [
        "# The memory of a whole session\n",
        (
            f"Made by `python benchmarks/memory.py` on {datetime.now(UTC):%Y-%m-%d}: Airflow {airflow.__version__}, "
            f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores. One repetition; PSS of all "
            f"processes but the browser's. A Binder should hold it in {LIMIT_GB} GB.\n"
        ),
        "| step | most, GB | processes then |",
        "|---|---|---|",
        *(f"| {step} | {size / 1e9:.2f} | {count} |" for step, (size, count) in most.items()),
    ]
    text = "\n".join(rows) + "\n"
    (HERE / "memory.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
