"""The Jupyter Server extension: the verbs over HTTP and one websocket, for the JupyterLab extension.

What it offers is in ``openapi.json`` beside this file, and held to it: requests are validated against it, and so are the
answers in the tests. Whatever takes time is done by warm processes outside the server's own (see `warm`), so that
nothing blocks it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """Tell Jupyter Server where the extension is."""
    return [{"module": "mwaa_kit.server"}]


def _load_jupyter_server_extension(app: ServerApp) -> None:
    """Add the routes to a server."""
    from mwaa_kit.server.extension import add_to

    add_to(app)
