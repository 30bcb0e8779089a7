"""What S3 and the way to it may answer, in the kit's own words. No exception of botocore's passes this door unread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mwaa_kit.errors import BucketRefusedError, EnvironmentUnreachableError, MwaaKitError

if TYPE_CHECKING:
    from botocore.exceptions import BotoCoreError, ClientError

_ABSENT = frozenset({"404", "NoSuchKey", "NotFound", "NoSuchVersion"})
_CONDITION_FAILED = frozenset({"409", "412", "ConditionalRequestConflict", "PreconditionFailed"})
_DENIED = frozenset({"403", "AccessDenied", "AllAccessDisabled", "Forbidden"})
_ELSEWHERE = frozenset(
    {"301", "307", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "PermanentRedirect"}
)
_CREDENTIALS = frozenset(
    {"ExpiredToken", "InvalidAccessKeyId", "InvalidToken", "RequestTimeTooSkewed", "SignatureDoesNotMatch"}
)
_LOG_IN = "log in again (aws sso login, or aws configure), or name another profile with --profile"


class AbsentObjectError(Exception):
    """No such object; caught by the destination."""


class ConditionFailedError(Exception):
    """The condition of a write did not hold; caught by the destination."""


@contextmanager
def s3_door(bucket: str, action: str, key: str = "") -> Iterator[None]:
    """Run one request, and say what went wrong with it.

    Parameters
    ----------
    action
        The IAM action that the request needs.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        raise _answer(error, bucket, action, key) from error
    except BotoCoreError as error:
        reason = _no_answer(error, bucket)
        if reason is None:
            raise
        raise reason from error


def _answer(error: ClientError, bucket: str, action: str, key: str) -> Exception:
    """Read an error that S3 answered."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _ABSENT:
        return AbsentObjectError(key)
    if code in _CONDITION_FAILED:
        return ConditionFailedError(key)
    if status >= 500 or code in ("RequestTimeout", "SlowDown"):
        return EnvironmentUnreachableError(
            f"S3 could not answer for bucket {bucket!r} ({code})", hint="try again in a moment; nothing is half done"
        )
    return _refusal(error, code, bucket, f"{action} on arn:aws:s3:::{bucket}{'/' if key else ''}{key}")


def _refusal(error: ClientError, code: str, bucket: str, permission: str) -> MwaaKitError:
    """Read an answer that will be the same next time."""
    if code in ("NoSuchBucket", "InvalidBucketName"):
        return BucketRefusedError(
            f"there is no bucket {bucket!r}", hint="check the environment's SourceBucketArn and your AWS account"
        )
    if code in _DENIED:
        return BucketRefusedError(f"access denied to bucket {bucket!r}", hint=f"ask for the permission {permission}")
    if code in _ELSEWHERE:
        headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
        region = headers.get("x-amz-bucket-region", "the region of the environment")
        return BucketRefusedError(f"bucket {bucket!r} lies in another region", hint=f"use --region {region}")
    if code in _CREDENTIALS:
        return BucketRefusedError(f"S3 does not accept these credentials ({code})", hint=_LOG_IN)
    if code.startswith("KMS."):
        return BucketRefusedError(
            f"the key that encrypts bucket {bucket!r} cannot be used ({code})",
            hint="ask for the permissions kms:GenerateDataKey and kms:Decrypt on the bucket's key",
        )
    return BucketRefusedError(f"bucket {bucket!r} refused a request ({code})", hint=f"it needs {permission}")


def _no_answer(error: BotoCoreError, bucket: str) -> MwaaKitError | None:
    """Read an error from before any answer; None for a slip of ours. Its own text may hold a proxy's password."""
    from botocore import exceptions as boto

    if isinstance(error, boto.NoCredentialsError | boto.PartialCredentialsError | boto.CredentialRetrievalError):
        return BucketRefusedError("there are no usable AWS credentials", hint=_LOG_IN)
    if isinstance(error, boto.TokenRetrievalError | boto.SSOError):
        return BucketRefusedError("the AWS login has ended", hint=_LOG_IN)
    if isinstance(error, boto.ParamValidationError) and "bucket name" in str(error):
        return BucketRefusedError(f"{bucket!r} cannot be the name of a bucket", hint="check the SourceBucketArn")
    if isinstance(error, boto.HTTPClientError | boto.ConnectionError | boto.IncompleteReadError):
        return EnvironmentUnreachableError(
            f"no connection to the S3 of bucket {bucket!r} ({type(error).__name__})",
            hint="check the network, the region and the endpoint, then publish again: nothing is half done",
        )
    return None
