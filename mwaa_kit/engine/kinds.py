"""What Airflow's objects are, by the names of their classes: the modules of these differ from version to version."""

from __future__ import annotations

from typing import Any


def is_a(thing: Any, *names: str) -> bool:
    """Whether an object is of one of these classes, or of one made from them; a mapped task is what its operator is."""
    operator = getattr(thing, "operator_class", None)
    kind = operator if isinstance(operator, type) else type(thing)
    return any(base.__name__ in names for base in kind.__mro__)
