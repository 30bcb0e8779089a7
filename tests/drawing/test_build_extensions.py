"""The build of the page's script: only when its sources changed, and never half."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def extensions() -> ModuleType:
    """``scripts/build_extensions.py`` as a module."""
    spec = importlib.util.spec_from_file_location("build_extensions", ROOT / "scripts" / "build_extensions.py")
    assert spec is not None and spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A checkout with only what the build reads: no packages installed, and everything built from its sources."""
    shutil.copytree(ROOT / "extensions", tmp_path / "extensions", ignore=shutil.ignore_patterns("node_modules"))
    static = tmp_path / "mwaa_kit" / "drawing" / "static"
    static.mkdir(parents=True)
    shutil.copy(ROOT / "mwaa_kit" / "drawing" / "static" / "view.js", static)
    shutil.copytree(ROOT / "mwaa_kit" / "labextension", tmp_path / "mwaa_kit" / "labextension")
    return tmp_path


def test_what_was_built_from_these_sources_is_left_alone(extensions: ModuleType, tree: Path) -> None:
    assert extensions.build(tree) is False
    assert not (tree / "extensions" / "node_modules").exists()


def test_a_build_that_npm_refuses_says_why_and_keeps_the_old_view(extensions: ModuleType, tree: Path) -> None:
    view = tree / "mwaa_kit" / "drawing" / "static" / "view.js"
    before = view.read_bytes()
    (tree / "extensions" / "package-lock.json").write_text("{}")
    with pytest.raises(
        extensions.BuildError, match=r"npm ci failed \(exit 1\) in (.|\n)*package-lock.json(.|\n)*next: "
    ):
        extensions.build(tree)
    assert [path.read_bytes() for path in view.parent.iterdir()] == [before]


def test_the_lock_file_names_no_registry() -> None:
    lock = (ROOT / "extensions" / "package-lock.json").read_text(encoding="utf-8")
    resolved = [line.strip() for line in lock.splitlines() if '"resolved"' in line]
    assert resolved == ['"resolved": "graph",', '"resolved": "lab",']  # the workspace's own folders
