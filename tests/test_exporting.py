"""nbconvert writes Dag files: through the real ``jupyter nbconvert``, and from a notebook in memory as JupyterLab does."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbconvert.exporters import get_exporter
from nbconvert.utils.exceptions import ConversionException

import mwaa_kit


def _notebook(*sources: str) -> Any:
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    for number, cell in enumerate(cells):
        cell["id"] = f"c{number}"
    return nbformat.v4.new_notebook(cells=cells)


def _convert(path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nbconvert", "--to", "mwaa-dag", *words, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=path.parent)


def test_jupyter_nbconvert_writes_what_compile_writes_and_the_helpers_beside_it(tmp_path: Path) -> None:
    (tmp_path / "helpers.py").write_text("def f():\n    return 1\n")
    path = tmp_path / "etl.ipynb"
    nbformat.write(_notebook("import helpers", "#| task: a\nx = helpers.f()"), path)
    ended = _convert(path)
    module = mwaa_kit.compile(str(path))
    assert ended.returncode == 0, ended.stderr
    assert (tmp_path / "etl.py").read_text() == module.source
    (support,) = module.support
    assert (tmp_path / module.support_folder / "helpers.py").read_bytes() == support.content


def test_the_target_is_chosen_on_the_command_line(tmp_path: Path) -> None:
    path = tmp_path / "etl.ipynb"
    nbformat.write(_notebook("#| task: a\nx = 1"), path)
    assert _convert(path, "--MwaaDagExporter.target=2.10.3").returncode == 0
    assert "from airflow.decorators import dag, task" in (tmp_path / "etl.py").read_text()


def test_an_error_names_the_cell_and_the_next_step_and_nothing_is_written(tmp_path: Path) -> None:
    path = tmp_path / "etl.ipynb"
    nbformat.write(_notebook("#| task: a\n!ls"), path)
    ended = _convert(path)
    assert (ended.returncode, (tmp_path / "etl.py").exists()) == (1, False)
    assert "error[MK202 magic-in-task]" in ended.stderr and "etl.ipynb, cell 1, line 2" in ended.stderr
    assert "next: write: import subprocess;" in ended.stderr


def test_a_notebook_in_memory_is_exported_under_its_name() -> None:
    exporter = get_exporter("mwaa-dag")()
    document = _notebook("#| task: a\nx = 1")
    source, resources = exporter.from_notebook_node(document, {"metadata": {"name": "churn"}})
    assert (source.splitlines()[0], resources["output_extension"]) == (
        "# Made by mwaa-kit from churn.ipynb: edit the notebook, not this file.",
        ".py",
    )
    with pytest.raises(ConversionException, match="no cell of the notebook is a task"):
        exporter.from_notebook_node(_notebook("x = 1"))


def test_an_imported_dag_file_is_exported_byte_for_byte(tmp_path: Path) -> None:
    text = "from airflow.sdk import dag\n\n@dag\ndef d(): ...\nd()\n"
    (tmp_path / "d.py").write_text(text)
    mwaa_kit.import_dag(str(tmp_path / "d.py"), str(tmp_path / "other.ipynb"))
    assert _convert(tmp_path / "other.ipynb", "--stdout").stdout.strip() == text.strip()
    assert json.loads((tmp_path / "other.ipynb").read_text())["cells"]


def test_jupyterlab_offers_it_in_its_menu() -> None:
    assert get_exporter("mwaa-dag")().export_from_notebook == "Airflow Dag file"
