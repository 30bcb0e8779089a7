"""What following a unit finds: who wrote the names it reads, and what it does to them itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Link:
    """One name that one unit reads as another left it.

    Parameters
    ----------
    kind
        ``data``, ``import``, ``mutation`` or ``deferred``.
    """

    source: int
    target: int
    name: str
    kind: str


@dataclass(frozen=True)
class Writer:
    """The unit that bound or changed a name, and the line: two are the same whatever their lines."""

    unit: int
    kind: str
    line: int = field(compare=False)


@dataclass
class Seen:
    """What is noted about one unit on the way.

    Parameters
    ----------
    surely_read
        The names that it reads whenever it runs.
    uses
        Those who may have written each name that it reads.
    hidden
        The builtins among its reads that another unit has bound.
    elsewhere
        Those who may have bound each name that it lets a function of another unit read, and the line of the first
        call that does, by that unit and the name.
    changed
        The objects that it changes, with all they are part of, and the line.
    """

    reads: dict[str, int] = field(default_factory=dict)
    surely_read: set[str] = field(default_factory=set)
    deferred: dict[str, int] = field(default_factory=dict)
    binds: dict[str, int] = field(default_factory=dict)
    mutates: dict[str, int] = field(default_factory=dict)
    uses: dict[str, list[Writer]] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    elsewhere: dict[tuple[int, str], tuple[int, set[Writer]]] = field(default_factory=dict)
    changed: dict[int, int] = field(default_factory=dict)
    links: dict[Link, None] = field(default_factory=dict)
    steps: int = 0


@dataclass(frozen=True)
class Held:
    """What a name may hold, and who bound it; nobody, where it is only read."""

    writer: Writer | None
    objects: frozenset[int]


@dataclass(frozen=True)
class Chain(Generic[T]):
    """What may hold: the newest of it, and all that held before, where the newest is not certain.

    Chains share what is older, so that a name that a thousand loops bind costs a thousand links, and not their square.
    """

    newest: T
    older: Chain[T] | None = None

    def __eq__(self, other: object) -> bool:
        one: Chain[T] | None = self
        two = other if isinstance(other, Chain) else None
        while one is not two:
            if one is None or two is None or one.newest != two.newest:
                return False
            one, two = one.older, two.older
        return True

    def __hash__(self) -> int:
        return hash(self.newest)

    def __iter__(self) -> Iterator[T]:
        link: Chain[T] | None = self
        while link is not None:
            yield link.newest
            link = link.older
