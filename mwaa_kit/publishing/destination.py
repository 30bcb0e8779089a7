"""`Destination`: where a release goes, as a handful of conditional reads and writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from mwaa_kit.errors import RefusedError


@dataclass(frozen=True)
class StoredObject:
    """One object as the destination describes it.

    Parameters
    ----------
    etag
        What a conditional write compares. It is no digest of the content: with KMS or in parts it is something else.
    version_id
        ``null`` for an object written before the bucket was versioned.
    metadata
        What its writer noted on it, with lower-case names.
    """

    key: str
    etag: str
    version_id: str
    size_bytes: int
    last_modified: datetime
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StoredContent:
    """An object together with its bytes."""

    stored: StoredObject
    content: bytes


class ChangedMeanwhileError(RefusedError):
    """A conditional write found another object than the one it was to replace."""


class Destination(Protocol):
    """A versioned bucket, or a fake of one."""

    @property
    def name(self) -> str:
        """How messages name it, such as ``s3://my-bucket``."""

    def check(self) -> None:
        """Make sure that releases can go here.

        Raises
        ------
        BucketRefusedError
            If the bucket is absent, unversioned, or closed to this user.
        EnvironmentUnreachableError
            If it does not answer.
        """

    def head(self, key: str, version_id: str = "") -> StoredObject | None:
        """Describe an object, or one version of it; None when there is none."""

    def get(self, key: str) -> StoredContent | None:
        """Read an object; None when there is none."""

    def list(self, prefix: str) -> tuple[str, ...]:
        """Name the keys that begin with `prefix`, in their order."""

    def put(
        self, key: str, content: bytes, *, replacing: StoredObject | None, metadata: Mapping[str, str] | None = None
    ) -> str:
        """Write an object and return its VersionId.

        Parameters
        ----------
        replacing
            The object that must be there now; None when there must be none.

        Raises
        ------
        ChangedMeanwhileError
            If something else is there. Nothing was written.
        """

    def delete(self, key: str) -> None:
        """Remove the current version of an object; earlier versions stay."""
