"""The lines that the Dag folder's ``.airflowignore`` needs.

Notes
-----
Airflow 2 reads a line as a regular expression that is searched in the path, Airflow 3 as a gitignore glob. These lines
have no character that is special in only one of them, but for the dot, which matches itself in both.

References
----------
Airflow documentation, ".airflowignore"; ``core.dag_ignore_file_syntax``.
"""

from __future__ import annotations

import re

FILE_NAME = ".airflowignore"
SUPPORT_ROOT = "_mwaa_kit"
PATTERNS = (f"{SUPPORT_ROOT}/", ".ipynb_checkpoints", "__pycache__")


def merge_ignore(existing: bytes | None, patterns: tuple[str, ...]) -> bytes:
    """Add the patterns that are missing, and leave every byte that is there as it is.

    Parameters
    ----------
    existing
        The file's content; None when there is no file. Read as bytes, because the user's encoding is the user's.
    """
    there = existing or b""
    known = {_without_comment(line) for line in there.splitlines()}
    missing = [pattern.encode() for pattern in patterns if pattern.encode() not in known]
    if not missing:
        return there
    gap = b"" if not there or there.endswith((b"\n", b"\r")) else b"\n"
    return there + gap + b"".join(line + b"\n" for line in missing)


def _without_comment(line: bytes) -> bytes:
    """Drop a comment the way Airflow does."""
    return re.sub(rb"\s*#.*", b"", line)
