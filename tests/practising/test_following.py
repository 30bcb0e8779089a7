"""The Dag folder and a real S3 server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mwaa_kit import aws
from mwaa_kit.practising.bucket import make_bucket, serve_s3
from mwaa_kit.practising.following import Follower, is_file_name
from mwaa_kit.practising.supervisor import free_port
from mwaa_kit.targets.practice import BUCKET, new_state


@pytest.fixture(scope="module")
def bucket() -> Iterator[Any]:
    port = free_port()
    state = replace(new_state("3.3.1"), s3_endpoint=f"http://127.0.0.1:{port}")
    serve_s3(port, state.access_key_id)
    s3 = aws.practice_client("s3", state)
    make_bucket(s3)
    yield s3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "dags").mkdir()
    (tmp_path / "aside").mkdir()
    return tmp_path / "dags"


@pytest.fixture
def follower(bucket: Any, folder: Path) -> Follower:
    for listed in bucket.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        bucket.delete_object(Bucket=BUCKET, Key=listed["Key"])
    return Follower(bucket, BUCKET, "dags/", folder, folder.parent / "aside")


def put(bucket: Any, **files: str) -> None:
    for key, text in files.items():
        bucket.put_object(Bucket=BUCKET, Key=key, Body=text.encode())


def tree(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_additions_changes_and_deletions_are_followed(bucket: Any, follower: Follower, folder: Path) -> None:
    put(bucket, **{"dags/a.py": "1", "dags/lib/x/h.py": "2", "other/b.py": "3"})
    assert (follower.follow(), tree(folder)) == (2, {"a.py": "1", "lib/x/h.py": "2"})
    assert follower.follow() == 0

    put(bucket, **{"dags/a.py": "10"})
    bucket.delete_object(Bucket=BUCKET, Key="dags/lib/x/h.py")
    (folder / "lib" / "x" / "__pycache__").mkdir()
    assert (follower.follow(), tree(folder)) == (2, {"a.py": "10"})
    assert [path.name for path in folder.iterdir()] == ["a.py"]
    assert list((folder.parent / "aside").iterdir()) == []


def test_a_file_may_become_a_folder_and_a_folder_a_file(bucket: Any, follower: Follower, folder: Path) -> None:
    put(bucket, **{"dags/x": "file", "dags/y/z": "inner"})
    follower.follow()
    for key in ("dags/x", "dags/y/z"):
        bucket.delete_object(Bucket=BUCKET, Key=key)
    put(bucket, **{"dags/x/z": "inner", "dags/y": "file"})
    follower.follow()
    assert tree(folder) == {"x/z": "inner", "y": "file"}


def test_a_key_that_is_both_file_and_folder_is_the_folder(bucket: Any, follower: Follower, folder: Path) -> None:
    put(bucket, **{"dags/x": "file", "dags/x/z": "inner"})
    follower.follow()
    assert tree(folder) == {"x/z": "inner"}


def test_hostile_keys_never_leave_the_folder(bucket: Any, follower: Follower, folder: Path) -> None:
    keys = [
        "dags/../evil",
        "dags/a/../../evil",
        "dags//etc/x",
        "dags/./x",
        "dags/sub/",
        f"dags/{'n' * 300}",
        "dags/ok.py",
    ]
    put(bucket, **dict.fromkeys(keys, "x"))
    follower.follow()
    assert tree(folder.parent) == {"dags/ok.py": "x"}


@given(st.text(alphabet=st.sampled_from("ab./\\\0 é~"), max_size=12))
def test_a_name_that_is_accepted_stays_in_the_folder(name: str) -> None:
    if is_file_name(name):
        root = Path("/root/of/dags")
        joined = root / name
        assert joined != root
        assert ".." not in joined.parts
        assert joined.is_relative_to(root)


def test_the_dag_that_is_read_is_always_whole(bucket: Any, follower: Follower, folder: Path) -> None:
    """A reader that never rests finds, for each Dag file it reads, the folder which that file names."""
    broken: list[str] = []
    over = threading.Event()

    def read() -> None:
        while not over.is_set():
            dag = folder / "dag.py"
            named = dag.read_text() if dag.exists() else ""
            if named and not (folder / named / "help.py").exists() and dag.read_text() == named:
                broken.append(named)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(25):
        put(bucket, **{f"dags/zz_support/{number}/help.py": "x", "dags/dag.py": f"zz_support/{number}"})
        if number > 1:
            bucket.delete_object(Bucket=BUCKET, Key=f"dags/zz_support/{number - 1}/help.py")
        follower.follow()
    over.set()
    reader.join()
    assert (broken, tree(folder)["dag.py"]) == ([], "zz_support/24")


def test_the_bucket_is_versioned_and_closed_to_the_public(bucket: Any) -> None:
    block = bucket.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"]
    assert bucket.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    assert set(block.values()) == {True}
