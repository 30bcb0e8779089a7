"""Tables that remember which unit wrote what and who read it, so that an edited unit is followed again and few others.

Units are followed in order. Each sees a table as those before it left it, also when it is followed a second time, long
after its successors: an entry is a list of versions, one for each unit that wrote it. When a unit is followed again,
the entries that it now leaves differently lead to the units that read them, and these to others, until nothing differs.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Hashable, Iterator
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
_NOT = object()


class Timeline:
    """The unit that is being followed, and what each unit has written."""

    def __init__(self) -> None:
        self.unit = -1
        self.written: list[list[tuple[Table[Any, Any], Any]]] = []

    def begin(self) -> None:
        """Go on to the next unit."""
        self.unit = len(self.written)
        self.written.append([])

    def begin_again(self, unit: int) -> dict[tuple[Table[Any, Any], Any], Any]:
        """Go back to a unit, forget what it wrote, and return that."""
        self.unit = unit
        before = {(table, key): table.take_back(key, unit) for table, key in self.written[unit]}
        self.written[unit] = []
        return before

    def reached(self, before: dict[tuple[Table[Any, Any], Any], Any]) -> set[int]:
        """Return the later units that read what the current one now leaves differently."""
        now = {(table, key): table.version(key, self.unit) for table, key in self.written[self.unit]}
        differing = (entry for entry in {**before, **now} if before.get(entry, _NOT) != now.get(entry, _NOT))
        return {unit for table, key in differing for unit in table.readers_after(key, self.unit)}


class Table(Generic[K, V]):
    """A dictionary as the current unit of a timeline sees it."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._versions: dict[K, list[tuple[int, V | None]]] = {}
        self._readers: dict[K, list[int]] = {}

    def get(self, key: K) -> V | None:
        """Return what the units so far left under `key`; None where there is nothing."""
        unit = self._timeline.unit
        readers = self._readers.get(key)
        if readers is None:
            self._readers[key] = [unit]
        elif readers[-1] < unit:
            readers.append(unit)
        elif readers[-1] > unit and readers[bisect_left(readers, unit)] != unit:
            insort(readers, unit)
        versions = self._versions.get(key)
        if not versions:
            return None
        if versions[-1][0] <= unit:
            return versions[-1][1]
        at = bisect_right(versions, unit, key=_unit) - 1
        return versions[at][1] if at >= 0 else None

    def put(self, key: K, value: V | None) -> None:
        """Write `value`, or nothing, under `key`."""
        unit = self._timeline.unit
        versions = self._versions.setdefault(key, [])
        if versions and versions[-1][0] == unit:
            versions[-1] = (unit, value)
            return
        at = bisect_left(versions, unit, key=_unit) if versions and versions[-1][0] > unit else len(versions)
        if at < len(versions) and versions[at][0] == unit:
            versions[at] = (unit, value)
            return
        versions.insert(at, (unit, value))
        self._timeline.written[unit].append((self, key))

    def version(self, key: K, unit: int) -> V | None:
        """Return what one unit wrote under `key`."""
        versions = self._versions[key]
        return versions[bisect_left(versions, unit, key=_unit)][1]

    def take_back(self, key: K, unit: int) -> V | None:
        """Remove and return what one unit wrote under `key`."""
        versions = self._versions[key]
        return versions.pop(bisect_left(versions, unit, key=_unit))[1]

    def readers_after(self, key: K, unit: int) -> Iterator[int]:
        """Yield the units that see what `unit` left under `key`: up to the next one that writes it."""
        versions, readers = self._versions.get(key, []), self._readers.get(key, [])
        after = bisect_right(versions, unit, key=_unit)
        end = bisect_right(readers, versions[after][0]) if after < len(versions) else len(readers)
        yield from readers[bisect_right(readers, unit) : end]


def _unit(version: tuple[int, object]) -> int:
    return version[0]
