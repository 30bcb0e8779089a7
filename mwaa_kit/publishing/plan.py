"""Compare a release with what the bucket holds, and say what a publish would do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mwaa_kit.model.release import Change, Plan, PlannedObject, Release, ReleaseFile
from mwaa_kit.publishing.ignore import merge_ignore
from mwaa_kit.publishing.newer import find_newer
from mwaa_kit.publishing.release import ignore_key
from mwaa_kit.publishing.state import BucketState


def plan_release(
    release: Release,
    state: BucketState,
    *,
    environment: str,
    graph: Mapping[str, Any] | None = None,
    behaviour: Mapping[str, Any] | None = None,
) -> Plan:
    """Decide what happens to each object. Contents are compared by their SHA-256, never by times or ETags.

    Parameters
    ----------
    state
        What :func:`~mwaa_kit.publishing.state.read_state` found for this release.
    graph, behaviour
        Passed through to the plan.

    Returns
    -------
    Plan
        Its ``removed`` objects are keys that this source's own earlier manifests name, and no others.
    """
    planned = [
        *(PlannedObject(file.key, _change(file, state), file.size_bytes) for file in release.files),
        _planned_ignore(release, state),
        *(PlannedObject(stored.key, Change.REMOVED, stored.size_bytes) for stored in state.superseded),
    ]
    return Plan(
        environment=environment,
        release=release.digest,
        objects=tuple(sorted(planned, key=lambda item: item.key)),
        graph=dict(graph or {}),
        behaviour=dict(behaviour or {}),
        newer=find_newer(release, state),
    )


def _change(file: ReleaseFile, state: BucketState) -> Change:
    seen = state.at(file.key)
    if seen is None:
        return Change.NEW
    return Change.UNCHANGED if seen.sha256 == file.sha256 else Change.CHANGED


def _planned_ignore(release: Release, state: BucketState) -> PlannedObject:
    """Plan the ``.airflowignore``, with the size it will have."""
    merged = merge_ignore(state.ignore_content, release.ignore)
    change = Change.UNCHANGED
    if merged != state.ignore_content:
        change = Change.NEW if state.ignore_content is None else Change.CHANGED
    return PlannedObject(ignore_key(release), change, len(merged))
