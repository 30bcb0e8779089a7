"""Who may ask, and for what: a walk over every route of the contract."""

from __future__ import annotations

import http.cookiejar
import json
import urllib.error
import urllib.request
from typing import Any

import pytest
from support_server import CELLS, KitServer, cells_of, run_apart
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from mwaa_kit.server.contract import METHODS, contract, need, operations

ROUTES = sorted(
    (method, path.strip("/").replace("{id}", "0123456789ab").replace("{name}", "practice"))
    for method, path in operations()
)
REST = [(method, path) for method, path in ROUTES if path != "events"]
HOSTILE = (
    "../secret.ipynb",
    "a/../../secret.ipynb",
    "/etc/passwd",
    "C:/secret.ipynb",
    "way-out/secret.ipynb",
    "way-out",
    ".ssh/id_rsa",
    "a\0b.ipynb",
    "",
    "\\\\host\\share",
)


class _CookieUser:
    """A browser that is logged in by a cookie."""

    def __init__(self, server: KitServer) -> None:
        self._server = server
        self._jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._jar))
        self._opener.open(f"{server.url}lab?token={server.token}", timeout=30).read()

    @property
    def xsrf(self) -> str:
        return next(str(cookie.value) for cookie in self._jar if cookie.name == "_xsrf")

    @property
    def cookies(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._jar)

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
        content = None if body is None else json.dumps(body).encode()
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent |= {"Content-Type": "application/json"} if content is not None else {}
        request = urllib.request.Request(f"{self._server.url}mwaa-kit/{path}", content, sent, method=method.upper())
        try:
            with self._opener.open(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")


@pytest.fixture(scope="module")
def user(server: KitServer) -> _CookieUser:
    """Somebody who is logged in by a cookie."""
    return _CookieUser(server)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_refuses_without_a_token(server: KitServer, method: str, path: str) -> None:
    answer = server.ask(method, path, {} if method == "post" else None, token=False)
    assert answer.status == 403


@pytest.mark.parametrize(("method", "path"), REST)
def test_every_route_refuses_a_wrong_token(server: KitServer, method: str, path: str) -> None:
    body = {} if method == "post" else None
    wrong = server.ask(method, path, body, token=False, headers={"Authorization": "token 0123"})
    assert wrong.status == 403
    assert wrong.body["error"]["name"] == "HttpError"


@pytest.mark.parametrize(("method", "path"), [route for route in REST if route[0] != "get"])
def test_a_cookie_changes_nothing_without_the_xsrf_header_or_from_another_origin(
    user: _CookieUser, method: str, path: str
) -> None:
    body = {} if method == "post" else None
    assert user.ask(method, path, body)[0] == 403
    assert user.ask(method, path, body, X_XSRFToken="0" * 32)[0] == 403
    assert user.ask(method, path, body, X_XSRFToken=user.xsrf, Origin="http://evil.example")[0] == 404
    assert user.ask(method, path, body, X_XSRFToken=user.xsrf)[0] in (400, 404)


@pytest.mark.parametrize("path", [path for method, path in REST if method == "get"])
def test_a_cookie_reads_nothing_from_another_origin(user: _CookieUser, path: str) -> None:
    assert user.ask("get", path, Origin="http://evil.example")[0] == 404


def test_the_websocket_opens_for_a_user_from_here_and_for_nobody_else(server: KitServer, user: _CookieUser) -> None:
    address = f"{server.url.replace('http', 'ws', 1)}mwaa-kit/events"
    token, cookie = {"Authorization": f"token {server.token}"}, {"Cookie": user.cookies}
    here = server.url.partition("/user/")[0]

    async def status(**headers: str) -> int:
        try:
            connection = await websocket_connect(HTTPRequest(address, headers=headers))
        except HTTPClientError as error:
            return error.code
        connection.close()
        return 101

    async def all_of_them() -> list[int]:
        nobody = [await status(), await status(Authorization="token 0123")]
        foreign = [await status(**cookie, Origin="http://evil.example")]
        return [*nobody, *foreign, await status(**token), await status(**cookie, Origin=here)]

    assert run_apart(all_of_them()) == [403, 403, 403, 101, 101]


def test_the_websocket_answers_what_it_does_not_understand_with_an_error(server: KitServer) -> None:
    async def ask(*messages: str) -> list[Any]:
        address = f"{server.url.replace('http', 'ws', 1)}mwaa-kit/events"
        request = HTTPRequest(address, headers={"Authorization": f"token {server.token}"})
        connection = await websocket_connect(request)
        told = []
        for message in messages:
            await connection.write_message(message)
            told.append(json.loads(str(await connection.read_message())))
        connection.close()
        return told

    told = run_apart(ask("nonsense", "[]", '{"op": "listen", "after": {"x": 1}}', "[" * 100_000))
    for one in told:
        need("Refusal", one)
    assert [one["error"]["name"] for one in told] == ["WrongUsageError"] * 4


@pytest.mark.parametrize("path", HOSTILE)
def test_a_path_that_leads_out_of_the_root_is_refused(server: KitServer, path: str) -> None:
    answers = [
        server.ask("post", "live", {"path": path, "cells": cells_of(*CELLS)}),
        server.ask("post", "runs", {"path": path}),
        server.ask("post", "check", {"paths": ["churn.ipynb", path]}),
        server.ask("post", "plan", {"path": path, "env": "practice"}),
        server.ask("post", "publish", {"path": path, "env": "practice", "release": None}),
    ]
    for answer in answers:
        need("Refusal", answer.body)
    assert {answer.status for answer in answers} <= {400, 403, 404}


def test_a_body_that_is_no_json_or_too_large_is_refused_in_words(server: KitServer) -> None:
    told = [
        server.ask("post", "live", raw=b"{"),
        server.ask("post", "live", raw=b"[" * 200_000),
        server.ask("post", "live", raw=b"path=a", headers={"Content-Type": "application/x-www-form-urlencoded"}),
        server.ask("post", "live", raw=b" " * (33 << 20)),
        server.ask("get", "hello?colour=red"),
    ]
    assert [(answer.status, answer.body["error"]["message"]) for answer in told] == [
        (400, "the body is not JSON"),
        (400, "the body is not JSON"),
        (400, "the body is not application/json"),
        (400, "a request may have 32 MB"),
        (400, "there is no parameter 'colour'"),
    ]


def test_what_is_not_there_is_told_as_json(server: KitServer) -> None:
    answer = server.ask("get", "nothing/here")
    assert (answer.status, answer.body["error"]["message"]) == (404, "there is no such route")


def test_an_answer_is_json_that_no_page_runs_and_no_proxy_keeps(server: KitServer) -> None:
    headers = server.ask("get", "hello").headers
    wanted = ("Content-Type", "X-Content-Type-Options", "Cache-Control")
    assert [headers[name] for name in wanted] == ["application/json", "nosniff", "no-store"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_the_log_of_the_server_holds_neither_the_token_nor_what_user_code_printed(server: KitServer) -> None:
    noisy = '#| shared\nprint("pass" + "word-in-clear")\nimport sys\nsys.stderr.write("pass" + "word-in-clear")'
    server.need("post", "live/airflow", {"path": "a.ipynb", "cells": cells_of(noisy, *CELLS), "trusted": True})
    log = server.log.read_text()
    assert (server.token in log, "password-in-clear" in log) == (False, False)


def test_the_walk_meets_every_operation() -> None:
    paths = contract()["paths"]
    assert len(ROUTES) == sum(method in paths[path] for path in paths for method in METHODS)
