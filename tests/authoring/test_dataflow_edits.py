"""An edited notebook has the dataflow of one that was read afresh, and little of it is followed again."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st
from support_notebooks import ALL_TEMPLATES, write_notebook

from mwaa_kit.authoring.dataflow import FollowedNotebook, find_dataflow
from mwaa_kit.authoring.linking import Linker
from mwaa_kit.authoring.names import facts_of_source
from mwaa_kit.model.notebook import Cell, CellKind, Notebook

CELLS = [
    "a = 1",
    "a = [1]",
    "b = a",
    "b = [a, 2]",
    "c = b[0]",
    "c.append(a)",
    "a.append(3)",
    "del a",
    "if b:\n    a = c",
    "for a in b:\n    c = a",
    "import json as a",
    "def f(x):\n    x.append(a)\n    return x",
    "def f(x):\n    return x",
    "c = f(b)",
    "f(a)",
    "f = lambda x: b.append(x)",
    "def make():\n    kept = []\n    def f(x):\n        kept.append(x)\n        return kept\n    return f",
    "def make():\n    k = a\n    def f(x):\n        nonlocal k\n        x, k = k, x\n        return x\n    return f",
    "f = make()",
    "class Bag:\n    def __init__(self):\n        self.all = a\n    def add(self, x):\n        self.all.append(x)",
    "class Bag:\n    @property\n    def all(self): return c\n    def __len__(self): return len(b)",
    "a = Bag()",
    "b = a.all",
    "c = len(a)",
    "def f(x):\n    yield x\n    yield a",
    "b = [*c]",
    "a.add(b)",
    "sum = a",
    "c = sum(b)",
    "a +=",
    "print(a, b, c)",
]


def notebook(sources: list[str]) -> Notebook:
    return Notebook("n.ipynb", tuple(Cell(at, CellKind.CODE, source) for at, source in enumerate(sources)))


@given(
    st.lists(st.sampled_from(CELLS), min_size=2, max_size=9),
    st.lists(st.tuples(st.integers(0, 8), st.sampled_from(CELLS)), min_size=1, max_size=6),
)
def test_an_edited_notebook_has_the_dataflow_of_one_read_afresh(
    sources: list[str], edits: list[tuple[int, str]]
) -> None:
    followed = FollowedNotebook(notebook(sources))
    for at, source in edits:
        at %= len(sources)
        sources = [*sources[:at], source, *sources[at + 1 :]]
        assert followed.edit(at, source) == find_dataflow(notebook(sources))


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 1 << 30))
def test_any_edit_of_any_cell_gives_what_reading_afresh_gives(seed: int) -> None:
    dice = random.Random(seed)
    sources, others = (write_notebook(dice.choice, ALL_TEMPLATES, 5, 2) for _ in range(2))
    followed = FollowedNotebook(notebook(sources))
    for _ in range(4):
        at = dice.randrange(len(sources))
        sources = [*sources[:at], dice.choice([*others, *sources, "pass"]), *sources[at + 1 :]]
        assert followed.edit(at, sources[at]) == find_dataflow(notebook(sources))


def test_a_property_an_operator_and_a_generator_that_an_edit_adds_are_seen_below() -> None:
    uses = ["b = Bag()", "b.all", "len(b)", "c = f(1)", "list(c)"]
    sources = ["a = 1", "class Bag: all = 1", "def f(x): return [x]", *uses]
    followed = FollowedNotebook(notebook(sources))
    sources[1] = "class Bag:\n    @property\n    def all(self): return a\n    def __len__(self): return a"
    sources[2] = "def f(x): yield a"
    followed.edit(1, sources[1])
    edited = followed.edit(2, sources[2])
    assert edited == find_dataflow(notebook(sources))
    assert [edge.target for edge in edited.edges if edge.names == ("a",)] == [4, 5, 7]


def test_an_edit_that_writes_the_same_names_is_all_that_is_followed_again() -> None:
    linker = Linker()
    for at in range(1000):
        linker.add(facts_of_source(f"v{at} = [x + {at} for x in v{at - 1}]" if at else "v0 = [1]"))
    assert linker.replace(500, facts_of_source("# said\nv500 = [x * 2 for x in v499]")) == (500,)
    assert linker.replace(500, facts_of_source("w = [x for x in v499]")) == (500, 501)
