"""Check one Dag file: every rule in turn, then an import by the real Airflow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mwaa_kit.model.finding import Finding, errors_in, in_order
from mwaa_kit.model.module import DagModule
from mwaa_kit.model.run import DagRun
from mwaa_kit.targets.catalogue import find_target, normalise
from mwaa_kit.validation.importing import Importer, import_file
from mwaa_kit.validation.rules import (
    import_fails,
    import_not_on_mwaa,
    neighbour_not_published,
    not_parsed,
    not_yet_in_airflow,
    removed_in_airflow,
    value_not_serialised,
    value_too_big,
)
from mwaa_kit.validation.subject import Rule, Subject

RULES: tuple[Rule, ...] = (
    removed_in_airflow.RULE,
    import_not_on_mwaa.RULE,
    import_fails.RULE,
    not_parsed.RULE,
    neighbour_not_published.RULE,
    not_yet_in_airflow.RULE,
    value_not_serialised.RULE,
    value_too_big.RULE,
)

_STATIC = (
    removed_in_airflow.check,
    import_not_on_mwaa.check,
    neighbour_not_published.check,
    not_yet_in_airflow.check,
    value_not_serialised.check,
    value_too_big.check,
)


def check_module(
    module: DagModule,
    *,
    cell_sources: dict[int, str],
    importers: Sequence[Importer],
    runs: tuple[DagRun, ...] = (),
) -> tuple[Finding, ...]:
    """Return all findings of a Dag file, those of its compilation among them.

    Parameters
    ----------
    cell_sources
        The text of each cell of its notebook, by number; empty for a plain Dag file.
    importers
        The Airflows at hand; asked only when nothing else stands in the way.
    runs
        The newest test-run on record of each of its Dags.
    """
    if errors_in(module.findings) or not module.source:
        return in_order(module.findings)
    subject = replace(read_subject(module, cell_sources), runs=runs)
    found = [*module.findings, *(finding for check in _STATIC for finding in check(subject))]
    if not errors_in(found):
        imported = import_file(module, importers)
        found += not_parsed.check(subject, imported, importers)
        found += import_fails.check(subject, imported.loaded) if imported.airflow else ()
    return in_order(found)


def read_subject(module: DagModule, cell_sources: dict[int, str]) -> Subject:
    """Gather what lies beside the source: helper modules and requirements."""
    folder = Path(module.path).resolve().parent
    neighbours = {path.stem for path in folder.glob("*.py")} | {
        path.parent.name for path in folder.glob("*/__init__.py")
    }
    published = {Path(file.name).parts[0].removesuffix(".py") for file in module.support}
    beside = frozenset(published if cell_sources else neighbours - {Path(module.path).stem})
    return Subject(module, find_target(module.target), cell_sources, beside, read_requirements(folder, module))


def read_requirements(folder: Path, module: DagModule) -> frozenset[str] | None:
    """Return the distributions named by `requirements.txt` and by the notebook's own lines; None when there are none."""
    from mwaa_kit.targets.requirements import find_requirements

    path = folder / "requirements.txt"
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
    lines += getattr(module, "requirements", ())
    if not lines:
        return None
    return frozenset(normalise(one.name) for one in find_requirements(lines))
