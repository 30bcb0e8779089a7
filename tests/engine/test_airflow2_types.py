"""mypy on the engine of Airflow 2, with the types of a real Airflow 2.11.2, which this Python has not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from mwaa_kit.targets.interpreters import Interpreter

ROOT = Path(__file__).parents[2]


def test_the_engine_of_airflow_2_uses_airflow_2_as_its_types_say(airflow2: Interpreter, tmp_path: Path) -> None:
    words = ["--config-file", str(Path(__file__).with_name("airflow2_types.ini")), "--cache-dir", str(tmp_path)]
    words += ["--python-executable", str(airflow2.python), "mwaa_kit/engine/airflow2"]
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stdout.splitlines()[:-1]) == (0, [])
