"""kill -9 at every request of a publish: the bucket holds the old release or the new one, and a repeat ends well.

The publisher is a process of its own that reaches S3 through a proxy on loopback. The proxy kills it at its n-th
request, once before the request reaches S3 and once after it but before the answer. To save the time of imports, the
publishers are forked from one warm process.
"""

from __future__ import annotations

import http.client
import http.server
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from mwaa_kit.model.release import Release
from mwaa_kit.publishing.ignore import PATTERNS, merge_ignore
from mwaa_kit.publishing.manifest import manifest_key, manifest_prefix, newest_first, parse_manifest

Go = Callable[[Release, Any, str], None]
DAG = "dags/churn.py"
IGNORE = "dags/.airflowignore"
WARM_PUBLISHER = Path(__file__).with_name("warm_publisher.py")


class Publisher:
    """The warm process; each run of it is a fork."""

    def __init__(self) -> None:
        command = [sys.executable, str(WARM_PUBLISHER)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, release: str, proxy: Proxy, bucket: str) -> int:
        """Publish through the proxy; return the wait status."""
        assert self._process.stdin and self._process.stdout
        job = {"release": release, "endpoint": proxy.url, "bucket": bucket}
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        proxy.victim(int(self._process.stdout.readline()))
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=10)


@dataclass
class Blow:
    """When to do what: at the n-th request (counted from 0), before or after S3 got it, kill or drop the answer."""

    at: int
    after: bool
    kill: bool = True


class Proxy:
    """A reverse proxy in front of S3 that strikes once."""

    def __init__(self, endpoint: str) -> None:
        self._upstream = urlsplit(endpoint).netloc
        self._lock = threading.Lock()
        self.aim(None)
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _any(self) -> None:
                proxy.handle(self)

            do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _any

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def aim(self, blow: Blow | None) -> None:
        """Forget the requests so far; strike as told from now on."""
        self._blow, self._pid, self._known = blow, 0, threading.Event()
        self.requests: list[str] = []

    def victim(self, pid: int) -> None:
        """Say who is to be struck."""
        self._pid = pid
        self._known.set()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def handle(self, request: http.server.BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        with self._lock:
            number = len(self.requests)
            self.requests.append(f"{request.command} {urlsplit(request.path).path}")
        blow = self._blow if self._blow and self._blow.at == number else None
        if blow and not blow.after:
            self._strike(blow, request)
            return
        answer = self._forward(request, body)
        if blow:
            self._strike(blow, request)
            return
        self._answer(request, *answer)

    def _strike(self, blow: Blow, request: http.server.BaseHTTPRequestHandler) -> None:
        if blow.kill:
            assert self._known.wait(30)
            os.kill(self._pid, signal.SIGKILL)
        request.close_connection = True

    def _forward(
        self, request: http.server.BaseHTTPRequestHandler, body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        upstream = http.client.HTTPConnection(self._upstream, timeout=30)
        headers = {name: value for name, value in request.headers.items() if name.lower() != "expect"}
        upstream.request(request.command, request.path, body, headers)
        answer = upstream.getresponse()
        content = answer.read()
        upstream.close()
        return answer.status, answer.getheaders(), content

    def _answer(
        self, request: http.server.BaseHTTPRequestHandler, status: int, headers: list[tuple[str, str]], content: bytes
    ) -> None:
        request.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("connection", "content-length", "transfer-encoding"):
                request.send_header(name, value)
        length = dict(headers).get("Content-Length", "0") if request.command == "HEAD" else str(len(content))
        if status not in (204, 304):
            request.send_header("Content-Length", length)
        request.end_headers()
        request.wfile.write(content)


@pytest.fixture(scope="module")
def publisher() -> Iterator[Publisher]:
    process = Publisher()
    yield process
    process.close()


@pytest.fixture(scope="module")
def proxy(s3_endpoint: str) -> Iterator[Proxy]:
    server = Proxy(s3_endpoint)
    yield server
    server.close()


def contents(client: Any, bucket: str) -> dict[str, bytes]:
    """What is in the bucket, manifests aside."""
    keys = [item["Key"] for item in client.list_objects_v2(Bucket=bucket).get("Contents", ())]
    return {
        key: client.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys if not key.startswith(".mwaa-kit")
    }


def served(client: Any, bucket: str, releases: list[Release]) -> Release | None:
    """See that the bucket is whole in every sense we promise; return the release whose Dag file is there."""
    current = contents(client, bucket)
    serving = next((release for release in releases if release.dag_file.content == current.get(DAG)), None)
    assert serving or DAG not in current
    if serving:
        assert {f.key: current.get(f.key) for f in serving.files} == {f.key: f.content for f in serving.files}
    if any(key.startswith("dags/_mwaa_kit/") for key in current):
        assert current[IGNORE] == merge_ignore(None, PATTERNS)
    return serving


def recorded(client: Any, bucket: str, releases: list[Release]) -> list[Release]:
    """See that each manifest names versions that hold exactly the bytes of its release; return the releases."""
    prefix = manifest_prefix(releases[0])
    keys = [item["Key"] for item in client.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", ())]
    assert sorted(newest_first(keys, prefix)) == sorted(keys)
    found = []
    for key in sorted(keys):
        manifest = parse_manifest(client.get_object(Bucket=bucket, Key=key)["Body"].read(), key)
        assert manifest
        release = next(release for release in releases if release.digest == manifest.release)
        held = {item.key: read_version(client, bucket, item.key, item.version_id) for item in manifest.objects}
        assert held == {file.key: file.content for file in release.files}
        assert {item.key: item.sha256 for item in manifest.objects} == {f.key: f.sha256 for f in release.files}
        found.append(release)
    return found


def read_version(client: Any, bucket: str, key: str, version: str) -> bytes:
    """Read one version of an object."""
    return bytes(client.get_object(Bucket=bucket, Key=key, VersionId=version)["Body"].read())


def make_bucket(client: Any, name: str, holding: list[Release], go: Go) -> str:
    """Make a versioned bucket that holds a release."""
    client.create_bucket(Bucket=name)
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    for release in holding:
        go(release, client, name)
    return name


@pytest.mark.parametrize("before", [[], ["old"]], ids=["first publish", "update"])
def test_a_kill_at_any_request_leaves_the_old_release_or_the_new_one_whole(
    before: list[str],
    s3_client: Any,
    bucket: str,
    publisher: Publisher,
    proxy: Proxy,
    named_release: Callable[[str], Release],
    publish_and_remove: Go,
) -> None:
    old = [named_release(name) for name in before]
    new, other = named_release("new"), named_release("other")
    make_bucket(s3_client, f"{bucket}-calm", old, publish_and_remove)
    proxy.aim(None)
    assert publisher.run("new", proxy, f"{bucket}-calm") == 0
    calm = [line.replace(f"/{bucket}-calm", "", 1) for line in proxy.requests]
    dag_at, manifest_at = calm.index(f"PUT /{DAG}"), calm.index(f"PUT /{manifest_key(new, len(old) + 1)}")

    for at in range(len(calm)):
        for after in (False, True):
            name = make_bucket(s3_client, f"{bucket}-{at}-{after}".lower(), old, publish_and_remove)
            proxy.aim(Blow(at, after))
            assert publisher.run("new", proxy, name) == signal.SIGKILL
            done = at + after
            assert len(proxy.requests) == at + 1
            assert served(s3_client, name, [*old, new]) == (new if done > dag_at else next(iter(old), None))
            assert recorded(s3_client, name, [*old, new]) == [*old, *([new] if done > manifest_at else [])]
            if after:
                publish_and_remove(new, s3_client, name)
                assert contents(s3_client, name) == contents(s3_client, f"{bucket}-calm")
                assert recorded(s3_client, name, [*old, new]) == [*old, new]
            publish_and_remove(other, s3_client, name)
            assert served(s3_client, name, [other]) == other
            assert recorded(s3_client, name, [*old, new, other])[-1] == other


def test_every_write_of_a_publish_comes_in_its_order(
    s3_client: Any,
    bucket: str,
    proxy: Proxy,
    client_of: Callable[..., Any],
    named_release: Callable[[str], Release],
    publish_and_remove: Go,
) -> None:
    old, new = named_release("old"), named_release("new")
    proxy.aim(None)
    publish_and_remove(old, client_of(proxy.url), bucket)
    publish_and_remove(new, client_of(proxy.url), bucket)
    writes = [line.replace(f"/{bucket}/", "") for line in proxy.requests if line.startswith(("PUT", "DELETE", "POST"))]
    assert writes == [
        f"PUT {IGNORE}",
        *(f"PUT {file.key}" for file in (*old.support, old.dag_file)),
        f"PUT {manifest_key(old, 1)}",
        *(f"PUT {file.key}" for file in (*new.support, new.dag_file)),
        f"PUT {manifest_key(new, 2)}",
        *(f"DELETE {file.key}" for file in old.support),
    ]


def test_an_answer_to_a_write_that_gets_lost_changes_nothing(
    s3_client: Any,
    bucket: str,
    proxy: Proxy,
    client_of: Callable[..., Any],
    named_release: Callable[[str], Release],
    publish_and_remove: Go,
) -> None:
    old, new = named_release("old"), named_release("new")
    proxy.aim(None)
    publish_and_remove(new, client_of(proxy.url), make_bucket(s3_client, f"{bucket}-calm", [old], publish_and_remove))
    for at in [at for at, line in enumerate(proxy.requests) if line.startswith(("PUT", "DELETE"))]:
        name = make_bucket(s3_client, f"{bucket}-{at}", [old], publish_and_remove)
        proxy.aim(Blow(at, after=True, kill=False))
        publish_and_remove(new, client_of(proxy.url, retries={"mode": "standard"}), name)
        assert contents(s3_client, name) == contents(s3_client, f"{bucket}-calm")
        assert recorded(s3_client, name, [old, new]) == [old, new]
