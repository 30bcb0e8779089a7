"""Other notebooks: run whole as tasks with the real papermill, included in place, and several Dags in one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mwaa_kit.authoring.compile import compile_notebook
from mwaa_kit.model.module import DagModule, EdgeReason
from mwaa_kit.verbs.running import run

WriteNotebook = Callable[..., str]

TRAIN = [
    "#| params\nn = 1\nrows = []\nrate: float = 0.5",
    "from helping import double",
    "#| skip\nraise ValueError('exploration')",
    "with open('bonus.txt') as file:\n    auc = double(sum(rows)) * rate + n + int(file.read())\nmodel = {'weights': rows}",
    "auc",
]


@pytest.fixture
def notebook(write_notebook: WriteNotebook, tmp_path: Path) -> str:
    """A Dag with two notebook tasks: one returns names and reads a file, one gives its last value."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "bonus.txt").write_text("100")
    (tmp_path / "sub" / "helping.py").write_text("def double(x):\n    return 2 * x\n")
    write_notebook(TRAIN, "sub/train.ipynb")
    write_notebook(["import os\nlabels = [row * 10 for row in rows]", "{'labels': labels}"], "last.ipynb")
    cells = [
        "#| params\nn = 3",
        "#| task: load\nrows = [1, 2, 3]",
        "#| notebook: train path=sub/train.ipynb returns=auc,model rate=0.25 files=sub/bonus.txt retries=1",
        "#| notebook: last path=last.ipynb",
        "#| task: report\nfound = [auc, model['weights'], n, last['labels']]",
        "#| task: keep\nkept = found",
        "#| dag: whole",
    ]
    return write_notebook(cells)


def test_a_notebook_task_is_a_call_of_papermill_with_typed_parameters(notebook: str) -> None:
    module = compile_notebook(notebook)
    train = module.source.partition("def train")[2].partition("\n\n\n")[0]
    assert (
        train
        == f'''(rows, params=None, run_id=None):
    import os
    import tempfile

    import papermill

    n: int = params["n"]
    # cell c3
    folder = os.path.join(os.path.dirname(__file__), "{module.support_folder}/sub")
    output = os.path.join(tempfile.gettempdir(), "whole", run_id, "train.ipynb")
    os.makedirs(os.path.dirname(output), exist_ok=True)
    executed = papermill.execute_notebook(
        os.path.join(folder, "train.ipynb"),
        output,
        parameters={{"n": n, "rows": rows, "rate": 0.25}},
        kernel_name="python3",
        cwd=folder,
        progress_bar=False,
    )
    return executed.cells[-1].outputs[0].data["application/json"]'''
    )
    assert "@task(multiple_outputs=True, retries=1)\ndef train" in module.source
    assert [file.name for file in module.support] == [
        "last.ipynb",
        "sub/bonus.txt",
        "sub/helping.py",
        "sub/train.ipynb",
    ]
    assert module.requirements == ("papermill", "ipykernel")
    assert module.edges[0] == EdgeReason(
        "whole", "load", "train", ("rows",), "'rows' written in cell 2 line 2, read in cell 3 line 1"
    )


def test_notebook_tasks_run_with_papermill_and_hand_their_values_on(
    notebook: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    done = run(notebook)
    assert done.state == "success"
    assert done["report"].value == [106.0, [1, 2, 3], 3, [10, 20, 30]]
    assert sorted(path.name for path in (tmp_path / "tmp" / "whole").rglob("*.ipynb")) == ["last.ipynb", "train.ipynb"]


def test_the_published_copy_holds_no_output_and_only_its_params_are_tagged(notebook: str, tmp_path: Path) -> None:
    path = tmp_path / "sub" / "train.ipynb"
    document = json.loads(path.read_text())
    document["cells"][3]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "hush"}]
    path.write_text(json.dumps(document))
    copy = json.loads(compile_notebook(notebook).support[-1].content)
    assert [(cell["metadata"], cell["outputs"]) for cell in copy["cells"]] == [
        ({"tags": ["parameters"]}, []),
        ({}, []),
        ({}, []),
        ({}, []),
        ({"tags": ["mwaa-kit-returns"]}, []),
    ]


def test_a_percent_file_runs_other_percent_files_whole_with_all_they_need(tmp_path: Path) -> None:
    (tmp_path / "helping.py").write_text("def double(x):\n    return 2 * x\n")
    (tmp_path / "train.py").write_text("# %%\nfrom helping import double\nauc = double(rows)\n")
    first = tmp_path / "first.py"
    first.write_text("# %%\n#| task: load\nrows = [1]\n\n# %%\n#| notebook: train path=train.py returns=auc\n")
    module = compile_notebook(str(first))
    assert [file.name for file in module.support] == ["helping.py", "train.ipynb"]
    assert 'os.path.join(folder, "train.ipynb")' in module.source
    assert [finding.code for finding in module.findings] == ["MK110"]


def test_an_option_that_the_notebook_has_not_or_has_of_another_type_is_told(write_notebook: WriteNotebook) -> None:
    write_notebook(
        ["#| params\nrate: float = 0.5\nkind: Literal['a', 'b'] = 'a'\nfree = 1\npool: str = 'p'"], "inner.ipynb"
    )
    options = "rate=fast kind=c free=x pool=1 rte=2 retries=1 execution_timeout=limit()"
    shared = "def limit(): return None"
    module = compile_notebook(write_notebook([shared, f"#| notebook: a path=inner.ipynb {options}"]))
    assert [(f.message, f.hint) for f in module.findings if f.code == "MK205"] == [
        ("the option 'rte' is no argument of a task and no param of its notebook.", "write rate=…"),
        ("the option 'rate' is no float, as 'inner.ipynb' has it.", "mend one of the two"),
        ("the option 'kind' is not in [\"a\", \"b\"], as 'inner.ipynb' has it.", "mend one of the two"),
        ("the option 'pool' is no str, as 'inner.ipynb' has it.", "mend one of the two"),
    ]


@pytest.mark.parametrize("name", ["absent.csv", "../outside.csv"])
def test_a_file_that_cannot_be_published_is_told(name: str, write_notebook: WriteNotebook) -> None:
    write_notebook(["1 + 1"], "inner.ipynb")
    module = compile_notebook(write_notebook([f"#| notebook: a path=inner.ipynb files={name}"]))
    assert [str(finding).partition(":")[2].partition("\n")[0] for finding in module.findings][1:] == [
        f" files= names {name!r}, and there is no such file in the folder of this notebook."
    ]


@pytest.mark.parametrize(
    ("output", "code"),
    [
        ("output='s3://b/{run_id}/{ds}.ipynb'", 'output = f"s3://b/{run_id}/{ds}.ipynb"'),
        ("output=/data/out.ipynb", 'output = "/data/out.ipynb"'),
    ],
)
def test_the_executed_notebook_goes_where_output_says(output: str, code: str, write_notebook: WriteNotebook) -> None:
    write_notebook(["x = 1"], "one.ipynb")
    module = compile_notebook(write_notebook([f"#| notebook: one path=one.ipynb {output} kernel_name=spark"]))
    assert code in module.source
    assert 'kernel_name="spark"' in module.source
    assert "makedirs" not in module.source


@pytest.mark.parametrize("output", ["{nobody}", "{run_id:{x}}", "{run_id!r}", "{", "{run_id.x}", "{0}"])
def test_an_output_names_only_keys_of_the_context(output: str, write_notebook: WriteNotebook) -> None:
    write_notebook(["x = 1"], "one.ipynb")
    module = compile_notebook(write_notebook([f"#| notebook: one path=one.ipynb output='{output}'"]))
    assert ({finding.code for finding in module.findings}, module.source) == ({"MK110", "MK115"}, "")


def test_what_the_notebook_reads_and_nobody_makes_is_hidden_state(write_notebook: WriteNotebook) -> None:
    write_notebook(["print(rows)"], "one.ipynb")
    module = compile_notebook(write_notebook(["#| notebook: one path=one.ipynb"]))
    assert [finding.code for finding in module.findings] == ["MK110", "MK114"]


@pytest.fixture
def included(write_notebook: WriteNotebook, tmp_path: Path) -> DagModule:
    """A Dag over two notebooks, of which the second is in another folder with a helper."""
    (tmp_path / "common").mkdir()
    (tmp_path / "common" / "tools.py").write_text("def add(xs):\n    return sum(xs)\n")
    inner = ["%md said", "import tools", "#| task: load\nrows = [1, 2]\nprint(lost)", "#| dag: other"]
    write_notebook(inner, "common/load.ipynb")
    cells = ["#| include: common/load.ipynb", "#| task: use\ntotal = tools.add(rows)", "#| dag: both"]
    return compile_notebook(write_notebook(cells))


def test_findings_speak_of_the_included_notebook_and_its_cell(included: DagModule, tmp_path: Path) -> None:
    (finding,) = included.findings
    assert (finding.code, finding.at.path, finding.at.cell) == ("MK114", str(tmp_path / "common" / "load.ipynb"), 3)
    assert included.dag_ids == ("both",)
    assert included.edges[0].reason == "'rows' written in cell 3 of load.ipynb line 2, read in cell 2 line 2"


def test_an_included_notebook_is_one_dag_with_the_first_and_its_lines_lead_back(
    included: DagModule, tmp_path: Path
) -> None:
    path = tmp_path / "common" / "load.ipynb"
    path.write_text(path.read_text().replace("print(lost)", "more = 3"))
    module = compile_notebook(str(tmp_path / "nb.ipynb"))
    line = 1 + [text.strip() for text in module.source.split("\n")].index("rows = [1, 2]")
    assert (module.locate(line).path, module.locate(line).cell, module.locate(line).line) == (str(path), 3, 2)
    assert [file.name for file in module.support] == ["tools.py"]
    assert run(str(tmp_path / "nb.ipynb"))["use"].value is None
    assert [anchor.path for anchor in module.tasks] == [str(path), ""]


def test_several_dags_take_their_tasks_by_order_or_by_name(write_notebook: WriteNotebook) -> None:
    tails = ["#| task: a\nx = 1", "#| dag: one", "#| task: b\ny = 2", "#| task: c\nprint(y)", "#| dag: two"]
    named = ["#| dag: one", "#| task: b dag=two\ny = 2", "#| dag: two", "#| task: a dag=one\nx = 1"]
    by_tail, by_name = compile_notebook(write_notebook(tails)), compile_notebook(write_notebook(named, "n.ipynb"))
    assert [(anchor.dag_id, anchor.task_id) for anchor in by_tail.tasks] == [("one", "a"), ("two", "b"), ("two", "c")]
    assert [(anchor.dag_id, anchor.task_id) for anchor in by_name.tasks] == [("two", "b"), ("one", "a")]
    assert (by_tail.findings, by_name.findings) == ((), ())
