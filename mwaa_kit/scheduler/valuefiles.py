"""The values of the runs, a file each, named for their content: equal values are kept once.

A small value needs no file: its name is the value itself, after a sign that no file's name has.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from pathlib import Path
from typing import Any

_SMALL_BYTES = 512
_ITSELF = "="
_GRACE_SECONDS = 600.0
"""A file so new may belong to a run that has not noted it yet."""


class ValueFiles:
    """A folder of stored XCom values."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, stored: Any) -> str:
        """Write a value unless it is there; return its name."""
        content = encode(stored)
        if len(content) <= _SMALL_BYTES:
            return _ITSELF + content.decode()
        name = f"{hashlib.sha256(content).hexdigest()}.json"
        path = self._folder / name
        try:
            os.utime(path)  # it is in use: no sweep takes it away now
        except OSError:
            path.parent.mkdir(exist_ok=True)
            aside = path.with_suffix(f".{os.getpid()}.part")
            try:
                aside.write_bytes(content)
                aside.replace(path)
            except OSError:
                aside.unlink(missing_ok=True)
                raise
        return name

    def read(self, name: str) -> Any:
        """Return a value as it was stored."""
        return json.loads(name[1:] if name.startswith(_ITSELF) else (self._folder / name).read_bytes())

    def has(self, name: str) -> bool:
        """Whether a file is there; the user may have deleted it."""
        return name.startswith(_ITSELF) or (self._folder / name).is_file()

    def sizes(self) -> dict[str, int]:
        """Return how many bytes each file takes."""
        if not self._folder.is_dir():
            return {}
        with os.scandir(self._folder) as files:
            return {file.name: file.stat().st_size for file in files}

    def sweep(self, used: frozenset[str], *, all_ages: bool = False) -> None:
        """Delete what no run uses; without `all_ages` only what is not new."""
        if not self._folder.is_dir():
            return
        too_new = time.time() - _GRACE_SECONDS
        for path in self._folder.iterdir():
            if path.name not in used and (all_ages or path.stat().st_mtime < too_new):
                path.unlink(missing_ok=True)


def encode(stored: Any) -> bytes:
    """Return the bytes that stand for a stored value."""
    return json.dumps(stored, default=str).encode()


def digest(stored: Any) -> str:
    """Return a name for a stored value that equal values share."""
    return hashlib.sha256(encode(stored)).hexdigest()
