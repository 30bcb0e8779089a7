"""Who may change things through the API server, and when: the middleware by itself."""

from __future__ import annotations

import asyncio
from typing import Any

from support_server import run_apart

from mwaa_kit.practising.one_writer import OneWriter


class App:
    """An ASGI app that notes who comes in and goes out, and stays in until it is told to go on."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.go_on = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.seen.append(f"{scope['path']} in")
        await self.go_on.wait()
        self.seen.append(f"{scope['path']} out")
        if scope["path"] == "/bad":
            raise ValueError("told")


async def _nothing(*_: Any) -> Any:
    return {}


async def _ask(app: App, *requests: tuple[str, str]) -> list[str]:
    """Ask for all at once; return who came in and went out, in order."""
    writer = OneWriter(app)
    asked = [
        asyncio.ensure_future(writer({"type": "http", "method": method, "path": path}, _nothing, _nothing))
        for method, path in requests
    ]
    await asyncio.sleep(0.01)  # whoever may come in without waiting has done so
    app.seen.append("|")
    app.go_on.set()
    await asyncio.gather(*asked, return_exceptions=True)
    return app.seen


def _seen(*requests: tuple[str, str]) -> list[str]:
    async def ask() -> list[str]:
        return await _ask(App(), *requests)

    return run_apart(ask())


def test_a_change_waits_for_the_one_before_it() -> None:
    seen = _seen(("POST", "/one"), ("PATCH", "/two"), ("DELETE", "/three"))
    assert seen == ["/one in", "|", "/one out", "/two in", "/two out", "/three in", "/three out"]


def test_who_only_reads_never_waits() -> None:
    assert _seen(("PUT", "/one"), ("GET", "/two"))[:3] == ["/one in", "/two in", "|"]


def test_a_change_that_fails_lets_the_next_one_in() -> None:
    assert _seen(("POST", "/bad"), ("POST", "/two")) == ["/bad in", "|", "/bad out", "/two in", "/two out"]
