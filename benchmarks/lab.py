"""Measure in Chromium what the extension costs JupyterLab's start, and how fast the Dag panel follows a keystroke.

    python benchmarks/lab.py         # writes benchmarks/lab.md

Real JupyterLab, real Chromium, loopback. The start is that of a page whose files the browser has already, with the
extension and with it switched off, by turns, until its launcher is there and its splash is gone. A keystroke is one
letter of a task's name in a notebook of 200 cells, 197 of them tasks in a row, with the panel open; it ends when the
picture shows the task by its new name. It begins when the notebook's kernel has started, which keeps both cores busy: until
then a letter takes two to four times as long. The clock is the page's own: a busy machine makes it say more.
"""

from __future__ import annotations

import gzip
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))

from support_lab import lab_server  # noqa: E402
from support_panel import Lab  # noqa: E402

STARTS = 9
KEYSTROKES = 40
CELLS = 200
SETTLE_SECONDS = 8

_WATCH = """() => {
  window.spans = [];
  let pressed = 0;
  const panel = document.querySelector('.jp-MwaaKit-panel');
  const names = () => [...panel.querySelectorAll('[data-task-id^="typed"]')].map(box => box.dataset.taskId).join();
  let seen = names();
  document.addEventListener('keydown', () => { pressed = performance.now(); }, true);
  new MutationObserver(() => {
    const now = names();
    if (now && now !== seen && pressed) {
      seen = now;
      const from = pressed;
      pressed = 0;
      requestAnimationFrame(() => window.spans.push(performance.now() - from));
    }
  }).observe(panel, {subtree: true, childList: true, attributes: true, attributeFilter: ['data-task-id']});
}"""

_STARTED = """() => new Promise(done => {
  const look = () => {
    const ready = document.querySelector('.jp-LauncherCard') && !document.querySelector('#jupyterlab-splash');
    ready ? done(performance.now()) : requestAnimationFrame(look);
  };
  look();
})"""


def main() -> None:
    """Measure, write, print."""
    load = os.getloadavg()[0]
    with sync_playwright() as playwright:
        path = os.environ.get("MWAA_KIT_BROWSER") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        starts = measure_starts(browser)
        keys = measure_keys(browser)
    made = (
        f"Made by `python benchmarks/lab.py` on {datetime.now(UTC):%Y-%m-%d}: JupyterLab {version('jupyterlab')},"
        f" Chromium {browser.version}, {platform.machine()}, {os.cpu_count()} cores, load {load:.1f} before and"
        f" {os.getloadavg()[0]:.1f} after. {STARTS} starts each way, by turns; {KEYSTROKES} keystrokes."
    )
    lines = [
        "# What the extension costs in the browser",
        "",
        made,
        "",
        "| what | least | median | most |",
        "|---|---|---|---|",
        _row("start of the page without the extension, ms", starts["off"]),
        _row("start of the page with it, ms", starts["on"]),
        _row(
            "what it adds, start by start, ms", [on - off for on, off in zip(starts["on"], starts["off"], strict=True)]
        ),
        _row(f"from a key to the picture, notebook of {CELLS} cells, ms", keys),
        "",
        f"The extension's scripts and styles are {_zipped() / 1000:.0f} kB, gzipped.",
        "",
    ]
    text = "\n".join(lines)
    (HERE / "lab.md").write_text(text)
    print(text)


def measure_starts(browser: Browser) -> dict[str, list[float]]:
    """Return how long a page took to start, in ms, with the extension `on` and `off`."""
    found: dict[str, list[float]] = {"on": [], "off": []}
    with tempfile.TemporaryDirectory() as folder:
        servers = {}
        for name in found:
            notebooks, own = Path(folder, name, "notebooks"), Path(folder, name, "own")
            notebooks.mkdir(parents=True)
            own.mkdir()
            servers[name] = (notebooks, own)
        _switch_off(servers["off"][1])
        with lab_server(*servers["on"]) as on, lab_server(*servers["off"]) as off:
            pages = {name: browser.new_context().new_page() for name in found}
            for turn in range(STARTS + 1):
                for name, address in (("on", on), ("off", off)):
                    pages[name].goto(address.replace("/tree/{}", ""))
                    took = pages[name].evaluate(_STARTED)
                    there = pages[name].locator('.jp-LauncherCard[data-category="Dag"]')
                    if turn:  # the first one fetches the files
                        found[name].append(took)
                    elif name == "on":
                        there.first.wait_for()
                    else:
                        assert there.count() == 0, "the extension is not off"
    return found


def measure_keys(browser: Browser) -> list[float]:
    """Return how long the panel took to follow each keystroke, in ms."""
    with tempfile.TemporaryDirectory() as folder:
        notebooks, own = Path(folder, "notebooks"), Path(folder, "own")
        notebooks.mkdir()
        own.mkdir()
        with lab_server(notebooks, own) as tree:
            window = Lab(tree, notebooks).page(browser)
            chain = [f"#| task: t{at}\nx{at} = x{at - 1} + 1" for at in range(1, CELLS - 3)]
            head = "from datetime import datetime\nfrom airflow.sdk import dag"
            end = "#| dag\n@dag(schedule=None, start_date=datetime(2026, 1, 1))\ndef long(): ..."
            first = "#| task: typed\nx0 = 1"
            window.open(window.lab.write("long.ipynb", head, first, *chain, end))
            window.task("typed").wait_for(timeout=60_000)
            window.cell("#| task: typed").locator(".cm-line").first.click()
            window.page.keyboard.press("End")
            window.page.wait_for_timeout(SETTLE_SECONDS * 1000)
            window.page.evaluate(_WATCH)
            for count in range(1, KEYSTROKES + 1):
                window.page.keyboard.type("a" if count % 2 else "b")
                window.page.wait_for_function(f"window.spans.length >= {count}", timeout=20_000)
                window.page.wait_for_timeout(150)
            return list(window.page.evaluate("window.spans"))


def _switch_off(own: Path) -> None:
    """As ``jupyter labextension disable`` does it."""
    config = own / "jupyter_config_dir" / "labconfig"
    config.mkdir(parents=True)
    (config / "page_config.json").write_text(json.dumps({"disabledExtensions": {"mwaa-kit": True}}))


def _row(what: str, values: list[float]) -> str:
    return f"| {what} | {min(values):.0f} | {statistics.median(values):.0f} | {max(values):.0f} |"


def _zipped() -> int:
    built = HERE.parent / "mwaa_kit" / "labextension" / "static"
    return sum(len(gzip.compress(path.read_bytes())) for path in built.rglob("*") if path.suffix in (".js", ".css"))


if __name__ == "__main__":
    main()
