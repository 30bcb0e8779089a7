"""Compile `requirements/kit.in` into pinned files with hashes, one for each Python.

Usage: ``python scripts/lock.py CONSTRAINTS`` where CONSTRAINTS is a folder, or a URL template with ``{airflow}`` and
``{python}``, that leads to Airflow's published constraint lists (``constraints-3.3.1/constraints-3.12.txt``).

Notes
-----
The constraints of Airflow are taken minus the Jupyter family, whose pins are older than the JupyterLab the kit needs,
and minus uv, which is a tool and never imported. MWAA publishes the list for Python 3.12 only. On 3.11 it is taken minus
numpy too, since the pinned numpy has no build for 3.11: the script says so, and the tests run on 3.12.
No index address and no path of this machine is written: the files hold names, versions, markers and hashes.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

AIRFLOW = "3.3.1"
PYTHONS = ("3.11", "3.12", "3.13")
JUPYTER = re.compile(
    r"(?i)^(comm|ipykernel|ipython|ipython[-_]pygments.*|ipywidgets|jupyter.*|matplotlib-inline|nbclient|nbconvert"
    r"|nbformat|notebook.*|papermill|pyzmq|tornado|traitlets|widgetsnbextension|uv)=="
)
ROOT = Path(__file__).resolve().parent.parent / "requirements"


def read_constraints(where: str, python: str) -> str:
    """Return the published list for one Python; 3.12's where there is none."""
    if "{" in where:
        url = where.format(airflow=AIRFLOW, python=python)
        with urllib.request.urlopen(url) as answer:
            return str(answer.read().decode())
    folder = Path(where) / f"constraints-{AIRFLOW}"
    listed = folder / f"constraints-{python}.txt"
    return (listed if listed.exists() else folder / "constraints-3.12.txt").read_text()


def keep(line: str, python: str) -> bool:
    """Tell whether a constraint line holds in the kit's environment for this Python."""
    if python == "3.11" and line.lower().startswith("numpy=="):
        print(f"python 3.11: leaving out {line} (no build for 3.11)", file=sys.stderr)
        return False
    return not JUPYTER.match(line)


def main() -> int:
    """Write `kit-pyXY.txt` for each Python, and `uv.txt`."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    for python in PYTHONS:
        lines = read_constraints(sys.argv[1], python).splitlines()
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as constraints:
            constraints.write("\n".join(line for line in lines if keep(line, python)))
            constraints.flush()
            compile_file(ROOT / "kit.in", ROOT / f"kit-py{python.replace('.', '')}.txt", python, constraints.name)
    pin = next(
        line.split(" ")[0] for line in (ROOT / "kit-py312.txt").read_text().splitlines() if line.startswith("uv==")
    )
    with tempfile.NamedTemporaryFile("w", suffix=".in") as wanted:
        wanted.write(pin)
        wanted.flush()
        compile_file(Path(wanted.name), ROOT / "uv.txt", "3.11", None)
    return 0


def compile_file(source: Path, target: Path, python: str, constraints: str | None) -> None:
    """Run uv's resolver for every platform of one Python."""
    limits = ["--constraint", constraints] if constraints else []
    subprocess.run(
        [sys.executable, "-m", "uv", "pip", "compile", str(source), *limits, "--universal", "--python-version", python]
        + ["--generate-hashes", "--no-header", "--no-annotate", "--quiet", "--upgrade", "--output-file", str(target)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    print(f"wrote {target.relative_to(ROOT.parent)}", file=sys.stderr)


if __name__ == "__main__":
    raise SystemExit(main())
