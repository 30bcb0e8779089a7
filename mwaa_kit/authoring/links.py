"""What following a unit finds: who wrote the names it reads, and what it does to them itself."""

from __future__ import annotations

from dataclasses import dataclass, field


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
    uses
        Those who may have written each name that it reads.
    before
        For each name that it may bind, those who may have written it until then.
    hidden
        The builtins among its reads that another unit has bound.
    """

    reads: dict[str, int] = field(default_factory=dict)
    deferred: dict[str, int] = field(default_factory=dict)
    binds: dict[str, int] = field(default_factory=dict)
    mutates: dict[str, int] = field(default_factory=dict)
    uses: dict[str, list[Writer]] = field(default_factory=dict)
    before: dict[str, tuple[Writer, ...]] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    links: dict[Link, None] = field(default_factory=dict)
    steps: int = 0
