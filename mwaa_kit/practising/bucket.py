"""The practice S3: a moto server on the loopback address that asks for the credentials of this life.

Notes
-----
moto takes any credentials, answers cross-origin requests, and lets a browser's form upload an object. What lies in the
bucket is run by Airflow, so without a guard any web page could run code here. The guard lets through only requests signed
with the access key of this life, in the header or in a presigned URL; the key is random and in a file of mode 0600.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from mwaa_kit.targets.practice import BUCKET

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_REFUSAL = (
    b'<?xml version="1.0"?>'
    b"<Error><Code>InvalidAccessKeyId</Code><Message>Not the key of this practice MWAA.</Message></Error>"
)


def serve_s3(port: int, access_key_id: str) -> None:
    """Start the server in a thread of this process."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    app = _guarded(DomainDispatcherApplication(create_backend_app), access_key_id)
    server = make_server("127.0.0.1", port, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True, name="s3").start()


def _guarded(app: Callable[..., Any], access_key_id: str) -> Callable[..., Any]:
    """Return a WSGI application that refuses whatever is not signed with our access key."""
    wanted = f"Credential={access_key_id}/"

    def guard(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        query = parse_qs(environ.get("QUERY_STRING", ""))
        presigned = query.get("X-Amz-Credential", [""])[0].startswith(f"{access_key_id}/")
        if presigned or wanted in environ.get("HTTP_AUTHORIZATION", ""):
            answer: Iterable[bytes] = app(environ, start_response)
            return answer
        start_response("403 Forbidden", [("Content-Type", "application/xml"), ("Content-Length", str(len(_REFUSAL)))])
        return [_REFUSAL]

    return guard


def make_bucket(s3: S3Client) -> None:
    """Make the bucket as Amazon MWAA wants it: versioned, with all public access blocked."""
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    s3.put_public_access_block(
        Bucket=BUCKET,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
