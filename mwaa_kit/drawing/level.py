"""The graph that one level of a drawing is worked out on: items, and lanes for the links that skip columns."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class End:
    """Where a link meets a vertex: heights count from the middle of each."""

    other: int
    own_y: float
    other_y: float


@dataclass
class Level:
    """Items and lanes on the way to an arrangement; vertices beyond the items are lanes."""

    ranks: list[int]
    heights: list[float]
    margins: list[float]
    ins: list[list[End]] = field(default_factory=list)
    outs: list[list[End]] = field(default_factory=list)
    paths: list[list[int]] = field(default_factory=list)

    def add(self, rank: int, height: float, margin: float) -> int:
        """Add a vertex and return its number."""
        self.ranks.append(rank)
        self.heights.append(height)
        self.margins.append(margin)
        self.ins.append([])
        self.outs.append([])
        return len(self.ranks) - 1
