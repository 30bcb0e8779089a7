"""`BucketState`: what the bucket holds at the keys that a release touches, read once before planning."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from mwaa_kit.model.release import Release
from mwaa_kit.publishing.destination import Destination, StoredObject
from mwaa_kit.publishing.manifest import Manifest, manifest_prefix, newest_first, parse_manifest
from mwaa_kit.publishing.release import ignore_key, support_root


@dataclass(frozen=True)
class SeenObject:
    """An object and the SHA-256 of what it holds."""

    stored: StoredObject
    sha256: str


@dataclass(frozen=True)
class BucketState:
    """What was there when the plan was made.

    Parameters
    ----------
    objects
        Those of the release's own keys that are there, in the order of the keys.
    ignore
        The Dag folder's ``.airflowignore``; None when there is none.
    ignore_content
        Its bytes.
    manifests
        The keys of the source's manifests, newest first.
    last
        The newest complete manifest, and `last_key` its key.
    superseded
        Keys that earlier manifests name, that are still there, and that the release does not name.
    """

    objects: tuple[SeenObject, ...] = ()
    ignore: SeenObject | None = None
    ignore_content: bytes | None = None
    manifests: tuple[str, ...] = ()
    last: Manifest | None = None
    last_key: str = ""
    superseded: tuple[StoredObject, ...] = ()

    def at(self, key: str) -> SeenObject | None:
        """Return what is at a key of the release."""
        return next((seen for seen in self.objects if seen.stored.key == key), None)


def read_state(release: Release, to: Destination) -> BucketState:
    """Look at the bucket; nothing is written.

    Raises
    ------
    BucketRefusedError
        If the bucket is absent, unversioned, or closed to this user.
    EnvironmentUnreachableError
        If it does not answer.
    """
    to.check()
    prefix = manifest_prefix(release)
    manifests = newest_first(to.list(prefix), prefix)
    last_key, last = _last_manifest(manifests, to)
    there = _support_there(release, last, to)
    keys = sorted(there & {file.key for file in release.support} | {release.dag_file.key})
    seen = (_see(key, last, to) for key in keys)
    ignore = to.get(ignore_key(release))
    return BucketState(
        objects=tuple(item for item in seen if item),
        ignore=SeenObject(ignore.stored, _sha256(ignore.content)) if ignore else None,
        ignore_content=ignore.content if ignore else None,
        manifests=manifests,
        last=last,
        last_key=last_key,
        superseded=_superseded(release, last, there, to),
    )


def _last_manifest(keys: tuple[str, ...], to: Destination) -> tuple[str, Manifest | None]:
    """Read manifests from the newest back to one that is whole."""
    for key in keys:
        found = to.get(key)
        manifest = parse_manifest(found.content, key) if found else None
        if manifest:
            return key, manifest
    return "", None


def _support_there(release: Release, last: Manifest | None, to: Destination) -> set[str]:
    """List the folders that the release or the last manifest puts support files into."""
    root = support_root(release)
    keys = {file.key for file in release.support} | _named_by(last)
    folders = {"/".join(key.removeprefix(root).split("/")[:1]) for key in keys if key.startswith(root)}
    return {key for folder in sorted(folders) for key in to.list(f"{root}{folder}/")}


def _named_by(manifest: Manifest | None) -> set[str]:
    if manifest is None:
        return set()
    return {item.key for item in manifest.objects} | set(manifest.superseded)


def _see(key: str, last: Manifest | None, to: Destination) -> SeenObject | None:
    """Find out what an object holds: as the manifest records it if that version is still there, else by reading it."""
    recorded = last.object(key) if last else None
    if recorded and recorded.version_id != "null":
        stored = to.head(key)
        if stored is None:
            return None
        if stored.version_id == recorded.version_id:
            return SeenObject(stored, recorded.sha256)
    found = to.get(key)
    return SeenObject(found.stored, _sha256(found.content)) if found else None


def _superseded(release: Release, last: Manifest | None, there: set[str], to: Destination) -> tuple[StoredObject, ...]:
    """Describe what earlier releases left under the support root, and nothing outside it whatever a manifest says."""
    own = {file.key for file in release.files}
    stored = (to.head(key) for key in sorted(_named_by(last) & there - own))
    return tuple(item for item in stored if item)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
