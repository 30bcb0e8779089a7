"""What is published: a release, the plan that comes before it, the receipt and the liveness that come after."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from mwaa_kit.model import wire


@dataclass(frozen=True)
class ReleaseFile:
    """One object of a release.

    Parameters
    ----------
    key
        The full key in the bucket, ``dags/churn.py``.
    """

    key: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Hex digest of the content."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def size_bytes(self) -> int:
        """Length of the content."""
        return len(self.content)


@dataclass(frozen=True)
class Release:
    """The files sent together for one source.

    Parameters
    ----------
    source
        What names the source in the bucket, so that two notebooks never share manifests: the Dag file's name without
        ``.py``.
    dag_file
        The one object that is replaced.
    support
        Files under the content-addressed folder that `dag_file` names; never replaced, only added.
    ignore
        The ``.airflowignore`` to be merged into the Dag folder's own: the patterns this kit needs there.
    """

    source: str
    dag_ids: tuple[str, ...]
    dag_file: ReleaseFile
    support: tuple[ReleaseFile, ...] = ()
    ignore: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[ReleaseFile, ...]:
        """Every file, the Dag file last."""
        return (*self.support, self.dag_file)

    @property
    def digest(self) -> str:
        """Hex digest over keys and contents: the name of the release."""
        lines = sorted(f"{file.key} {file.sha256}" for file in self.files)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


class Change(StrEnum):
    """What a publish does to an object."""

    NEW = "new"
    CHANGED = "changed"
    REMOVED = "removed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class PlannedObject:
    """One object and what happens to it."""

    key: str
    change: Change
    size_bytes: int = field(metadata={"wire": "bytes"})


@dataclass(frozen=True)
class NewerCopy:
    """A copy in the bucket that a publish would have to overwrite, and therefore will not.

    Parameters
    ----------
    written_by
        Whom the object itself names; empty when it names nobody.
    reason
        How the copy is known not to be the last published one, in words.
    release
        The digest of the release it belongs to, for a publish to replace it knowingly by naming it; empty where
        mwaa-kit did not put it there, or not as it is: that copy is the user's to keep or to remove.
    """

    key: str
    version_id: str
    written_at: datetime
    written_by: str
    reason: str
    release: str = ""


@dataclass(frozen=True)
class Plan:
    """What a publish would do; nothing has been done yet.

    Parameters
    ----------
    environment
        The environment's name.
    release
        The digest of the release it would put there.
    objects
        In the order of their keys.
    graph
        Task and edge counts of each Dag, and what changes in them where the published Dag is known.
    behaviour
        What the environment will do: ``paused_after_publish``, ``schedule``, …
    newer
        Copies that stand in the way; a publish is refused while there are any.
    """

    environment: str
    release: str
    objects: tuple[PlannedObject, ...]
    graph: dict[str, Any] = field(default_factory=dict)
    behaviour: dict[str, Any] = field(default_factory=dict)
    newer: tuple[NewerCopy, ...] = ()

    @property
    def changes_nothing(self) -> bool:
        """Whether every object is already there."""
        return all(planned.change is Change.UNCHANGED for planned in self.objects)

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as ``plan --json`` prints it."""
        return dict(wire.to_dict(self))


@dataclass(frozen=True)
class PublishedObject:
    """One object as the bucket holds it after a publish."""

    key: str
    change: Change
    size_bytes: int = field(metadata={"wire": "bytes"})
    sha256: str
    version_id: str


@dataclass(frozen=True)
class Receipt:
    """What a publish did.

    Parameters
    ----------
    release
        The digest of the release.
    published_at
        The bucket's own time of the Dag file's object, aware UTC.
    uploaded
        How many objects were written; 0 when everything was there already.
    """

    environment: str
    release: str
    dag_ids: tuple[str, ...]
    dag_key: str
    published_at: datetime
    uploaded: int
    objects: tuple[PublishedObject, ...]


@dataclass(frozen=True)
class Liveness:
    """Whether an environment serves a Dag, proved three ways.

    Parameters
    ----------
    source_matches
        The source Airflow serves equals ours.
    graph_matches
        The tasks and edges it serves equal those our own parse gave.
    parsed_after
        It was parsed after the upload, without an import error.
    problem
        Why it is not live; empty when it is.
    """

    dag_id: str
    source_matches: bool = False
    graph_matches: bool = False
    parsed_after: bool = False
    live_since: datetime | None = None
    paused: bool | None = None
    problem: str = ""

    @property
    def live(self) -> bool:
        """Whether all three hold."""
        return self.source_matches and self.graph_matches and self.parsed_after


@dataclass(frozen=True)
class MwaaEnvironment:
    """Where a release goes: an Amazon MWAA environment, or the practice one, which answers the same calls.

    Parameters
    ----------
    name
        The environment's name.
    airflow_version
        Such as ``3.3.1``.
    status
        MWAA's own: ``AVAILABLE``, ``UPDATING``, ….
    bucket
        The S3 bucket's name, from ``SourceBucketArn``.
    dag_s3_path
        The Dag folder within the bucket, without a trailing ``/``.
    practice
        Whether it is the practice MWAA on this machine.
    """

    name: str
    airflow_version: str
    status: str
    bucket: str
    dag_s3_path: str
    webserver_url: str = ""
    practice: bool = False
