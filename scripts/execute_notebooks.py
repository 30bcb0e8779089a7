"""Execute the tutorials in place, so that they are saved with their outputs.

Usage: ``python scripts/execute_notebooks.py [NOTEBOOK …]``. Nothing that differs from run to run or from machine to machine
is kept: no times, no versions, no paths.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

TUTORIALS = Path(__file__).resolve().parent.parent / "notebooks"


def execute(path: Path) -> None:
    """Run one notebook from top to bottom and save it; an error in a cell leaves the file as it was."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=120, record_timing=False, resources={"metadata": {"path": path.parent}}).execute()
    notebook.metadata.language_info = {"name": "python"}
    nbformat.write(notebook, path)


def main() -> None:
    """Execute the named notebooks, or all tutorials."""
    with tempfile.TemporaryDirectory(prefix="mwaa-kit-home-") as home:
        os.environ["MWAA_KIT_HOME"] = home
        for path in [Path(name) for name in sys.argv[1:]] or sorted(TUTORIALS.glob("*.ipynb")):
            execute(path)
            print(f"executed {path}")


if __name__ == "__main__":
    main()
