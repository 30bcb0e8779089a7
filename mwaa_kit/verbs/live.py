"""live: what a notebook says while it is in an editor, saved or not; and what Airflow makes of it.

Notes
-----
Nothing is kept between two looks. What is costly of a cell (its tree, its names, its directive) is remembered by its text
where it is worked out, so a second look at 200 task cells costs 70 ms of one processor, of which linking only what an
edit reaches (:class:`~mwaa_kit.authoring.dataflow.FollowedNotebook`) would spare a tenth. A look that depends on its text
alone cannot be out of step with the editor.

Airflow's own view takes longer and needs Airflow, so it is a second question.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mwaa_kit.drawing.picture import picture_of
from mwaa_kit.errors import MwaaKitError, NoTaskError
from mwaa_kit.model import wire
from mwaa_kit.model.finding import Finding
from mwaa_kit.model.live import LiveCell
from mwaa_kit.model.module import DagModule
from mwaa_kit.model.spec import DagSpec, ImportProblem
from mwaa_kit.targets.catalogue import NEWEST, find_target

if TYPE_CHECKING:
    from mwaa_kit.authoring.analysing import Analysed
    from mwaa_kit.model.notebook import Notebook


@dataclass(frozen=True)
class Live:
    """What a notebook says without Airflow.

    Parameters
    ----------
    dags
        As far as the text alone tells.
    written
        The dag_ids of those whose body the user wrote: only Airflow knows their edges.
    problem
        Why there is no Dag at all; None when there is one, or would be but for the findings.
    """

    module: DagModule
    dags: tuple[DagSpec, ...]
    written: frozenset[str]
    cells: tuple[LiveCell, ...]
    findings: tuple[Finding, ...]
    problem: MwaaKitError | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return what the server extension answers."""
        compiled = self.module.to_dict()
        return {
            "from": "notebook",
            "path": self.module.path,
            "target": self.module.target,
            "dags": [
                {**draw_dag(dag, self.module), "written": dag.dag_id in self.written}
                for dag in self.dags
                if self.problem is None
            ],
            "cells": wire.to_dict(self.cells),
            "findings": [{**finding.to_dict(), "cell_id": finding.at.cell_id} for finding in self.findings],
            "source": compiled["source"],
            "sha256": compiled["sha256"],
            "source_map": compiled["source_map"],
            "requirements": list(self.module.requirements),
            "problem": self.problem.to_dict() if self.problem else None,
        }


@dataclass(frozen=True)
class AirflowView:
    """What Airflow makes of a notebook's Dag file."""

    module: DagModule
    airflow_version: str = ""
    dags: tuple[DagSpec, ...] = ()
    problems: tuple[ImportProblem, ...] = ()
    seconds: float = 0.0
    problem: MwaaKitError | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return what the server extension answers."""
        return {
            "from": "airflow",
            "path": self.module.path,
            "sha256": self.module.sha256,
            "airflow_version": self.airflow_version,
            "dags": [draw_dag(dag, self.module) for dag in self.dags],
            "problems": [self._problem(problem) for problem in self.problems],
            "seconds": self.seconds,
            "problem": self.problem.to_dict() if self.problem else None,
        }

    def _problem(self, problem: ImportProblem) -> dict[str, Any]:
        at = self.module.locate(problem.line) if problem.line else None
        ids = {anchor.cell: anchor.cell_id for anchor in self.module.tasks}
        return {
            "message": problem.message,
            "cell": at.cell if at else None,
            "cell_id": ids.get(at.cell) if at and at.cell else None,
            "line": at.line if at and at.cell else None,
            "traceback": problem.traceback,
        }


def look(path: str, document: Mapping[str, Any], *, target: str = NEWEST) -> Live:
    """Say what a notebook in an editor says.

    Parameters
    ----------
    path
        Where it lies, or will: helper modules are beside it, and the Dag is named after it.
    document
        A notebook document, of which the cells and the metadata are read.

    Raises
    ------
    UnreadableInputError
        If it is no notebook in Python.
    UnknownTargetError
        If MWAA does not offer `target`.
    """
    from mwaa_kit.authoring.compile import module_of
    from mwaa_kit.authoring.rewriting.fixes import with_fixes_of
    from mwaa_kit.authoring.telling import tell_cells, tell_dags

    known, notebook = _analysed(path, document, target)
    written = frozenset(plan.dag_id for plan in known.plans if plan.written)
    try:
        module, problem = module_of(known, target=target, support=_support(notebook)), None
    except NoTaskError as error:
        module, problem = DagModule(path, "", target, ""), error
    findings = with_fixes_of(notebook, module.findings if problem is None else known.findings)
    return Live(module, tell_dags(known), written, tell_cells(known), findings, problem)


def look_with_airflow(path: str, document: Mapping[str, Any], *, target: str = NEWEST) -> AirflowView:
    """Say what Airflow makes of a notebook in an editor; the Dag file is imported in a child of this process.

    Raises
    ------
    UnreadableInputError, UnknownTargetError
        As :func:`look`.
    """
    from mwaa_kit.authoring.compile import module_of
    from mwaa_kit.engine.opening import open_engine
    from mwaa_kit.engine.trial import load_in_child
    from mwaa_kit.verbs.sources import lay_out, need_clean

    module = DagModule(path, "", target, "")
    try:
        known, notebook = _analysed(path, document, target)
        module = need_clean(module_of(known, target=target, support=_support(notebook)))
        engine = open_engine()
    except MwaaKitError as error:
        if module.source or error.exit_code == 2:
            raise
        return AirflowView(module, problem=error)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mwaa-kit-") as folder:
        loaded = load_in_child(engine, lay_out(module, Path(folder)))
    return AirflowView(
        module, engine.airflow_version, loaded.dags, loaded.problems, round(time.monotonic() - started, 3)
    )


def draw_dag(dag: DagSpec, module: DagModule) -> dict[str, Any]:
    """Return a Dag as ``draw --format json`` does, with the ids of cells and the facts of the Dag."""
    drawn = picture_of(dag, module).to_dict()
    ids = {anchor.task_id: anchor.cell_id for anchor in module.tasks if anchor.dag_id == dag.dag_id}
    tasks: Any = drawn["tasks"]
    groups = [
        {"group_id": g.group_id, "label": g.label or g.group_id, "parent": g.parent, "mapped": g.expansion is not None}
        for g in dag.groups
    ]
    return {
        "groups": groups,
        **drawn,
        "tasks": [{**task, "cell_id": ids.get(task["task_id"])} for task in tasks],
        "description": dag.description,
        "start_date": dag.start_date,
        "catchup": dag.catchup,
        "tags": list(dag.tags),
        "params": wire.to_dict(dag.params),
        "param_schemas": wire.to_dict(dag.param_schemas),
    }


def _analysed(path: str, document: Mapping[str, Any], target: str) -> tuple[Analysed, Notebook]:
    from mwaa_kit.authoring.analysing import analyse
    from mwaa_kit.authoring.ipynb import read_document
    from mwaa_kit.authoring.others import read_others

    find_target(target)
    notebook = read_document(document, path)
    return analyse(notebook, read_others(notebook)), notebook


def _support(notebook: Notebook) -> tuple[Any, ...]:
    from mwaa_kit.authoring.helpers import find_support

    return find_support(notebook)
