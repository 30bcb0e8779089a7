"""A star import binds what its module's source says; Python itself is the oracle."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mwaa_kit.authoring.compile import compile_source
from mwaa_kit.authoring.dataflow import FlowEdge, find_dataflow
from mwaa_kit.authoring.starimports import find_names, with_star_names
from mwaa_kit.model.notebook import Cell, CellKind, Notebook

MODULES = {
    "plain.py": "import math\nfrom os import path as p\nX = 1\n_hidden = 2\ndef f(): pass\nclass C: pass\n",
    "said.py": "__all__ = ['f', '_g']\n__all__ += ('h',)\ndef f(): pass\ndef _g(): pass\ndef h(): pass\ndef no(): pass\n",
    "branches.py": "import sys\nif sys:\n    A = 1\nelse:\n    A = 2\ntry:\n    import json\nexcept OSError:\n    pass\n",
    "through.py": "from plain import *\nfrom package.inner import *\nown = 1\n",
    "package/__init__.py": "from .inner import *\nfrom . import inner\n",
    "package/inner.py": "deep = 1\nfor _i in range(2):\n    turn = _i\n",
    "gone.py": "A = 1\nB = 2\ndel A\n",
}
UNKNOWN = {
    "works.py": "import math\n__all__ = [n for n in dir(math)]\n",
    "adds.py": "import math\n__all__ = ['a'] + math.__all__\n",
    "calls.py": "__all__ = []\n__all__.append('a')\na = 1\n",
    "broken.py": "def\n",
    "onward.py": "from works import *\n",
    "round.py": "from round import *\nx = 1\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {**MODULES, **UNKNOWN}.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


def python_binds(module: str, folder: Path) -> list[str]:
    script = f"before = set(globals()) | {{'before'}}\nfrom {module} import *\nprint(*sorted(set(globals()) - before))"
    done = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.parametrize(
    "module",
    [
        "plain",
        "said",
        "branches",
        "through",
        "package",
        "package.inner",
        "gone",
        "statistics",
        "textwrap",
        "math",
        "time",
        "itertools",
    ],
)
def test_the_names_are_those_that_python_binds(module: str, folder: Path) -> None:
    assert sorted(find_names(module, folder) or ()) == python_binds(module, folder)


@pytest.mark.parametrize(
    "module", [name.removesuffix(".py") for name in UNKNOWN] + ["numpy.random.mtrand", "nowhere", "plain.x", "..", ""]
)
def test_what_the_source_does_not_tell_is_not_known(module: str, folder: Path) -> None:
    assert find_names(module, folder) is None


def notebook(folder: Path, *sources: str) -> Notebook:
    cells = tuple(Cell(at, CellKind.CODE, source) for at, source in enumerate(sources))
    return with_star_names(Notebook(str(folder / "n.ipynb"), cells))


def test_the_dataflow_sees_through_a_star_import(folder: Path) -> None:
    found = find_dataflow(notebook(folder, "from said import *", "f()\nno()"))
    assert found.edges == (FlowEdge(0, 1, ("f",), "import"),)
    assert found.findings == ()


def test_a_dag_file_imports_the_names_that_are_used_and_no_star(folder: Path) -> None:
    module = compile_source(notebook(folder, "from said import *\nfrom plain import *", "#| task: a\nx = f() or C()"))
    assert module.source.count("from plain import C, f\n") == 1, module.source
    assert "*" not in module.source


def test_an_unknown_star_is_one_finding_and_no_guess(folder: Path) -> None:
    module = compile_source(notebook(folder, "from works import *", "#| task: a\nx = sin(1)"))
    assert [(finding.code, finding.message) for finding in module.findings if finding.code != "MK110"] == [
        ("MK208", "'from works import *' hides its names: its module's source does not tell them.")
    ]


def test_a_star_import_in_a_task_is_a_finding_whatever_is_behind_it(folder: Path) -> None:
    module = compile_source(notebook(folder, "#| task: a\nfrom said import *\nx = f()"))
    assert [finding.code for finding in module.findings if finding.code != "MK110"] == ["MK208"]
