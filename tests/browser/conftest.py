"""A browser for the tests that look at a page: Chromium, wherever this machine has it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from support_lab import lab_server
from support_panel import DagPage, Lab

ROOT = Path(__file__).parents[2]

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


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory, practice_home: Path, _started_practice: object) -> Iterator[Lab]:
    """One JupyterLab for all tests of the panel, in an empty folder, where the practice MWAA is running already."""
    folder, own = tmp_path_factory.mktemp("notebooks"), tmp_path_factory.mktemp("own")
    with lab_server(folder, own, kit_home=practice_home) as tree:
        yield Lab(tree, folder)


@pytest.fixture
def window(lab: Lab, browser: Browser) -> Iterator[DagPage]:
    """A window of its own on the JupyterLab of all tests."""
    opened = lab.page(browser)
    yield opened
    opened.page.close()


@pytest.fixture(scope="session")
def axe() -> Path:
    """The script that checks a page for accessibility, which comes with the tools of the extensions."""
    spec = importlib.util.spec_from_file_location("build_extensions", ROOT / "scripts" / "build_extensions.py")
    assert spec
    assert spec.loader
    script = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = script
    spec.loader.exec_module(script)
    script.install(ROOT, tools=True)
    return ROOT / "extensions" / "node_modules" / "axe-core" / "axe.min.js"
