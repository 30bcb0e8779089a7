"""The ``mwaa`` endpoint through boto3, before a small HTTP server in Airflow's place: for limits a real one hardly reaches."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from mwaa_kit import aws
from mwaa_kit.practising.endpoint import MwaaEndpoint
from mwaa_kit.practising.invoking import AirflowApi
from mwaa_kit.targets.practice import PracticeState, new_state


class Upstream(BaseHTTPRequestHandler):
    """Gives out tokens, echoes what it is asked, and misbehaves where it is told to."""

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/auth/token":
            self._write(201, {"access_token": "airflow-token"})
        elif self.headers["Authorization"] != "Bearer airflow-token":
            self._write(401, {"detail": "who are you?"})
        elif "large" in self.path:
            self._write(200, "x" * 7_000_000)
        else:
            time.sleep(1.5 if "slow" in self.path else 0)
            status = int(self.path.rpartition("/")[2]) if "status" in self.path else 200
            self._write(status, {"method": self.command, "path": self.path, "body": json.loads(body or b"null")})

    do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = _handle

    def _write(self, status: int, answer: object) -> None:
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def state() -> Iterator[PracticeState]:
    upstream = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    upstream.handle_error = lambda *request: None  # type: ignore[method-assign]  # who was too slow finds nobody waiting
    threading.Thread(target=upstream.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{upstream.server_port}"
    made = replace(new_state("3.3.1"), status="AVAILABLE", started_at=1.5, airflow_url=url)
    endpoint = MwaaEndpoint(lambda: made, AirflowApi(url, timeout_seconds=0.7)).serve()
    yield replace(made, mwaa_endpoint=endpoint)
    upstream.shutdown()
    upstream.server_close()


@pytest.fixture
def client(state: PracticeState) -> Any:
    return aws.practice_client("mwaa", state)


def invoke(client: Any, path: str, method: str = "GET", **more: Any) -> Any:
    return client.invoke_rest_api(Name="practice", Path=path, Method=method, **more)


def test_get_environment_is_as_boto3_expects_it(client: Any, state: PracticeState) -> None:
    environment = client.get_environment(Name="practice")["Environment"]
    assert environment["CreatedAt"].timestamp() == 1.5
    assert {key: environment[key] for key in ("Name", "Status", "AirflowVersion", "SourceBucketArn", "DagS3Path")} == {
        "Name": "practice",
        "Status": "AVAILABLE",
        "AirflowVersion": "3.3.1",
        "SourceBucketArn": "arn:aws:s3:::mwaa-kit-practice",
        "DagS3Path": "dags",
    }


def test_there_is_one_environment(client: Any) -> None:
    assert client.list_environments()["Environments"] == ["practice"]
    with pytest.raises(client.exceptions.ValidationException):
        client.list_environments(MaxResults=26)


def test_a_call_is_passed_on_with_prefix_query_and_body(client: Any) -> None:
    query, body = {"limit": 2, "state": ["a", "b"], "flag": True}, {"x": [1, None]}
    answer = invoke(client, "/dags/~/é", "POST", QueryParameters=query, Body=body)
    assert (answer["RestApiStatusCode"], answer["RestApiResponse"]) == (
        200,
        {"method": "POST", "path": "/api/v2/dags/~/%C3%A9?limit=2&state=a&state=b&flag=true", "body": body},
    )


@pytest.mark.parametrize(
    ("status", "name"),
    [(404, "RestApiClientException"), (409, "RestApiClientException"), (500, "RestApiServerException")],
)
def test_errors_of_airflow_keep_their_status(client: Any, status: int, name: str) -> None:
    with pytest.raises(getattr(client.exceptions, name)) as caught:
        invoke(client, f"/status/{status}")
    said = caught.value.response
    assert (said["RestApiStatusCode"], said["ResponseMetadata"]["HTTPStatusCode"]) == (status, 400)
    assert said["RestApiResponse"]["path"] == f"/api/v2/status/{status}"


@pytest.mark.parametrize(("path", "status"), [("/slow", 504), ("/large", 413)])
def test_what_is_too_slow_or_too_large_is_refused(client: Any, path: str, status: int) -> None:
    refusals = (client.exceptions.RestApiServerException, client.exceptions.RestApiClientException)
    with pytest.raises(refusals) as caught:
        invoke(client, path)
    assert caught.value.response["RestApiStatusCode"] == status


@pytest.mark.parametrize("path", ["/" + "x" * 64, "dags", "/dags/../../auth/token", "/dags?limit=1", "/a#b"])
def test_a_path_amazon_mwaa_would_not_take_is_refused(client: Any, path: str) -> None:
    with pytest.raises(client.exceptions.ValidationException, match="Path"):
        invoke(client, path)


def test_a_path_of_64_characters_is_taken(client: Any) -> None:
    assert invoke(client, "/" + "x" * 63)["RestApiStatusCode"] == 200


def test_another_environment_is_not_found(client: Any) -> None:
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_environment(Name="production")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.invoke_rest_api(Name="production", Path="/dags", Method="GET")


def test_another_life_s_key_is_refused(state: PracticeState) -> None:
    stranger = aws.practice_client("mwaa", replace(state, access_key_id="PRACTICEOLD"))
    with pytest.raises(stranger.exceptions.ClientError) as caught:
        stranger.get_environment(Name="practice")
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"


def test_a_request_of_a_browser_is_refused(state: PracticeState) -> None:
    for path in ("/environments", "/restapi/practice", "/api/v2/dags"):
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(f"{state.mwaa_endpoint}{path}", data=b"{}")
        assert caught.value.code in (401, 403)


def test_an_operation_we_do_not_have_is_said_to_be_missing(client: Any) -> None:
    with pytest.raises(client.exceptions.ClientError, match="does not offer POST /clitoken/practice"):
        client.create_cli_token(Name="practice")


def test_a_web_login_token_is_good_once(client: Any) -> None:
    granted = client.create_web_login_token(Name="practice")
    login = f"http://{granted['WebServerHostname']}/pluginsv2/aws_mwaa/login"
    opener = urllib.request.build_opener(NoRedirect)
    answers = []
    for _ in range(2):
        with pytest.raises(urllib.error.HTTPError) as caught:
            opener.open(login, data=f"token={granted['WebToken']}".encode())
        answers.append((caught.value.code, "_token=airflow-token" in str(caught.value.headers.get("Set-Cookie"))))
    assert answers == [(303, True), (403, False)]


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None
