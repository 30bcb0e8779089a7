"""A notebook without a directive is proposed as tasks: a new file, lines on top of cells, nothing else touched."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support_values import assert_runs_as_in_a_kernel

import mwaa_kit
from mwaa_kit.authoring.importing.proposing import task_name
from mwaa_kit.errors import RefusedError, UnreadableInputError
from mwaa_kit.model.finding import errors_in


def _cell(source: str, *tags: str) -> dict[str, Any]:
    if source.startswith("%md "):
        return {"cell_type": "markdown", "metadata": {}, "source": source[4:]}
    outputs = [{"output_type": "stream", "name": "stdout", "text": "kept"}]
    metadata = {"tags": list(tags)} if tags else {}
    return {"cell_type": "code", "execution_count": 1, "metadata": metadata, "outputs": outputs, "source": source}


def _write(folder: Path, *cells: dict[str, Any]) -> str:
    path = folder / "nb.ipynb"
    path.write_text(json.dumps({"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 4}, indent=1))
    return str(path)


def _proposed(path: str) -> list[str]:
    rewriting = mwaa_kit.propose(path, write=True)
    document = json.loads(Path(rewriting.output).read_text())
    before = json.loads(Path(path).read_text())["cells"]
    assert [cell | {"source": ""} for cell in document["cells"]] == [cell | {"source": ""} for cell in before]
    return ["".join(cell["source"]).split("\n")[0] for cell in document["cells"]]


def test_headings_of_the_second_level_become_tasks_that_compile(tmp_path: Path) -> None:
    path = _write(
        tmp_path,
        _cell("%md # Churn"),
        _cell("import math"),
        _cell("n = 6", "parameters"),
        _cell("%md ## 1. Load the *rows*\ntext"),
        _cell("rows = list(range(n))"),
        _cell("rows[:2]"),
        _cell("more = math.fsum(rows)"),
        _cell("%md ## Train"),
        _cell("def f(x):\n    return x"),
        _cell("model = f(rows)"),
        _cell("display(model)"),
        _cell("%md ### Detail\n```\n## no heading\n```"),
        _cell("print(model); score = 1"),
        _cell("%md ## Train"),
        _cell("save = score"),
    )
    assert _proposed(path) == [
        "# Churn", "import math", "#| params", "## 1. Load the *rows*", "#| task: load_the_rows", "rows[:2]",
        "#| task+: load_the_rows", "## Train", "def f(x):", "#| task: train", "display(model)", "### Detail",
        "#| task+: train", "## Train", "#| task: train_2",
    ]  # fmt: skip
    module = mwaa_kit.compile(str(tmp_path / "nb_tasks.ipynb"))
    assert errors_in(module.findings) == ()
    edges = [(edge.upstream, edge.downstream) for edge in module.edges]
    assert edges == [("load_the_rows", "train"), ("train", "train_2")]
    assert_runs_as_in_a_kernel(tmp_path / "nb_tasks.ipynb")


def test_without_headings_the_whole_notebook_is_one_task(tmp_path: Path) -> None:
    path = _write(tmp_path, _cell("n = 6", "parameters"), _cell("x = n + 1"), _cell("y = x + n"))
    assert _proposed(path) == ["#| params", "#| task: nb", "#| task+: nb"]
    assert_runs_as_in_a_kernel(tmp_path / "nb_tasks.ipynb")


def test_a_proposal_for_an_old_notebook_is_a_newer_one_with_its_outputs(tmp_path: Path) -> None:
    old = tmp_path / "old.ipynb"
    cell = {"cell_type": "code", "input": ["x = len('a')\n", "y = x"], "language": "python", "metadata": {}}
    cell |= {"outputs": [{"output_type": "stream", "stream": "stdout", "text": ["kept"]}], "prompt_number": 4}
    heading = {"cell_type": "heading", "level": 2, "metadata": {}, "source": ["Load"]}
    worksheets = [{"cells": [heading, cell], "metadata": {}}]
    old.write_text(json.dumps({"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": worksheets}))
    written = json.loads(Path(mwaa_kit.propose(str(old), write=True).output).read_text())
    assert (written["nbformat"], written["nbformat_minor"]) == (4, 4)
    assert [(cell["source"], cell.get("execution_count"), cell.get("outputs")) for cell in written["cells"]] == [
        (["## Load"], None, None),
        (
            ["#| task: load\n", "x = len('a')\n", "y = x"],
            4,
            [{"output_type": "stream", "name": "stdout", "text": "kept"}],
        ),
    ]


def test_kale_tags_become_directives(tmp_path: Path) -> None:
    path = _write(
        tmp_path,
        _cell("import math", "imports"),
        _cell("def f(): ...", "functions"),
        _cell("n = 6", "pipeline-parameters"),
        _cell("x = n", "block:load"),
        _cell("y = x"),
        _cell("1 + 1", "skip"),
        _cell("z = y", "step:train", "prev:load"),
        _cell("print(z)", "block:report", "prev:train", "prev:load"),
        _cell("z", "pipeline-metrics"),
    )
    assert _proposed(path) == [
        "#| shared", "#| shared", "#| params", "#| task: load", "#| task+: load", "#| skip",
        "#| task: train after=load", "#| task: report after=train,load", "#| skip",
    ]  # fmt: skip
    module = mwaa_kit.compile(str(tmp_path / "nb_tasks.ipynb"))
    assert errors_in(module.findings) == ()
    assert [anchor.task_id for anchor in module.tasks] == ["load", "train", "report"]
    assert_runs_as_in_a_kernel(tmp_path / "nb_tasks.ipynb")


def _node(key: str, file: str, *upstream: str, label: str = "") -> dict[str, Any]:
    links = [{"id": f"l{u}", "node_id_ref": u, "port_id_ref": "outPort"} for u in upstream]
    parameters = {"filename": file, "env_vars": ["A=1"] if key == "a" else []}
    parameters["dependencies"] = {"a": ["*.csv"], "b": ["in.csv", "more.txt"]}.get(key, [])
    data = {"component_parameters": parameters, "ui_data": {"label": label or file}}
    return {"id": key, "type": "execution_node", "op": "x", "app_data": data, "inputs": [{"id": "in", "links": links}]}


def test_an_elyra_pipeline_becomes_a_notebook_in_the_order_of_its_arrows(tmp_path: Path) -> None:
    nodes = [_node("c", "c.R", "a", "b"), _node("b", "work/train.py", "a"), _node("a", "load.ipynb", label="Load data")]
    nodes.append({"id": "note", "type": "binding"})
    pipeline = {"doc_type": "pipeline", "version": "3.0", "pipelines": [{"id": "p", "nodes": nodes}]}
    (tmp_path / "my etl.pipeline").write_text(json.dumps(pipeline))
    rewriting = mwaa_kit.propose(str(tmp_path / "my etl.pipeline"), write=True)
    assert Path(rewriting.output).name == "my etl.ipynb"
    cells = json.loads(Path(rewriting.output).read_text())["cells"]
    assert ["".join(cell["source"]).split("\n")[0] for cell in cells] == [
        "#| dag: my_etl",
        "`load_data` had in Elyra: files it needs, environment variables. See to them on Amazon MWAA.",
        '#| notebook: load_data path="load.ipynb"',
        '#| notebook: train path="work/train.py" files=work/in.csv,work/more.txt after=load_data',
        "#| task: c after=load_data,train",
    ]
    (tmp_path / "work").mkdir()
    for name in ("in.csv", "more.txt", "train.py"):
        (tmp_path / "work" / name).write_text("1")
    (tmp_path / "load.ipynb").write_bytes(Path(_write(tmp_path, _cell("x = 1"))).read_bytes())
    module = mwaa_kit.compile(rewriting.output)
    assert errors_in(module.findings) == ()
    edges = sorted((edge.upstream, edge.downstream) for edge in module.edges)
    assert edges == [("load_data", "c"), ("load_data", "train"), ("train", "c")]


NO_PIPELINES = ["", "{", "[]", "{}", '{"pipelines": [{"nodes": [{}]}]}', '{"pipelines": []}', "[" * 9999]


@pytest.mark.parametrize("content", NO_PIPELINES)
def test_what_is_no_pipeline_is_told(content: str, tmp_path: Path) -> None:
    (tmp_path / "x.pipeline").write_text(content)
    with pytest.raises(UnreadableInputError):
        mwaa_kit.propose(str(tmp_path / "x.pipeline"))


def test_a_proposal_is_shown_first_and_never_replaces_a_file(tmp_path: Path) -> None:
    path = _write(tmp_path, _cell("x = len('a')"))
    rewriting = mwaa_kit.propose(path)
    new = str(tmp_path / "nb_tasks.ipynb")
    assert rewriting.diff == f"--- {new}, cell 1\n+++ {new}, cell 1\n@@ -1 +1,2 @@\n+#| task: nb\n x = len('a')\n"
    assert not Path(new).exists()
    with pytest.raises(RefusedError, match="is there already"):
        mwaa_kit.propose(path, path, write=True)


def test_a_notebook_with_directives_or_without_work_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="has directives already"):
        mwaa_kit.propose(_write(tmp_path, _cell("#| task: a\nx = 1")))
    with pytest.raises(RefusedError, match="no cell that could be a task"):
        mwaa_kit.propose(_write(tmp_path, _cell("import a"), _cell("df.head()")))


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("1. Load data", "load_data"),
        ("Step 2 - `fit` the [model](x)", "fit_the_model"),
        ("Übersicht!", "übersicht"),
        ("2024", "task_2024"),
        ("???", "task"),
    ],
)
def test_names_are_derived_from_titles(title: str, name: str) -> None:
    assert task_name(title) == name
