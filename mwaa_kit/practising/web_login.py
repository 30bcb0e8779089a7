"""The web login of Amazon MWAA: a short-lived token buys a cookie, and the cookie's token opens Airflow's own REST API.

Paths longer than InvokeRestApi takes go this way, in practice as on AWS.

References
----------
Amazon MWAA User Guide, "Creating a web server access token": the token lives 60 seconds; for Airflow 3 it is posted to
``/pluginsv2/aws_mwaa/login``, and the cookie ``_token`` that comes back is a bearer token.
"""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from mwaa_kit.practising.invoking import AirflowApi

LOGIN_PATH = "/pluginsv2/aws_mwaa/login"
TOKEN_SECONDS = 60.0


@dataclass(frozen=True)
class Request:
    """What came in over HTTP."""

    method: str
    target: str
    authorization: str
    body: bytes


@dataclass(frozen=True)
class Response:
    """What goes out: JSON, with headers of its own."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


class WebLogin:
    """Issues tokens, takes each of them once, and passes on what comes with a bearer token."""

    def __init__(self, airflow: AirflowApi) -> None:
        self._airflow = airflow
        self._issued: dict[str, float] = {}
        self._lock = threading.Lock()

    def issue(self) -> str:
        """Return a token that is good for one login within a minute."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._issued[token] = time.monotonic() + TOKEN_SECONDS
        return token

    def log_in(self, request: Request) -> Response:
        """Exchange a token for the cookie that holds Airflow's own."""
        token = parse_qs(request.body.decode("utf-8", "replace")).get("token", [""])[0]
        with self._lock:
            good_until = self._issued.pop(token, 0.0)
        if request.method != "POST" or time.monotonic() > good_until:
            return Response(403, {"detail": "the web login token is unknown, used or older than a minute"})
        cookie = f"_token={self._airflow.token()}; Path=/; HttpOnly; SameSite=Lax"
        return Response(303, {}, {"Location": "/", "Set-Cookie": cookie})

    def forward(self, request: Request) -> Response:
        """Pass a request on to Airflow; a bearer token is asked for, as no browser sends one across sites."""
        if not request.authorization.startswith("Bearer "):
            return Response(401, {"detail": "Not authenticated"})
        answer = self._airflow.forward(request.method, request.target, request.body, request.authorization)
        return Response(answer.status, answer.body)
