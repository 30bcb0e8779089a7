from __future__ import annotations

from pathlib import Path

import pytest

from mwaa_kit.errors import ConfigurationError
from mwaa_kit.targets.environments import EnvironmentSettings, find_environments, resolve_environment

TEAM = """
[environments.team]
mwaa = "team-prod"
profile = "analytics"
region = "eu-west-1"
[environments.sandbox]
"""
TEAM_SETTINGS = (
    EnvironmentSettings("team", "team-prod", "analytics", "eu-west-1"),
    EnvironmentSettings("sandbox", "sandbox"),
)


def test_the_nearest_settings_file_above_the_source_is_read(tmp_path: Path) -> None:
    (tmp_path / "mwaa-kit.toml").write_text(TEAM)
    deep = tmp_path / "notebooks" / "deep"
    deep.mkdir(parents=True)
    assert find_environments(deep) == TEAM_SETTINGS


def test_a_table_of_pyproject_does_as_well(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(TEAM.replace("[env", "[tool.mwaa-kit.env"))
    assert find_environments(tmp_path) == TEAM_SETTINGS


def test_a_pyproject_without_our_table_is_passed_by(tmp_path: Path) -> None:
    (tmp_path / "mwaa-kit.toml").write_text(TEAM)
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert find_environments(inner) == TEAM_SETTINGS


def test_the_command_line_goes_before_the_settings(tmp_path: Path) -> None:
    (tmp_path / "mwaa-kit.toml").write_text(TEAM)
    found = resolve_environment("team", tmp_path, region="us-west-2")
    assert found == EnvironmentSettings("team", "team-prod", "analytics", "us-west-2")


def test_a_name_that_no_settings_file_has_is_one_on_aws(tmp_path: Path) -> None:
    assert resolve_environment("other", tmp_path, profile="p") == EnvironmentSettings("other", "other", "p")


def test_the_practice_mwaa_needs_no_settings_and_takes_none(tmp_path: Path) -> None:
    assert resolve_environment("practice", tmp_path, profile="p") == EnvironmentSettings("practice", "practice")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[environments.team", "cannot be read"),
        ("environments = 3", "'environments' is not a table"),
        ("[environments]\nteam = 'x'", "environment 'team' is not a table"),
        ("[environments.team]\nprofil = 'x'", "environment 'team' has an unknown key 'profil'"),
        ("[environments.team]\nregion = 3", "'region' of environment 'team' is not a text"),
        ("[environments.practice]", "an environment is called 'practice'"),
    ],
)
def test_a_mistake_in_the_settings_names_the_file_and_the_place(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "mwaa-kit.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        find_environments(tmp_path)
    assert str(caught.value).startswith(f"{path}: {message}")
    assert caught.value.hint


def test_settings_that_are_not_text_are_a_mistake_too(tmp_path: Path) -> None:
    (tmp_path / "mwaa-kit.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        find_environments(tmp_path)
