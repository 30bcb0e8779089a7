"""What one cell does to names, and which cell each name comes from."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest

from mwaa_kit.authoring.dataflow import FollowedNotebook, find_dataflow
from mwaa_kit.authoring.ipynb import read_notebook
from mwaa_kit.model.notebook import Cell, CellKind, Notebook

WriteNotebook = Callable[..., str]

# source: (binds, reads, mutates, deletes, deferred_reads)
FACTS: dict[str, tuple[str, str, str, str, str]] = {
    "x = 1": ("x", "", "", "", ""),
    "x = y": ("x", "y", "", "", ""),
    "n += 1": ("n", "n", "", "", ""),
    "xs += [1]": ("", "xs", "xs", "", ""),
    "d['a'] = 1": ("", "d", "d", "", ""),
    "d['a']['b'].c = k": ("", "d k", "d", "", ""),
    "xs[1:2] = ys": ("", "xs ys", "xs", "", ""),
    "xs.append(x)": ("", "x xs", "xs", "", ""),
    "df.drop(columns=c, inplace=True)": ("", "c df", "df", "", ""),
    "df.drop(columns=c)": ("", "c df", "", "", ""),
    "del x, d['k']": ("", "d x", "d", "x", ""),
    "a, (b, *c) = z": ("a b c", "z", "", "", ""),
    "a = b = c": ("a b", "c", "", "", ""),
    "[i for i in xs if i > lo]": ("", "lo xs", "", "", ""),
    "[(i, j) for i in xs for j in i]": ("", "xs", "", "", ""),
    "{k: v for k, v in d.items()}": ("", "d", "", "", ""),
    "any((last := i) > m for i in xs)": ("last", "m xs", "", "", ""),
    "f = lambda a, b=q: a + b + g": ("f", "q", "", "", "g"),
    "def f(a: T, *args, b=d, **kw) -> R:\n    x = a + g\n    return x": ("f", "R T d", "", "", "g"),
    "def f():\n    global n\n    n = m": ("f", "", "", "", "m"),
    "def f():\n    def inner():\n        nonlocal x\n        x = g\n    x = 1\n    return inner": (
        "f",
        "",
        "",
        "",
        "g",
    ),
    "def f(n):\n    return f(n - 1) if n else stop": ("f", "", "", "", "f stop"),
    "@deco(arg)\ndef f(): pass": ("f", "arg deco", "", "", ""),
    "class A(B, metaclass=M):\n    k = K\n    j = k\n    def m(self): return k, self.z": ("A", "B K M", "", "", "k"),
    "import os.path": ("os", "", "", "", ""),
    "import a.b as c, d.e.f": ("c d", "", "", "", ""),
    "from m import x as y, z": ("y z", "", "", "", ""),
    "with open(p) as f, g() as (a, b): f.read()": ("a b f", "g p", "", "", ""),
    "try:\n    x = y\nexcept E as e:\n    print(e)": ("x", "E y", "", "", ""),
    "match s:\n    case {'a': v, **rest} if v > lo: pass\n    case [h, *t] | P(h, t): pass": (
        "h rest t v",
        "P lo s",
        "",
        "",
        "",
    ),
    "if c:\n    x = 1\nelse:\n    x = 2\nx": ("x", "c", "", "", ""),
    "if c:\n    x = 1\nx": ("x", "c x", "", "", ""),
    "for i in xs:\n    t = i\nt": ("i t", "t xs", "", "", ""),
    "while (line := f()):\n    pass\nline": ("line", "f", "", "", ""),
    "f'{x!r:{w}} {y}'": ("", "w x y", "", "", ""),
    "x: int = y": ("x", "y", "", "", ""),
    "x: T": ("", "T", "", "", ""),
    "from __future__ import annotations\nx: T = 1\ndef f(a: U) -> V: ...": ("annotations f x", "", "", "", ""),
    "await f(x)": ("", "f x", "", "", ""),
    "print(len(xs))": ("", "xs", "", "", ""),
    "for row in rows:\n    row['a'] = 1": ("row", "rows", "rows", "", ""),
    "b = a\nb.append(1)": ("b", "a", "a", "", ""),
    "np.append(xs, 1)\nimport numpy as np": ("np", "np xs", "", "", ""),
    "random.shuffle(xs)": ("", "random xs", "xs", "", ""),
    "np.add(x, y, out=z)": ("", "np x y z", "z", "", ""),
    "model.fit(X)": ("", "X model", "model", "", ""),
    "%time y = f(x)": ("y", "f x", "", "", ""),
    "%%time\ny = f(x)": ("y", "f x", "", "", ""),
    "%%capture out\nprint(x)": ("out", "x", "", "", ""),
    "%matplotlib inline\nx": ("", "x", "", "", ""),
    "!echo {x} $y": ("", "x y", "", "", ""),
    "files = !ls {folder}": ("files", "folder", "", "", ""),
    "%%bash\necho $HOME": ("", "", "", "", ""),
    "%%bash --out lines --err said\nls": ("lines said", "", "", "", ""),
    "!echo $$HOME": ("", "", "", "", ""),
    "%store x": ("", "x", "", "", ""),
    "%store -r y z": ("y z", "", "", "", ""),
    "%cd {folder}": ("", "folder", "", "", ""),
    "%env A=$x": ("", "x", "", "", ""),
    "(b := a).append(1)": ("b", "a", "a", "", ""),
    "[v.append(1) for v in xs]": ("", "xs", "xs", "", ""),
    "q.put(x)": ("", "q x", "q", "", ""),
    "_ + _3 + Out[3]": ("", "", "", "", ""),
    "%%writefile a.py\nimport os": ("", "", "", "", ""),
    "df?\nx = 1": ("x", "", "", "", ""),
    "s = '''\n!ls\n%time\n'''": ("s", "", "", "", ""),
    "x = (5\n  % y)": ("x", "y", "", "", ""),
}
if sys.version_info >= (3, 12):
    FACTS["type X[T] = list[T | G]"] = ("X", "", "", "", "G")
    FACTS["class A[T](B[T]): k = T"] = ("A", "B", "", "", "")
    FACTS["def f[T](a: T) -> T: return a"] = ("f", "", "", "", "")


def _notebook(*sources: str) -> Notebook:
    return Notebook("nb.ipynb", tuple(Cell(i, CellKind.CODE, source, f"c{i}") for i, source in enumerate(sources)))


@pytest.mark.parametrize("source", FACTS)
def test_a_cell_binds_reads_changes_and_deletes(source: str) -> None:
    (cell,) = find_dataflow(_notebook(source)).cells
    found = (cell.binds, cell.reads, cell.mutates, cell.deletes, cell.deferred_reads)
    assert tuple(" ".join(names) for names in found) == FACTS[source]


# cells: edges as "from-to kind names"
EDGES: dict[tuple[str, ...], str] = {
    ("x = 1", "y = x", "x = 2", "print(x, y)"): "0-1 data x, 1-3 data y, 2-3 data x",
    ("xs = []", "xs.append(1)", "print(xs)"): "0-1 data xs, 1-2 mutation xs",
    ("import numpy as np", "np.append([1], 2)", "np.pi"): "0-1 import np, 0-2 import np",
    ("def f():\n    return n", "n = 1", "f()"): "0-2 data f, 1-2 deferred n",
    ("def f(): return g()", "def g(): return n", "n = 1", "f()"): "0-3 data f, 1-3 deferred g, 2-3 deferred n",
    ("xs = []", "def add(v): v.append(1)", "add(xs)", "xs"): "0-2 data xs, 1-2 data add, 2-3 mutation xs",
    ("a = []", "b = a", "a.append(1)", "b"): "0-1 data a, 0-2 data a, 1-3 data b, 2-3 mutation b",
    ("n = 0", "def up():\n    global n\n    n += 1", "up()", "n"): "0-2 deferred n, 1-2 data up, 2-3 data n",
    ("x = 1", "if input():\n    x = 2", "x"): "0-2 data x, 1-2 data x",
    ("x = 1", "del x", "x = 2", "x"): "0-1 data x, 2-3 data x",
    ("def mk():\n    def f(): return n\n    return f", "n = 1", "g = mk()", "g()"): "0-2 data mk, 1-3 deferred n, 2-3 data g",
    ("class A:\n    def m(self): return n", "n = 1", "a = A()", "a.m()"): "0-2 data A, 1-3 deferred n, 2-3 data a",
    ("list = [1]", "print(list)"): "0-1 data list",
    ("k = 1", "list(map(lambda v: v + k, [1]))"): "0-1 deferred k",
    ("df = load()", "part = df[df.a > 1]", "part['b'] = 1", "df"): "0-1 data df, 0-3 data df, 1-2 data part",
    ("fig, ax = plt.subplots()", "ax.plot([1])", "fig"): "0-1 data ax, 0-2 data fig, 1-2 mutation fig",
    ("df = load()", "df.loc[0, 'a'] = 1", "df.drop('a', inplace=True)", "df"): "0-1 data df, 1-2 mutation df, 2-3 mutation df",
    ("m = LR()", "n = m.fit(X)", "n.partial_fit(X)", "m"): "0-1 data m, 1-2 data n, 2-3 mutation m",
    ("m1 = LR()", "m2 = m1", "m2.fit(X)", "m1"): "0-1 data m1, 0-3 data m1, 1-2 data m2, 2-3 mutation m1",
    ("xs = [1]", "ys = [2]", "xs += ys", "xs"): "0-2 data xs, 1-2 data ys, 2-3 mutation xs",
    ("def f(): return x", "x = 1", "f", "h = f", "h()"): "0-2 data f, 0-3 data f, 1-4 deferred x, 3-4 data h",
    ("rows = [{}]", "r = rows[0]", "r['a'] = 1", "rows"): "0-1 data rows, 0-3 data rows, 1-2 data r, 2-3 mutation rows",
    # as notebooks of ipyparallel, nbclient and jupytext have it
    ("def f(n): return n", "%timeit f(1)", "f = f(2)", "print(f)"): "0-1 data f, 0-2 data f, 2-3 data f",
    ("root = ask()[0]", "root['a'] = 5", "%%px\nroot = 1", "root"): "0-1 data root, 1-3 mutation root",
    ("out = show()", "with out:\n    print(1)", "out"): "0-1 data out, 0-2 data out",
    ("data = ask()", "zones = data.a", "data = [z for z in zones]\nprint(data)"): "0-1 data data, 1-2 data zones",
}  # fmt: skip


@pytest.mark.parametrize("sources", EDGES, ids=lambda sources: sources[-1] + " after " + sources[0][:20])
def test_a_name_comes_from_the_cell_that_wrote_it_last(sources: tuple[str, ...]) -> None:
    edges = find_dataflow(_notebook(*sources)).edges
    assert (
        ", ".join(f"{e.source}-{e.target} {e.kind} {' '.join(e.names)}" for e in edges if "load" not in e.names)
        == EDGES[sources]
    )


def test_the_json_is_the_one_of_the_interface(write_notebook: WriteNotebook) -> None:
    flow = find_dataflow(read_notebook(write_notebook(["%md # Title", "import pandas as pd", "df = pd.DataFrame()"])))
    none: dict[str, list[str]] = {"mutates": [], "deletes": [], "deferred_reads": []}
    assert json.loads(json.dumps(flow.to_dict())) == {
        "cells": [
            {"index": 1, "code_index": 0, "id": "c2", "binds": ["pd"], "reads": [], **none},
            {"index": 2, "code_index": 1, "id": "c3", "binds": ["df"], "reads": ["pd"], **none},
        ],
        "edges": [{"from": 0, "to": 1, "names": ["pd"], "kind": "import"}],
        "findings": [],
    }  # fmt: skip


def test_a_magic_that_runs_other_code_is_a_finding() -> None:
    flow = find_dataflow(_notebook("%run other.py", "%matplotlib inline"))
    assert [(f.code, f.at.cell, f.at.line) for f in flow.findings] == [("MK207", 1, 1)]


def test_what_cannot_be_parsed_or_known_is_a_finding_and_the_rest_goes_on() -> None:
    flow = find_dataflow(_notebook("x = (", "from m import *", "y = 1", "exec('z = 1')", "y", "1+" * 5000 + "1"))
    assert [(f.code, f.at.cell) for f in flow.findings] == [("MK201", 1), ("MK207", 2), ("MK207", 4), ("MK201", 6)]
    assert [(e.source, e.target) for e in flow.edges] == [(2, 4)]


def test_what_ipython_keeps_of_a_session_is_read_from_the_cell_that_showed_it() -> None:
    """As IPython has it when the cells are run from top to bottom: a value that is hidden or assigned is not kept."""
    sources = ["10", "x = 20", "30;", "40", "y = _, __", "z = Out[1] + _4 + _3 + Out[9]", "print(In[1])", "_ = y", "_"]
    cells = (Cell(at, CellKind.CODE, text, execution_count=at + 1) for at, text in enumerate(sources))
    notebook = Notebook("a.ipynb", tuple(cells))
    found = find_dataflow(notebook)
    assert [(edge.source, edge.target, edge.names, edge.kind) for edge in found.edges] == [
        (0, 4, ("__",), "data"),
        (0, 5, ("Out[1]",), "data"),
        (3, 4, ("_",), "data"),
        (3, 5, ("_4",), "data"),
        (4, 7, ("y",), "data"),
        (7, 8, ("_",), "data"),
    ]
    followed = FollowedNotebook(Notebook("a.ipynb", tuple(replace(cell, source="1;") for cell in notebook.cells)))
    for at, text in enumerate(sources):
        edited = followed.edit(at, text)
    assert edited.edges == found.edges


def test_a_property_is_charged_to_who_reads_it_as_a_method_to_who_calls_it() -> None:
    size = "    @property\n    def size(self):\n        return rate\n"
    box = f"class Box:\n{size}    @cached_property\n    def all(self):\n        return rate"
    sources = ["rate = 3", "from functools import cached_property", box, "b = Box()", "n = b.size", "rate = 4"]
    sources += ["print(b.all)", "b.size = 5", "b.other"]
    cells = (Cell(at, CellKind.CODE, text) for at, text in enumerate(sources))
    found = find_dataflow(Notebook("a.ipynb", tuple(cells)))
    assert [(edge.source, edge.target, edge.names) for edge in found.edges if edge.kind == "deferred"] == [
        (0, 4, ("rate",)),
        (5, 6, ("rate",)),
    ]
