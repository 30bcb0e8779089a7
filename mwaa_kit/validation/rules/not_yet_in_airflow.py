"""MK306: the code uses what only Airflow 3 has, and the target is an Airflow 2.

What it does
------------
Looks through a Dag file for Airflow 2 for imports from ``airflow.sdk`` and ``airflow.providers.standard``, and for assets
that are given a name of their own. What has the same meaning in both, the kit has written in Airflow 2's words already.

Why
---
Airflow 2 has none of these: the file fails on MWAA with an import error, and the Dag never appears.

Example
-------
``from airflow.sdk import asset`` for the target 2.11.2; ``Asset(name="orders", uri="s3://shop/orders")``.

What to do
----------
Use what both have: an ``Asset("s3://shop/orders")`` by its address alone, ``@task`` with ``outlets=`` for ``@asset``. Or
choose a target with Airflow 3.

References
----------
Airflow documentation, "Upgrading to Airflow 3"; "Data-aware scheduling" of 2.11.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mwaa_kit.model.finding import Severity
from mwaa_kit.validation.rules.import_not_on_mwaa import find_optional
from mwaa_kit.validation.subject import Findings, Rule, Subject

RULE = Rule("MK306", "not-yet-in-airflow", Severity.ERROR)

_NEW_PACKAGES = ("airflow.sdk.", "airflow.providers.standard.")
_NEW_ARGUMENTS = {"name", "group", "watchers"}


def check(subject: Subject) -> Findings:
    """Yield one finding for each use; none for an Airflow 3 target."""
    if subject.target.major > 2:
        return
    tree = ast.parse(subject.module.source)
    found: list[tuple[str, ast.stmt | ast.expr]] = [*_new_imports(tree), *_named_assets(tree)]
    for name, node in found:
        yield RULE.finding(
            f"Airflow {subject.target.airflow} has no {name}; it came with Airflow 3.",
            subject.locate(node.lineno),
            "Use what both have (a task with outlets, an asset by its address), or choose a target with Airflow 3.",
        )


def _new_imports(tree: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    optional = find_optional(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom | ast.Import) and node not in optional:
            base = f"{node.module}." if isinstance(node, ast.ImportFrom) and not node.level else ""
            names = [f"{base}{alias.name}" for alias in node.names]
            yield from ((repr(name), node) for name in names if f"{name}.".startswith(_NEW_PACKAGES))


def _named_assets(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """Yield the assets with arguments that a Dataset of Airflow 2 does not take."""
    datasets = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "airflow.datasets"
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in datasets:
            for word in node.keywords:
                if word.arg in _NEW_ARGUMENTS:
                    yield f"argument {word.arg!r} of an asset", node
