"""Airflow's web server itself, for requests that InvokeRestApi cannot carry.

References
----------
Amazon MWAA User Guide, "Creating a web server access token": the token is posted to ``/pluginsv2/aws_mwaa/login`` (Airflow 3),
and the cookie ``_token`` that comes back is a bearer token.
"""

from __future__ import annotations

import http.cookies
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from mwaa_kit import aws
from mwaa_kit.errors import EnvironmentUnreachableError
from mwaa_kit.targets.practice import PRACTICE

if TYPE_CHECKING:
    from mypy_boto3_mwaa import MWAAClient

_TIMEOUT_SECONDS = 30.0
_LOGIN_PATH = "/pluginsv2/aws_mwaa/login"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The answer to a login is a redirection whose cookie we want; its page we do not."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


class WebDoor:
    """Requests with the token of a web login, which is made when the first is needed."""

    def __init__(self, client: MWAAClient, environment: str, mwaa: str) -> None:
        self._client = client
        self._environment = environment
        self._mwaa = mwaa
        self._base = ""
        self._token = ""
        # A proxy may lead to AWS, but never to this machine.
        proxies = [urllib.request.ProxyHandler({})] if environment == PRACTICE else []
        self._open = urllib.request.build_opener(_NoRedirect, *proxies).open

    def call(
        self, method: str, path: str, query: Mapping[str, object] | None, body: Mapping[str, object] | None
    ) -> tuple[int, Any]:
        """Return Airflow's status and answer.

        Raises
        ------
        EnvironmentUnreachableError
            If the web server cannot be reached from here.
        """
        if not self._token:
            self._log_in()
        status, answer = self._send(method, path, query, body)
        if status == 401:
            self._log_in()
            status, answer = self._send(method, path, query, body)
        return status, answer

    def _send(
        self, method: str, path: str, query: Mapping[str, object] | None, body: Mapping[str, object] | None
    ) -> tuple[int, Any]:
        address = f"{self._base}/api/v2{quote(path, safe='/~:+@!$&()*,;=%-._')}"
        parameters = urlencode({name: _text(value) for name, value in (query or {}).items()}, doseq=True)
        request = urllib.request.Request(
            f"{address}?{parameters}" if parameters else address,
            data=None if body is None else json.dumps(dict(body)).encode(),
            headers={"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
            method=method,
        )
        status, content, _ = self._exchange(request)
        try:
            return status, json.loads(content) if content else {}
        except ValueError:
            return status, content.decode("utf-8", "replace")

    def _log_in(self) -> None:
        with aws.translated(self._environment):
            granted = self._client.create_web_login_token(Name=self._mwaa)
        scheme = "http" if self._environment == PRACTICE else "https"
        self._base = f"{scheme}://{granted['WebServerHostname']}"
        form = urlencode({"token": granted["WebToken"]}).encode()
        status, _, cookies = self._exchange(urllib.request.Request(self._base + _LOGIN_PATH, data=form))
        cookie = next((jar["_token"].value for jar in map(http.cookies.SimpleCookie, cookies) if "_token" in jar), "")
        if not cookie:
            raise self._unreachable(f"its login answered {status}")
        self._token = cookie

    def _exchange(self, request: urllib.request.Request) -> tuple[int, bytes, list[str]]:
        """Return status, content and cookies."""
        try:
            with self._open(request, timeout=_TIMEOUT_SECONDS) as response:
                return response.status, response.read(), response.headers.get_all("Set-Cookie", [])
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read(), error.headers.get_all("Set-Cookie", [])
        except OSError as error:
            raise self._unreachable(str(error)) from error

    def _unreachable(self, reason: str) -> EnvironmentUnreachableError:
        return EnvironmentUnreachableError(
            f"the web server of {self._environment!r} cannot be reached: {reason}.",
            hint="its REST paths are too long for InvokeRestApi: shorten the dag_id, or connect to the environment's network",
        )


def _text(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_text(item) for item in value]
    return str(value).lower() if isinstance(value, bool) else value
