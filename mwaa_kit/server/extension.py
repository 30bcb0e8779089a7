"""The extension itself: two warm processes, the jobs, and the routes below ``{base_url}mwaa-kit``.

Notes
-----
JupyterLab's menu "Save and Export Notebook As" lists every exporter and fetches ``/nbconvert/NAME/PATH``. The server's own
route takes letters and digits for NAME, so ``mwaa-dag`` would be listed and not found: it gets a route to the same handler.
"""

from __future__ import annotations

import atexit
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from jupyter_server.base.handlers import path_regex
from jupyter_server.nbconvert.handlers import NbconvertFileHandler
from jupyter_server.utils import url_path_join
from tornado.web import RequestHandler

from mwaa_kit.server.benches import Bench
from mwaa_kit.server.handlers import HANDLERS, AbsentHandler
from mwaa_kit.server.jobs import Jobs
from mwaa_kit.server.stream import EventsHandler

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

NAME = "mwaa-kit"


def add_to(app: ServerApp) -> None:
    """Add the routes to a server; no process is started before it is needed."""
    root = str(getattr(app.contents_manager, "root_dir", "") or app.root_dir)
    desk, workshop = Bench(root, airflow=False), Bench(root, airflow=True)
    atexit.register(desk.close)
    atexit.register(workshop.close)
    shared: dict[str, object] = {"desk": desk, "workshop": workshop, "jobs": Jobs(workshop)}
    base = url_path_join(app.base_url, NAME)
    routes: list[tuple[str, type[RequestHandler], dict[str, object]]] = [
        (f"{re.escape(base)}{pattern(handler.path_in_contract)}", handler, shared) for handler in HANDLERS
    ]
    routes.append((f"{re.escape(base)}/events", EventsHandler, shared))
    routes.append((f"{re.escape(base)}(?:/.*)?", AbsentHandler, shared))
    export = url_path_join(app.base_url, "nbconvert")
    routes.append((rf"{re.escape(export)}/(?P<format>mwaa-dag){path_regex}", NbconvertFileHandler, {}))
    add: Callable[..., None] = app.web_app.add_handlers
    add(".*$", routes)


def pattern(path: str) -> str:
    """Return the regular expression for a path of the contract: ``/runs/{id}`` has a group ``id``."""
    return re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path))
