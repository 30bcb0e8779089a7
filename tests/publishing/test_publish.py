"""A publish against a real S3 over HTTP, and every way in which two of them may meet."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from mwaa_kit.errors import NewerCopyError
from mwaa_kit.model.release import Change, PublishedObject, Receipt, Release
from mwaa_kit.publishing.destination import Destination
from mwaa_kit.publishing.ignore import PATTERNS, merge_ignore
from mwaa_kit.publishing.manifest import Manifest, ManifestObject, manifest_key, parse_manifest
from mwaa_kit.publishing.plan import plan_release
from mwaa_kit.publishing.progress import Progress
from mwaa_kit.publishing.publish import publish
from mwaa_kit.publishing.removal import remove_superseded
from mwaa_kit.publishing.s3 import S3Destination
from mwaa_kit.publishing.state import BucketState, read_state

DAG = "dags/churn.py"
IGNORE = "dags/.airflowignore"


def go(release: Release, to: Destination, *, state: BucketState | None = None, publisher: str = "ann") -> Receipt:
    """Plan and publish."""
    state = state or read_state(release, to)
    plan = plan_release(release, state, environment="practice")
    return publish(release, plan=plan, state=state, to=to, publisher=publisher)


def go_and_remove(release: Release, to: Destination) -> tuple[str, ...]:
    """Plan, publish, and remove, as the verb does once the Dag is live."""
    state = read_state(release, to)
    plan = plan_release(release, state, environment="practice")
    return remove_superseded(plan, receipt=publish(release, plan=plan, state=state, to=to), to=to)


def contents(client: Any, bucket: str) -> dict[str, bytes]:
    """What is in the bucket, manifests aside."""
    keys = [item["Key"] for item in client.list_objects_v2(Bucket=bucket).get("Contents", ())]
    return {
        key: client.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys if not key.startswith(".mwaa-kit")
    }


def test_the_first_publish_puts_all_there_with_digests_that_s3_confirms(
    s3: S3Destination, s3_client: Any, bucket: str, release_of: Callable[..., Release]
) -> None:
    release = release_of("one")
    began = datetime.now(UTC).replace(microsecond=0)
    progress: list[Progress] = []
    state = read_state(release, s3)
    plan = plan_release(release, state, environment="practice")
    receipt = publish(release, plan=plan, state=state, to=s3, publisher="ann", on_progress=progress.append)

    wanted = {**{file.key: file.content for file in release.files}, IGNORE: merge_ignore(None, PATTERNS)}
    heads = {key: s3_client.head_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED") for key in wanted}
    objects = tuple(
        PublishedObject(
            key, Change.NEW, len(wanted[key]), hashlib.sha256(wanted[key]).hexdigest(), heads[key]["VersionId"]
        )
        for key in sorted(wanted)
    )
    support = release.support[0]
    assert contents(s3_client, bucket) == wanted
    assert receipt == Receipt("practice", release.digest, ("churn",), DAG, heads[DAG]["LastModified"], 3, objects)
    assert began <= receipt.published_at and receipt.published_at.tzinfo is UTC
    assert progress == [
        Progress(done, 3, key, len(wanted[key])) for done, key in enumerate((IGNORE, support.key, DAG), start=1)
    ]
    assert {key: base64.b64decode(head["ChecksumSHA256"]).hex() for key, head in heads.items()} == {
        item.key: item.sha256 for item in objects
    }


def test_the_manifest_records_every_object_and_the_release_before_it(
    s3: S3Destination, s3_client: Any, bucket: str, release_of: Callable[..., Release]
) -> None:
    one, two = release_of("one"), release_of("two")
    go(one, s3)
    receipt = go(two, s3)
    key = manifest_key(two, 2)
    content = s3_client.get_object(Bucket=bucket, Key=key)["Body"].read()
    own = {file.key for file in two.files}
    assert parse_manifest(content, key) == Manifest(
        source="churn",
        sequence=2,
        release=two.digest,
        environment="practice",
        dag_ids=("churn",),
        dag_key=DAG,
        published_at=receipt.published_at,
        publisher="ann",
        previous=manifest_key(one, 1),
        objects=tuple(
            ManifestObject(item.key, item.size_bytes, item.sha256, item.version_id)
            for item in receipt.objects
            if item.key in own
        ),
        superseded=(one.support[0].key,),
    )


def test_publishing_the_same_again_writes_nothing_at_all(
    s3: S3Destination, s3_client: Any, bucket: str, release_of: Callable[..., Release]
) -> None:
    release = release_of("one")
    first = go(release, s3)
    before = s3_client.list_object_versions(Bucket=bucket)["Versions"]
    again = go(release, s3)
    unchanged = tuple(
        PublishedObject(item.key, Change.UNCHANGED, item.size_bytes, item.sha256, item.version_id)
        for item in first.objects
    )
    assert again == Receipt("practice", release.digest, ("churn",), DAG, first.published_at, 0, unchanged)
    assert s3_client.list_object_versions(Bucket=bucket)["Versions"] == before


def test_what_was_superseded_goes_only_when_asked(
    s3: S3Destination, s3_client: Any, bucket: str, release_of: Callable[..., Release]
) -> None:
    s3_client.put_object(Bucket=bucket, Key="dags/_mwaa_kit/churn/0/theirs.py", Body=b"theirs")
    one, two = release_of("one"), release_of("two")
    go(one, s3)
    go(two, s3)
    assert one.support[0].key in contents(s3_client, bucket)
    assert go_and_remove(two, s3) == (one.support[0].key,)
    assert contents(s3_client, bucket) == {
        **{file.key: file.content for file in two.files},
        IGNORE: merge_ignore(None, PATTERNS),
        "dags/_mwaa_kit/churn/0/theirs.py": b"theirs",
    }


def test_an_identical_dag_file_put_there_by_hand_is_adopted(
    s3: S3Destination, s3_client: Any, bucket: str, release_of: Callable[..., Release]
) -> None:
    release = release_of("one", {})
    version = s3_client.put_object(Bucket=bucket, Key=DAG, Body=release.dag_file.content)["VersionId"]
    receipt = go(release, s3)
    assert [(item.key, item.change, item.version_id) for item in receipt.objects if item.key == DAG] == [
        (DAG, Change.UNCHANGED, version)
    ]
    assert plan_release(release, read_state(release, s3), environment="e").changes_nothing


def test_an_etag_that_is_no_digest_of_the_content_decides_nothing(
    s3: S3Destination, s3_client: Any, bucket: str, release_of: Callable[..., Release]
) -> None:
    release = release_of("one", {})
    upload = s3_client.create_multipart_upload(Bucket=bucket, Key=DAG)["UploadId"]
    where = {"Bucket": bucket, "Key": DAG, "UploadId": upload}
    part = s3_client.upload_part(**where, PartNumber=1, Body=release.dag_file.content)
    s3_client.complete_multipart_upload(**where, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
    plan = plan_release(release, read_state(release, s3), environment="e")
    assert {item.key: item.change for item in plan.objects} == {IGNORE: Change.NEW, DAG: Change.UNCHANGED}


def test_somebody_elses_edit_is_shown_by_the_plan_and_never_overwritten(
    s3: S3Destination, s3_client: Any, bucket: str, release_of: Callable[..., Release]
) -> None:
    one, two = release_of("one"), release_of("two")
    go(one, s3)
    version = s3_client.put_object(Bucket=bucket, Key=DAG, Body=b"# my edit, with a secret\n")["VersionId"]
    before = contents(s3_client, bucket)
    plan = plan_release(two, read_state(two, s3), environment="e")
    assert [(copy.key, copy.version_id) for copy in plan.newer] == [(DAG, version)]
    with pytest.raises(NewerCopyError) as refused:
        go(two, s3)
    written = plan.newer[0].written_at.strftime("%Y-%m-%d %H:%M:%S UTC")
    assert (str(refused.value), refused.value.hint) == (
        (
            f"s3://{bucket}/{DAG} was written at {written}, and mwaa-kit's last release of it, {one.digest[:12]}, was "
            "another; it was not overwritten"
        ),
        (
            f"read it: aws s3api get-object --bucket {bucket} --key {DAG} --version-id {version} theirs.txt; when it is "
            f"not needed: aws s3 rm s3://{bucket}/{DAG}, then publish again"
        ),
    )
    assert contents(s3_client, bucket) == before


def test_a_version_brought_back_by_hand_is_somebodys_edit(
    s3: S3Destination, s3_client: Any, bucket: str, release_of: Callable[..., Release]
) -> None:
    one, two, three = release_of("one"), release_of("two"), release_of("three")
    old = next(item for item in go(one, s3).objects if item.key == DAG)
    go(two, s3)
    source = {"Bucket": bucket, "Key": DAG, "VersionId": old.version_id}
    s3_client.copy_object(Bucket=bucket, Key=DAG, CopySource=source)
    with pytest.raises(NewerCopyError, match="by 'ann', and mwaa-kit's last release of it"):
        go(three, s3)


def test_other_content_under_a_content_address_is_refused(
    s3: S3Destination, s3_client: Any, bucket: str, release_of: Callable[..., Release]
) -> None:
    release = release_of("one")
    s3_client.put_object(Bucket=bucket, Key=release.support[0].key, Body=b"other")
    with pytest.raises(NewerCopyError, match="its folder's name stands for other content"):
        go(release, s3)
    assert contents(s3_client, bucket) == {release.support[0].key: b"other"}


def test_of_two_publishers_at_the_same_time_exactly_one_wins(
    s3_client: Any, bucket: str, client_of: Callable[..., Any], s3_endpoint: str, release_of: Callable[..., Release]
) -> None:
    for turn in range(5):
        releases = [release_of(f"{turn} by {name}") for name in ("ann", "bob")]
        doors = [S3Destination(client_of(s3_endpoint), bucket) for _ in releases]
        states = [read_state(release, door) for release, door in zip(releases, doors, strict=True)]
        start = threading.Barrier(2)

        def race(number: int) -> object:
            start.wait()  # noqa: B023 - both racers of this turn
            try:
                return go(releases[number], doors[number], state=states[number])  # noqa: B023
            except NewerCopyError as error:
                return error

        with ThreadPoolExecutor(2) as pool:
            ends = list(pool.map(race, range(2)))
        winner = next(number for number, end in enumerate(ends) if isinstance(end, Receipt))
        assert isinstance(ends[1 - winner], NewerCopyError)
        assert "by 'ann', and is newer than the copy the plan saw" in str(ends[1 - winner])
        assert contents(s3_client, bucket)[DAG] == releases[winner].dag_file.content


class Interrupting:
    """A destination at whose n-th request something else happens first."""

    def __init__(self, inner: Any, at: int, event: Callable[[], object]) -> None:
        self._inner, self._left, self._event = inner, at, event

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        return self._counted(found) if callable(found) else found

    @property
    def happened(self) -> bool:
        return self._left < 0

    def _counted(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            self._left -= 1
            if self._left == -1:
                self._event()
            return method(*args, **options)

        return call


def whole(bucket: Any, releases: list[Release]) -> Release:
    """Return the release whose Dag file is there, having seen that all its files are."""
    current = bucket.current()
    release = next(release for release in releases if release.dag_file.content == current[DAG])
    assert {file.key: current.get(file.key) for file in release.files} == {f.key: f.content for f in release.files}
    return release


def at_every_request(scenario: Callable[[int], bool]) -> int:
    """Run a scenario with the event before request 0, 1, 2, … until it no longer comes; return how many times."""
    at = 0
    while scenario(at):
        at += 1
    return at


def test_a_whole_publish_between_any_two_requests_of_another_is_never_lost(
    memory: Any, release_of: Callable[..., Release]
) -> None:
    one, mine, theirs = release_of("one"), release_of("mine"), release_of("theirs")
    ends: list[str] = []

    def scenario(at: int) -> bool:
        bucket = memory()
        go(one, bucket)
        door: Any = Interrupting(bucket, at, lambda: go_and_remove(theirs, bucket))
        state = read_state(mine, bucket)
        try:
            go(mine, door, state=state)
            ends.append("mine")
        except NewerCopyError:
            ends.append("refused")
        winner = whole(bucket, [one, mine, theirs])
        if door.happened:
            assert winner == theirs
            versions = [found.content for found in bucket.versions[DAG]]
            mine_first = [one.dag_file.content, mine.dag_file.content, theirs.dag_file.content]
            assert versions == (mine_first if ends[-1] == "mine" else mine_first[::2])
        go_and_remove(mine, bucket)
        assert whole(bucket, [mine]) == mine
        return bool(door.happened)

    assert at_every_request(scenario) == 6
    assert {"mine", "refused"} == set(ends)


def test_a_removal_between_any_two_requests_never_takes_what_is_needed_again(
    memory: Any, release_of: Callable[..., Release]
) -> None:
    one, two = release_of("one"), release_of("two")

    def scenario(at: int) -> bool:
        bucket = memory()
        go(one, bucket)
        state = read_state(two, bucket)
        plan = plan_release(two, state, environment="e")
        receipt = publish(two, plan=plan, state=state, to=bucket)
        door: Any = Interrupting(bucket, at, lambda: remove_superseded(plan, receipt=receipt, to=bucket))
        go(one, door)
        assert whole(bucket, [one]) == one
        for found in (bucket.get(key) for key in bucket.list(".mwaa-kit/")):
            manifest = parse_manifest(found.content, "key")
            assert manifest and all(bucket.head(item.key, item.version_id) for item in manifest.objects)
        return bool(door.happened)

    assert at_every_request(scenario) > 8


def test_an_ignore_file_that_somebody_edits_meanwhile_keeps_their_lines(
    memory: Any, release_of: Callable[..., Release]
) -> None:
    release = release_of("one")

    def scenario(at: int) -> bool:
        bucket = memory({IGNORE: b"theirs\n"})
        door: Any = Interrupting(bucket, at, lambda: bucket.edit(IGNORE, b"theirs\nnewer\n"))
        state = read_state(release, bucket)
        go(release, door, state=state)
        lines = bucket.current()[IGNORE].splitlines()
        assert (b"newer" in lines) is door.happened and b"theirs" in lines
        return bool(door.happened)

    assert at_every_request(scenario) > 5


def test_an_interrupt_between_requests_leaves_what_a_second_publish_ends(
    memory: Any, release_of: Callable[..., Release]
) -> None:
    one, two, three = release_of("one"), release_of("two"), release_of("three")

    def interrupt() -> None:
        raise KeyboardInterrupt

    def scenario(at: int) -> bool:
        bucket = memory()
        go(one, bucket)
        door: Any = Interrupting(bucket, at, interrupt)
        try:
            go(two, door)
        except KeyboardInterrupt:
            assert whole(bucket, [one, two]) in (one, two)
        go(three, bucket)
        assert whole(bucket, [three]) == three
        return bool(door.happened)

    assert at_every_request(scenario) > 8


def test_a_plan_for_another_release_is_a_slip_of_the_caller(memory: Any, release_of: Callable[..., Release]) -> None:
    one, two = release_of("one"), release_of("two")
    bucket = memory()
    state = read_state(one, bucket)
    with pytest.raises(ValueError, match="another release"):
        publish(two, plan=plan_release(one, state, environment="e"), state=state, to=bucket)
    assert bucket.current() == {}
