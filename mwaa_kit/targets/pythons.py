"""Which Pythons this machine has, and where its pip finds packages, so that uv finds them there too.

Standard library only, and nothing that an old Python cannot read: the set-up script uses it before anything is installed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

_PROBE = "import sys, sqlite3, ssl, venv; print('%d.%d' % sys.version_info[:2])"


def find_python(versions: tuple[str, ...]) -> tuple[str, str] | None:
    """Return the first interpreter of one of the versions that really runs, and its version as ``3.12``.

    Parameters
    ----------
    versions
        The preferred first. Every candidate is run: a shim on PATH may only say that it has no such version.
    """
    for path in _candidates(versions):
        if not os.access(path, os.X_OK):
            continue
        found = subprocess.run([path, "-c", _PROBE], capture_output=True, text=True, check=False)
        if found.returncode == 0 and found.stdout.strip() in versions:
            return path, found.stdout.strip()
    return None


def _candidates(versions: tuple[str, ...]) -> Iterator[str]:
    """Yield interpreters that may exist, the preferred versions first."""
    if chosen := os.environ.get("MWAA_KIT_PYTHON"):
        yield chosen
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for version in versions:
        if sys.version.startswith(version + "."):
            yield getattr(sys, "_base_executable", sys.executable)
        for folder in os.get_exec_path():
            yield str(Path(folder) / f"python{version}")
        yield from (str(found / "bin" / "python") for found in sorted(pyenv.glob(f"{version}.*"), reverse=True))


def uv_settings(python: str) -> dict[str, str]:
    """Return what uv must be told through its environment to use the index and certificates that pip is set up with.

    Parameters
    ----------
    python
        An interpreter that has pip; without pip there is nothing to tell.
    """
    settings = {} if "UV_PYTHON_DOWNLOADS" in os.environ else {"UV_PYTHON_DOWNLOADS": "never"}
    if not {"UV_DEFAULT_INDEX", "UV_INDEX_URL"} & set(os.environ) and (index := _pip_setting(python, "index-url")):
        settings["UV_DEFAULT_INDEX"] = index
    if "SSL_CERT_FILE" not in os.environ and (certificates := _pip_setting(python, "cert")):
        settings["SSL_CERT_FILE"] = certificates
    return settings


def _pip_setting(python: str, name: str) -> str:
    """Return a setting of pip; empty when it has none."""
    if chosen := os.environ.get(f"PIP_{name.replace('-', '_').upper()}"):
        return chosen
    asked = [python, "-m", "pip", "config", "get", f"global.{name}"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False)
    return answer.stdout.strip() if answer.returncode == 0 else ""
