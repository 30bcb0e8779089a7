"""Analyse and compile the notebooks that other people's packages ship: no traceback, and a table of what came of it.

Each is compiled twice: as it is, and with every code cell made a task, which tries the lowering on code that nobody
wrote for it.

    python benchmarks/real_notebooks.py [PACKAGE ...]     # writes benchmarks/real_notebooks.md

Source distributions (wheels, where the source needs a build tool that is not there) are fetched with pip into a folder
of their own, of which nothing remains.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from mwaa_kit.authoring.compile import compile_source
from mwaa_kit.authoring.dataflow import find_dataflow
from mwaa_kit.authoring.ipynb import read_notebook
from mwaa_kit.errors import MwaaKitError, NoTaskError
from mwaa_kit.model.finding import errors_in
from mwaa_kit.model.notebook import Cell, CellKind, Notebook

PACKAGES = (
    *("papermill", "nbconvert", "nbclient", "nbformat", "nbval", "jupytext", "nbdime", "nbsphinx", "ipyparallel"),
)

READ = (
    "Read by eye, cell by cell, each name of each cell against the edges. Right, and none missing:",
    "",
    "- nbconvert's `nbconvert_library` (17 edges): names bound again and again (`body`, `resources`, `c`) lead to their",
    "  last writer.",
    "- jupytext's `World population` (11): `data` means another thing in the last cell, which makes its own; and",
    "  `python_notebook_sample` (7).",
    "- ipyparallel's `rmt` (20): a function is replaced by its own result, and what functions read is charged to their",
    "  callers, also below `%timeit`; `MPI Broadcast` (15): `root['a'] = 5` is a change, what stands below `%%px` runs",
    "  elsewhere, and `globals()` is a finding.",
    "- nbclient's `Output` (12): `with output1:` reads it; `update-display-id` (11): its `deferred` edges are the globals",
    "  that its function reads.",
    "- nbsphinx's `cell-metadata` (7): `plt.rcParams[…] = …` is a setting of a module, no edge; a task below it gets MK211.",
    "- nbval's `index` (7): the text of `%%writefile` reads nothing; papermill's `report_mode_test` (2) and",
    "  `gcs-simple_notebook` (2).",
)
"""What was read, and judged."""


@dataclass(frozen=True)
class Row:
    """What came of one notebook; `refused` says why it is none of ours."""

    name: str
    cells: int = 0
    edges: int = 0
    findings: str = ""
    milliseconds: float = 0.0
    compiled: str = ""
    refused: str = ""


def main(packages: list[str]) -> int:
    """Fetch the packages, analyse what they ship, and write the page."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for package in packages:
            for path in fetch(package, Path(folder) / package):
                rows.append(analysed(f"{package}: {path.relative_to(Path(folder) / package)}", path))
            print(f"{package}: {sum(row.name.startswith(f'{package}:') for row in rows)} notebooks", file=sys.stderr)
    Path(__file__).with_suffix(".md").write_text(page(rows), encoding="utf-8")
    return 0 if rows else 1


def fetch(package: str, folder: Path) -> Iterator[Path]:
    """Yield the notebooks in a package's files."""
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--dest", str(folder), package]
    source = ["--no-binary", package, "--no-build-isolation"]
    for extra in (source, []):
        done = subprocess.run([*command, *extra], check=False, capture_output=True, text=True, timeout=300)
        if done.returncode == 0:
            break
    for archive in sorted(folder.glob("*")) if folder.is_dir() else ():
        unpack(archive, folder)
    yield from sorted(folder.rglob("*.ipynb"))


def unpack(archive: Path, folder: Path) -> None:
    """Take the notebooks, and nothing else, out of an archive."""
    if archive.suffix in {".whl", ".zip"}:
        with zipfile.ZipFile(archive) as files:
            for name in files.namelist():
                if name.endswith(".ipynb"):
                    save(folder, name, files.read(name))
    elif archive.suffixes[-2:] == [".tar", ".gz"]:
        with tarfile.open(archive) as tar:
            for member in tar:
                held = tar.extractfile(member) if member.isfile() and member.name.endswith(".ipynb") else None
                if held is not None:
                    save(folder, member.name, held.read())


def save(folder: Path, name: str, content: bytes) -> None:
    """Write a notebook below the folder, whatever its name says."""
    path = folder.joinpath(*(part for part in PurePath(name).parts if part not in {"..", "/"}))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def analysed(name: str, path: Path) -> Row:
    """Analyse and compile one notebook; any exception but our own is a bug, and ends the whole."""
    begun = time.process_time()
    try:
        notebook = read_notebook(str(path))
        flow = find_dataflow(notebook)
    except MwaaKitError as error:
        return Row(name, refused=str(error).splitlines()[0].replace(str(path), path.name))
    took = (time.process_time() - begun) * 1000
    codes = Counter(finding.code for finding in flow.findings)
    said = ", ".join(f"{count} of {code}" for code, count in sorted(codes.items()))
    return Row(
        name, len(flow.cells), len(flow.edges), said, took, f"{compiled(notebook)}; {compiled(all_tasks(notebook))}"
    )


def compiled(notebook: Notebook) -> str:
    """Compile a notebook, and say what came of it; what is made must be Python."""
    try:
        module = compile_source(notebook)
    except NoTaskError:
        return "no task"
    ast.parse(module.source)
    tasks = f"{len(module.tasks)} {'task' if len(module.tasks) == 1 else 'tasks'}"
    return tasks if module.source else f"{len(errors_in(module.findings))} to mend"


def all_tasks(notebook: Notebook) -> Notebook:
    """Return a notebook of which every code cell is a task."""
    return replace(notebook, cells=tuple(_as_task(cell) for cell in notebook.cells))


def _as_task(cell: Cell) -> Cell:
    if cell.kind is not CellKind.CODE or cell.source.startswith("%%"):
        return cell
    return replace(cell, source=f"#| task: cell_{cell.number}\n{cell.source}")


def page(rows: list[Row]) -> str:
    """Return the table."""
    good = [row for row in rows if not row.refused]
    total = f"{len(rows)} notebooks: {len(good)} analysed, {len(rows) - len(good)} refused with a reason"
    spent = f"{sum(row.cells for row in good)} cells, {sum(row.milliseconds for row in good):.0f} ms of CPU"
    lines = [
        "# Notebooks that other people's packages ship",
        "",
        f"`python benchmarks/real_notebooks.py` with Python {sys.version.split()[0]}. {total}; {spent}.",
        "",
        *READ,
        "",
        "| notebook | code cells | edges | findings | compiled as it is; with all cells as tasks | ms |",
        "|---|--:|--:|---|---|--:|",
    ]
    for row in rows:
        said = row.findings if not row.refused else f"refused: {row.refused}"
        told = f"{row.name} | {row.cells} | {row.edges} | {said.replace('|', '/')} | {row.compiled}"
        lines.append(f"| {told} | {row.milliseconds:.1f} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(PACKAGES)))
