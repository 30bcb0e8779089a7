"""A rewriting: what a file would become, shown as a diff first, and written only when asked."""

from __future__ import annotations

import difflib
import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from mwaa_kit.errors import RefusedError, UnreadableInputError


@dataclass(frozen=True)
class CellChange:
    """One cell before and after.

    Parameters
    ----------
    cell
        From 1, over all kinds of cells of the new file; None where the change is to a file without cells.
    before, after
        Its text; empty `before` for a new cell.
    why
        In words: ``MK202: !ls becomes subprocess.run(…)``.
    """

    cell: int | None
    before: str
    after: str
    why: str = ""

    def diff(self, path: str) -> str:
        """Return the change as a unified diff."""
        name = path if self.cell is None else f"{path}, cell {self.cell}"
        new = "(a new file)" if self.cell is None else "(a new cell)"
        first = name if self.before else new
        lines = difflib.unified_diff(self.before.splitlines(), self.after.splitlines(), first, name, lineterm="")
        return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True)
class Rewriting:
    """What a file would become.

    Parameters
    ----------
    path
        The file that was read.
    output
        The file that is to be written; often the same.
    before, after
        Its bytes; `before` is None where a new file is made.
    changes
        Cell by cell; empty when there is nothing to do.
    notes
        What the reader should know beside the diff.
    """

    path: str
    output: str
    before: bytes | None
    after: bytes
    changes: tuple[CellChange, ...]
    notes: tuple[str, ...] = ()
    written: bool = False

    @property
    def diff(self) -> str:
        """All changes as one unified diff; the cells are numbered as in the new file."""
        return "".join(change.diff(self.output) for change in self.changes)

    def write(self) -> Rewriting:
        """Write the file aside, then rename it; return the rewriting as written.

        Raises
        ------
        RefusedError
            If the file was changed since it was read, or a new file would replace another.
        UnreadableInputError
            If the folder or the file may not be written.
        """
        if self.before is not None and not self.changes:
            return self
        target = Path(os.path.realpath(self.output))
        now = target.read_bytes() if target.exists() else None
        if now != self.before:
            happened = "was changed meanwhile" if self.before is not None else "is there already"
            hint = "try again" if self.before is not None else "give another name with -o"
            raise RefusedError(f"{happened}; nothing was written", path=self.output, hint=hint)
        aside = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            aside.write_bytes(self.after)
            if now is not None:
                shutil.copymode(target, aside)
            aside.replace(target)
        except OSError as error:
            aside.unlink(missing_ok=True)
            raise UnreadableInputError(f"cannot be written: {error.strerror}", path=self.output) from error
        return replace(self, written=True)

    def to_dict(self) -> dict[str, object]:
        """Return what ``--json`` prints."""
        return {
            "path": self.path,
            "output": self.output,
            "changes": [{"cell": change.cell, "why": change.why} for change in self.changes],
            "notes": list(self.notes),
            "diff": self.diff,
            "written": self.written,
        }
