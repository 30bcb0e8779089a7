"""The one door to S3: what it sends, and what it makes of every refusal."""

from __future__ import annotations

import http.server
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mwaa_kit.errors import BucketRefusedError, EnvironmentUnreachableError, MwaaKitError
from mwaa_kit.publishing.destination import ChangedMeanwhileError, StoredObject
from mwaa_kit.publishing.s3 import S3Destination


def test_an_object_comes_back_as_it_was_put(s3: S3Destination) -> None:
    version = s3.put("a/é ?#%.py", b"one", replacing=None, metadata={"note": "n"})
    found = s3.get("a/é ?#%.py")
    assert found
    assert found.content == b"one"
    assert found.stored == StoredObject(
        "a/é ?#%.py", found.stored.etag, version, 3, found.stored.last_modified, {"note": "n"}
    )
    assert s3.head("a/é ?#%.py") == found.stored == s3.head("a/é ?#%.py", version)


def test_what_is_not_there_is_none(s3: S3Destination) -> None:
    s3.put("gone", b"", replacing=None)
    s3.delete("gone")
    assert (s3.head("gone"), s3.get("gone"), s3.head("never"), s3.get("never"), s3.list("")) == (None,) * 4 + ((),)


def test_an_earlier_version_is_still_told_of(s3: S3Destination) -> None:
    old = s3.put("k", b"old", replacing=None)
    s3.put("k", b"newer", replacing=s3.head("k"))
    found = s3.head("k", old)
    assert found and (found.version_id, found.size_bytes) == (old, 3)


def test_a_write_needs_the_object_it_replaces(s3: S3Destination) -> None:
    s3.put("k", b"one", replacing=None)
    one = s3.head("k")
    s3.put("k", b"two", replacing=one)
    s3.put("gone", b"", replacing=None)
    gone = s3.head("gone")
    s3.delete("gone")
    for key, replacing in (("k", None), ("k", one), ("gone", gone)):
        with pytest.raises(ChangedMeanwhileError):
            s3.put(key, b"three", replacing=replacing)
    found = s3.get("k")
    assert found and found.content == b"two"
    s3.put("gone", b"back", replacing=None)


def test_a_long_list_has_every_page_and_no_other_prefix(
    s3_endpoint: str, client_of: Callable[..., Any], bucket: str
) -> None:
    client = client_of(s3_endpoint)
    client.meta.events.register("before-parameter-build.s3.ListObjectsV2", ask_for_pages_of_ten)
    names = [f"p/{number:04}" for number in range(25)]
    for name in [*names, "pp/x"]:
        client.put_object(Bucket=bucket, Key=name)
    assert S3Destination(client, bucket).list("p/") == tuple(names)


def ask_for_pages_of_ten(params: dict[str, Any], **_: object) -> None:
    """S3 gives a thousand keys a page; so many would take long to make."""
    params["MaxKeys"] = 10


@pytest.mark.parametrize("status", ["never enabled", "suspended"])
def test_a_bucket_without_versions_is_refused_with_the_line_that_mends_it(
    s3_client: Any, bucket: str, status: str
) -> None:
    name = f"{bucket}-plain"
    s3_client.create_bucket(Bucket=name)
    if status == "suspended":
        s3_client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Suspended"})
    with pytest.raises(BucketRefusedError) as refused:
        S3Destination(s3_client, name).check()
    assert (str(refused.value), refused.value.hint) == (
        f"versioning of bucket {name!r} is {status}; Amazon MWAA and a safe publish need it",
        f"aws s3api put-bucket-versioning --bucket {name} --versioning-configuration Status=Enabled",
    )


def test_a_bucket_that_is_not_there_is_refused(s3_client: Any) -> None:
    with pytest.raises(BucketRefusedError, match="there is no bucket 'mwaa-nowhere'"):
        S3Destination(s3_client, "mwaa-nowhere").check()


def test_a_name_that_no_bucket_can_have_is_refused(s3_client: Any) -> None:
    with pytest.raises(BucketRefusedError, match="'no bucket!' cannot be the name of a bucket"):
        S3Destination(s3_client, "no bucket!").check()


def test_a_client_without_credentials_is_told_to_log_in(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import boto3

    session = boto3.Session()
    client = session.client("s3", endpoint_url=s3_endpoint, region_name="us-east-1")
    with pytest.raises(BucketRefusedError, match="there are no usable AWS credentials"):
        S3Destination(client, "any-bucket").check()


def test_an_endpoint_that_nobody_listens_at_is_unreachable(client_of: Callable[..., Any]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        client = client_of(f"http://127.0.0.1:{taken.getsockname()[1]}", retries={"total_max_attempts": 1})
        with pytest.raises(EnvironmentUnreachableError, match="no connection to the S3 of bucket 'b-b-b'"):
            S3Destination(client, "b-b-b").check()


@pytest.fixture
def canned() -> Iterator[Any]:
    """An endpoint that gives every request the same answer."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers, body = server.answer  # type: ignore[attr-defined]
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_HEAD = do_DELETE = do_PUT

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


CASES = [
    (403, "AccessDenied", BucketRefusedError, "access denied to bucket 'mine'", "s3:PutObject on arn:aws:s3:::mine/k"),
    (400, "ExpiredToken", BucketRefusedError, "S3 does not accept these credentials (ExpiredToken)", "log in again"),
    (403, "InvalidAccessKeyId", BucketRefusedError, "S3 does not accept these credentials", "aws sso login"),
    (400, "KMS.DisabledException", BucketRefusedError, "the key that encrypts bucket 'mine'", "kms:GenerateDataKey"),
    (400, "BadDigest", BucketRefusedError, "bucket 'mine' refused a request (BadDigest)", "s3:PutObject"),
    (404, "NoSuchBucket", BucketRefusedError, "there is no bucket 'mine'", "SourceBucketArn"),
    (400, "AuthorizationHeaderMalformed", BucketRefusedError, "bucket 'mine' lies in another region", "eu-west-1"),
    (503, "SlowDown", EnvironmentUnreachableError, "S3 could not answer for bucket 'mine'", "try again"),
    (500, "InternalError", EnvironmentUnreachableError, "S3 could not answer for bucket 'mine'", "try again"),
    (412, "PreconditionFailed", ChangedMeanwhileError, "s3://mine/k is not what it was", "publish again"),
    (409, "ConditionalRequestConflict", ChangedMeanwhileError, "s3://mine/k is not what it was", "publish again"),
]


@pytest.mark.parametrize(("status", "code", "error", "message", "hint"), CASES, ids=[case[1] for case in CASES])
def test_each_refusal_of_a_write_has_its_own_words(
    canned: Any,
    client_of: Callable[..., Any],
    status: int,
    code: str,
    error: type[MwaaKitError],
    message: str,
    hint: str,
) -> None:
    body = f"<Error><Code>{code}</Code><Message>secret words</Message></Error>".encode()
    canned.answer = (status, {"x-amz-bucket-region": "eu-west-1"}, body)
    with pytest.raises(error) as refused:
        destination(canned, client_of).put("k", b"secret content", replacing=None)
    assert message in str(refused.value) and hint in refused.value.hint
    assert "secret" not in f"{refused.value} {refused.value.hint}"


def test_a_head_that_is_forbidden_has_no_body_and_is_understood(canned: Any, client_of: Callable[..., Any]) -> None:
    canned.answer = (403, {}, b"")
    with pytest.raises(BucketRefusedError) as refused:
        destination(canned, client_of).head("k", "v1")
    assert refused.value.hint == "ask for the permission s3:GetObjectVersion on arn:aws:s3:::mine/k"


def test_a_page_that_is_not_s3_is_unreachable(canned: Any, client_of: Callable[..., Any]) -> None:
    canned.answer = (200, {}, b"<html><body>Please <b>log in</body></html>")
    with pytest.raises(EnvironmentUnreachableError, match="S3 could not answer for bucket 'mine'"):
        destination(canned, client_of).list("p/")


def test_an_answer_that_breaks_off_is_unreachable(canned: Any, client_of: Callable[..., Any]) -> None:
    canned.answer = (
        200,
        {"Connection": "close", "ETag": '"e"', "Last-Modified": "Sun, 22 Nov 2026 21:00:00 GMT"},
        b"half",
    )
    original = canned.RequestHandlerClass.send_header

    def longer(self: Any, name: str, value: str) -> None:
        original(self, name, "100" if name == "Content-Length" else value)

    canned.RequestHandlerClass.send_header = longer
    with pytest.raises(EnvironmentUnreachableError, match="no connection to the S3 of bucket 'mine'"):
        destination(canned, client_of).get("k")


def destination(canned: Any, client_of: Callable[..., Any]) -> S3Destination:
    """Make a destination that asks the canned endpoint, once."""
    url = f"http://127.0.0.1:{canned.server_address[1]}"
    return S3Destination(client_of(url, retries={"total_max_attempts": 1}), "mine")
