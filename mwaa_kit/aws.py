"""The door to AWS: the only place where a boto3 client is made.

The practice MWAA and Amazon MWAA differ here, by endpoint and credentials, and nowhere else.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, overload

from mwaa_kit.errors import BucketRefusedError, EnvironmentUnreachableError, MwaaKitError, PracticeError
from mwaa_kit.targets.practice import PRACTICE, REGION, PracticeState, practice_home, running_state

if TYPE_CHECKING:
    from mypy_boto3_mwaa import MWAAClient
    from mypy_boto3_s3 import S3Client

Service = Literal["s3", "mwaa"]

_NO_CREDENTIALS = {"NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError"}
_EXPIRED = {
    "ExpiredToken",
    "ExpiredTokenException",
    "TokenRefreshRequired",
    "SSOTokenLoadError",
    "TokenRetrievalError",
    "UnauthorizedSSOTokenError",
}
_WRONG_KEY = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "UnrecognizedClientException", "InvalidClientTokenId"}
_DENIED = {"AccessDenied", "AccessDeniedException", "AllAccessDisabled", "403"}


@overload
def client(
    service: Literal["s3"], *, environment: str, profile: str | None = None, region: str | None = None
) -> S3Client: ...
@overload
def client(
    service: Literal["mwaa"], *, environment: str, profile: str | None = None, region: str | None = None
) -> MWAAClient: ...
def client(service: Service, *, environment: str, profile: str | None = None, region: str | None = None) -> Any:
    """Return a client for one environment: the practice MWAA's, or AWS's with the user's own credentials.

    Parameters
    ----------
    profile, region
        As in the AWS command line; None takes its defaults. Without meaning for the practice MWAA.

    Raises
    ------
    PracticeError
        If the practice MWAA is wanted and does not run.
    EnvironmentUnreachableError
        If the profile or a region is missing.
    """
    if environment == PRACTICE:
        state = running_state(practice_home())
        if state is None or not state.mwaa_endpoint:
            raise PracticeError("the practice MWAA is not running.", hint="start it with: mwaa-kit practice start")
        return practice_client(service, state)
    import boto3

    with translated(environment):
        session = boto3.Session(profile_name=profile, region_name=region)
        return session.client(service, config=_config())


@overload
def practice_client(service: Literal["s3"], state: PracticeState) -> S3Client: ...
@overload
def practice_client(service: Literal["mwaa"], state: PracticeState) -> MWAAClient: ...
def practice_client(service: Service, state: PracticeState) -> Any:
    """Return a client for the practice MWAA, which never sees the user's profiles, credentials or proxies."""
    import boto3
    import botocore.session

    nowhere = (None, None, os.devnull, None)
    variables = {"profile": (None, None, None, None), "config_file": nowhere, "credentials_file": nowhere}
    session = boto3.Session(
        aws_access_key_id=state.access_key_id,
        aws_secret_access_key=state.secret_access_key,
        region_name=REGION,
        botocore_session=botocore.session.Session(session_vars=variables),
    )
    endpoint = state.s3_endpoint if service == "s3" else state.mwaa_endpoint
    # The service's host prefixes (`api.`, `env.`) cannot stand before an address.
    config = _config(inject_host_prefix=False, proxies={})
    return session.client(service, endpoint_url=endpoint, config=config)


def profile_names() -> tuple[str, ...]:
    """Return the names of the user's AWS profiles, in their order; never what stands under them."""
    import boto3
    from botocore.exceptions import BotoCoreError

    try:
        return tuple(boto3.Session().available_profiles)
    except BotoCoreError:  # a profile of the environment that is not there, or a file that cannot be read
        return ()


def _config(**more: Any) -> Any:
    from botocore.config import Config

    return Config(
        connect_timeout=5,
        read_timeout=30,  # InvokeRestApi itself gives up after 10
        retries={"mode": "standard", "total_max_attempts": 4},
        user_agent_extra="mwaa-kit",
        **more,
    )


@contextmanager
def translated(environment: str, *, bucket: str = "", profile: str | None = None) -> Iterator[None]:
    """Turn what boto3 raises into the kit's own errors, each with a next step.

    Errors that a caller handles itself (a conditional write that lost, a missing key) are to be caught inside.

    Parameters
    ----------
    bucket
        Named where the calls inside go to S3: a refusal is then a :class:`BucketRefusedError`.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        raise _from_answer(error, environment, bucket, profile) from error
    except BotoCoreError as error:
        raise _from_client(error, environment, profile) from error


def _from_client(error: Exception, environment: str, profile: str | None) -> MwaaKitError:
    """Translate what boto3 found out without an answer from AWS."""
    name, login = type(error).__name__, f"aws sso login{f' --profile {profile}' if profile else ''}"
    if name in _NO_CREDENTIALS:
        return EnvironmentUnreachableError(
            f"no AWS credentials were found for environment {environment!r}.",
            hint="set up a profile with: aws configure, and name it with --profile",
        )
    if name in _EXPIRED:
        return EnvironmentUnreachableError(
            f"the AWS login for {environment!r} has expired.", hint=f"log in with: {login}"
        )
    if name == "ProfileNotFound":
        return EnvironmentUnreachableError(
            f"{error}.", hint="see the profiles there are with: aws configure list-profiles"
        )
    if name == "NoRegionError":
        return EnvironmentUnreachableError(
            f"no AWS region is known for environment {environment!r}.", hint="name it with --region"
        )
    if environment == PRACTICE:
        return PracticeError(
            f"the practice MWAA does not answer: {error}",
            hint="see whether it runs with: mwaa-kit practice status",
        )
    return EnvironmentUnreachableError(
        f"AWS does not answer for environment {environment!r}: {error}",
        hint="check the network, the region and the VPN",
    )


def _from_answer(error: Any, environment: str, bucket: str, profile: str | None) -> MwaaKitError:
    """Translate an error that AWS answered with."""
    code, said = error.response["Error"].get("Code", ""), error.response["Error"].get("Message", "")
    operation = error.operation_name
    if code in _EXPIRED:
        login = f"aws sso login{f' --profile {profile}' if profile else ''}"
        return EnvironmentUnreachableError(
            f"the AWS login for {environment!r} has expired.", hint=f"log in with: {login}"
        )
    if code in _WRONG_KEY:
        return EnvironmentUnreachableError(
            f"AWS does not know the credentials used for {environment!r}.", hint="check the profile, or log in again"
        )
    if bucket and code in {"NoSuchBucket", "404"}:
        return BucketRefusedError(f"there is no bucket {bucket!r}.", hint="check the environment's name and region")
    if bucket:
        return BucketRefusedError(
            f"bucket {bucket!r} refused {operation}: {said or code}.",
            hint=f"ask for the permission of s3:{operation} on it",
        )
    if code in _DENIED:
        return EnvironmentUnreachableError(
            f"AWS denied {operation} on environment {environment!r}.",
            hint=f"ask for the permission airflow:{operation}",
        )
    return EnvironmentUnreachableError(f"AWS answered {operation} with {code}: {said}", hint="try again in a minute")
