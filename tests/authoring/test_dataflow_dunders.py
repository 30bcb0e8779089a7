"""Operators, loops and builtins run the methods that a class of the notebook defines for them, and loops run generators.

What they read and change is charged to the cell that uses them, as seen by the oracle.
"""

from __future__ import annotations

import itertools

import pytest
from support_oracle import WatchedKernel, found_edges, seen_edges

CASES: dict[str, tuple[str, ...]] = {
    "len and truth ask for the length": ("def __len__(self): return len(r)", "r = [4]", "len(k)", "if k: pass"),
    "an index takes an item": ("def __getitem__(self, i): return r", "v = k[0]", "v.append(4)", "r"),
    "an assignment to an index sets it": ("def __setitem__(self, i, v): r.append(v)", "k[0] = 4", "r", "k"),
    "del of an index deletes it": ("def __delitem__(self, i): r.clear()", "del k[0]", "r"),
    "loops, comprehensions and unpacking iterate": (
        "def __iter__(self): return iter([r])",
        "for v in k: w = v",
        "[v for v in k]",
        "a, = k",
        "a.append(4)",
        "r",
    ),
    "an iteration may be a generator": (
        "def __iter__(self):\n        yield r",
        "v = list(k)[0]",
        "v.append(3)",
        "r",
    ),
    "an operator asks the left": ("def __add__(self, o): return r", "v = k + 1", "v.append(4)", "r"),
    "and then the right": ("def __radd__(self, o): return r", "v = 1 + k", "v.append(4)", "r"),
    "an operator may change its object": (
        "def __iadd__(self, o):\n        r.append(o)\n        return self",
        "k += 1",
        "r",
        "k",
    ),
    "a block is entered and left": (
        "def __enter__(self): return r\n    def __exit__(self, *a): r.append(5)",
        "with k as v: v.append(4)",
        "r",
    ),
    "an instance is called": ("def __call__(self): return r", "v = k()", "v.append(4)", "r"),
    "in looks into it": ("def __contains__(self, o): return o in r", "3 in k", "r = [4]", "3 not in k"),
    "both sides may compare": ("def __eq__(self, o): return r", "v = k == 3", "r = [4]", "k != 3", "3 == k"),
    "a comparison turns round": ("def __lt__(self, o): return len(r)", "k < 3", "r = [4]", "3 > k"),
    "str is what is printed": ("def __str__(self): return str(r)", "str(k)", "r = 4", "f'{k}'", "print(k)", "repr(k)"),
    "repr is what is shown where there is no str": (
        "def __repr__(self): return str(r)",
        "s = str(k)",
        "r = 4",
        "s = f'{k!r}'",
        "print(k)",
    ),
    "a format has its own": ("def __format__(self, spec): return str(r)", "s = f'{k:>3}'", "format(k)", "str(k)"),
    "a sign asks, too": ("def __neg__(self): return r", "s = -k"),
    "truth is asked by not, if and and": (
        "def __bool__(self): return bool(r)",
        "s = not k",
        "r = [4]",
        "s = 1 if k else 2",
        "k and 3",
    ),
    "a function uses what it is given": (
        "def __len__(self): return len(r)",
        "def f(v): return len(v)",
        "r = [5]",
        "f(k)",
    ),
    "a subclass inherits": ("def __len__(self): return len(r)", "class L(K): pass", "k = L()", "r = [5]", "len(k)"),
    "no other object is asked": (
        "def __len__(self): return len(r)",
        "class L: pass",
        "k = [1]",
        "len(k)",
        "len([2])",
        "k = L()",
        "k == 3",
    ),
    "a setter runs when the attribute is set": (
        "@property\n    def n(self): return r\n    @n.setter\n    def n(self, v): r.append(v)",
        "k.n",
        "k.n = 4",
        "r",
    ),
    "an attribute that is not there is asked for": (
        "def __getattr__(self, n): return r",
        "v = k.other",
        "v.append(4)",
        "r",
        "k.own = 1",
        "r = [6]",
        "k.own",
    ),
    "a method is not called by being read": ("def _look(self): return r", "f = k._look", "r = [4]", "f"),
}
GENERATORS: dict[str, tuple[str, ...]] = {
    "a generator runs in the loop": ("a = f(3)", "b = [2]", "for c in a: pass", "b"),
    "nothing runs where nobody loops": ("a = f(3)", "b"),
    "list runs through it": ("a = f(3)", "b = [2]", "c = list(a)", "c[0].append(5)", "b"),
    "next runs a part of it": ("a = f(3)", "b = [2]", "c = next(a)", "b"),
    "unpacking runs through it": ("a = f(3)", "c, = a"),
    "a star runs through it": ("a = f(3)", "c = [*a]"),
    "yield from hands it on": ("def g(): yield from f(3)", "a = g()", "c = [v for v in a]"),
    "iter of it is itself": ("a = f(3)", "c = next(iter(a))", "a", "c.append(2)", "b"),
    "extend runs through it": ("a = f(3)", "c = []", "c.extend(a)", "c[0].append(3)", "b"),
    "an expression runs through it": ("a = f(3)", "c = sum(1 for v in a)"),
}
MAYBE: dict[str, tuple[str, ...]] = {
    "a list holds a generator": (
        "a = [1]",
        "def f(v):\n    yield v\n    yield b",
        "b = [f]",
        "c = b[0](2)",
        "b = 3",
        "list(c)",
    ),
    "the greatest is found by running through it": (
        "b = {'k': 1}",
        "def f(v):\n    yield v\n    yield b",
        "a = f([7])",
        "while flip():\n    c = a\n    if flip(): break",
        "b['l'] = 2",
        "b = max(a, key=id)",
        "b",
    ),
    "a loop that names the generator anew": (
        "a = [[1]]",
        "def f(v):\n    yield v\n    yield a",
        "c = f(a)",
        "if flip(): a = [2]",
        "for b in c: c = b",
    ),
    "a comprehension runs through it": (
        "b = {'k': 1}",
        "def f(v):\n    yield v\n    yield b",
        "b = f([3])",
        "[v.append(4) for v in b]",
    ),
    "a context manager may be one": (
        "from contextlib import contextmanager",
        "b = [1]",
        "@contextmanager\ndef f():\n    yield b\n    b.append(4)",
        "a = f()",
        "with a as v: v.append(2)",
        "b",
    ),
    "iter of an instance may be itself": (
        "class K:\n    __iter__ = lambda self: self\n    def __next__(self): return self.x",
        "k = K()",
        "k.x = [1]",
        "c = iter(k)",
        "c.y = 1",
        "k",
    ),
    "one that pops ends": (
        "r = [3]",
        "class K:\n    __iter__ = lambda self: self\n    def __next__(self):\n        return r.pop() if r else next(iter(r))",
        "k = K()",
        "list(k)",
        "r",
    ),
}


def notebook(method: str, *cells: str) -> list[str]:
    return ["r = [3]", f"class K:\n    {method}", "k = K()", *cells]


def compare(sources: list[str]) -> None:
    """The very edges, of cells of which none fails."""
    kernel = WatchedKernel()
    assert (found_edges(sources), False) == (kernel.run(sources), kernel.raised)


@pytest.mark.parametrize("name", CASES)
def test_what_python_calls_is_charged_to_the_cell_that_makes_it(name: str) -> None:
    compare(notebook(*CASES[name]))


@pytest.mark.parametrize("name", GENERATORS)
def test_a_generator_reads_where_it_is_run_through(name: str) -> None:
    compare(["b = [1]", "def f(v):\n    yield b", *GENERATORS[name]])


@pytest.mark.parametrize("name", MAYBE)
def test_nothing_that_an_iteration_reads_is_missing(name: str) -> None:
    ways = itertools.product([True, False], repeat=3)
    assert seen_edges(MAYBE[name], ways) - found_edges(MAYBE[name]) == set()


def test_a_generator_expression_reads_its_first_iterable_at_once_and_the_rest_where_it_is_run_through() -> None:
    assert found_edges(["b, c = [1], [2]", "a = (b for v in c)", "b, c = 3, 4", "list(a)", "sum(b for v in [5])"]) == {
        (0, 1, "c", "data"),
        (1, 3, "a", "data"),
        (2, 3, "b", "deferred"),
        (2, 4, "b", "data"),
    }
