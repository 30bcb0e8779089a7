"""Manifests: there and back, their order, and what is not taken for one."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mwaa_kit.errors import RefusedError
from mwaa_kit.model.release import Release
from mwaa_kit.publishing.destination import StoredObject
from mwaa_kit.publishing.manifest import (
    DagFileNotes,
    Manifest,
    ManifestObject,
    format_manifest,
    manifest_key,
    manifest_prefix,
    newest_first,
    parse_manifest,
    read_notes,
    sequence_of,
    write_notes,
)

TEXT = st.text(max_size=20)
MANIFESTS = st.builds(
    Manifest,
    source=TEXT,
    sequence=st.integers(1, 10**9),
    release=TEXT,
    environment=TEXT,
    dag_ids=st.lists(TEXT, max_size=3).map(tuple),
    dag_key=TEXT,
    published_at=st.datetimes(timezones=st.just(UTC)),
    publisher=TEXT,
    previous=TEXT,
    objects=st.lists(st.builds(ManifestObject, TEXT, st.integers(0), TEXT, TEXT), max_size=3).map(tuple),
    superseded=st.lists(TEXT, max_size=3).map(tuple),
)


@given(MANIFESTS)
def test_a_manifest_comes_back_as_it_was(manifest: Manifest) -> None:
    assert parse_manifest(format_manifest(manifest), "key") == manifest


@given(MANIFESTS, st.data())
def test_a_manifest_that_was_cut_short_is_none(manifest: Manifest, data: st.DataObject) -> None:
    content = format_manifest(manifest).rstrip()
    assert parse_manifest(content[: data.draw(st.integers(0, len(content) - 1))], "key") is None


@pytest.mark.parametrize(
    "content", [b"null", b"[]", b"1", b'"x"', b"{}", b'{"format": "one"}', b"\xff", b'{"format": 1}']
)
def test_json_that_is_no_manifest_is_none(content: bytes) -> None:
    assert parse_manifest(content, "key") is None


@given(MANIFESTS)
def test_a_manifest_that_does_not_say_complete_is_none(manifest: Manifest) -> None:
    data = {**json.loads(format_manifest(manifest)), "complete": False}
    assert parse_manifest(json.dumps(data).encode(), "key") is None


def test_a_manifest_of_a_newer_kit_is_refused() -> None:
    with pytest.raises(RefusedError, match=r"manifest 'key' was written by a newer mwaa-kit \(format 2\)"):
        parse_manifest(b'{"format": 2}', "key")


def test_manifests_lie_outside_the_dag_folder_and_carry_its_name(release_of: Callable[..., Release]) -> None:
    release = release_of("one")
    key = manifest_key(release, 42)
    assert key == f".mwaa-kit/releases/dags/churn/000042-{release.digest[:12]}.json"
    assert sequence_of(key, manifest_prefix(release)) == 42


def test_the_newest_manifest_has_the_highest_number_whatever_else_lies_there() -> None:
    digest = "0123456789ab"
    keys = (
        f"p/999999-{digest}.json",
        f"p/000002-{digest}.json",
        f"p/1000000-{digest}.json",
        f"p/deeper/000003-{digest}.json",
        "p/notes.txt",
        f"q/000004-{digest}.json",
    )
    assert newest_first(keys, "p/") == (keys[2], keys[0], keys[1])


@given(st.builds(DagFileNotes, TEXT, TEXT, TEXT))
def test_notes_on_an_object_come_back_as_they_were(notes: DagFileNotes) -> None:
    metadata = write_notes(notes)
    assert all(value.isascii() for value in metadata.values())
    stored = StoredObject("key", "etag", "v1", 0, datetime(2026, 1, 1, tzinfo=UTC), metadata)
    assert read_notes(stored) == notes
