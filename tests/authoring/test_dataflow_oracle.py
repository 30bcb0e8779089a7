"""The oracle: random notebooks are run, who wrote what each cell reads is seen, and that is compared.

With branches the analysis must know every way on: nothing that any run shows may be missing. Without them it knows
exactly what happens. `benchmarks/dataflow_oracle.py` does the same ten thousand times.
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from support_notebooks import ALL_TOUCHING, STRAIGHT_TOUCHING, write_notebook
from support_oracle import WatchedKernel, found_edges, seen_edges

SIZES = st.tuples(st.integers(2, 6), st.integers(1, 3))
SLOWLY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def written(data: st.DataObject, templates: Sequence[str], size: tuple[int, int]) -> list[str]:
    return write_notebook(lambda options: data.draw(st.sampled_from(options)), templates, *size)


@settings(SLOWLY, max_examples=120)
@given(st.data(), SIZES)
def test_the_edges_are_the_ones_seen_at_run_time(data: st.DataObject, size: tuple[int, int]) -> None:
    sources = written(data, STRAIGHT_TOUCHING, size)
    kernel = WatchedKernel()
    seen = kernel.run(sources)
    assume(not kernel.raised)
    assert found_edges(sources) == seen, "\n---\n".join(sources)


@settings(SLOWLY, max_examples=80)
@given(st.data(), SIZES, st.lists(st.lists(st.booleans(), max_size=30), min_size=4, max_size=4))
def test_no_edge_is_missing_whichever_way_the_branches_go(
    data: st.DataObject, size: tuple[int, int], ways: list[list[bool]]
) -> None:
    sources = written(data, ALL_TOUCHING, size)
    assert seen_edges(sources, ways) - found_edges(sources) == set(), "\n---\n".join(sources)


# what the oracle was needed for, once
FOUND: dict[str, tuple[str, ...]] = {
    "a list that is shown shows what it holds": (
        "r = [1]",
        "class K:\n    def __repr__(self): return str(r)",
        "c = [(K(),)]",
        "r = 4",
        "c",
        "str(c)",
        "f'{c}'",
        "print({'k': c})",
    ),
    "an instance may say what += a display does": (
        "r = [1]",
        "class K:\n    def __iadd__(self, v):\n        r.append(v)\n        return self",
        "b = K()",
        "b += [2]",
        "r",
        "b",
    ),
    "+= of an item asks for it and sets it": (
        "a = [1]",
        "b = [2]",
        "class K:\n    def __getitem__(self, i): return a\n    def __setitem__(self, i, v): b.append(v)",
        "c = K()",
        "c['k'] += [3]",
        "a",
        "b",
    ),
    "two lists that are known stand in a row": ("a = [[1]]", "b = [a]", "b = b + [2]", "a += [b]", "b"),
    "a list in a row with itself": ("a = [[1]]", "b = a", "c = a", "c = c + b", "b[0][0] = c", "c"),
    "a list that holds itself, in a row": (
        "a = [1]",
        "def f(v): v.append(a)",
        "f(a)",
        "b = a",
        "a = a + [2]",
        "b.append(3)",
        "a",
    ),
    "a list runs through what is added to it": (
        "r = [1]",
        "class K:\n    def __iter__(self): return iter([r])",
        "k = K()",
        "b = [2]",
        "r = [3]",
        "b += k",
        "b",
        "r",
    ),
    "a swap happens at once": ("c = [[1]]", "(c, (b,)) = 5, (c,)", "b.append(2)", "c"),
    "two targets are one object": ("a = b = [1]", "b.append(2)", "a"),
    "a walrus names the very object": ("a = [1]", "(b := a).append(2)", "a"),
    "a walrus in a display comes first": ("c = [1]", "[b := c, b]", "b.append(2)", "c"),
    "what is put into a list is part of it": ("a = [1]", "b = []", "b.append(a)", "a.append(2)", "b"),
    "an item is part of its whole": ("a = {'k': 1}", "b = [2]", "a['k'] = b", "b.append(3)", "a"),
    "a neighbour is another object": ("a, b = [1], [2]", "c = {'k': a, 'l': b}", "d = c['k']", "d.append(3)", "b", "c"),
    "an item that is replaced is no part any more": ("a, b = [1], [2]", "c = [a]", "c[0] = b", "a.append(3)", "c"),
    "an item of an item is changed": ("c = [[1]]", "a = c[0]", "c[0][0] = 2", "a", "c"),
    "pop takes out": ("a = [1]", "c = [a]", "b = c.pop()", "a.append(2)", "b", "c"),
    "a shallow copy holds the same": ("a = [[1]]", "b = a[:]", "b[0].append(2)", "a", "b"),
    "what is put into a module is its part": (
        "a = [1]",
        "import os.path as b",
        "b.x = a\nb.x.append(2)",
        "a",
        "b",
    ),
    "what is put into a module changes it when it is changed": (
        "import os.path as a",
        "c = [1]",
        "a.x = c",
        "c.append(2)",
        "a",
    ),
    "a receiver is there before its arguments": (
        "a, b, c = [1], [[2]], [3]",
        "def f(v):\n    global b\n    b = v\n    return c",
        "a = b\nb.append(f(c))",
        "a",
        "b",
        "c",
    ),
    "the greatest of a dictionary is a key": ("a = {'k': [1]}", "c = max(a)", "a = c + c", "a += c", "a"),
    "a module is one object under any name": (
        "import os.path as c",
        "import os.path as a",
        "c.x = 1",
        "a",
    ),
    "a copy is another list": ("a = [[1]]", "b = list(a)", "b.append(2)", "a"),
    "a star takes the rest": ("a, b = [1], [2]", "c, *d = [a, b]", "a.append(3)", "d"),
    "a default is the object of then": (
        "b = [1]",
        "def g(v, w=b): return w",
        "b = [2]",
        "c = g(3)",
        "c.append(4)",
        "b",
    ),
    "spare arguments come in a tuple": ("def f(*v): return v[0]", "a = [1]", "c = f(a)", "c.append(2)", "a"),
    "another name's change is not mine": ("a = [1]", "b = a", "(a := a).append(2)", "b"),
    "a tuple is not changed in place": ("c = [1]", "c = (c, 2)", "c += (3,)", "c"),
    "a list is": ("c = [1]", "c += [2]", "c"),
    "an item may be too": ("a = [1]", "b = {'k': a}", "b['k'] += [2]", "a"),
    "a list calls nothing that is put into it": ("c = lambda v: c", "b = []", "b.append(c)"),
    "an inherited method changes what it was given": (
        "class A:\n    def put(self, v): self.x.append(v)",
        "class B(A):\n    def __init__(self): self.x = [1]",
        "b = B()",
        "b.put(2)",
        "b",
    ),
    "a closure keeps what it was made with": (
        "def make(v):\n    kept = [v]\n    return lambda w: kept",
        "a = [1]",
        "f = make(a)",
        "c = f(2)",
        "c.append(3)",
        "b = f(4)",
    ),
    "a comprehension over a display reads for certain": (
        "b = [1]",
        "c = b",
        "d = sum(len([b]) for v in [2, 3])\nc[0] = 4",
        "b",
    ),
    "an element of a comprehension changes for certain": ("b = [1]", "[b.append(v) for v in [2]]", "b"),
    "what is appended to a copy is part of it": ("a = '12'", "b = [3]", "c = list(a)", "c += [b]", "b += [4]", "c"),
    "a dictionary is listed by its keys": ("a = {'k': [1]}", "b = list(a)", "b[0] = b", "c = b.pop()", "c += [2]", "b"),
    "a number is a key of a dictionary": (
        "a = {'k': [1]}",
        "a[0] = a",
        "c = [2]\ndel a[0]",
        "[c] = a",
        "a['k'] = 3",
        "c",
    ),
    "a copy of nothing has no part yet": (
        "b = [[1]]",
        "c = [2]\nc.clear()\nc = list(c)",
        "c.append(3)\nc.append(b)\nc[0] += 4",
        "b",
    ),
}
BRANCHES: dict[str, tuple[str, ...]] = {
    "a generator expression reads for the cell that makes and uses it": (
        "a = [1]",
        "b = [2]",
        "c = (b for v in a)\nd = sorted(c, key=id)",
        "b",
    ),
    "next changes a generator": ("a = [1]", "b = (a for v in a)", "d = next(b)", "a", "b"),
    "a sum of lists is a list": ("a = [[1]]", "b = [2]", "a = sum(a, [])", "a += b", "a"),
    "in asks an iterator once at least": (
        "r = [1]",
        "class K:\n    def __iter__(self): return self\n    def __next__(self):\n        r.append(1)\n        return 3",
        "k = K()",
        "3 in k",
        "r",
    ),
    "the same cell may bind or change": ("a = [1]", "a.append(2)\nif flip(): a = [3]", "a"),
    "a second turn sees what the first one left": ("a, b = [1], [2]", "while flip(): a, b = b, a", "a.append(3)", "b"),
    "a loop that does not run reads nothing": ("a = [1]", "b = a", "while flip(): b.append(2)\na.append(3)", "b"),
    "what may be two kinds is both": ("import json as c", "if flip(): c = [1]", "c"),
    "+= may change or bind": ("a = [1]", "b = flip() or a", "b += b", "b", "a"),
    "a tuple that is added to holds what it held": ("a = [1]", "c = (a,)", "c += c", "a.append(2)", "c"),
    "what may be deleted is no part for certain": (
        "a = [1]",
        "b = {'k': a}",
        "if flip(): del b['k']",
        "b['l'] = 2",
        "a.append(3)",
        "b",
    ),
    "what stands in its place is not": (
        "a, b = '12', [3]",
        "c = list(a)",
        "c += [b]",
        "c[2] = 4",
        "b.append(5)",
        "c",
    ),
    "a place nobody knows may be any": (
        "a, b = [1], [[2]]",
        "b[0] = a\ni = 0 if flip() else 1",
        "b[i:] = [3]",
        "a.append(4)",
        "b",
    ),
    "what may be a key counts when it is listed": (
        "a, b = {'k': 1}, [2]",
        "if flip(): a['l'] = 3",
        "c = list(a)\nc.append(b)",
        "d = c[1]",
        "b.append(4)",
        "d",
    ),
    "an item that may be put": ("a, b = {'k': 1}, [2]", "if flip(): a['k'] = b", "b.append(3)", "a"),
    "a comprehension changes what it takes": ("a = [[1]]", "b = a[0]", "[v.append(2) for v in a]", "b"),
    "a handler sees half of the body": (
        "a = [1]",
        "try:\n    a = [2]\n    if flip(): raise ValueError\n    a = [3]\nexcept ValueError:\n    b = a",
        "a",
    ),
    "an error that nobody takes leaves by finally": (
        "a, b, c = [1], [2], [3]",
        "if flip(): del b",
        "try:\n    b = b\n    c = b\nexcept ValueError:\n    c = b\nfinally:\n    b = c",
        "b",
        "c",
    ),
    "somebody else's function calls mine": ("def f(v): v.append(1)", "a = [[2]]", "list(map(f, a))", "a"),
    "a case may change its subject": ("a = [1]", "match a:\n    case list() as b: b.append(2)", "a"),
    "one of two functions may bind, and the other may not": (
        "b = [1]",
        "def g(v):\n    global b\n    b = [2]",
        "if flip():\n    def g(v): return v",
        "g(3)\nb.append(4)",
        "b",
    ),
    "a context manager may give what it holds": (
        "a = [1]",
        "from contextlib import nullcontext",
        "with nullcontext(a) as b:\n    b.append(2)",
        "a",
    ),
}


def test_what_a_notebook_puts_into_a_module_ends_with_the_notebook() -> None:
    kernels = [WatchedKernel(), WatchedKernel()]
    kernels[0].run(["import os.path as a, json", "a.x = json.x = [1]", "import json as b, os", "b.x + os.path.x"])
    kernels[1].run(["import os.path as a", "a.x"])
    assert [(kernel.raised, hasattr(os.path, "x"), hasattr(json, "x")) for kernel in kernels] == [
        (False, False, False),
        (True, False, False),
    ]


@pytest.mark.parametrize("name", FOUND)
def test_what_the_oracle_once_found_stays_right(name: str) -> None:
    assert found_edges(FOUND[name]) == WatchedKernel().run(list(FOUND[name]))


@pytest.mark.parametrize("name", BRANCHES)
def test_what_the_oracle_once_found_in_branches_is_not_missing(name: str) -> None:
    ways = itertools.product([True, False], repeat=4)
    assert seen_edges(BRANCHES[name], ways) - found_edges(BRANCHES[name]) == set()
