"""The oracle: run random straight-line notebooks, note who wrote last what each cell reads, and compare."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mwaa_kit.authoring.dataflow import find_dataflow
from mwaa_kit.model.notebook import Cell, CellKind, Notebook

NAMES = ("a", "b", "c")
FUNCTIONS = ("f", "g")
MODULES = ("math", "json")


class Kernel(dict[str, Any]):
    """A namespace that notes who bound each name and who changed each object, and what each cell reads."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = -1
        self.bound: dict[str, int] = {}
        self.changed: dict[int, int] = {}
        self.changed_as: dict[str, int] = {}
        self.reading: set[str] = set()
        self.edges: set[tuple[int, int, str]] = set()
        self.alive: list[Told] = []

    def run(self, sources: list[str]) -> set[tuple[int, int, str]]:
        """Run the cells one after the other; every list in them tells when it is changed."""
        dict.__setitem__(self, "made", self.made)
        for self.cell, source in enumerate(sources):
            self.reading.clear()
            exec(compile(source.replace("[]", "made()"), f"cell {self.cell}", "exec"), self)
        return self.edges

    def made(self, *_: object) -> Told:
        """Return a new list; all of them stay alive, so that no id is used twice."""
        self.alive.append(Told(self))
        return self.alive[-1]

    def __getitem__(self, name: str) -> Any:
        value = super().__getitem__(name)
        if name in self.bound:
            self.reading.add(name)
            self.edges |= {(w, self.cell, name) for w in self._writers(name, value) if w != self.cell}
        return value

    def _writers(self, name: str, value: object) -> set[int]:
        """The last writer; and the one that bound the name, where the object was changed under other names only."""
        binder, changer = self.bound[name], self.changed.get(id(value), -1)
        if changer <= binder:
            return {binder}
        return {changer} if self.changed_as.get(name, -1) > binder else {changer, binder}

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, value)
        if not name.startswith("_"):
            self.bound[name] = self.cell
            self.changed_as.pop(name, None)

    def __delitem__(self, name: str) -> None:
        self[name]
        super().__delitem__(name)
        del self.bound[name]


class Told(list[Any]):
    """A list that tells its kernel when it is changed, and under which names the cell read it."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__()
        self.kernel = kernel

    def append(self, item: object) -> None:
        super().append(item)
        self.kernel.changed[id(self)] = self.kernel.cell
        for name in self.kernel.reading:
            if dict.get(self.kernel, name) is self:
                self.kernel.changed_as[name] = self.kernel.cell


STATEMENT = st.one_of(
    st.tuples(st.just("assign"), st.sampled_from(NAMES)),
    st.tuples(st.just("alias"), st.sampled_from(NAMES), st.sampled_from(NAMES)),
    st.tuples(st.just("derive"), st.sampled_from(NAMES), st.sampled_from(NAMES)),
    st.tuples(st.just("change"), st.sampled_from(NAMES)),
    st.tuples(st.just("define"), st.sampled_from(FUNCTIONS), st.sampled_from(NAMES)),
    st.tuples(st.just("define_changer"), st.sampled_from(FUNCTIONS)),
    st.tuples(st.just("call"), st.sampled_from(FUNCTIONS), st.sampled_from(NAMES)),
    st.tuples(st.just("delete"), st.sampled_from(NAMES)),
    st.tuples(st.just("import"), st.sampled_from(MODULES)),
    st.tuples(st.just("use"), st.sampled_from((*NAMES, *MODULES))),
)
CODE = {
    "assign": "{0} = []",
    "alias": "{0} = {1}",
    "derive": "{0} = made({1})",
    "change": "{0}.append(1)",
    "define": "def {0}(v):\n    return {1}",
    "define_changer": "def {0}(v):\n    v.append(1)",
    "call": "{0}({1})",
    "delete": "del {0}",
    "import": "import {0}",
    "use": "{0}",
}


def _sources(cells: list[list[tuple[str, ...]]]) -> list[str]:
    """Write the cells, leaving out what would raise: a name that is not there, or a module where a list is wanted."""
    alive: set[str] = set()
    free: dict[str, str] = {}
    sources = []
    for cell in cells:
        lines = []
        for kind, *names in cell:
            needs = {"assign": [], "define": [], "define_changer": [], "import": []}.get(kind, names[-1:])
            if kind == "call":
                needs = [*names, *([free[names[0]]] if free.get(names[0]) else [])]
            elif kind in {"change", "delete", "use"}:
                needs = names
            if not set(needs) <= alive:
                continue
            lines.append(CODE[kind].format(*names))
            if kind == "delete":
                alive.discard(names[0])
            elif kind in {"assign", "alias", "derive", "import", "define", "define_changer"}:
                alive.add(names[0])
            if kind in {"define", "define_changer"}:
                free[names[0]] = names[1] if kind == "define" else ""
        sources.append("\n".join(lines))
    return sources


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(STATEMENT, min_size=1, max_size=3), min_size=1, max_size=9))
def test_the_edges_are_the_ones_seen_at_run_time(cells: list[list[tuple[str, ...]]]) -> None:
    sources = _sources(cells)
    notebook = Notebook("nb", tuple(Cell(i, CellKind.CODE, source) for i, source in enumerate(sources)))
    found = {(e.source, e.target, name) for e in find_dataflow(notebook).edges for name in e.names}
    assert found == Kernel().run(sources), sources
