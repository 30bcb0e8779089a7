"""environments: where can be published to, and what one of them says of itself. No credential is ever among it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mwaa_kit.targets.practice import PRACTICE, practice_home, running_state

STOPPED = "STOPPED"
"""The status of the practice MWAA while it does not run; MWAA itself knows no such word."""


@dataclass(frozen=True)
class NamedEnvironment:
    """An environment by its name.

    Parameters
    ----------
    source
        ``practice``, ``settings`` (the nearest settings file) or ``aws`` (nobody but AWS knows it).
    status
        MWAA's own word, or ``STOPPED``; None when nobody has asked.
    """

    name: str
    mwaa: str
    profile: str | None
    region: str | None
    source: str
    status: str | None = None
    airflow_version: str | None = None
    airflow_url: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON."""
        told = asdict(self)
        told["from"] = told.pop("source")
        return told


@dataclass(frozen=True)
class NamedEnvironments:
    """The environments that are known here, and the names of the AWS profiles."""

    environments: tuple[NamedEnvironment, ...]
    profiles: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {"environments": [one.to_dict() for one in self.environments], "profiles": list(self.profiles)}


def list_environments(path: str = ".") -> NamedEnvironments:
    """Return what the settings file of a notebook's folder names, and the practice MWAA; no network is asked.

    Raises
    ------
    ConfigurationError
        If the settings file cannot be understood.
    """
    from mwaa_kit import aws
    from mwaa_kit.targets.environments import find_environments

    named = tuple(
        NamedEnvironment(one.name, one.mwaa, one.profile, one.region, "settings")
        for one in find_environments(_folder(path))
    )
    return NamedEnvironments((_practice(), *named), aws.profile_names())


def look_at(name: str, path: str = ".", *, profile: str | None = None, region: str | None = None) -> NamedEnvironment:
    """Return what an environment says of itself.

    Raises
    ------
    UnknownEnvironmentError, EnvironmentUnreachableError
        If there is none of that name, or it does not answer.
    """
    from mwaa_kit.targets.environments import find_environments, resolve_environment
    from mwaa_kit.verbs.preparing import connect

    folder = _folder(path)
    if name == PRACTICE and running_state(practice_home()) is None:
        return _practice()
    settings = resolve_environment(name, folder, profile=profile, region=region)
    found = connect(name, folder, profile=profile, region=region).environment
    known = {one.name for one in find_environments(folder)}
    source = PRACTICE if name == PRACTICE else "settings" if name in known else "aws"
    return NamedEnvironment(
        name,
        settings.mwaa,
        settings.profile,
        settings.region,
        source,
        found.status,
        found.airflow_version,
        found.webserver_url or None,
    )


def _practice() -> NamedEnvironment:
    from mwaa_kit.practising.lifecycle import practice_status

    status = next((one.status for one in practice_status().environments), STOPPED)
    return NamedEnvironment(PRACTICE, PRACTICE, None, None, PRACTICE, status)


def _folder(path: str) -> Path:
    place = Path(path)
    return place.resolve() if place.is_dir() else place.resolve().parent
