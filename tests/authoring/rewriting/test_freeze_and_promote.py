"""Freeze and promote give the same Dag: the same definitions, and in the real Airflow the same tasks, edges and values."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tokenize
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mwaa_kit.authoring.compile import compile_notebook
from mwaa_kit.authoring.importing.reading import read_any_notebook
from mwaa_kit.authoring.rewriting.rewriting import Rewriting
from mwaa_kit.authoring.rewriting.settling import freeze_notebook, promote_notebook
from mwaa_kit.errors import UncompiledNotebookError, UnknownTaskError
from mwaa_kit.model.finding import errors_in
from mwaa_kit.verbs.running import run

HERE = Path(__file__).parent.parent
PROBE = HERE / "airflow_probe.py"
SAMPLES = [*sorted((HERE / "samples").glob("*.ipynb")), *sorted((HERE / "cases").glob("*/good.ipynb"))]
SAMPLES.append(HERE / "golden" / "churn.ipynb")
WriteNotebook = Callable[..., str]
KINDS: dict[str, Callable[[str], Rewriting]] = {"freeze": freeze_notebook, "promote": promote_notebook}


def _name(path: Path) -> str:
    return path.parent.name if path.stem == "good" else path.stem


def _copied(path: Path, folder: Path) -> Path:
    """Copy a sample under a name of its own, with the notebooks it names."""
    for other in path.parent.glob("*.ipynb") if path.stem == "good" else []:
        if other.stem not in {"good", "bad"}:
            (folder / other.name).write_bytes(other.read_bytes())
    copy = folder / f"{_name(path)}.ipynb"
    copy.write_bytes(path.read_bytes())
    return copy


def _files(folder: Path, rewrite: Callable[[str], Rewriting] | None) -> list[Path]:
    """Copy the samples, rewrite them, and compile each to a Dag file beside it."""
    written = []
    for path in SAMPLES:
        copy = _copied(path, folder)
        if rewrite is not None:
            rewrite(str(copy)).write()
        module = compile_notebook(str(copy))
        if not errors_in(module.findings):
            copy.with_suffix(".py").write_text(module.source)
            written.append(copy)
    return written


def _in_airflow(folder: Path, home: Path) -> Any:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW_", "AWS_"))}
    env = kept | {"AIRFLOW_HOME": str(home), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    ended = subprocess.run(
        [sys.executable, str(PROBE), str(folder)], env=env, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    return json.loads((folder / "probe.json").read_text())


@pytest.fixture(scope="module")
def as_it_was(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("before")
    _files(folder, None)
    return _in_airflow(folder, tmp_path_factory.mktemp("home"))


@pytest.mark.parametrize("kind", KINDS)
def test_the_real_airflow_sees_the_same_tasks_edges_and_values(
    kind: str, as_it_was: Any, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert len(_files(tmp_path, KINDS[kind])) == len(SAMPLES)
    assert _in_airflow(tmp_path, tmp_path_factory.mktemp("home")) == as_it_was


def _left(notebook: Path) -> Any:
    """Run every Dag of a notebook; return how its tasks ended, and all they left."""
    dags = {dag_id: run(str(notebook), dag_id=dag_id) for dag_id in compile_notebook(str(notebook)).dag_ids}
    return {
        dag_id: (
            {instance.key: instance.state for instance in done.task_instances},
            {(xcom.task_id, xcom.map_index, xcom.key): xcom.stored for xcom in done.xcoms},
        )
        for dag_id, done in dags.items()
    }


@pytest.mark.parametrize("path", SAMPLES, ids=_name)
def test_a_run_gives_the_same_values_before_and_after(path: Path, tmp_path: Path) -> None:
    """Those before are compared with a plain kernel in ``test_in_airflow``."""
    copy = _copied(path, tmp_path)
    before = _left(copy)
    assert before
    for kind, rewrite in KINDS.items():
        rewrite(str(_copied(path, tmp_path))).write()
        assert (kind, _left(copy)) == (kind, before)


@pytest.mark.parametrize("path", SAMPLES, ids=_name)
@pytest.mark.parametrize("kind", KINDS)
def test_comments_outputs_ids_and_the_rest_of_the_file_stay(kind: str, path: Path, tmp_path: Path) -> None:
    copy = _copied(path, tmp_path)
    document = json.loads(path.read_bytes())
    for cell in document["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "kept"}]
    copy.write_text(json.dumps(document, indent=1))
    KINDS[kind](str(copy)).write()
    after = json.loads(copy.read_bytes())
    assert [_without_source(cell) for cell in after["cells"]][: len(document["cells"])] == [
        _without_source(cell) for cell in document["cells"]
    ]
    text = "\n".join("".join(cell["source"]) for cell in after["cells"])
    assert [c for c in _comments(document) if c not in text] == []


def _without_source(cell: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in cell.items() if key != "source"}


def _comments(document: dict[str, Any]) -> list[str]:
    found = []
    for cell in document["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and not source.lstrip().startswith("%"):
            tokens = tokenize.generate_tokens(io.StringIO(source).readline)
            found += [t.string for t in tokens if t.type == tokenize.COMMENT and not t.string.startswith("#|")]
    return found


def _after(rewriting: Rewriting) -> list[str]:
    rewriting.write()
    return [cell.source for cell in read_any_notebook(rewriting.path).cells]


LOAD, USE = "#| task: load\n# the rows\nrows = [1]", "#| task: use\nprint(rows)"


@pytest.mark.parametrize(
    ("dag", "frozen"),
    [
        ("@dag\ndef d(): ...", "@dag\ndef d():\n    _load = load()\n    use(rows=_load)"),
        ("@dag\ndef d(): ...  # to come", "@dag\ndef d():\n    # to come\n    _load = load()\n    use(rows=_load)"),
        (
            '@dag\ndef d():\n    """Doc.\n  More."""\n    # here\n    ...\n\nd()',
            '@dag\ndef d():\n    """Doc.\n  More."""\n    # here\n    _load = load()\n    use(rows=_load)\n\nd()',
        ),
        (
            '@dag\ndef d(): pass\nx = "é"',
            '@dag\ndef d():\n    _load = load()\n    use(rows=_load)\nx = "é"',
        ),
    ],
)
def test_the_calls_go_into_the_body_and_nothing_else_changes(
    dag: str, frozen: str, write_notebook: WriteNotebook
) -> None:
    path = write_notebook(["from airflow.sdk import dag", LOAD, USE, dag])
    assert _after(freeze_notebook(path)) == ["from airflow.sdk import dag", LOAD, USE, frozen]
    assert freeze_notebook(path).changes == ()


def test_a_last_task_is_promoted_alone_and_its_comments_stay(write_notebook: WriteNotebook) -> None:
    path = write_notebook([LOAD, "#| task: use retries=2\nn = len(rows)  # how many\n\n# said\nprint(n)"])
    rewriting = promote_notebook(path, ("use",))
    assert _after(rewriting) == [
        LOAD,
        (
            "from airflow.sdk import task\n\n@task(retries=2)\ndef use(rows):\n"
            "    n = len(rows)  # how many\n\n    # said\n    print(n)"
        ),
    ]
    assert rewriting.notes == ()


def test_a_cell_stays_a_cell_where_a_function_takes_one_of_its_names(write_notebook: WriteNotebook) -> None:
    features, score = "#| task: features\nmean = 1\nX = [mean]", "@task\ndef score(X):\n    return X"
    path = write_notebook(["from airflow.sdk import dag, task", features, score, "@dag\ndef d(): ..."])
    assert _after(freeze_notebook(path))[1:] == [
        features,
        score,
        "@dag\ndef d():\n    _features = features()\n    score(X=_features)",
    ]


def test_a_task_in_several_cells_becomes_one_function(write_notebook: WriteNotebook) -> None:
    path = write_notebook(["#| task: a\nx = 1", "1 + 1", "#| task+: a\nprint(x)"])
    assert _after(promote_notebook(path)) == [
        "from airflow.sdk import task\n\n@task\ndef a():\n    x = 1\n\n    print(x)",
        "1 + 1",
        "# the code of this cell is in task 'a', cell 1",
    ]


def test_promoting_a_task_that_others_read_writes_the_calls_out_and_says_so(write_notebook: WriteNotebook) -> None:
    rewriting = promote_notebook(write_notebook([LOAD, USE, "#| task: other\ny = 1"]), ("load",))
    assert rewriting.notes == (
        "the calls of the Dag are written out too: a function hands over values, not names",
        "promoted too, for the values they hand over: use",
    )
    assert [change.cell for change in rewriting.changes] == [1, 2, 4]


def test_an_unknown_task_and_a_notebook_with_errors_are_told(write_notebook: WriteNotebook) -> None:
    with pytest.raises(UnknownTaskError, match="'lod'"):
        promote_notebook(write_notebook([LOAD]), ("lod",))
    with pytest.raises(UncompiledNotebookError, match="MK1"):
        freeze_notebook(write_notebook(["#| task: a\nprint(nowhere)"]))


def test_a_py_percent_file_is_frozen_in_place(tmp_path: Path) -> None:
    path = tmp_path / "etl.py"
    text = "# %% [markdown]\n# Title\n\n# %%\nfrom airflow.sdk import dag\n\n# %%\n#| task: a\nx = 1\n\n\n# %%\n"
    text += "@dag\ndef d(): ...\n"
    path.write_text(text)
    freeze_notebook(str(path)).write()
    assert path.read_text() == text.replace("d(): ...", "d():\n    a()")
