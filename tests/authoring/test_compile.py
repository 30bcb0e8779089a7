"""A notebook becomes a Dag file: its text, its edges with reasons, its source map, its helpers, its determinism."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mwaa_kit.authoring.compile import compile_notebook
from mwaa_kit.errors import NoTaskError
from mwaa_kit.model.module import EdgeReason

GOLDEN = Path(__file__).parent / "golden"
WriteNotebook = Callable[..., str]


@pytest.mark.parametrize("target", ["3.3.1", "2.10.3"])
def test_the_example_of_the_language_comes_out_as_its_golden_file(target: str) -> None:
    module = compile_notebook(str(GOLDEN / "churn.ipynb"), target=target)
    assert module.source == (GOLDEN / f"churn_{target}.txt").read_text(encoding="utf-8")
    assert (module.dag_ids, module.file_name, module.findings) == (("churn",), "churn.py", ())


def test_only_what_the_cells_do_is_lowered_and_each_cell_begins_with_a_gap(tmp_path: Path) -> None:
    cells = ["#| task: a\nx = 1\nx", "#| task+: a\ny = x; y\ny  # seen", '#| task+: a\nprint(f"{y:>3}")']
    path = tmp_path / "shows.py"
    path.write_text("".join(f"# %%\n{cell}\n\n" for cell in cells))
    source = compile_notebook(str(path)).source
    assert source.startswith("# Made by mwaa-kit from shows.py: edit the notebook, not this file.\n\nfrom airflow")
    assert source.partition("def a():\n")[2].partition("\n\n\n")[0] == (
        '    # cell #1\n    x = 1\n\n    # cell #2\n    y = x; y\n    y  # seen\n\n    # cell #3\n    print(f"{y:>3}")'
    )


@pytest.mark.parametrize(
    ("schedule", "code"),
    [
        ('"0 6 * * *"', '"0 6 * * *"'),
        ("@daily", '"@daily"'),
        ("None", "None"),
        ("timedelta(hours=6)", "timedelta(hours=6)"),
        ("[raw,clean]", "[raw, clean]"),
        ("raw", "raw"),
        ("raw&clean", "raw & clean"),
        ("(raw|clean)&raw", "(raw | clean) & raw"),
        ('CronTriggerTimetable("0 0 * * *",timezone="UTC")', 'CronTriggerTimetable("0 0 * * *", timezone="UTC")'),
    ],
)
def test_a_schedule_is_a_text_a_span_a_timetable_or_assets(
    schedule: str, code: str, write_notebook: WriteNotebook
) -> None:
    imports = "from datetime import timedelta\nfrom airflow.sdk import Asset, CronTriggerTimetable"
    assets = 'raw = Asset("s3://b/raw")\nclean = Asset("s3://b/clean")'
    module = compile_notebook(write_notebook([imports, assets, "#| task: a\nx = 1", f"#| dag: d schedule={schedule}"]))
    assert f"@dag(schedule={code})" in module.source


def test_each_edge_tells_its_names_and_its_reason() -> None:
    assert compile_notebook(str(GOLDEN / "churn.ipynb")).edges == (
        EdgeReason("churn", "load", "features", ("rows",), "'rows' written in cell 4 line 2, read in cell 6 line 2"),
        EdgeReason("churn", "features", "score", ("X",), "'X' written in cell 6 line 3, read in cell 7 line 2"),
        EdgeReason("churn", "load", "score", ("ids",), "'ids' written in cell 4 line 3, read in cell 7 line 2"),
    )


def test_every_line_in_the_source_map_is_the_line_of_its_cell() -> None:
    path = GOLDEN / "churn.ipynb"
    module, cells = compile_notebook(str(path)), json.loads(path.read_text())["cells"]
    lines = module.source.splitlines()
    kept = {}
    for entry in module.source_map:
        written = "".join(cells[entry.cell - 1]["source"]).splitlines()[entry.cell_line - 1].strip()
        kept[entry.line] = lines[entry.line - 1].strip() == written
    body = [n for n, line in enumerate(lines, start=1) if "statistics.mean" in line or "for i, x in zip" in line]
    assert [kept[number] for number in body] == [True, True]
    assert str(module.locate(body[0])) == f"{path}, cell 6, line 2"


def test_the_same_notebook_gives_the_same_bytes_whatever_the_hash_seed() -> None:
    program = (
        "import sys, glob; from mwaa_kit.authoring.compile import compile_notebook as c\n"
        "print([c(p).sha256 for p in sorted(glob.glob(sys.argv[1] + '/*.ipynb'))])"
    )
    samples = str(GOLDEN.parent / "samples")
    run = [sys.executable, "-c", program, samples]
    outputs = {
        subprocess.run(run, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        for seed in ("1", "2", "3")
    }
    assert len(outputs) == 1


def test_a_notebook_without_a_task_is_one_line_and_exit_1(write_notebook: WriteNotebook) -> None:
    path = write_notebook(["x = 1", "print(x)"])
    with pytest.raises(NoTaskError) as raised:
        compile_notebook(path)
    assert (str(raised.value), raised.value.exit_code) == (f"{path}: no cell of the notebook is a task", 1)


def test_helper_modules_beside_the_notebook_go_to_a_folder_named_for_their_content(
    write_notebook: WriteNotebook, tmp_path: Path
) -> None:
    (tmp_path / "helpers.py").write_text("import deeper\n\ndef f():\n    return deeper.K\n")
    (tmp_path / "deeper.py").write_text("from pack import thing\nK = 1\n")
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "__init__.py").write_text("from .inner import thing\n")
    (tmp_path / "pack" / "inner.py").write_text("thing = 2\n")
    (tmp_path / "unused.py").write_text("")
    path = write_notebook(["import helpers", "#| task: a\nx = helpers.f()"])
    first = compile_notebook(path)
    assert [file.name for file in first.support] == ["deeper.py", "helpers.py", "pack/__init__.py", "pack/inner.py"]
    assert first.support_folder.startswith("_mwaa_kit/nb/")
    assert f"{first.support_folder}" in first.source
    (tmp_path / "deeper.py").write_text("K = 2\n")
    assert compile_notebook(path).support_folder != first.support_folder


def test_a_compiled_file_with_helpers_runs_from_the_dag_folder(write_notebook: WriteNotebook, tmp_path: Path) -> None:
    (tmp_path / "helpers.py").write_text("def f():\n    return 41\n")
    module = compile_notebook(write_notebook(["import helpers", "#| shared\nX = helpers.f() + 1", "#| task: a\ny = X"]))
    dags = tmp_path / "dags"
    for file in module.support:
        (dags / module.support_folder).mkdir(parents=True, exist_ok=True)
        (dags / module.support_folder / file.name).write_bytes(file.content)
    airflow = dags / "airflow"
    airflow.mkdir()
    (airflow / "__init__.py").write_text("")
    (airflow / "sdk.py").write_text("def task(f=None, **k): return f\ndef dag(**k): return lambda f: f\n")
    (dags / "nb.py").write_text(module.source)
    ended = subprocess.run([sys.executable, "-c", "import nb; print(nb.X)"], cwd=dags, capture_output=True, text=True)
    assert (ended.stdout, ended.returncode) == ("42\n", 0), ended.stderr


def test_requirements_cells_are_read(write_notebook: WriteNotebook) -> None:
    path = write_notebook(["#| requirements\n# pandas==2.3.3\n#numpy>=2  # arrays\n", "#| task: a\nx = 1"])
    assert compile_notebook(path).requirements == ("pandas==2.3.3", "numpy>=2  # arrays")


def test_a_cell_without_an_id_is_anchored_by_its_position(tmp_path: Path) -> None:
    cell = {"cell_type": "code", "metadata": {}, "source": "#| task: a\nx = 1", "outputs": [], "execution_count": None}
    path = tmp_path / "nb.ipynb"
    path.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 2}))
    assert "    # cell #1\n    x = 1\n" in compile_notebook(str(path)).source


@pytest.mark.parametrize(
    "name",
    ["../x", "a'b", 'a"b', "a\\nb", "<b>", "x); import os; (", "x y", "__import__('os')", "a/b", "\u202eabc", "0day"],
)
def test_a_task_name_can_never_put_code_into_the_file(name: str, write_notebook: WriteNotebook) -> None:
    module = compile_notebook(write_notebook([f"#| task: {name}\nx = 1", "#| task: ok\ny = 2"]))
    assert module.source == "" or name in ("0day",) or name.isidentifier()
    assert {finding.code for finding in module.findings} >= {"MK205"}


@pytest.mark.parametrize(
    "option", ["retries=__import__('os').system('x')", "a.b=1", "re-tries=1", "retries=(", "x=1;y=2"]
)
def test_an_option_is_a_literal_a_word_or_a_call_and_never_a_statement(
    option: str, write_notebook: WriteNotebook
) -> None:
    module = compile_notebook(write_notebook([f"#| task: a {option}\nx = 1"]))
    assert "system" not in module.source
    assert module.source == "" or compile(module.source, "dag.py", "exec")


@pytest.mark.parametrize("margin", ["\t", "  ", "        "])
def test_a_docstring_of_an_empty_dag_may_stand_in_by_anything(margin: str, write_notebook: WriteNotebook) -> None:
    body = f'{margin}"""Doc.\n\n{margin}More.\n{margin}"""\n{margin}...'
    path = write_notebook(
        ["from airflow.sdk import dag", "#| task: a\nx = 1", f"@dag(schedule=None)\ndef etl():\n{body}"]
    )
    (function,) = [n for n in ast.parse(compile_notebook(path).source).body if getattr(n, "name", "") == "etl"]
    assert (ast.get_docstring(function), ast.unparse(function.body[-1])) == ("Doc.\n\nMore.", "a()")


def test_what_is_drawn_by_lot_in_an_operator_of_a_cell_is_told(write_notebook: WriteNotebook) -> None:
    path = write_notebook(
        [
            "import uuid\nfrom airflow.providers.standard.operators.bash import BashOperator",
            'BashOperator(task_id=f"t_{uuid.uuid4().hex}", bash_command="true")',
            "#| task: a\nx = 1",
        ]
    )
    told = [(finding.code, finding.at.cell) for finding in compile_notebook(path).findings]
    assert told == [("MK110", None), ("MK118", 2)]
