"""Loaded dice: ``random.choice`` takes the first, ``random.randint`` the lowest, here and in every Python started from here.

Several of Airflow's example Dags choose a branch or a number at random. Two runs of them can be compared only when both choose
alike.
"""

from __future__ import annotations

import os
import random
import tempfile
from pathlib import Path

_FIRST = "random.choice = lambda options: list(options)[0]\nrandom.randint = lambda low, high: low"


def load() -> None:
    """Make every later choice the first, and every number the lowest."""
    exec(_FIRST, {"random": random})
    folder = tempfile.mkdtemp(prefix="dice-")
    (Path(folder) / "sitecustomize.py").write_text(f"import random\n{_FIRST}\n")
    os.environ["PYTHONPATH"] = folder
