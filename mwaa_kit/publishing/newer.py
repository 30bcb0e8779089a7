"""Tell a copy that somebody else put into the bucket from what this source's last publish left there."""

from __future__ import annotations

import shlex
from datetime import UTC

from mwaa_kit.errors import NewerCopyError
from mwaa_kit.model.release import NewerCopy, Release
from mwaa_kit.publishing.destination import StoredObject
from mwaa_kit.publishing.manifest import manifest_prefix, read_notes, sequence_of
from mwaa_kit.publishing.state import BucketState, SeenObject


def find_newer(release: Release, state: BucketState) -> tuple[NewerCopy, ...]:
    """Find the copies that differ from the release and that this source's last publish did not leave there."""
    copies = []
    for file in release.files:
        seen = state.at(file.key)
        if seen is None or seen.sha256 == file.sha256:
            continue
        if file.key != release.dag_file.key:
            copies.append(describe_newer(seen.stored, "its folder's name stands for other content"))
        elif not _left_by_last_publish(release, seen, state):
            copies.append(describe_newer(seen.stored, _history(state)))
    return tuple(copies)


def describe_newer(stored: StoredObject, reason: str) -> NewerCopy:
    """Say which copy stands in the way, and why."""
    return NewerCopy(stored.key, stored.version_id, stored.last_modified, read_notes(stored).publisher, reason)


def newer_copy_error(copy: NewerCopy, bucket: str) -> NewerCopyError:
    """Say who put which copy there, and how to go on without losing it.

    Parameters
    ----------
    bucket
        The destination's name, such as ``s3://my-bucket``.
    """
    by = f" by {copy.written_by!r}" if copy.written_by else ""
    at = copy.written_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    address = shlex.quote(f"{bucket}/{copy.key}")
    version = f"--key {shlex.quote(copy.key)} --version-id {shlex.quote(copy.version_id)}"
    return NewerCopyError(
        f"{bucket}/{copy.key} was written at {at}{by}, and {copy.reason}; it was not overwritten",
        hint=f"read it: aws s3api get-object --bucket {bucket.removeprefix('s3://')} {version} theirs.txt; "
        f"when it is not needed: aws s3 rm {address}, then publish again",
    )


def _left_by_last_publish(release: Release, seen: SeenObject, state: BucketState) -> bool:
    """Tell whether a Dag file is the one the last manifest records, or one whose publish was cut off before that.

    A note that names a manifest which is there already, but is not the last one, is on a version that somebody brought
    back by hand.
    """
    recorded = state.last.object(seen.stored.key) if state.last else None
    if recorded and recorded.sha256 == seen.sha256:
        return True
    notes = read_notes(seen.stored)
    ours = sequence_of(notes.manifest, manifest_prefix(release)) > 0 and notes.sha256 == seen.sha256
    return ours and notes.manifest not in state.manifests


def _history(state: BucketState) -> str:
    if state.last is None:
        return "mwaa-kit has not published it before"
    return f"mwaa-kit's last release of it, {state.last.release[:12]}, was another"
