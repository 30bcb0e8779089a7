"""Set the project up on a machine that has Python 3.11 or newer, make, git and a package registry, and nothing else.

Usage: ``python3 scripts/bootstrap.py [--browser]``. It makes ``.venv`` with everything pinned and hashed, builds the
front end with the Node.js that PyPI carries, and with ``--browser`` finds or installs a Chromium for the tests. When
nothing has changed since the last time, it returns at once. Standard library only.

Notes
-----
MWAA's newest Airflow runs on Python 3.12, so a 3.12 is preferred where one really runs: every candidate is run, since a
shim on PATH may only say that it has no such version. Otherwise 3.13 or 3.11 will do.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "mwaa-kit-stamp"
sys.path.insert(0, str(ROOT))  # nothing is installed yet

from mwaa_kit.targets.pythons import find_python, uv_settings  # noqa: E402

WANTED = ("3.12", "3.13", "3.11")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_BROWSER = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
APT = ["apt-get", "install", "-y", "--no-install-recommends", "chromium", "fonts-dejavu-core"]


def say(text: str) -> None:
    """Tell what is being done, where make's own output goes."""
    print(f"[set-up] {text}", file=sys.stderr, flush=True)


def need_python() -> tuple[str, str]:
    """Return the interpreter to build on, and its version as ``3.12``."""
    if found := find_python(WANTED):
        return found
    raise SystemExit(
        "[set-up] no Python 3.11, 3.12 or 3.13 was found. Install one, or name it: MWAA_KIT_PYTHON=/path make …"
    )


def fingerprint(version: str) -> str:
    """Return a digest of all that decides what the environment holds."""
    parts = [ROOT / "pyproject.toml", ROOT / "requirements" / f"kit-py{version.replace('.', '')}.txt", Path(__file__)]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.read_bytes())
    return digest.hexdigest()


def run(command: list[str], **environ: str) -> None:
    """Run a command; end with its own message when it fails."""
    done = subprocess.run(command, cwd=ROOT, env=os.environ | environ, check=False, stdout=sys.stderr)
    if done.returncode:
        raise SystemExit(f"[set-up] failed with exit code {done.returncode}: {' '.join(command)}")


def make_environment(python: str, version: str) -> None:
    """Make ``.venv`` anew and install everything into it."""
    say(f"Python {version} at {python}")
    if version == "3.11":
        say(
            "note: Airflow's pinned numpy has no build for Python 3.11, so numpy is not pinned to Airflow's version here"
        )
    shutil.rmtree(VENV, ignore_errors=True)
    run([python, "-m", "venv", str(VENV)])
    inside = str(VENV / "bin" / "python")
    quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    run([inside, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", "requirements/uv.txt"], **quiet)
    environ = uv_settings(inside)
    install = [str(VENV / "bin" / "uv"), "pip", "install", "--quiet", "--python", inside]
    say("installing Airflow, JupyterLab and the tools (about 300 packages)")
    run([*install, "--require-hashes", "-r", f"requirements/kit-py{version.replace('.', '')}.txt"], **environ)
    say("installing mwaa-kit itself")
    run([*install, "--no-deps", "--no-build-isolation", "--editable", "."], **environ)


def enable_extensions() -> None:
    """Link both extensions into the environment: an editable install leaves out what lies outside the package."""
    settings = ROOT / "jupyter-config" / "server-config" / "mwaa_kit.json"
    link(settings, VENV / "etc" / "jupyter" / "jupyter_server_config.d" / settings.name)
    link(ROOT / "mwaa_kit" / "labextension", VENV / "share" / "jupyter" / "labextensions" / "mwaa-kit")


def link(there: Path, place: Path) -> None:
    """Make `place` a link that leads to `there`, whatever was at that place."""
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    place.unlink(missing_ok=True)
    place.symlink_to(os.path.relpath(there, place.parent))


def find_browser() -> str | None:
    """Return a Chromium or Chrome that is there."""
    named = os.environ.get("MWAA_KIT_BROWSER")
    found = named or next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None and Path(MAC_BROWSER).exists():
        found = MAC_BROWSER
    return found


def need_browser() -> None:
    """Find a browser, or install Debian's where that is ours to do; otherwise say the one line to type."""
    if find_browser():
        return
    line = " ".join(APT)
    if not (shutil.which("apt-get") and os.geteuid() == 0):
        raise SystemExit(f"[set-up] the browser tests need Chromium or Chrome. On Debian or Ubuntu type: sudo {line}")
    say("installing Chromium from Debian's packages")
    run(["apt-get", "update", "-qq"])
    run([*APT[:2], "-qq", *APT[2:]], DEBIAN_FRONTEND="noninteractive")
    if not find_browser():
        raise SystemExit(f"[set-up] Chromium was installed but cannot be found; try: {line}")


def main() -> int:
    """Bring the environment up to date."""
    started = time.monotonic()
    python, version = need_python()
    wanted = f"{version} {fingerprint(version)}"
    if not (STAMP.exists() and STAMP.read_text() == wanted and (VENV / "bin" / "mwaa-kit").exists()):
        make_environment(python, version)
        STAMP.write_text(wanted)
        say(f"the environment is ready after {time.monotonic() - started:.0f} s")
    run([str(VENV / "bin" / "python"), "scripts/build_extensions.py"])
    enable_extensions()
    if "--browser" in sys.argv[1:]:
        need_browser()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
