"""MK305: a Dag file imports a module that lies beside it and is not published with it.

What it does
------------
Looks for imports in a plain Dag file of modules from its own folder.

Why
---
A plain Dag file is published as it is, byte for byte. Its neighbours stay behind, so the import fails on MWAA.

Example
-------
``import helpers`` in `etl.py`, with `helpers.py` beside it.

What to do
----------
Write the Dag as a notebook: the kit then publishes the helpers with it. Or copy them into the Dag folder by other means.
"""

from __future__ import annotations

from mwaa_kit.model.finding import Severity
from mwaa_kit.validation.rules.import_not_on_mwaa import find_imports
from mwaa_kit.validation.subject import Findings, Rule, Subject

RULE = Rule("MK305", "neighbour-not-published", Severity.ERROR)


def check(subject: Subject) -> Findings:
    """Yield one finding for each neighbour, at its first import; a notebook's helpers are published with it."""
    if subject.cell_sources:
        return
    seen: set[str] = set()
    for name, line in find_imports(subject.module.source):
        top = name.split(".")[0]
        if top in subject.neighbours and top not in seen:
            seen.add(top)
            yield RULE.finding(
                f"{top!r} lies beside the Dag file, which is published alone.",
                subject.locate(line),
                "Write the Dag as a notebook, whose helper modules are published with it.",
            )
