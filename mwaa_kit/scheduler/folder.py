"""The folder `.mwaa-kit/` beside a notebook: records, and what can be made again. It is safe to delete."""

from __future__ import annotations

from pathlib import Path

FOLDER_NAME = ".mwaa-kit"


def make_folder(beside: Path) -> Path:
    """Return the kit's folder in `beside`, made where it is missing, with the `.gitignore` that keeps it out of git."""
    folder = beside / FOLDER_NAME
    folder.mkdir(parents=True, exist_ok=True)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n")
    return folder
