"""`S3Destination`: a versioned S3 bucket, reached through the client that it is given."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC
from typing import TYPE_CHECKING, Any

from mwaa_kit.errors import BucketRefusedError
from mwaa_kit.publishing.destination import ChangedMeanwhileError, StoredContent, StoredObject
from mwaa_kit.publishing.s3_errors import AbsentObjectError, ConditionFailedError, s3_door

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class S3Destination:
    """A bucket as a :class:`~mwaa_kit.publishing.destination.Destination`.

    Parameters
    ----------
    client
        A boto3 S3 client; its region, endpoint and credentials are its maker's affair.

    References
    ----------
    Amazon S3 User Guide, "How to prevent object overwrites with conditional writes" and "Checking object integrity".
    """

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    @property
    def name(self) -> str:
        """The bucket's address."""
        return f"s3://{self._bucket}"

    def check(self) -> None:
        """Make sure that the bucket is there, answers, and is versioned."""
        with self._door("s3:GetBucketVersioning"):
            status = self._client.get_bucket_versioning(Bucket=self._bucket).get("Status", "never enabled")
        if status != "Enabled":
            raise BucketRefusedError(
                f"versioning of bucket {self._bucket!r} is {status.lower()}; Amazon MWAA and a safe publish need it",
                hint=f"aws s3api put-bucket-versioning --bucket {self._bucket} "
                "--versioning-configuration Status=Enabled",
            )

    def head(self, key: str, version_id: str = "") -> StoredObject | None:
        """Describe an object, or one version of it; None when there is none."""
        version: dict[str, Any] = {"VersionId": version_id} if version_id else {}
        try:
            with self._door("s3:GetObjectVersion" if version_id else "s3:GetObject", key):
                return _stored(key, self._client.head_object(Bucket=self._bucket, Key=key, **version))
        except AbsentObjectError:
            return None

    def get(self, key: str) -> StoredContent | None:
        """Read an object; None when there is none."""
        try:
            with self._door("s3:GetObject", key):
                answer = self._client.get_object(Bucket=self._bucket, Key=key)
                return StoredContent(_stored(key, answer), answer["Body"].read())
        except AbsentObjectError:
            return None

    def list(self, prefix: str) -> tuple[str, ...]:
        """Name the keys that begin with `prefix`, in their order."""
        with self._door("s3:ListBucket"):
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
            return tuple(item["Key"] for page in pages for item in page.get("Contents", ()))

    def put(
        self, key: str, content: bytes, *, replacing: StoredObject | None, metadata: Mapping[str, str] | None = None
    ) -> str:
        """Write an object under the condition that `replacing` is there now, and return its VersionId."""
        condition: dict[str, Any] = {"IfMatch": replacing.etag} if replacing else {"IfNoneMatch": "*"}
        try:
            with self._door("s3:PutObject", key):
                answer = self._client.put_object(
                    Bucket=self._bucket,
                    Key=key,
                    Body=content,
                    Metadata=dict(metadata or {}),
                    ChecksumAlgorithm="SHA256",
                    ChecksumSHA256=base64.b64encode(hashlib.sha256(content).digest()).decode(),
                    **condition,
                )
        except (AbsentObjectError, ConditionFailedError) as error:
            raise ChangedMeanwhileError(f"{self.name}/{key} is not what it was", hint="publish again") from error
        return answer.get("VersionId", "null")

    def delete(self, key: str) -> None:
        """Remove the current version of an object; earlier versions stay."""
        with self._door("s3:DeleteObject", key):
            self._client.delete_object(Bucket=self._bucket, Key=key)

    def _door(self, action: str, key: str = "") -> AbstractContextManager[None]:
        return s3_door(self._bucket, action, key)


def _stored(key: str, answer: Any) -> StoredObject:
    """Read the answer to a HEAD or a GET."""
    return StoredObject(
        key=key,
        etag=answer["ETag"],
        version_id=answer.get("VersionId", "null"),
        size_bytes=answer["ContentLength"],
        last_modified=answer["LastModified"].astimezone(UTC),
        metadata=answer.get("Metadata", {}),
    )
