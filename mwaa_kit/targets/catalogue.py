"""The Airflow versions that Amazon MWAA offers, and what their images bring along.

References
----------
Amazon MWAA user guide, "Apache Airflow versions"; the bills of materials of the public MWAA images, read 2026-08-20. The
live service may differ slightly.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

from mwaa_kit.errors import UnknownTargetError


@dataclass(frozen=True)
class Target:
    """One Airflow version on MWAA and the Python it runs on.

    Parameters
    ----------
    released
        The day that this Airflow came out on PyPI.
    """

    airflow: str
    python: str
    released: str

    @property
    def major(self) -> int:
        """Airflow's major version: it decides the dialect of a Dag file."""
        return int(self.airflow.split(".")[0])


TARGETS = (
    Target("3.3.1", "3.12", "2026-08-12"),
    Target("3.2.1", "3.12", "2026-04-22"),
    Target("3.0.6", "3.12", "2025-08-29"),
    Target("2.11.2", "3.12", "2026-03-14"),
    Target("2.11.0", "3.12", "2025-05-20"),
    Target("2.10.3", "3.11", "2024-11-05"),
    Target("2.10.1", "3.11", "2024-09-06"),
    Target("2.9.2", "3.11", "2024-06-10"),
)
"""Newest first."""

NEWEST = TARGETS[0].airflow

OTHER_NAMES = {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "dotenv": "python-dotenv",
    "google.protobuf": "protobuf",
    "jose": "python-jose",
    "jwt": "pyjwt",
    "markdown": "markdown",
    "OpenSSL": "pyopenssl",
    "PIL": "pillow",
    "pkg_resources": "setuptools",
    "psycopg2": "psycopg2-binary",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}
"""Import names whose distribution has another name, where the machine at hand does not have it installed to ask."""


def find_target(airflow: str) -> Target:
    """Return the target of an Airflow version.

    Raises
    ------
    UnknownTargetError
        If MWAA does not offer it.
    """
    for target in TARGETS:
        if target.airflow == airflow:
            return target
    offered = ", ".join(target.airflow for target in TARGETS)
    raise UnknownTargetError(f"Amazon MWAA does not offer Airflow {airflow!r}", hint=f"it offers: {offered}")


@cache
def preinstalled(airflow: str) -> frozenset[str]:
    """Return the distributions in an MWAA image, by their normalised names."""
    lists = json.loads(resources.files("mwaa_kit.targets").joinpath("preinstalled.json").read_text())
    return frozenset(lists["everywhere"]) | frozenset(lists.get(airflow, ()))


def normalise(name: str) -> str:
    """Return a distribution's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def distributions_of(import_name: str) -> frozenset[str]:
    """Return the distributions that may bring a module: what this machine says, else the known names, else the same name."""
    from importlib.metadata import packages_distributions

    top = import_name.split(".")[0]
    found = {normalise(name) for name in packages_distributions().get(top, ())}
    if top in OTHER_NAMES:
        found.add(OTHER_NAMES[top])
        if top == "psycopg2":
            found.add("psycopg2")
    return frozenset(found or {normalise(top)})
