"""The practice ``mwaa`` endpoint: the operations of Amazon MWAA that the kit uses, for boto3, on the loopback address.

References
----------
Amazon MWAA API (2020-07-01), a rest-json service; errors are named in the ``x-amzn-ErrorType`` header.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from mwaa_kit.practising.invoking import AirflowApi, InvalidCallError
from mwaa_kit.practising.web_login import LOGIN_PATH, Request, Response, WebLogin
from mwaa_kit.targets.practice import BUCKET, DAG_S3_PATH, PRACTICE, REGION, PracticeState

_LARGEST_REQUEST_BYTES = 1024 * 1024
_ACCOUNT = "123456789012"  # the account number of AWS's own examples


class ServiceError(Exception):
    """An error as the service words it: its name, its HTTP status, and what else it carries."""

    def __init__(self, name: str, status: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.name = name
        self.status = status
        self.body = {"message": message, **more}


class MwaaEndpoint:
    """The control plane and the REST door of the one practice environment.

    Parameters
    ----------
    state
        Called for each request, so that the status is always the present one.
    """

    def __init__(self, state: Callable[[], PracticeState], airflow: AirflowApi) -> None:
        self._state = state
        self._airflow = airflow
        self._web = WebLogin(airflow)
        self.host = ""

    def serve(self) -> str:
        """Start the server in threads of this process; return its endpoint."""
        handler = type("Handler", (_Handler,), {"endpoint": self})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True, name="mwaa").start()
        self.host = f"127.0.0.1:{server.server_port}"
        return f"http://{self.host}"

    def respond(self, request: Request) -> Response:
        """Respond to whatever comes in: the web server's own addresses, or an operation of the service."""
        try:
            if request.target == LOGIN_PATH:
                return self._web.log_in(request)
            if request.target.startswith("/api/v2/"):
                return self._web.forward(request)
            answer = self.answer(request.method, request.target, request.authorization, request.body)
            return Response(200, answer)
        except ServiceError as error:
            return Response(error.status, error.body, {"x-amzn-ErrorType": error.name})

    def answer(self, method: str, target: str, authorization: str, body: bytes) -> dict[str, Any]:
        """Answer one request.

        Raises
        ------
        ServiceError
            Whatever the service would refuse it with.
        """
        url = urlsplit(target)
        self._require_signature(authorization)
        match method, [unquote(part) for part in url.path.strip("/").split("/")]:
            case "GET", ["environments"]:
                return list_environments(parse_qs(url.query))
            case "GET", ["environments", name]:
                _require_environment(name)
                return {"Environment": describe(self._state())}
            case "POST", ["restapi", name]:
                _require_environment(name)
                return self._invoke(body)
            case "POST", ["webtoken", name]:
                _require_environment(name)
                return {"WebToken": self._web.issue(), "WebServerHostname": self.host, "AirflowIdentity": PRACTICE}
        raise ServiceError("ValidationException", 400, f"The practice MWAA does not offer {method} {url.path}.")

    def _require_signature(self, authorization: str) -> None:
        wanted = f"AWS4-HMAC-SHA256 Credential={self._state().access_key_id}/"
        if not authorization.startswith(wanted):
            raise ServiceError(
                "AccessDeniedException", 403, "The request is not signed by a user of the practice MWAA."
            )

    def _invoke(self, body: bytes) -> dict[str, Any]:
        try:
            request = json.loads(body or b"{}")
            if not isinstance(request, dict):
                raise InvalidCallError("the body must be an object")
            answer = self._airflow.invoke(request)
        except (ValueError, InvalidCallError) as error:
            raise ServiceError("ValidationException", 400, str(error)) from error
        result = {"RestApiStatusCode": answer.status, "RestApiResponse": answer.body}
        if answer.status < 400:
            return result
        # Both arrive as HTTP 400; the true status is in RestApiStatusCode.
        name = "RestApiClientException" if answer.status < 500 else "RestApiServerException"
        raise ServiceError(name, 400, f"Airflow's REST API answered {answer.status}.", **result)


def _require_environment(name: str) -> None:
    if name != PRACTICE:
        raise ServiceError("ResourceNotFoundException", 404, f"No environment named {name!r} was found.")


def list_environments(query: dict[str, list[str]]) -> dict[str, Any]:
    """Return the one name there is, by the service's rules of paging."""
    asked = query.get("MaxResults", ["25"])[0]
    if not (asked.isdecimal() and 1 <= int(asked) <= 25):
        raise ServiceError("ValidationException", 400, "MaxResults must be a number from 1 to 25.")
    return {"Environments": [PRACTICE]}


def describe(state: PracticeState) -> dict[str, Any]:
    """Return the Environment structure of GetEnvironment; times are seconds since 1970, as rest-json has them."""
    return {
        "Name": PRACTICE,
        "Status": state.status,
        "Arn": f"arn:aws:airflow:{REGION}:{_ACCOUNT}:environment/{PRACTICE}",
        "CreatedAt": state.started_at,
        "WebserverUrl": state.airflow_url.removeprefix("http://"),
        "ExecutionRoleArn": f"arn:aws:iam::{_ACCOUNT}:role/{PRACTICE}",
        "AirflowVersion": state.airflow_version,
        "SourceBucketArn": f"arn:aws:s3:::{BUCKET}",
        "DagS3Path": DAG_S3_PATH,
        "AirflowConfigurationOptions": {},
        "EnvironmentClass": "mw1.micro",
        "MinWorkers": 1,
        "MaxWorkers": 1,
        "Schedulers": 1,
        "WebserverAccessMode": "PUBLIC_ONLY",
        "EndpointManagement": "SERVICE",
        "Tags": {},
    }


class _Handler(BaseHTTPRequestHandler):
    """Reads a request, has the endpoint answer it, and writes the answer."""

    protocol_version = "HTTP/1.1"
    timeout = 60  # an idle connection is closed
    endpoint: MwaaEndpoint

    def _handle(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > _LARGEST_REQUEST_BYTES:
            self.close_connection = True
            self._write(Response(413, {"message": "The request is too large."}))
            return
        body = self.rfile.read(int(length))
        self._write(
            self.endpoint.respond(Request(self.command, self.path, self.headers.get("Authorization", ""), body))
        )

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle

    def _write(self, response: Response) -> None:
        content = json.dumps(response.body).encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(content)), **response.headers}
        self.send_response(response.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        """Keep quiet: the log is for what goes wrong."""
