from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mwaa_kit.errors import UnknownEnvironmentError
from mwaa_kit.model.release import MwaaEnvironment
from mwaa_kit.operating.environments import find_environment
from mwaa_kit.practising import PracticeEnvironment
from mwaa_kit.targets.environments import EnvironmentSettings, resolve_environment


def test_the_practice_environment_is_found_by_its_name(
    practice: PracticeEnvironment, mwaa: Any, tmp_path: Path
) -> None:
    found = find_environment(resolve_environment("practice", tmp_path), client=mwaa)
    assert found == MwaaEnvironment(
        name="practice",
        airflow_version="3.3.1",
        status="AVAILABLE",
        bucket="mwaa-kit-practice",
        dag_s3_path="dags",
        webserver_url=practice.airflow_url,
        practice=True,
    )


def test_an_unknown_environment_names_those_there_are(mwaa: Any) -> None:
    known = (EnvironmentSettings("team", "team-prod"),)
    with pytest.raises(UnknownEnvironmentError) as caught:
        find_environment(EnvironmentSettings("tema", "tema"), client=mwaa, known=known)
    assert caught.value.hint == "known are: team, practice"
