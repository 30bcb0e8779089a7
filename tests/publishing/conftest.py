"""A real S3 over HTTP on loopback, a bucket for each test, and a bucket in memory that can be read at a glance."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mwaa_kit.model.module import DagModule, SupportFile
from mwaa_kit.model.release import Release
from mwaa_kit.publishing.destination import ChangedMeanwhileError, StoredContent, StoredObject
from mwaa_kit.publishing.plan import plan_release
from mwaa_kit.publishing.publish import publish
from mwaa_kit.publishing.release import build_release
from mwaa_kit.publishing.removal import remove_superseded
from mwaa_kit.publishing.s3 import S3Destination
from mwaa_kit.publishing.state import read_state


class MemoryDestination:
    """A versioned bucket as a dict: the versions of each key, oldest first; None is a deletion."""

    name = "s3://memory"

    def __init__(self, contents: Mapping[str, bytes] | None = None) -> None:
        self.versions: dict[str, list[StoredContent | None]] = {}
        self.written: list[str] = []
        self._clock = datetime(2026, 11, 22, tzinfo=UTC)
        for key, content in (contents or {}).items():
            self.edit(key, content)

    def check(self) -> None:
        """A bucket in memory is always there."""

    def current(self) -> dict[str, bytes]:
        return {key: found.content for key in sorted(self.versions) if (found := self.get(key))}

    def edit(self, key: str, content: bytes, metadata: Mapping[str, str] | None = None) -> str:
        self._clock += timedelta(seconds=1)
        version = f"v{sum(map(len, self.versions.values())) + 1}"
        etag = hashlib.md5(content).hexdigest()
        stored = StoredObject(key, etag, version, len(content), self._clock, dict(metadata or {}))
        self.versions.setdefault(key, []).append(StoredContent(stored, content))
        return version

    def head(self, key: str, version_id: str = "") -> StoredObject | None:
        for found in reversed(self.versions.get(key, [])):
            if not version_id or (found and found.stored.version_id == version_id):
                return found.stored if found else None
        return None

    def get(self, key: str) -> StoredContent | None:
        return self.versions.get(key, [None])[-1]

    def list(self, prefix: str) -> tuple[str, ...]:
        return tuple(key for key in self.current() if key.startswith(prefix))

    def put(
        self, key: str, content: bytes, *, replacing: StoredObject | None, metadata: Mapping[str, str] | None = None
    ) -> str:
        there = self.head(key)
        if (there and there.etag) != (replacing and replacing.etag):
            raise ChangedMeanwhileError(key)
        self.written.append(key)
        return self.edit(key, content, metadata)

    def delete(self, key: str) -> None:
        self.versions.setdefault(key, []).append(None)


def make_release(text: str, helpers: Mapping[str, bytes] | None = None, *, source: str = "churn") -> Release:
    """Make a release the way the compiler does: the Dag file names the folder of its helpers."""
    helpers = {"helpers.py": f"WORD = {text!r}\n".encode()} if helpers is None else helpers
    digest = hashlib.sha256(repr(sorted(helpers.items())).encode()).hexdigest()[:12]
    folder = f"_mwaa_kit/{source}/{digest}" if helpers else ""
    return build_release(
        DagModule(
            path=f"{source}.ipynb",
            file_name=f"{source}.py",
            target="3.3.1",
            source=f"SUPPORT = {folder!r}\nTEXT = {text!r}\n",
            dag_ids=(source,),
            support=tuple(SupportFile(name, content) for name, content in helpers.items()),
            support_folder=folder,
        ),
        dag_s3_path="dags",
    )


def make_named_release(name: str) -> Release:
    """Make a release with three helpers, one of them named for it: the same one in every process."""
    return make_release(name, {"helpers.py": b"WORD = 'helped'\n", "sql/top.sql": b"", "which.txt": name.encode()})


def go(release: Release, client: Any, bucket: str) -> None:
    """Do what the verb does, with a Dag that is live at once."""
    to = S3Destination(client, bucket)
    state = read_state(release, to)
    plan = plan_release(release, state, environment="practice")
    receipt = publish(release, plan=plan, state=state, to=to, publisher="ann")
    remove_superseded(plan, receipt=receipt, to=to)


@pytest.fixture(scope="session")
def named_release() -> Callable[[str], Release]:
    return make_named_release


@pytest.fixture(scope="session")
def publish_and_remove() -> Callable[[Release, Any, str], None]:
    return go


@pytest.fixture(scope="session")
def memory() -> type[MemoryDestination]:
    return MemoryDestination


@pytest.fixture(scope="session")
def memory_world() -> tuple[type[MemoryDestination], Callable[..., Release]]:
    """What a test needs that makes a bucket for each example."""
    return MemoryDestination, make_release


@pytest.fixture(scope="session")
def release_of() -> Callable[..., Release]:
    return make_release


@pytest.fixture(scope="session")
def s3_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A moto server in a process of its own, which keeps its buckets in memory."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("moto") / "moto.log"
    with log.open("wb") as out:
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        server = subprocess.Popen(command, stdout=out, stderr=out)
    try:
        _wait_for(f"http://127.0.0.1:{port}/moto-api/", server, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(log.read_text())


def make_client(endpoint: str, **config: Any) -> Any:
    import boto3
    from botocore.config import Config

    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(s3={"addressing_style": "path"}, **config),
    )


@pytest.fixture(scope="session")
def client_of() -> Callable[..., Any]:
    return make_client


@pytest.fixture(scope="session")
def s3_client(s3_endpoint: str) -> Any:
    return make_client(s3_endpoint)


@pytest.fixture
def bucket(s3_client: Any) -> str:
    """A versioned bucket of this test's own."""
    name = f"mwaa-{uuid.uuid4().hex[:12]}"
    s3_client.create_bucket(Bucket=name)
    s3_client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


@pytest.fixture
def s3(s3_client: Any, bucket: str) -> S3Destination:
    return S3Destination(s3_client, bucket)


@pytest.fixture(autouse=True, scope="module")
def no_settings_from_outside() -> Iterator[None]:
    """No credentials, profile or proxy of the machine reaches a client."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("AWS_") or name.lower() in ("http_proxy", "all_proxy"):
                patch.delenv(name)
        patch.setenv("AWS_CONFIG_FILE", os.devnull)
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield
