"""MK302: a task imports a package that MWAA does not have.

What it does
------------
Compares every import of the Dag file with what the MWAA image of the target brings along and with the `requirements.txt`
beside the notebook.

Why
---
A notebook that imports pandas works on your machine and fails on MWAA with ``No module named 'pandas'``: the images hold
neither pandas nor numpy nor scikit-learn.

Example
-------
``import pandas as pd`` with no `requirements.txt`.

What to do
----------
Write the package into `requirements.txt` beside the notebook, pinned; it is installed by the environment's administrator,
or by this kit when it publishes requirements.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from mwaa_kit.model.finding import Severity
from mwaa_kit.targets.catalogue import distributions_of, normalise, preinstalled
from mwaa_kit.validation.subject import Findings, Rule, Subject

RULE = Rule("MK302", "import-not-on-mwaa", Severity.ERROR)


def check(subject: Subject) -> Findings:
    """Yield one finding for each module, at its first import."""
    seen: set[str] = set()
    available = preinstalled(subject.target.airflow) | (subject.required or frozenset())
    for name, line in find_imports(subject.module.source):
        top = name.split(".")[0]
        wanted = _distributions(name)
        if top in seen or top in sys.stdlib_module_names or top in subject.neighbours or wanted & available:
            continue
        seen.add(top)
        package = sorted(wanted)[0]
        where = (
            "is not in requirements.txt" if subject.required is not None else "there is no requirements.txt beside it"
        )
        yield RULE.finding(
            f"{name!r} is imported, but MWAA {subject.target.airflow} does not have {package!r} and {where}.",
            subject.locate(line),
            f"Write {package!r} into requirements.txt beside the notebook, with its version.",
        )


def find_imports(source: str) -> Iterator[tuple[str, int]]:
    """Yield the absolute imports of a file with their lines, but for those that may fail by design."""
    tree = ast.parse(source)
    optional = find_optional(tree)
    for node in ast.walk(tree):
        if node in optional:
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module, node.lineno


def find_optional(tree: ast.Module) -> set[ast.AST]:
    """Return what stands where an import may fail by design."""
    return {inner for node in ast.walk(tree) if _is_guard(node) for inner in ast.walk(node)}


def _is_guard(node: ast.AST) -> bool:
    """Whether imports inside are allowed to fail: ``try … except ImportError``, ``if TYPE_CHECKING``."""
    if isinstance(node, ast.Try):
        caught = {getattr(name, "id", "") for handler in node.handlers for name in ast.walk(handler.type or handler)}
        return bool(caught & {"ImportError", "ModuleNotFoundError"})
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def _distributions(name: str) -> frozenset[str]:
    """Return the distributions that may bring a module; Airflow's providers are one each."""
    parts = name.split(".")
    if parts[:2] == ["airflow", "providers"]:
        return frozenset(normalise("apache-airflow-providers-" + "-".join(parts[2:end])) for end in (3, 4))
    if parts[0] == "airflow":
        return frozenset({"apache-airflow"})
    return distributions_of(name)
