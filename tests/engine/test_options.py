"""What is kept at hand of Airflow's configuration is what Airflow says, whoever says it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import os
from mwaa_kit.engine import options
from mwaa_kit.engine.home import import_airflow
import_airflow()
found = list(options._configurations())
before = [[conf.get(*one) for one in options._ASKED_FOR] for conf in found]
options.keep_at_hand()
after = [[conf.get(*one) for one in options._ASKED_FOR] for conf in found]
os.environ["AIRFLOW__CORE__MAX_TEMPLATED_FIELD_LENGTH"] = "9"
later = [conf.getint("core", "max_templated_field_length") for conf in found]
os.environ.pop("AIRFLOW__CORE__MAX_TEMPLATED_FIELD_LENGTH")
last = [conf.get("core", "max_templated_field_length") for conf in found]
print(len(found) > 0, before == after, set(later), set(last))
"""


@pytest.mark.parametrize(
    ("settings", "file", "last"),
    [
        ({}, "", "4096"),
        ({}, "[core]\nmax_templated_field_length = 50\n", "50"),
        ({"AIRFLOW__CORE__MAX_TEMPLATED_FIELD_LENGTH": "70"}, "", "4096"),
    ],
    ids=["the default", "a file", "the environment"],
)
def test_an_option_keeps_its_value_and_the_environment_goes_first(
    settings: dict[str, str], file: str, last: str, tmp_path: Path
) -> None:
    (tmp_path / "airflow.cfg").write_text(file)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW_")}
    env = kept | settings | {"AIRFLOW_HOME": str(tmp_path), "AIRFLOW_CONFIG": str(tmp_path / "airflow.cfg")}
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == f"True True {{9}} {{'{last}'}}"
