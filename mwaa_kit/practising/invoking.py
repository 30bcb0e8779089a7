"""InvokeRestApi: one call of Airflow's REST API, within the limits of Amazon MWAA."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

METHODS = ("GET", "PUT", "POST", "PATCH", "DELETE")
LONGEST_PATH = 64
LARGEST_ANSWER_BYTES = 6 * 1024 * 1024
TIMEOUT_SECONDS = 10.0
_WARM_UP_SECONDS = 60.0
_PATH_CHARACTERS = "/~:+@!$&'()*,;=%-._"


@dataclass(frozen=True)
class RestAnswer:
    """What Airflow answered: its HTTP status, and its JSON or text."""

    status: int
    body: Any


class InvalidCallError(Exception):
    """A request that Amazon MWAA would not pass on."""


class AirflowApi:
    """Airflow's REST API on the loopback address, with the token it gives to everyone there."""

    def __init__(self, url: str, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._url = url
        self._timeout = timeout_seconds
        self._open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open
        self._token = ""
        self._token_lock = threading.Lock()

    def invoke(self, request: dict[str, Any]) -> RestAnswer:
        """Pass on the body of an InvokeRestApi request.

        Raises
        ------
        InvalidCallError
            If the request itself is wrong.
        """
        path, method = checked_call(request)
        query = urlencode(_query(request.get("QueryParameters") or {}), doseq=True)
        address = f"{self._url}/api/v2{quote(path, safe=_PATH_CHARACTERS)}" + (f"?{query}" if query else "")
        body = None if request.get("Body") is None else json.dumps(request["Body"]).encode()
        answer = self._call(method, address, body, self._known_token())
        if answer.status == 401:  # a token lasts a day, an environment may last longer
            answer = self._call(method, address, body, self._new_token())
        return answer

    def forward(self, method: str, target: str, body: bytes, authorization: str) -> RestAnswer:
        """Pass on a request made to the web server itself, with the caller's own token."""
        token = authorization.removeprefix("Bearer ")
        return self._call(method, self._url + target, body or None, token)

    def token(self) -> str:
        """Return a token of Airflow's own, such as a web login gives."""
        return self._new_token()

    def health(self) -> dict[str, Any]:
        """Return what Airflow says of its components; empty while it does not answer."""
        answer = self._call("GET", f"{self._url}/api/v2/monitor/health", None, "")
        return answer.body if answer.status == 200 and isinstance(answer.body, dict) else {}

    def warm_up(self) -> None:
        """Have Airflow build the API its tasks speak to.

        It does so at the first request, for 4 to 7 seconds in which it answers nobody else: a first task would time out
        on it, and so would whoever asks for that task's state.
        """
        request = urllib.request.Request(f"{self._url}/execution/health")
        with suppress(OSError), self._open(request, timeout=_WARM_UP_SECONDS) as response:
            response.read()

    def _known_token(self) -> str:
        return self._token or self._new_token()

    def _new_token(self) -> str:
        with self._token_lock:
            answer = self._call("GET", f"{self._url}/auth/token", None, "")
            self._token = str(answer.body["access_token"]) if answer.status == 201 else ""
            return self._token

    def _call(self, method: str, address: str, body: bytes | None, token: str) -> RestAnswer:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(address, data=body, headers=headers, method=method)
        try:
            with self._open(request, timeout=self._timeout) as response:
                return _answer(response.status, response.read(LARGEST_ANSWER_BYTES + 1))
        except urllib.error.HTTPError as error:
            return _answer(error.code, error.read(LARGEST_ANSWER_BYTES))
        except TimeoutError:
            return RestAnswer(504, {"detail": f"no answer within {self._timeout:.0f} seconds"})
        except OSError as error:
            slow = isinstance(getattr(error, "reason", None), TimeoutError)
            return RestAnswer(504 if slow else 503, {"detail": f"Airflow's API server does not answer: {error}"})


def checked_call(request: dict[str, Any]) -> tuple[str, str]:
    """Return path and method of a request that Amazon MWAA would accept.

    References
    ----------
    Amazon MWAA API, InvokeRestApi: a path of 1 to 64 characters; the version prefix is added by the service.
    """
    path, method = request.get("Path"), request.get("Method")
    if not isinstance(path, str) or not 1 <= len(path) <= LONGEST_PATH:
        raise InvalidCallError(f"Path must be a text of 1 to {LONGEST_PATH} characters")
    if not path.startswith("/") or any(part in (".", "..") for part in path.split("/")) or "?" in path or "#" in path:
        raise InvalidCallError("Path must begin with '/' and must not contain '..', '?' or '#'")
    if method not in METHODS:
        raise InvalidCallError(f"Method must be one of {', '.join(METHODS)}")
    if not isinstance(request.get("QueryParameters") or {}, dict):
        raise InvalidCallError("QueryParameters must be an object")
    return path, str(method)


def _query(parameters: dict[str, Any]) -> dict[str, Any]:
    """Write JSON values as Airflow's query parameters want them."""

    def text(value: Any) -> Any:
        if isinstance(value, list):
            return [text(item) for item in value]
        return str(value).lower() if isinstance(value, bool) else value

    return {name: text(value) for name, value in parameters.items() if value is not None}


def _answer(status: int, content: bytes) -> RestAnswer:
    if len(content) > LARGEST_ANSWER_BYTES:
        return RestAnswer(413, {"detail": "the answer is larger than 6 MB"})
    try:
        return RestAnswer(status, json.loads(content) if content else {})
    except ValueError:
        return RestAnswer(status, content.decode("utf-8", "replace"))
