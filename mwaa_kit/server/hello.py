"""Who is here, and whether it fits the front end: a mismatch is told plainly, with what to do."""

from __future__ import annotations

import platform
from typing import Any

from mwaa_kit import __version__
from mwaa_kit.server.contract import wire_version
from mwaa_kit.verbs.targets import airflow_here, newest


def hello(version: str | None, wire: str | None, *, busy: int) -> dict[str, Any]:
    """Return the ``Hello`` of the contract.

    Parameters
    ----------
    version, wire
        The front end's; None where it does not say.
    busy
        How many jobs are running.
    """
    fits = wire is None or int(wire) == wire_version()
    message = hint = None
    if not fits:
        message = f"the page has mwaa-kit {version or 'of an unknown version'}, the server {__version__}"
        hint = "reload the page; where that does not help, restart the Jupyter server: it still runs the version before"
        if int(wire or 0) < wire_version():
            hint = "reload the page, and where that does not help, install the same mwaa-kit for JupyterLab"
    return {
        "name": "mwaa-kit",
        "version": __version__,
        "wire": wire_version(),
        "airflow": {"installed": airflow_here(), "target": newest()},
        "python": platform.python_version(),
        "compatible": fits,
        "message": message,
        "hint": hint,
        "busy": busy,
    }
