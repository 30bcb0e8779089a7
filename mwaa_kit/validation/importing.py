"""Import a Dag file with an Airflow that is at hand: best with that of the target.

Notes
-----
The interpreter of a target holds what every environment of MWAA has, and not what its requirements.txt adds. A package that
it lacks says nothing about the Dag file: imports that MWAA would lack are found before, by MK302.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from mwaa_kit.model.module import DagModule
from mwaa_kit.model.spec import LoadedFile
from mwaa_kit.targets.catalogue import find_target

_MISSING = re.compile(r"No module named '(\w+|airflow\.providers(?:\.\w+){1,2})'")


@dataclass(frozen=True)
class Importer:
    """An Airflow that imports Dag files in a process of its own.

    Parameters
    ----------
    kept
        Whether it is the interpreter of a target; else it is this Python's.
    """

    airflow: str
    load: Callable[[DagModule], LoadedFile]
    kept: bool = False


@dataclass(frozen=True)
class Imported:
    """What importing a Dag file gave.

    Parameters
    ----------
    airflow
        The version that did it; empty where none could.
    lacking
        What the target's own interpreter has not, so that it could not tell.
    """

    airflow: str = ""
    loaded: LoadedFile = field(default_factory=LoadedFile)
    lacking: str = ""


def import_file(module: DagModule, importers: Iterable[Importer]) -> Imported:
    """Import a Dag file with the first Airflow of its target's major version that has what the file imports."""
    lacking = ""
    for one in importers:
        if int(one.airflow.split(".")[0]) != find_target(module.target).major:
            continue
        loaded = one.load(module)
        missing = [found[1] for problem in loaded.problems if (found := _MISSING.search(problem.message))]
        if not one.kept or not missing:
            return Imported(one.airflow, loaded, lacking)
        lacking = missing[0]
    return Imported(lacking=lacking)
