"""What Amazon MWAA says of an environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mwaa_kit import aws
from mwaa_kit.errors import ConfigurationError, UnknownEnvironmentError
from mwaa_kit.model.release import MwaaEnvironment
from mwaa_kit.targets.environments import EnvironmentSettings
from mwaa_kit.targets.practice import PRACTICE

if TYPE_CHECKING:
    from mypy_boto3_mwaa import MWAAClient
    from mypy_boto3_mwaa.type_defs import EnvironmentTypeDef


def find_environment(
    settings: EnvironmentSettings, *, client: MWAAClient, known: tuple[EnvironmentSettings, ...] = ()
) -> MwaaEnvironment:
    """Return the environment as it is now.

    Parameters
    ----------
    known
        The environments of the settings file, to be named when this one is not found.

    Raises
    ------
    UnknownEnvironmentError
        If there is none of that name; it names those there are.
    EnvironmentUnreachableError
        If AWS, or the practice MWAA, does not answer.
    """
    with aws.translated(settings.name, profile=settings.profile):
        try:
            answer = client.get_environment(Name=settings.mwaa)
        except client.exceptions.ResourceNotFoundException:
            raise _unknown(settings, known, list_environments(client)) from None
    return _read(settings, answer["Environment"])


def list_environments(client: MWAAClient) -> tuple[str, ...]:
    """Return the names of all environments of this account and region."""
    pages = client.get_paginator("list_environments").paginate()
    return tuple(name for page in pages for name in page["Environments"])


def _read(settings: EnvironmentSettings, answer: EnvironmentTypeDef) -> MwaaEnvironment:
    bucket = answer.get("SourceBucketArn", "").rpartition(":")[2]
    if not bucket:
        raise ConfigurationError(
            f"environment {settings.name!r} has no bucket.", hint="look at it in the Amazon MWAA console"
        )
    practice = settings.name == PRACTICE
    host = answer.get("WebserverUrl", "")
    return MwaaEnvironment(
        name=settings.name,
        airflow_version=answer.get("AirflowVersion", ""),
        status=answer.get("Status", ""),
        bucket=bucket,
        dag_s3_path=answer.get("DagS3Path", "").strip("/"),
        webserver_url=f"{'http' if practice else 'https'}://{host}" if host else "",
        practice=practice,
    )


def _unknown(
    settings: EnvironmentSettings, known: tuple[EnvironmentSettings, ...], on_aws: tuple[str, ...]
) -> UnknownEnvironmentError:
    names = dict.fromkeys([*(environment.name for environment in known), *on_aws, PRACTICE])
    return UnknownEnvironmentError(
        f"there is no environment {settings.mwaa!r} on Amazon MWAA in this account and region.",
        hint=f"known are: {', '.join(names)}",
    )
