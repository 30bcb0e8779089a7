"""What is lowered gives the values that the cells give: random notebooks, run by our scheduler and in a plain kernel.

The promise is that a wrong edge is worse than none. So a notebook that compiles has the kernel's values, or a finding
that says why a task cannot have them.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from support_notebooks import write_tasks

from mwaa_kit.authoring.compile import compile_notebook
from mwaa_kit.model.finding import Severity
from mwaa_kit.verbs.running import run

HEAD = "from datetime import datetime\nfrom airflow.sdk import dag"
DAG = "#| dag\n@dag(schedule=None, start_date=datetime(2026, 1, 1))\ndef some(): ..."
SAID = {"MK111", "MK123"}
"""What says that tasks hold copies where cells share one object, and that the keys of a dict become texts."""


def write(path: Path, sources: list[str], names: list[str]) -> None:
    """Write a notebook: each cell that does more than define is a task, and the last but one reads `names`."""
    cells = [source if _only_defines(source) else f"#| task: t{at}\n{source}" for at, source in enumerate(sources)]
    end = ["#| task: end\nresult = [" + ", ".join(names) + "]", "#| task: last\nfinal = [result]"]
    made = [nbformat.v4.new_code_cell(source) for source in [HEAD, *cells, *end, DAG]]
    nbformat.write(nbformat.v4.new_notebook(cells=made), path)


def in_a_kernel(sources: list[str], names: list[str]) -> Any:
    """Return the values of `names` at the end; None where some value of a cell does not travel as JSON unchanged.

    One that holds itself does not, nor one with a number for a key: Airflow makes a text of it.
    """
    space: dict[str, Any] = {}
    for source in sources:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(source, space)
        try:
            values = {name: space[name] for name in "abc" if name in space}
            if json.loads(json.dumps(values)) != values:
                return None
        except (TypeError, ValueError):
            return None
    return [space[name] for name in names]


def _only_defines(source: str) -> bool:
    return all(isinstance(node, ast.FunctionDef | ast.Import | ast.Pass) for node in ast.parse(source).body)


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.data(), st.integers(2, 6), st.integers(1, 3))
def test_a_random_notebook_that_compiles_gives_what_its_cells_give_or_a_finding_says_why_not(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, cells: int, statements: int
) -> None:
    sources, names = write_tasks(lambda options: data.draw(st.sampled_from(options)), cells, statements)
    wanted = in_a_kernel(sources, names) if names else None
    assume(wanted is not None)
    path = tmp_path_factory.mktemp("random") / "some.ipynb"
    write(path, sources, names)
    findings = compile_notebook(str(path)).findings
    assume(not any(finding.severity is Severity.ERROR or finding.code in SAID for finding in findings))
    done = run(str(path), mode="inline")
    assert (done.state, done["end"].value) == ("success", wanted), "\n---\n".join(sources)


def _copies(task_id: str, cell: int) -> str:
    return (
        f"MK111 warning: task {task_id!r} changes in cell {cell} line 2 an object that is both 'b' and 'c': each name comes "
        "to a task as a copy of its own, so only one is changed. (line 2)"
    )


SAID_CASES: dict[str, tuple[tuple[str, ...], str]] = {
    "a helper and its caller read a name of a task": (
        ("c = [1]", "def f(v): return c", "d = f(c)"),
        "MK108 error: shared code that task 't2' calls reads 'c', which cell 2 makes. (line 2)",
    ),
    "a helper reads what its caller has just bound": (
        ("c = 1", "def f(v): return c", "c = 2\nd = f(3)"),
        "MK108 error: shared code that task 't2' calls reads 'c', which cell 4 makes. (line 3)",
    ),
    "a helper reads what its caller has just changed": (
        ("c = [1]", "def f(v): return c", "c += [2]\nd = f(3)"),
        "MK108 error: shared code that task 't2' calls reads 'c', which cell 2 makes. (line 3)",
    ),
    "one object under two names of two tasks": (
        ("c = [1]", "b = c", "b.append(2)\nd = c"),
        _copies("t2", 4),
    ),
    "one object under two names of one task": (
        ("c = b = [1]", "b.append(2)\nd = c"),
        _copies("t1", 3),
    ),
    "a part and its whole": (
        ("c = [1]", "b = [c]", "c.append(2)\nd = b"),
        _copies("t2", 4),
    ),
}


@pytest.mark.parametrize("name", SAID_CASES)
def test_what_tasks_cannot_share_is_said(name: str, tmp_path: Path) -> None:
    sources, said = SAID_CASES[name]
    write(tmp_path / "some.ipynb", list(sources), [])
    found = compile_notebook(str(tmp_path / "some.ipynb")).findings
    assert [
        f"{one.code} {one.severity.value}: {one.message} (line {one.at.line})"
        for one in found
        if one.code in {"MK108", "MK111"}
    ] == [said]


SILENT: dict[str, tuple[str, ...]] = {
    "a helper is given what it reads": ("c = [1]", "def f(c): return c", "d = f(c)"),
    "a function of the task itself": ("c = [1]", "def f(v): return c\nd = f(2)\ne = c"),
    "the helper runs before its name is bound": ("C = 1\ndef f(): return C", "d = f()\nC = 2"),
    "a helper keeps what it has seen": (
        "C = {}\ndef f(v): return C.setdefault(v, v)",
        "c = f(1)\nd = f(1)\nC['e'] = 2\ne = f('e')",
    ),
    "a copy is changed": ("c = [1]", "b = c.copy()", "b.append(2)\nd = c"),
    "the whole is changed, not the part": ("c = [1]", "b = [c]", "b.append(2)\nd = c"),
    "two names inside one task": ("c = [1]", "b = c\nb.append(2)", "d = c"),
}


@pytest.mark.parametrize("name", SILENT)
def test_what_tasks_can_share_is_no_finding(name: str, tmp_path: Path) -> None:
    sources = SILENT[name]
    write(tmp_path / "some.ipynb", list(sources), [])
    found = compile_notebook(str(tmp_path / "some.ipynb")).findings
    assert [one.message for one in found if one.code in {"MK108", "MK111"}] == []
