"""Binder, as far as it can be tried without Docker: what it would build, and its own scripts in a clean home."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UV = [sys.executable, "-m", "uv"]
ENVIRON = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A clean copy of what git tracks, as Binder gets it, with what was built from it."""
    clean = tmp_path_factory.mktemp("binder")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (clean / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, clean / name)
    yield clean
    shutil.rmtree(clean)  # an environment of its own: not to be kept among pytest's folders


def test_repo2docker_picks_up_every_file_of_the_binder_folder(checkout: Path) -> None:
    command = [*UV, "tool", "run", "--quiet", "--from", "jupyter-repo2docker", "jupyter-repo2docker"]
    done = subprocess.run(
        [*command, "--no-build", "--debug", "."], cwd=checkout, env=ENVIRON, capture_output=True, text=True, check=False
    )
    told = done.stdout + done.stderr
    wanted = ("RUN ./binder/postBuild", 'ENV R2D_ENTRYPOINT="${REPO_DIR}/binder/start"', "3.12")
    assert (done.returncode, [word for word in wanted if word not in told]) == (0, [])


def test_the_image_holds_a_jupyterlab_with_the_kit_that_opens_on_the_first_tutorial(checkout: Path) -> None:
    home = checkout / "home"
    home.mkdir()
    subprocess.run([*UV, "venv", "--quiet", "--seed", "--python", sys.executable, str(home / "env")], check=True)
    path = os.pathsep.join([str(home / "env" / "bin"), "/usr/bin", "/bin"])
    kept = {name: value for name, value in ENVIRON.items() if name.startswith(("PIP_", "UV_", "SSL_", "REQUESTS_"))}
    cache = subprocess.run([*UV, "cache", "dir"], capture_output=True, text=True, check=True).stdout.strip()
    environ = {**kept, "PATH": path, "HOME": str(home), "UV_NO_CACHE": "0", "UV_CACHE_DIR": cache}
    if index := _pip_setting("index-url"):  # on Binder both find their registry by themselves
        environ.setdefault("UV_DEFAULT_INDEX", index)
    built = subprocess.run(
        ["bash", "binder/postBuild"], cwd=checkout, env=environ, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    listed = subprocess.run(
        ["jupyter", "labextension", "list"], env=environ, capture_output=True, text=True, check=True
    )
    settings = home / "env" / "etc" / "jupyter"
    opened = json.loads((settings / "jupyter_server_config.json").read_text())["ServerApp"]["default_url"]
    assert "mwaa-kit v" in listed.stderr + listed.stdout
    assert (settings / "jupyter_server_config.d" / "mwaa_kit.json").is_file()
    assert (checkout / opened.removeprefix("/lab/tree/")).is_file()
    started = subprocess.run(
        ["bash", "binder/start", "echo", "the server"],
        cwd=checkout, env={**environ, "PATH": f"{_quiet(home)}:{path}"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (started.returncode, started.stdout) == (0, "the server\n")


def _pip_setting(name: str) -> str:
    asked = [sys.executable, "-m", "pip", "config", "get", f"global.{name}"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False)
    return answer.stdout.strip() if answer.returncode == 0 else ""


def _quiet(home: Path) -> Path:
    """Return a folder with a `mwaa-kit` that starts nothing: the practice MWAA has its own tests."""
    folder = home / "quiet"
    folder.mkdir()
    command = folder / "mwaa-kit"
    command.write_text("#!/bin/sh\nexit 0\n")
    command.chmod(0o755)
    return folder
