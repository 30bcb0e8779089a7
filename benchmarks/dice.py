"""Loaded dice: ``random.choice`` takes the first, here and in every Python that is started from here.

Several of Airflow's example Dags choose a branch at random. Two runs of them can be compared only when both choose alike.
"""

from __future__ import annotations

import os
import random
import tempfile
from pathlib import Path

_FIRST = "random.choice = lambda options: list(options)[0]"


def load() -> None:
    """Make every later choice the first."""
    exec(_FIRST, {"random": random})
    folder = tempfile.mkdtemp(prefix="dice-")
    (Path(folder) / "sitecustomize.py").write_text(f"import random\n{_FIRST}\n")
    os.environ["PYTHONPATH"] = folder
