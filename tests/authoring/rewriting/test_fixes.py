"""Automatic fixes mend what they say, keep the rest, and never guess."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from support_values import assert_runs_as_in_a_kernel

from mwaa_kit.authoring.compile import compile_notebook
from mwaa_kit.authoring.rewriting.fixes import with_fixes
from mwaa_kit.authoring.rewriting.fixing import fix_notebook
from mwaa_kit.model.finding import errors_in

WriteNotebook = Callable[..., str]


def _fixed(path: str) -> list[str]:
    fix_notebook(path).rewriting.write()
    return ["".join(cell["source"]) for cell in json.loads(Path(path).read_text())["cells"]]


RUN = "shell=True, check=True"
FIXED = {
    "a shell line": ("#| task: a\nx = 1\n!ls\n", f"#| task: a\nimport subprocess\nx = 1\nsubprocess.run('ls', {RUN})\n"),
    "a shell line with names": (
        "#| task: a\nd = 'x'\nfor i in d:\n    !echo {i}",
        f"#| task: a\nimport subprocess\nd = 'x'\nfor i in d:\n    subprocess.run(f'echo {{i}}', {RUN})",
    ),
    "what a shell line gives": (
        "#| task: a\nimport subprocess\nfiles = !ls",
        ("#| task: a\nimport subprocess\n"
        f"files = subprocess.run('ls', {RUN}, text=True, capture_output=True).stdout.splitlines()"),
    ),
    "a timed line": ("#| task: a\n%time x = sum([1])", "#| task: a\nx = sum([1])"),
    "the environment": ("#| task: a\n%env A=b\nx = 1", "#| task: a\nimport os\nos.environ['A'] = 'b'\nx = 1"),
    "looks": ("#| task: a\n%matplotlib inline\nx = 1", "#| task: a\nx = 1"),
    "display": ("#| task: a\nx = 'é'; display(x)", "#| task: a\nx = 'é'; print(x)"),
    "a near miss": ("#| tasks: a retries=2\nx = 1", "#| task: a retries=2\nx = 1"),
    "a missing colon": ("#| task a\nx = 1", "#| task: a\nx = 1"),
    "a near miss, then a magic": ("#| Task: a\n%time x = 1", "#| task: a\nx = 1"),
    "a main guard": (
        "#| task: a\nx = 1\nif __name__ == '__main__':\n    # go\n    for i in [x]:\n        print(i)\n\n    y = 2\nz = 3",
        "#| task: a\nx = 1\n# go\nfor i in [x]:\n    print(i)\n\ny = 2\nz = 3",
    ),
    "the cell magic": ("%%task a retries=2\nx = 1", "#| task: a retries=2\nx = 1"),
}  # fmt: skip


@pytest.mark.parametrize("name", FIXED)
def test_a_finding_is_mended_where_it_stands(name: str, write_notebook: WriteNotebook) -> None:
    path = write_notebook([FIXED[name][0]])
    assert _fixed(path) == [FIXED[name][1]]
    assert errors_in(compile_notebook(path).findings) == ()
    assert fix_notebook(path).fixes == ()
    assert_runs_as_in_a_kernel(Path(path))


PARAMS = {
    "choices": ("kind = Param(\n    'a', enum=['a', 'b'],\n)  # which", "kind: Literal['a', 'b'] = 'a'  # which"),
    "a description": ("n = Param(6, type='integer', description='how many')", "n = 6  # how many"),
}


@pytest.mark.parametrize("name", PARAMS)
def test_a_param_becomes_a_plain_line_that_says_the_same(name: str, write_notebook: WriteNotebook) -> None:
    source, mended = PARAMS[name]
    head, reads = "from airflow.sdk import Param", "#| task: a\nprint(m)"
    path = write_notebook([head, f"#| params\nm = 2\n{source}", reads])
    assert _fixed(path) == [head, f"#| params\nm = 2\n{mended}", reads]
    assert errors_in(compile_notebook(path).findings) == ()


def test_the_later_of_two_tasks_of_one_name_gets_a_suffix(write_notebook: WriteNotebook) -> None:
    cells = ["#| task: a", "#| task: a_2", "#| task:  a  retries=1\nx = 1", "%%task a"]
    assert _fixed(write_notebook(cells)) == [
        "#| task: a", "#| task: a_2", "#| task:  a_3  retries=1\nx = 1", "#| task: a_4",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "source",
    [
        "#| task: a\n!pip install pandas",
        "#| task: a\n%run other.py",
        "#| task: a\n!ls \\\n  -l",
        "#| task: a\nx = Out[3]",
        "x = 1\n#| task: a",
        "#| label: fig\nx = 1",
        "#| task: a\nx = (",
        "#| task: a\nif __name__ == '__main__':\n    x = 1\nelse:\n    x = 2",
        '#| task: a\nif __name__ == "__main__":\n    x = """a\n    b"""',
        "#| params\nn = Param(6, minimum=1)\n#| task: a",
    ],
)
def test_where_two_remedies_fit_nothing_is_changed(source: str, write_notebook: WriteNotebook) -> None:
    path = write_notebook([source])
    before = Path(path).read_bytes()
    fixing = fix_notebook(path)
    assert (fixing.fixes, fixing.rewriting.changes, fixing.rewriting.after) == ((), (), before)
    assert fixing.rewriting.notes == ("there is nothing that can be fixed by itself",)


def test_findings_tell_the_fix_they_have(write_notebook: WriteNotebook) -> None:
    path = write_notebook(["#| task: a\n!ls", "#| task: a\nprint(nowhere)"])
    told = {f.code: f.fix for f in with_fixes(path, compile_notebook(path).findings)}
    assert told.pop("MK202") == """'!ls' becomes "subprocess.run('ls', shell=True, check=True)\""""
    assert (told.pop("MK101"), set(told.values())) == ("task 'a' becomes 'a_2'", {None})


def test_a_name_that_is_continued_is_left_to_the_author(write_notebook: WriteNotebook) -> None:
    path = write_notebook(["#| task: a", "#| task: a\nx = 1", "#| task+: a\ny = 1"])
    assert fix_notebook(path).fixes == ()


def test_the_diff_says_what_each_cell_becomes(write_notebook: WriteNotebook) -> None:
    rewriting = fix_notebook(write_notebook(["x = 1", "%%task a\n%time x = 1"])).rewriting
    assert rewriting.diff.splitlines()[2:] == ["@@ -1,2 +1,2 @@", "-%%task a", "-%time x = 1", "+#| task: a", "+x = 1"]
    assert [(change.cell, change.why) for change in rewriting.changes] == [
        (
            2,
            "'%%task' becomes '#| task: a': it runs without the extension; MK202: '%time x = 1' becomes 'x = 1'",
        )
    ]
