"""Names of environments, and what the user's settings file says of them.

``mwaa-kit.toml``, or the table ``[tool.mwaa-kit]`` of ``pyproject.toml``, in the folder of the source or the nearest one
above it::

    [environments.team]
    mwaa = "team-prod"       # its name on Amazon MWAA; left out, it is "team"
    profile = "analytics"    # as in the AWS command line
    region = "eu-west-1"
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mwaa_kit.errors import ConfigurationError
from mwaa_kit.targets.practice import PRACTICE

SETTINGS_FILE = "mwaa-kit.toml"
_KEYS = ("mwaa", "profile", "region")


@dataclass(frozen=True)
class EnvironmentSettings:
    """How to reach one environment.

    Parameters
    ----------
    name
        What the user calls it.
    mwaa
        Its name on Amazon MWAA.
    profile, region
        For boto3; None takes the AWS defaults.
    """

    name: str
    mwaa: str
    profile: str | None = None
    region: str | None = None


def find_environments(folder: Path) -> tuple[EnvironmentSettings, ...]:
    """Return the environments that the nearest settings file names, in its order.

    Raises
    ------
    ConfigurationError
        If that file cannot be understood.
    """
    folder = folder.absolute()
    for candidate in (folder, *folder.parents):
        own = candidate / SETTINGS_FILE
        if own.is_file():
            return _read_environments(own, _read_toml(own))
        project = candidate / "pyproject.toml"
        if project.is_file():
            table = _read_toml(project).get("tool", {}).get("mwaa-kit")
            if table is not None:
                return _read_environments(project, table)
    return ()


def resolve_environment(
    name: str, folder: Path, *, profile: str | None = None, region: str | None = None
) -> EnvironmentSettings:
    """Return how to reach the environment called `name`: from the settings, else the one of that name on AWS.

    Parameters
    ----------
    profile, region
        From the command line; they go before the settings.
    """
    if name == PRACTICE:
        return EnvironmentSettings(PRACTICE, PRACTICE)
    known = {environment.name: environment for environment in find_environments(folder)}
    found = known.get(name, EnvironmentSettings(name, name))
    return replace(found, profile=profile or found.profile, region=region or found.region)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(
            f"cannot be read: {error}", path=str(path), hint="mend the file, or remove it"
        ) from error


def _read_environments(path: Path, table: Any) -> tuple[EnvironmentSettings, ...]:
    environments = table.get("environments", {}) if isinstance(table, dict) else None
    if not isinstance(environments, dict):
        raise _mistake(path, "'environments' is not a table", "write [environments.NAME]")
    return tuple(_read_environment(path, name, entry) for name, entry in environments.items())


def _read_environment(path: Path, name: str, entry: Any) -> EnvironmentSettings:
    if name == PRACTICE:
        raise _mistake(
            path, f"an environment is called {PRACTICE!r}, which is the name of the practice MWAA", "rename it"
        )
    if not isinstance(entry, dict):
        raise _mistake(path, f"environment {name!r} is not a table", f"write [environments.{name}]")
    for key, value in entry.items():
        if key not in _KEYS:
            raise _mistake(path, f"environment {name!r} has an unknown key {key!r}", f"keys are {', '.join(_KEYS)}")
        if not isinstance(value, str) or not value:
            raise _mistake(path, f"{key!r} of environment {name!r} is not a text", f'write {key} = "…"')
    return EnvironmentSettings(name, entry.get("mwaa", name), entry.get("profile"), entry.get("region"))


def _mistake(path: Path, what: str, hint: str) -> ConfigurationError:
    return ConfigurationError(f"{what}.", path=str(path), hint=hint)
