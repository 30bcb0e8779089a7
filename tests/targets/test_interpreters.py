"""An interpreter of a target is made once, whole, and found again; whatever stands in the way is said in a sentence."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from mwaa_kit.errors import InterpreterError
from mwaa_kit.targets.catalogue import find_target
from mwaa_kit.targets.interpreters import Interpreter, find_interpreters, make_interpreter
from mwaa_kit.targets.kept import find_kept
from mwaa_kit.targets.pythons import find_python, uv_settings

OLD = find_target("2.11.2")


def test_the_interpreter_holds_the_target_and_is_found_the_second_time(airflow2: Interpreter) -> None:
    lists = os.environ.get("MWAA_KIT_CONSTRAINTS", "")
    asked = "import sys; from importlib.metadata import version as v; print(v('apache-airflow'), sys.version[:4])"
    told = subprocess.run([airflow2.python, "-c", asked], capture_output=True, text=True, check=True).stdout.split()
    assert told == [OLD.airflow, OLD.python]
    os.utime(airflow2.python.parents[1], (0, 0))
    assert make_interpreter(OLD, constraints=lists) == Interpreter(OLD, airflow2.python, made=False)
    assert airflow2.python.parents[1] in find_interpreters()
    assert airflow2.python.parents[1].stat().st_mtime > 0


def test_of_several_with_one_airflow_the_one_that_was_made_or_asked_for_last_is_used(tmp_path: Path) -> None:
    for at, name in enumerate(("2.11.2-py3.12-aa", "2.11.2-py3.12-bb", "3.0.6-py3.12-cc")):
        (tmp_path / name / "bin").mkdir(parents=True)
        (tmp_path / name / "bin" / "python").touch()
        os.utime(tmp_path / name, (at, at))
    assert find_kept("2.11.2", tmp_path).folder.name == "2.11.2-py3.12-bb"
    os.utime(tmp_path / "2.11.2-py3.12-aa")
    assert find_kept("2.11.2", tmp_path).folder.name == "2.11.2-py3.12-aa"


def test_a_missing_list_is_named_and_nothing_is_left_behind(tmp_path: Path) -> None:
    with pytest.raises(InterpreterError) as caught:
        make_interpreter(OLD, constraints=str(tmp_path / "lists"), root=tmp_path / "targets")
    assert caught.value.path == f"{tmp_path}/lists/constraints-2.11.2/constraints-3.12.txt"
    assert find_interpreters(tmp_path / "targets") == ()


def test_what_uv_refuses_is_told_and_nothing_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "2.11.2.txt").write_text("apache-airflow==2.11.1\n")
    with pytest.raises(InterpreterError, match=r"apache-airflow==2\.11\.1"):
        make_interpreter(OLD, constraints=str(tmp_path / "{airflow}.txt"), root=tmp_path / "targets")
    assert [path for path in (tmp_path / "targets").iterdir() if path.is_dir()] == []


def test_a_python_that_is_not_there_is_not_found() -> None:
    assert find_python(("3.99",)) is None


def test_uv_uses_the_index_and_the_certificates_of_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UV_PYTHON_DOWNLOADS", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple")
    monkeypatch.setenv("PIP_CERT", "/certs.pem")
    assert uv_settings("python") == {
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_DEFAULT_INDEX": "http://127.0.0.1:1/simple",
        "SSL_CERT_FILE": "/certs.pem",
    }
