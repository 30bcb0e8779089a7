"""What `.airflowignore` gains, and that both of Airflow's syntaxes read it alike."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mwaa_kit.publishing.ignore import PATTERNS, merge_ignore

OURS = b"_mwaa_kit/\n.ipynb_checkpoints\n__pycache__\n"


@pytest.mark.parametrize(
    ("existing", "merged"),
    [
        (None, OURS),
        (b"", OURS),
        (b"mine.*", b"mine.*\n" + OURS),
        (b"# hello\r\n__pycache__ # ours\r\n", b"# hello\r\n__pycache__ # ours\r\n_mwaa_kit/\n.ipynb_checkpoints\n"),
        (b"# _mwaa_kit/\n", b"# _mwaa_kit/\n" + OURS),
        (b"\xff\xfe\n", b"\xff\xfe\n" + OURS),
        (OURS + b"mine", OURS + b"mine"),
    ],
)
def test_missing_lines_are_added_and_none_is_touched(existing: bytes | None, merged: bytes) -> None:
    assert merge_ignore(existing, PATTERNS) == merged


@given(st.binary() | st.lists(st.sampled_from([*(p.encode() for p in PATTERNS), b"x", b"\r"])).map(b"\n".join))
def test_merging_keeps_every_byte_and_merging_again_adds_nothing(existing: bytes) -> None:
    merged = merge_ignore(existing, PATTERNS)
    assert merged.startswith(existing)
    assert merge_ignore(merged, PATTERNS) == merged


@pytest.mark.parametrize("syntax", ["glob", "regexp"])
def test_airflow_itself_finds_the_same_files_in_both_syntaxes(tmp_path: Path, syntax: str) -> None:
    dags = tmp_path / "dags"
    hidden = ("_mwaa_kit/churn/3fa9/helpers.py", ".ipynb_checkpoints/churn.py", "team/__pycache__/x.py")
    for name in (*hidden, "churn.py", "team/etl.py"):
        (dags / name).parent.mkdir(parents=True, exist_ok=True)
        (dags / name).write_text("")
    (dags / ".airflowignore").write_bytes(merge_ignore(None, PATTERNS))
    assert _found_by_airflow(dags, syntax) == ["churn.py", "team/etl.py"]


def _found_by_airflow(dags: Path, syntax: str) -> list[str]:
    """Ask the installed Airflow's own search, without importing all of Airflow."""
    spec = importlib.util.find_spec("airflow")
    assert spec and spec.submodule_search_locations
    module = Path(spec.submodule_search_locations[0]) / "_shared/module_loading/file_discovery.py"
    code = (
        "import runpy, sys; search = runpy.run_path(sys.argv[1])['find_path_from_directory'];"
        "print('\\n'.join(search(sys.argv[2], '.airflowignore', sys.argv[3])))"
    )
    command = [sys.executable, "-c", code, str(module), str(dags), syntax]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return sorted(Path(line).relative_to(dags).as_posix() for line in found)
