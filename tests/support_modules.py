"""Modules of a notebook's own: what it puts into them ends with it, and can be told from what they came with."""

from __future__ import annotations

import builtins
from types import ModuleType
from typing import Any


class OwnModule(ModuleType):
    """A copy of a module."""

    def __init__(self, module: ModuleType) -> None:
        super().__init__(module.__name__)
        vars(self).update(vars(module))

    def settle(self) -> OwnModule:
        """Take what it holds now for what it came with."""
        vars(self)["__came_with__"] = dict(vars(self))
        return self

    def put_in(self) -> dict[str, Any]:
        """Return the attributes that it did not come with."""
        came = vars(self)["__came_with__"]
        return {
            name: value for name, value in vars(self).items() if name != "__came_with__" and came.get(name) is not value
        }


def own_builtins() -> dict[str, Any]:
    """Return builtins whose imports give copies, each module one."""
    copies: dict[int, OwnModule] = {}

    def copy_of(module: ModuleType, path: list[str]) -> OwnModule:
        if id(module) not in copies:
            copies[id(module)] = OwnModule(module).settle()
        copied = copies[id(module)]
        inner = getattr(module, path[0], None) if path else None
        if isinstance(inner, ModuleType):
            setattr(copied, path[0], copy_of(inner, path[1:]))
            vars(copied)["__came_with__"][path[0]] = getattr(copied, path[0])
        return copied

    def import_(name: str, *args: Any, **keywords: Any) -> OwnModule:
        found = builtins.__import__(name, *args, **keywords)
        whole = found.__name__ != name.partition(".")[0]
        return copy_of(found, [] if whole else name.split(".")[1:])

    return {**vars(builtins), "__import__": import_}
