"""`Manifest`: what one complete release is, kept in the bucket beside the Dag folder.

Notes
-----
Manifests are only ever added. One is named ``.mwaa-kit/releases/<Dag key without .py>/000042-<digest>.json``: the Dag
folder is part of the name because two environments may share a bucket, and the number orders them without trusting any
clock. The Dag file's object names, in its metadata, the manifest that is to complete it; so a publish that was killed
between the two is known as ours, and somebody else's edit is known as theirs. There is no ``latest.json``: a second
object to be replaced is a second chance to be half done.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, unquote

from mwaa_kit.errors import RefusedError
from mwaa_kit.model import wire
from mwaa_kit.model.release import Release
from mwaa_kit.publishing.destination import StoredObject

ROOT = ".mwaa-kit/releases/"
FORMAT = 1
_MANIFEST_NOTE = "mwaa-kit-manifest"
_SHA256_NOTE = "mwaa-kit-sha256"
_PUBLISHER_NOTE = "mwaa-kit-publisher"
_NAME = re.compile(r"(\d{6,})-[0-9a-f]{12}\.json")


@dataclass(frozen=True)
class ManifestObject:
    """One object of a release, and the version of it that holds the content."""

    key: str
    size_bytes: int
    sha256: str
    version_id: str


@dataclass(frozen=True)
class Manifest:
    """A release that is wholly in the bucket.

    Parameters
    ----------
    sequence
        1 for the first release of a source; one more than any before it.
    release
        The digest of the release.
    published_at
        The bucket's own time of the Dag file's object.
    publisher
        Who published it; empty when not said.
    previous
        The key of the manifest before it; empty for the first.
    objects
        The Dag file and its support files, in the order of their keys.
    superseded
        Keys of earlier releases that were still in the bucket, and that this one does not name.
    complete
        Always true in a manifest this version writes; what is not complete has no manifest.
    """

    source: str
    sequence: int
    release: str
    environment: str
    dag_ids: tuple[str, ...]
    dag_key: str
    published_at: datetime
    publisher: str
    previous: str
    objects: tuple[ManifestObject, ...]
    superseded: tuple[str, ...] = ()
    complete: bool = True
    format: int = FORMAT

    def object(self, key: str) -> ManifestObject | None:
        """Return the object of that key."""
        return next((item for item in self.objects if item.key == key), None)


def manifest_prefix(release: Release) -> str:
    """Return the folder of the source's manifests, ending in ``/``."""
    return f"{ROOT}{release.dag_file.key.removesuffix('.py')}/"


def manifest_key(release: Release, sequence: int) -> str:
    """Return the key of the manifest that completes `release`."""
    return f"{manifest_prefix(release)}{sequence:06d}-{release.digest[:12]}.json"


def sequence_of(key: str, prefix: str) -> int:
    """Return a manifest's number from its key; 0 when the key is not that of a manifest right below `prefix`."""
    found = _NAME.fullmatch(key.removeprefix(prefix)) if key.startswith(prefix) else None
    return int(found[1]) if found else 0


def newest_first(keys: Iterable[str], prefix: str) -> tuple[str, ...]:
    """Order the keys of manifests from the newest to the oldest, and drop those that are none."""
    numbered = ((sequence_of(key, prefix), key) for key in keys)
    return tuple(key for number, key in sorted(numbered, reverse=True) if number)


def format_manifest(manifest: Manifest) -> bytes:
    """Return the bytes that go to the bucket; the same ones for the same manifest."""
    return json.dumps(wire.to_dict(manifest), indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def parse_manifest(content: bytes, key: str) -> Manifest | None:
    """Read a manifest; None when the bytes are not a complete one.

    Raises
    ------
    RefusedError
        If a newer kit wrote it in a form that this one does not know.
    """
    try:
        data = json.loads(content)
        if data["format"] > FORMAT:
            raise RefusedError(
                f"manifest {key!r} was written by a newer mwaa-kit (format {data['format']})",
                hint="upgrade: pip install --upgrade mwaa-kit",
            )
        manifest = wire.from_dict(Manifest, data)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return manifest if manifest.complete is True else None


@dataclass(frozen=True)
class DagFileNotes:
    """What a publish notes on the Dag file's object, in the one request that replaces it.

    Parameters
    ----------
    manifest
        The key of the manifest that is to complete the release; empty on an object that the kit did not write.
    sha256
        The digest of the content that was written with the note, so that a note that strayed is known.
    """

    manifest: str = ""
    sha256: str = ""
    publisher: str = ""


def write_notes(notes: DagFileNotes) -> dict[str, str]:
    """Return the notes as S3 metadata, which is ASCII."""
    pairs = ((_MANIFEST_NOTE, notes.manifest), (_SHA256_NOTE, notes.sha256), (_PUBLISHER_NOTE, notes.publisher))
    return {name: quote(value) for name, value in pairs if value}


def read_notes(stored: StoredObject) -> DagFileNotes:
    """Read the notes of an object."""
    names = (_MANIFEST_NOTE, _SHA256_NOTE, _PUBLISHER_NOTE)
    return DagFileNotes(*(unquote(stored.metadata.get(name, "")) for name in names))
