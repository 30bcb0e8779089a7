"""Measure the practice MWAA: how long it takes to start, and how much memory it holds when idle.

Usage: ``python benchmarks/practice.py``. It starts one in a home of its own, twice (the second start finds the migrated
database), and writes `benchmarks/practice.md`.

Notes
-----
Memory is read from ``/proc/PID/smaps_rollup`` for every process of it. The sum of RSS counts pages that several processes
share once for each; PSS counts each page once in all, and is what the machine is out of.
"""

from __future__ import annotations

import os
import platform
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

IDLE_SECONDS = 10.0


def memory(pids: list[int]) -> dict[str, float]:
    """Return the sums of RSS and PSS in MiB."""
    sums = {"Rss": 0.0, "Pss": 0.0}
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            name, _, rest = line.partition(":")
            if name in sums:
                sums[name] += int(rest.split()[0]) / 1024
    return sums


def measure() -> tuple[float, float, int, dict[str, float], float]:
    """Return start seconds, again with a cached database; the number of processes, their memory, and stop seconds."""
    from mwaa_kit.practising import processes, start_practice, stop_practice
    from mwaa_kit.targets.practice import practice_home, running_state

    starts = []
    for _ in range(2):
        began = time.monotonic()
        start_practice()
        starts.append(time.monotonic() - began)
        time.sleep(IDLE_SECONDS)
        state = running_state(practice_home())
        pids = list(processes.members(state.life)) if state else []
        found = memory(pids)
        began = time.monotonic()
        stop_practice()
        stopped = time.monotonic() - began
    return starts[0], starts[1], len(pids), found, stopped


def main() -> None:
    """Measure and write the table."""
    import airflow

    with tempfile.TemporaryDirectory(prefix="mwaa-kit-practice-") as home:
        os.environ["MWAA_KIT_HOME"] = home
        first, again, count, found, stopped = measure()
    rows = [
        "# The practice MWAA\n",
        (
            f"Made by `python benchmarks/practice.py` on {datetime.now(UTC):%Y-%m-%d}: Airflow {airflow.__version__}, "
            f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores. One repetition.\n"
        ),
        "| what | measured |",
        "|---|---|",
        f"| first start, the database is made | {first:.0f} s |",
        f"| next start | {again:.0f} s |",
        f"| stop | {stopped:.1f} s |",
        f"| processes, all included: S3, mwaa endpoint, API server, scheduler, Dag processor, triggerer | {count} |",
        f"| memory when idle, PSS | {found['Pss']:.0f} MiB |",
        f"| memory when idle, sum of RSS | {found['Rss']:.0f} MiB |",
    ]
    text = "\n".join(rows) + "\n"
    (Path(__file__).parent / "practice.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
