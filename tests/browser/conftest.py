"""A browser for the tests that look at a page: Chromium, wherever this machine has it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """The browser: ``MWAA_KIT_BROWSER`` names it, else it is looked for on the PATH. Without one these tests fail."""
    named = os.environ.get("MWAA_KIT_BROWSER")
    found = named or next(filter(None, map(shutil.which, _NAMES)), None)
    assert found, "no Chromium here; on Debian as root: apt-get install -y chromium fonts-dejavu-core"
    return Path(found)


@pytest.fixture(scope="session")
def browser(chromium_path: Path) -> Iterator[Browser]:
    """One headless browser for all tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=_ARGUMENTS)
        yield browser
        browser.close()
