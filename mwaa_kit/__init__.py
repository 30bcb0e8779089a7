"""mwaa-kit: write a Dag in a notebook, see it, run it, check it, and publish it to Amazon MWAA.

>>> import mwaa_kit
>>> run = mwaa_kit.run("churn.ipynb")  # doctest: +SKIP
>>> run["features"].value  # doctest: +SKIP

Every verb is also a command, ``mwaa-kit VERB``, and most are magics after ``%load_ext mwaa_kit``. Importing this package
imports nothing else: Airflow, boto3 and nbformat come in when a verb needs them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mwaa_kit.errors import MwaaKitError as MwaaKitError
    from mwaa_kit.magics import load_ipython_extension as load_ipython_extension
    from mwaa_kit.model.finding import Finding as Finding
    from mwaa_kit.model.finding import Report as Report
    from mwaa_kit.model.module import DagModule as DagModule
    from mwaa_kit.model.release import Plan as Plan
    from mwaa_kit.model.run import DagRun as DagRun
    from mwaa_kit.model.spec import DagSpec as DagSpec
    from mwaa_kit.verbs.authoring import compile as compile
    from mwaa_kit.verbs.authoring import dataflow as dataflow
    from mwaa_kit.verbs.authoring import draw as draw
    from mwaa_kit.verbs.checking import check as check
    from mwaa_kit.verbs.history import History as History
    from mwaa_kit.verbs.history import prune as prune
    from mwaa_kit.verbs.history import runs as runs
    from mwaa_kit.verbs.practising import practice as practice
    from mwaa_kit.verbs.publishing import Publication as Publication
    from mwaa_kit.verbs.publishing import plan as plan
    from mwaa_kit.verbs.publishing import publish as publish
    from mwaa_kit.verbs.rewriting import export_dag as export_dag
    from mwaa_kit.verbs.rewriting import fix as fix
    from mwaa_kit.verbs.rewriting import freeze as freeze
    from mwaa_kit.verbs.rewriting import import_dag as import_dag
    from mwaa_kit.verbs.rewriting import promote as promote
    from mwaa_kit.verbs.rewriting import propose as propose
    from mwaa_kit.verbs.running import run as run
    from mwaa_kit.verbs.tutorials import tutorials as tutorials
    from mwaa_kit.verbs.watching import card as card
    from mwaa_kit.verbs.watching import follow as follow

__version__ = "0.1.0"

_HOMES = {
    "compile": "verbs.authoring",
    "dataflow": "verbs.authoring",
    "draw": "verbs.authoring",
    "export_dag": "verbs.rewriting",
    "fix": "verbs.rewriting",
    "freeze": "verbs.rewriting",
    "import_dag": "verbs.rewriting",
    "promote": "verbs.rewriting",
    "propose": "verbs.rewriting",
    "run": "verbs.running",
    "tutorials": "verbs.tutorials",
    "card": "verbs.watching",
    "follow": "verbs.watching",
    "runs": "verbs.history",
    "prune": "verbs.history",
    "check": "verbs.checking",
    "plan": "verbs.publishing",
    "publish": "verbs.publishing",
    "practice": "verbs.practising",
    "DagModule": "model.module",
    "DagRun": "model.run",
    "DagSpec": "model.spec",
    "History": "verbs.history",
    "Finding": "model.finding",
    "MwaaKitError": "errors",
    "Plan": "model.release",
    "Publication": "verbs.publishing",
    "Report": "model.finding",
    "load_ipython_extension": "magics",
}

__all__ = [
    "DagModule",
    "DagRun",
    "DagSpec",
    "Finding",
    "History",
    "MwaaKitError",
    "Plan",
    "Publication",
    "Report",
    "__version__",
    "card",
    "check",
    "compile",
    "dataflow",
    "draw",
    "export_dag",
    "fix",
    "follow",
    "freeze",
    "import_dag",
    "load_ipython_extension",
    "plan",
    "practice",
    "promote",
    "propose",
    "prune",
    "publish",
    "run",
    "runs",
]


def __getattr__(name: str) -> Any:
    """Import a verb or a noun when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module 'mwaa_kit' has no attribute {name!r}")
    value = getattr(import_module(f"mwaa_kit.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
