"""Measure what the server extension costs Jupyter's start and memory, and how fast the panel follows a keystroke.

    python benchmarks/server.py         # writes benchmarks/server.md

A real Jupyter server on loopback is asked about a notebook of 200 cells, 197 of them tasks in a row, of which one letter
changes each time: over HTTP, as a browser does. CPU is that of the process that answers; on a busy machine it says more
than the clock. Of each figure the least and the median.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))

from support_server import KitServer, cells_of, kit_server  # noqa: E402

KEYSTROKES = 40
STARTS = 7

_PROBE = """
import gc, time
import jupyterlab, jupyter_server.serverapp, jupyter_server.base.websocket, jsonschema, nbformat
def memory():
    gc.collect()
    return int(open('/proc/self/statm').read().split()[1]) * 4096
class WebApp:
    def add_handlers(self, *words): pass
class App:
    base_url, root_dir, web_app, contents_manager = '/', '.', WebApp(), None
before, started = memory(), time.process_time()
from mwaa_kit.server import _load_jupyter_server_extension
_load_jupyter_server_extension(App())
added = time.process_time() - started
from mwaa_kit.server.contract import need
from mwaa_kit.server.hello import hello
hello(None, '1', busy=0)
need('Document', {'path': 'a', 'cells': []})
print(added, memory() - before)
"""


def main() -> None:
    """Measure, write, print."""
    starts = measure_starts()
    with tempfile.TemporaryDirectory() as folder:
        notebooks, own = Path(folder, "notebooks"), Path(folder, "own")
        notebooks.mkdir()
        own.mkdir()
        with kit_server(notebooks, own) as server:
            looks = measure_looks(server)
    text = format_page(starts, looks)
    (HERE / "server.md").write_text(text, encoding="utf-8")
    print(text)


def measure_starts() -> dict[str, float]:
    """Return what adding the extension costs a process that has imported JupyterLab: ms of CPU, and MB."""
    told = [
        subprocess.run([sys.executable, "-c", _PROBE], capture_output=True, text=True, check=True).stdout.split()
        for _ in range(STARTS)
    ]
    return {"ms": min(float(one[0]) for one in told) * 1e3, "mb": max(float(one[1]) for one in told) / 1e6}


def measure_looks(server: KitServer) -> dict[str, list[float]]:
    """Return ms by the clock, and of CPU, of each keystroke."""
    head = ("from airflow.sdk import dag, task\nimport statistics", "#| params\nn = 6", "#| task: t0\nx0 = [n] * 6")
    bodies = (
        "x{i} = [v + {i} for v in x{p}]\ntotal = sum(x{i})\nprint(total)",
        "x{i} = sorted(x{p})\nmean = statistics.mean(x{i})",
    )
    tasks = (f"#| task: t{i}\n{bodies[i % 2].format(i=i, p=i - 1)}" for i in range(1, 198))
    cells: list[dict[str, Any]] = cells_of(*head, *tasks)
    looks: dict[str, list[float]] = {"wall": [], "cpu": []}
    for stroke in range(KEYSTROKES + 2):
        cells[100]["source"] += "a" if stroke else "\n# a"
        before, started = _cpu_ms(server), time.perf_counter()
        server.need("post", "live", {"path": "two_hundred.ipynb", "cells": cells, "revision": stroke})
        if stroke >= 2:  # the process is started by the first one
            looks["wall"].append((time.perf_counter() - started) * 1e3)
            looks["cpu"].append(_cpu_ms(server) - before)
    return looks


def _cpu_ms(server: KitServer) -> float:
    """Return the CPU time so far of the server and of the process that answers for it."""
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(server.pid)], capture_output=True, text=True, check=False
    )
    ticks = 0
    for pid in (server.pid, *map(int, listed.stdout.split())):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks * 1e3 / os.sysconf("SC_CLK_TCK")


def format_page(starts: dict[str, float], looks: dict[str, list[float]]) -> str:
    """Return the page."""
    made = f"Python {platform.python_version()}, jupyter_server {version('jupyter_server')}, {platform.machine()}"
    load = os.getloadavg()[0]
    rows = [
        f"| CPU of adding it to a server that has imported JupyterLab | {starts['ms']:.0f} ms |",
        f"| memory that it adds, after its first answers | {starts['mb']:.1f} MB |",
    ]
    for name, words in (("wall", "by the clock, over HTTP"), ("cpu", "CPU of the server and its process")):
        least, middle = min(looks[name]), statistics.median(looks[name])
        rows.append(f"| a keystroke in a notebook of 200 cells, {words} | {least:.0f} ms (median {middle:.0f}) |")
    table = "\n".join(["| what | measured |", "|---|---|", *rows])
    return (
        "# What the server extension costs\n\n"
        f"Made by `python benchmarks/server.py` on {time.strftime('%Y-%m-%d')}: {made}, {os.cpu_count()} cores.\n"
        f"Other work kept {load:.1f} processes busy. {KEYSTROKES} keystrokes, {STARTS} starts.\n\n{table}\n"
    )


if __name__ == "__main__":
    main()
