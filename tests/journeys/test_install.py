"""The wheel is built and installed as a user would; the core fits beside every Airflow that MWAA offers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

from mwaa_kit.targets.catalogue import TARGETS, Target

ROOT = Path(__file__).resolve().parents[2]
UV = [sys.executable, "-m", "uv"]
ENVIRON = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}


def _run(command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=ENVIRON, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built in isolation from a clean copy of what git tracks."""
    clean = tmp_path_factory.mktemp("clean")
    files = _run(["git", "ls-files", "-z"], cwd=ROOT).stdout.split("\0")
    for name in filter(None, files):
        if (ROOT / name).is_file():
            (clean / name).parent.mkdir(parents=True, exist_ok=True)
            (clean / name).write_bytes((ROOT / name).read_bytes())
    target = tmp_path_factory.mktemp("dist")
    _run([*UV, "build", "--wheel", "--out-dir", str(target), "--python", sys.executable, str(clean)])
    return next(target.glob("*.whl"))


def test_the_wheel_holds_the_package_with_its_data_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"mwaa_kit"}
    wanted = {
        "mwaa_kit/py.typed",
        "mwaa_kit/targets/preinstalled.json",
        "mwaa_kit/drawing/static/view.js",
        "mwaa_kit/server/openapi.json",
    }
    wanted |= {f"mwaa_kit/tutorials/{path.name}" for path in (ROOT / "notebooks").glob("*.*")}
    lab = f"mwaa_kit-{version('mwaa-kit')}.data/data/share/jupyter/labextensions/mwaa-kit"
    wanted |= {f"{lab}/package.json", f"{lab}/install.json"}
    assert wanted <= set(names)


def test_the_wheel_works_in_a_bare_environment(wheel: Path, tmp_path: Path) -> None:
    python = str(tmp_path / "bare" / "bin" / "python")
    _run([*UV, "venv", "--quiet", "--python", sys.executable, str(tmp_path / "bare")])
    _run([*UV, "pip", "install", "--quiet", "--python", python, str(wheel)])
    settings = tmp_path / "bare" / "etc" / "jupyter" / "jupyter_server_config.d" / "mwaa_kit.json"
    assert json.loads(settings.read_text()) == {"ServerApp": {"jpserver_extensions": {"mwaa_kit.server": True}}}
    folder = tmp_path / "tutorials"
    _run([python, "-m", "mwaa_kit", "tutorials", str(folder)])
    compiled = _run([python, "-m", "mwaa_kit", "compile", str(folder / "01_first_dag.ipynb")])
    assert "def penguins(" in compiled.stdout
    run = [python, "-m", "mwaa_kit", "run", str(folder / "01_first_dag.ipynb")]
    ran = subprocess.run(run, capture_output=True, text=True, check=False)
    assert (ran.returncode, "Traceback" in ran.stderr, "mwaa-kit[airflow]" in ran.stderr) == (3, False, True)


def test_the_core_resolves_beside_every_airflow_that_mwaa_offers(tmp_path: Path) -> None:
    """Under CI with ``MWAA_KIT_CONSTRAINTS`` under MWAA's lists; elsewhere, with no list, without limits."""
    where = os.environ.get("MWAA_KIT_CONSTRAINTS", "")
    assert {target.airflow: _resolve(target, where, tmp_path) for target in TARGETS} == {
        target.airflow: "" for target in TARGETS
    }


def _resolve(target: Target, where: str, folder: Path) -> str:
    """Resolve the core for one target; return what stands in the way."""
    command = [
        *UV,
        "pip",
        "compile",
        "--quiet",
        "--python-version",
        target.python,
        "--no-header",
        str(ROOT / "pyproject.toml"),
    ]
    if where:
        name = f"constraints-{target.airflow}/constraints-{target.python}.txt"
        listed = where.format(airflow=target.airflow, python=target.python) if "{" in where else f"{where}/{name}"
        command += ["--constraint", listed]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=ENVIRON)
    return "" if done.returncode == 0 else done.stderr
