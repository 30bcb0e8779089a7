"""The packages that a ``requirements.txt`` asks for."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.requirements import InvalidRequirement, Requirement


def find_requirements(lines: Iterable[str]) -> tuple[Requirement, ...]:
    """Return what the lines ask for by name; options, paths and addresses are left to pip, which knows what they are."""
    found = []
    for line in lines:
        text = line.split(" #")[0].strip()
        if not text or text.startswith(("#", "-")):
            continue
        try:
            found.append(Requirement(text))
        except InvalidRequirement:
            continue
    return tuple(found)
