"""Which release this folder last published or took over, so that a colleague's newer one is not overwritten unseen.

Notes
-----
The bucket says what the last release is, not whether whoever publishes now has seen it. So each publish leaves a note in
`.mwaa-kit/` beside the source. Without a note (a fresh clone, a deleted folder, CI) one's own last release counts as
seen, and anybody else's does not: it is replaced only when it is named.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from mwaa_kit.errors import NewerCopyError
from mwaa_kit.model.release import NewerCopy, Plan, Release
from mwaa_kit.publishing.state import BucketState
from mwaa_kit.scheduler.folder import FOLDER_NAME, make_folder

FILE_NAME = "published.json"


def read_base(folder: Path, address: str) -> str:
    """Return the digest of the release that `folder` last published to `address`; empty when there is no note."""
    try:
        notes = json.loads((folder / FOLDER_NAME / FILE_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return str(notes.get(address, "")) if isinstance(notes, dict) else ""


def write_base(folder: Path, address: str, release: str) -> None:
    """Note which release `folder` has published to `address`."""
    path = make_folder(folder) / FILE_NAME
    try:
        notes = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        notes = {}
    aside = path.with_name(f"{path.name}.{os.getpid()}.part")
    aside.write_text(json.dumps({**notes, address: release}, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    aside.replace(path)


def find_unseen(plan: Plan, release: Release, state: BucketState, base: str, publisher: str) -> tuple[NewerCopy, ...]:
    """Return the bucket's last release when `publisher` cannot have seen it, and the publish would replace it.

    Parameters
    ----------
    base
        The release that this folder last published or took over; empty when there is no note.
    """
    last = state.last
    if last is None or last.release in (base, release.digest) or plan.newer:
        return ()
    if not base and last.publisher == publisher:
        return ()
    stored = state.at(release.dag_file.key)
    if stored is None or stored.sha256 == release.dag_file.sha256:
        return ()
    since = f"since this folder published {base[:12]}" if base else "and this folder has not published it before"
    reason = f"release {last.release[:12]} was published {since}"
    found = stored.stored
    return (NewerCopy(found.key, found.version_id, last.published_at, last.publisher, reason, last.release),)


def unseen_error(copy: NewerCopy, address: str, release: str) -> NewerCopyError:
    """Say whose release stands in the way, and how to go on without losing it."""
    by = f" by {copy.written_by!r}" if copy.written_by else ""
    return NewerCopyError(
        f"{address} was not overwritten: {copy.reason}{by}",
        hint=f"take over what changed there, then publish with --replacing {release[:12]}",
    )
