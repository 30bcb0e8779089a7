"""What boto3 raises, in the kit's own words."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mwaa_kit import aws
from mwaa_kit.errors import BucketRefusedError, EnvironmentUnreachableError, MwaaKitError, PracticeError
from mwaa_kit.targets.practice import new_state


@pytest.fixture(autouse=True)
def no_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("MWAA_KIT_HOME", str(tmp_path / "home"))


def refusal_of(act: Callable[[], object]) -> MwaaKitError:
    with pytest.raises(MwaaKitError) as caught:
        act()
    assert caught.value.hint
    return caught.value


def test_a_practice_mwaa_that_does_not_run_says_how_to_start_it() -> None:
    refusal = refusal_of(lambda: aws.client("s3", environment="practice"))
    assert (type(refusal), refusal.hint) == (PracticeError, "start it with: mwaa-kit practice start")


def test_a_profile_that_is_not_there_is_named() -> None:
    refusal = refusal_of(lambda: aws.client("mwaa", environment="team", profile="nobody", region="eu-west-1"))
    assert (type(refusal), "nobody" in str(refusal)) == (EnvironmentUnreachableError, True)


def test_a_missing_region_is_said_to_be_missing() -> None:
    assert (
        str(refusal_of(lambda: aws.client("mwaa", environment="team")))
        == "no AWS region is known for environment 'team'."
    )


def test_missing_credentials_are_said_to_be_missing() -> None:
    client = aws.client("mwaa", environment="team", region="eu-west-1")

    def ask() -> None:
        with aws.translated("team"):
            client.get_environment(Name="team")

    assert str(refusal_of(ask)) == "no AWS credentials were found for environment 'team'."


def test_a_server_that_has_gone_is_said_to_be_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    gone = replace(new_state("3.3.1"), mwaa_endpoint=f"http://127.0.0.1:{port}")

    def ask() -> None:
        with aws.translated("practice"):
            aws.practice_client("mwaa", gone).get_environment(Name="practice")

    assert isinstance(refusal_of(ask), PracticeError)


def answer(code: str) -> Any:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "PutObject")


@pytest.mark.parametrize(
    ("code", "bucket", "kind", "message"),
    [
        ("AccessDenied", "", EnvironmentUnreachableError, "AWS denied PutObject on environment 'team'."),
        ("AccessDenied", "b", BucketRefusedError, "bucket 'b' refused PutObject: no."),
        ("NoSuchBucket", "b", BucketRefusedError, "there is no bucket 'b'."),
        ("ExpiredToken", "b", EnvironmentUnreachableError, "the AWS login for 'team' has expired."),
        ("InvalidAccessKeyId", "b", EnvironmentUnreachableError, "AWS does not know the credentials used for 'team'."),
        ("SlowDown", "", EnvironmentUnreachableError, "AWS answered PutObject with SlowDown: no"),
    ],
)
def test_an_answer_of_aws_is_told_with_a_next_step(code: str, bucket: str, kind: type, message: str) -> None:
    def fail() -> None:
        with aws.translated("team", bucket=bucket):
            raise answer(code)

    refusal = refusal_of(fail)
    assert (type(refusal), str(refusal)) == (kind, message)


def test_the_users_profile_is_never_seen_by_the_practice_mwaa(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    client = aws.practice_client("s3", replace(new_state("3.3.1"), s3_endpoint="http://127.0.0.1:1"))
    assert client.meta.endpoint_url == "http://127.0.0.1:1"
