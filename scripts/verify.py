"""Everything that CI checks, in the order in which it fails fastest. Run by ``make test`` inside the kit's environment.

Usage: ``python scripts/verify.py [--lint]``. It ends with the exit code of the first thing that failed, after a plain line
``N passed, N failed`` over all test runners.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Step:
    """One command; `junit` is the report it writes, where it runs tests."""

    name: str
    command: tuple[str, ...]
    junit: str = ""
    environ: Mapping[str, str] = field(default_factory=dict)


def lint_steps() -> list[Step]:
    """Return what reads the code without running it."""
    return [
        Step("ruff", (str(BIN / "ruff"), "check", ".")),
        Step("ruff format", (str(BIN / "ruff"), "format", "--check", ".")),
        Step("mypy", (str(BIN / "mypy"),)),
        Step("import-linter", (str(BIN / "lint-imports"),)),
        Step("extensions", (sys.executable, "scripts/build_extensions.py", "--check")),
    ]


WAITING = ("browser", "journeys", "practising", "publishing", "operating", "server", "cli")
"""The folders of tests that wait for a browser, a server or a command, for about half of the time that all take."""


def test_steps(reports: Path) -> list[Step]:
    """Return what runs the code: two halves of the tests side by side, and the notebooks after them.

    Notebooks start a kernel, which cannot be forked from a process with threads: they get a process of their own.
    """
    rest = [str(path.relative_to(ROOT)) for path in sorted((ROOT / "tests").iterdir()) if _holds_tests(path)]
    halves = {"tests that wait": [f"tests/{name}" for name in WAITING], "tests that work": rest}

    def pytest(name: str, *arguments: str) -> Step:
        report = str(reports / f"{name.replace(' ', '-')}.xml")
        command = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--junitxml={report}", *arguments)
        return Step(name, command, report, {"PYTHONUNBUFFERED": "1"})

    return [
        *(pytest(name, "--hypothesis-profile=repeatable", *paths) for name, paths in halves.items()),
        pytest("notebooks", "--nbval", "notebooks"),
    ]


def _holds_tests(path: Path) -> bool:
    """Whether it is a folder of tests that work, or a file of tests."""
    if path.is_dir():
        return path.name not in WAITING and any(path.rglob("test_*.py"))
    return path.name.startswith("test_")


def run(step: Step, mark: str = "") -> bool:
    """Run one step, and say how long it took; `mark` stands before each of its lines."""
    print(f"\n{mark}== {step.name}", flush=True)
    started = time.monotonic()
    output = subprocess.PIPE if mark else None
    together = subprocess.STDOUT if mark else None
    environ = {**os.environ, **step.environ}
    with subprocess.Popen(step.command, cwd=ROOT, env=environ, stdout=output, stderr=together, text=True) as process:
        for line in process.stdout or ():
            print(f"{mark}{line}", end="", flush=True)
    code = process.returncode
    print(
        f"{mark}== {step.name}: {'ok' if code == 0 else f'exit code {code}'} after {time.monotonic() - started:.0f} s",
        flush=True,
    )
    return code == 0


def run_side_by_side(steps: Sequence[Step]) -> list[bool]:
    """Run steps at the same time, each line marked with the number of its step."""
    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(run, steps, (f"{number} | " for number in range(1, len(steps) + 1))))


def count(report: str) -> tuple[int, int, int]:
    """Return how many tests passed, failed and were skipped, from a junit file; a missing file counts as one failure."""
    try:
        suites = list(ElementTree.parse(report).getroot().iter("testsuite"))
    except (OSError, ElementTree.ParseError):
        return 0, 1, 0
    total, failed, skipped = (
        sum(int(suite.get(name, "0")) for suite in suites for name in names)
        for names in (("tests",), ("failures", "errors"), ("skipped",))
    )
    return total - failed - skipped, failed, skipped


def main() -> int:
    """Run the steps; linting stops at its end when something was found, the tests all run."""
    lint = [run(step) for step in lint_steps()]
    if not all(lint):
        return 1
    if "--lint" in sys.argv[1:]:
        return 0
    with tempfile.TemporaryDirectory(prefix="mwaa-kit-reports-") as folder:
        steps = test_steps(Path(folder))
        *halves, notebooks = steps
        good = [*run_side_by_side(halves), run(notebooks)]
        counts = [count(step.junit) for step in steps if step.junit]
    passed, failed, skipped = (sum(column) for column in zip(*counts, strict=True))
    unwanted = skipped > 0 and os.environ.get("CI", "") != ""
    if unwanted:
        print(f"\n{skipped} tests were skipped; under CI each must run")
    print(f"\n{passed} passed, {failed} failed", flush=True)
    return 0 if all(good) and not failed and not unwanted else 1


if __name__ == "__main__":
    raise SystemExit(main())
