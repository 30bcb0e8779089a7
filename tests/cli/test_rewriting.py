"""freeze, promote, fix, import and export show a diff first, write on --yes, and speak JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

DAG_FILE = (
    b"from airflow.sdk import dag, task\r\n\r\n\r\n@task\r\ndef load():\r\n    return 1\r\n\r\n\r\n"
    b"@dag\r\ndef etl():\r\n    load()\r\n\r\n\r\netl()\r\n"
)
PERCENT = "# %%\n#| task: load\nrows = [1]\n\n# %%\n#| task: use\nprint(rows)\n"


def _notebook(*sources: str) -> str:
    blank = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    cells = [blank | {"id": f"c{n}", "source": source} for n, source in enumerate(sources)]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1) + "\n"


@pytest.mark.parametrize(
    ("words", "source"),
    [
        (("freeze", "nb.ipynb"), "from airflow.sdk import dag\n@dag\ndef d(): ..."),
        (("promote", "nb.ipynb", "load"), "x = 1"),
        (("fix", "nb.ipynb"), "%%task last\n%time x = 1"),
    ],
)
def test_the_diff_comes_first_and_yes_writes_it(
    words: tuple[str, ...], source: str, cli: Callable[..., Any], tmp_path: Path
) -> None:
    text = _notebook("#| task: load\ny = 1", source)
    (tmp_path / "nb.ipynb").write_text(text)
    shown = cli(*words)
    assert (shown.code, shown.out[:14], shown.err) == (
        0,
        "--- nb.ipynb, ",
        "nothing was written; add --yes to write it\n",
    )
    assert (tmp_path / "nb.ipynb").read_text() == text
    told = cli(*words, "--json").document
    assert (told["diff"], told["written"], told["path"]) == (shown.out, False, "nb.ipynb")
    assert cli(*words, "--yes").out == shown.out
    assert (tmp_path / "nb.ipynb").read_text() != text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["nb.ipynb"]


def test_a_dag_file_goes_to_a_notebook_and_back(cli: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "etl.py").write_bytes(DAG_FILE)
    assert cli("import", "etl.py", "-o", "nb.ipynb").out == "wrote nb.ipynb: 5 cells\n"
    assert cli("export", "nb.ipynb").err == "etl.py is up to date\n"
    assert cli("compile", "nb.ipynb", "--json").document["dag_ids"] == ["etl"]
    notebook = (tmp_path / "nb.ipynb").read_text()
    (tmp_path / "nb.ipynb").write_text(notebook.replace("return 1", "return 2"))
    shown = cli("export", "nb.ipynb")
    assert "-    return 1\n+    return 2\n" in shown.out
    assert (tmp_path / "etl.py").read_bytes() == DAG_FILE
    assert cli("export", "nb.ipynb", "--yes").code == 0
    assert (tmp_path / "etl.py").read_bytes() == DAG_FILE.replace(b"return 1", b"return 2")


def test_import_never_replaces_a_notebook(cli: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "etl.py").write_bytes(DAG_FILE)
    (tmp_path / "etl.ipynb").write_text("mine")
    refused = cli("import", "etl.py")
    assert (refused.code, refused.err.splitlines()[0]) == (1, "error: etl.ipynb: is there already; nothing was written")
    assert (tmp_path / "etl.ipynb").read_text() == "mine"


def test_only_an_imported_notebook_is_exported(cli: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "nb.ipynb").write_text(_notebook("#| task: a\nx = 1"))
    refused = cli("export", "nb.ipynb", "--json")
    assert (refused.code, refused.document["error"]["name"]) == (2, "WrongUsageError")


def test_a_py_percent_file_goes_wherever_a_notebook_goes(cli: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "etl.py").write_text(PERCENT)
    compiled = cli("compile", "etl.py", "--json").document
    assert (compiled["dag_ids"], compiled["source_map"][0]["cell"]) == (["etl"], 1)
    assert cli("dataflow", "etl.py").out == "cell 1 -> cell 2: rows (data)\n"
    drawn = cli("draw", "etl.py", "--json").document
    assert [task["task_id"] for task in drawn["dags"][0]["tasks"]] == ["load", "use"]
    assert cli("run", "etl.py", "--json").lines[-1]["state"] == "success"
    assert (tmp_path / "etl.py").read_text() == PERCENT


def test_an_imported_notebook_is_drawn_and_run_as_its_dag_file(cli: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "etl.py").write_bytes(DAG_FILE)
    cli("import", "etl.py", "-o", "nb.ipynb")
    drawn = cli("draw", "nb.ipynb", "--json").document
    assert [(task["task_id"], task["cell"]) for task in drawn["dags"][0]["tasks"]] == [("load", 3)]
    assert cli("run", "nb.ipynb", "--json").lines[-1]["state"] == "success"


def test_check_tells_which_findings_have_a_fix(cli: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "nb.ipynb").write_text(_notebook("#| task: a\n%time x = 1"))
    (finding,) = [f for f in cli("check", "nb.ipynb", "--json").document["findings"] if f["code"] == "MK202"]
    assert finding["fix"] == "'%time x = 1' becomes 'x = 1'"
    said = cli("check", "nb.ipynb").out.splitlines()[-1]
    assert said == "1 finding of nb.ipynb can be mended for you, shown first: mwaa-kit fix nb.ipynb"


@pytest.mark.parametrize("verb", ["freeze", "promote", "fix", "import", "export"])
@pytest.mark.parametrize("content", [b"", b"{", b"\x00", b'{"cells": 5}}'])
def test_what_cannot_be_read_is_one_line_and_no_traceback(
    verb: str, content: bytes, cli: Callable[..., Any], tmp_path: Path
) -> None:
    name = "x.py" if verb == "import" else "x.ipynb"
    (tmp_path / name).write_bytes(content)
    ended = cli(verb, name)
    assert (ended.code, ended.out, "Traceback" in ended.err) == (2, "", False), ended.err
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]


def test_compile_never_writes_over_its_own_notebook(cli: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "etl.py").write_text(PERCENT)
    refused = cli("compile", "etl.py", "-o", "./etl.py")
    assert (refused.code, (tmp_path / "etl.py").read_text()) == (2, PERCENT)


def test_compile_tells_each_finding_once_and_that_there_is_no_dag_file(cli: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "nb.ipynb").write_text(_notebook("#| task: load retry=2\nx = 1", "#| dag: d"))
    told = cli("compile", "nb.ipynb", "-o", "nb.py")
    assert (told.code, told.out, told.err.count("MK205"), told.err.splitlines()[-1]) == (
        1,
        "",
        1,
        "no Dag file was made: 1 error to mend",
    )
    assert not (tmp_path / "nb.py").exists()
