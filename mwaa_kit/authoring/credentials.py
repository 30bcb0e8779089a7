"""Secrets in a notebook, by patterns that hardly ever err: in its cells, and in what they printed.

What is found is named by its kind and place; the secret itself goes into no message.

References
----------
AWS documentation, "Understanding unique ID prefixes"; GitHub, Slack, Google, Stripe and Hugging Face on their tokens.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from mwaa_kit.authoring.cells import AuthoredCell, Role
from mwaa_kit.authoring.rules import secret_in_notebook, secret_in_source
from mwaa_kit.authoring.skimming import outputs_of, pieces_of
from mwaa_kit.model.finding import Finding
from mwaa_kit.model.notebook import Notebook

_KINDS = {
    "an AWS access key": r"\b(?:AKIA|ASIA)(?![A-Z0-9]{9}EXAMPLE)[A-Z0-9]{16}\b",
    "an AWS secret key": r"(?i:aws_secret_access_key|aws_session_token)\W{1,6}[A-Za-z0-9/+=]{40,}",
    "a private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----",
    "a GitHub token": r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{50,})",
    "a Slack token": r"\bxox[baprs]-[0-9]{8,}-[A-Za-z0-9-]{10,}",
    "a Google API key": r"\bAIza[0-9A-Za-z_-]{35}\b",
    "a Stripe key": r"\b[rs]k_live_[0-9A-Za-z]{24,}",
    "a Hugging Face token": r"\bhf_[A-Za-z]{34}\b",
    "a password in a URL": r"\b[a-z][a-z0-9+]{2,20}://[\w.-]{1,64}:(?P<password>[^\s:/@'\"\\{}<>$*]{4,128})@[\w.-]+",
}
_PATTERN = re.compile("|".join(f"(?P<k{i}>{pattern})" for i, pattern in enumerate(_KINDS.values())))
_MARKS = (
    *("://", "AKIA", "ASIA", "ws_se", "WS_SE", "-----BEGIN ", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
    *("xox", "AIza", "_live_", "hf_"),
)
"""Without one of these nothing is a secret; looking for them is quick."""
_PLACEHOLDERS = frozenset({"password", "passwd", "pass", "secret", "changeme", "your_password", "yourpassword", "xxxx"})
_CHUNK, _OVERLAP = 1 << 20, 1 << 10


def find_secrets(text: str) -> Iterator[tuple[str, int]]:
    """Yield the kind of each secret in a text, and where it begins."""
    for match in _PATTERN.finditer(text) if any(mark in text for mark in _MARKS) else ():
        if (match["password"] or "").lower() not in _PLACEHOLDERS:
            kind = next(kind for i, kind in enumerate(_KINDS) if match[f"k{i}"] is not None)
            yield kind, match.start()


def hushed(finding: Finding) -> Finding:
    """Return a finding that quotes no secret, whatever rule made it."""
    words = (finding.message, finding.hint, finding.at.text)
    if not any(_PATTERN.search(text) for text in words):
        return finding
    message, hint, text = (_PATTERN.sub("…", text) for text in words)
    return replace(finding, message=message, hint=hint, at=replace(finding.at, text=text))


def check_sources(notebook: Notebook, cells: tuple[AuthoredCell, ...]) -> Iterator[Finding]:
    """Find secrets in cells: in one that is shipped it stops the Dag file, elsewhere it is a warning."""
    left_out = {Role.EXPLORATION, Role.SKIP, Role.INCLUDE, Role.REQUIREMENTS}
    read = {n for c in cells if c.role not in left_out for n in (*c.facts.reads, *c.facts.deferred)}
    for cell in cells:
        for kind, place in find_secrets(cell.cell.source):
            line = cell.cell.source.count("\n", 0, place) + 1
            at = replace(notebook.locate(cell.cell, line), text="")
            if cell.role in left_out or (cell.role is Role.LIBRARY and not read & set(cell.facts.binds)):
                hint = "remove it and make a new one: it is in the file, and perhaps in its history"
                yield secret_in_notebook.RULE.found(at, f"the cell holds {kind}.", hint)
            else:
                hint = "put it into an Airflow connection or variable, and make a new one"
                message = f"the cell holds {kind}, and it would be published."
                yield secret_in_source.RULE.found(at, message, hint)


def check_outputs(notebook: Notebook) -> tuple[Finding, ...]:
    """Find secrets in the saved outputs of a notebook file, which is read again, in pieces."""
    saved = notebook.path.endswith(".ipynb") and _any_secret(notebook.path)
    return tuple(_in_outputs(notebook)) if saved else ()


def _any_secret(path: str) -> bool:
    with Path(path).open(encoding="utf-8", errors="replace") as file:
        kept = ""
        while piece := file.read(_CHUNK):
            if any(True for _ in find_secrets(kept + piece)):
                return True
            kept = piece[-_OVERLAP:]
    return False


def _in_outputs(notebook: Notebook) -> Iterator[Finding]:
    cells = {cell.index: cell for cell in notebook.cells}
    for index, outputs in outputs_of(pieces_of(Path(notebook.path))):
        found = dict.fromkeys(kind for text in _texts(_value(outputs)) for kind, _ in find_secrets(text))
        for kind in found if index in cells else ():
            message = f"the saved output of the cell shows {kind}."
            at = replace(notebook.locate(cells[index]), line=None, column=None, text="")
            yield secret_in_notebook.RULE.found(at, message, "clear the output, save, and make a new one")


def _value(text: bytes) -> Any:
    """Return what some JSON says; nothing where it says nothing that can be read."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _texts(value: Any) -> Iterator[str]:
    """Yield every text in an output; lines that Jupyter keeps apart are joined."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        yield "".join(value)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
