"""JupyterLab's menu "Save and Export Notebook As" asks the server what it can export, and fetches the file from it."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import pytest
from support_server import KitServer, write_notebook

import mwaa_kit


def _get(server: KitServer, path: str) -> tuple[str, bytes]:
    request = urllib.request.Request(f"{server.url}{path}", headers={"Authorization": f"token {server.token}"})
    with urllib.request.urlopen(request, timeout=90) as answer:
        return str(answer.headers.get("Content-Disposition", "")), answer.read()


def test_the_server_lists_the_exporter_for_the_menu(server: KitServer) -> None:
    """JupyterLab shows a format that has a mimetype, under the name that nbconvert's own menu gives it."""
    listed = json.loads(_get(server, "api/nbconvert")[1])
    assert listed["mwaa-dag"] == {"output_mimetype": "text/x-python"}


def test_the_menu_downloads_what_compile_writes(server: KitServer) -> None:
    named, content = _get(server, "nbconvert/mwaa-dag/churn.ipynb?download=true")
    assert "filename*=utf-8''churn.py" in named
    assert content.decode() == mwaa_kit.compile(str(server.folder / "churn.ipynb")).source


def test_what_cannot_be_exported_says_the_cell_and_the_next_step(server: KitServer) -> None:
    write_notebook(server.folder / "bad.ipynb", "#| task: a\n!ls")
    with pytest.raises(urllib.error.HTTPError) as refused:
        _get(server, "nbconvert/mwaa-dag/bad.ipynb?download=true")
    shown = refused.value.read().decode()
    assert refused.value.code == 500  # so the handler answers whenever an exporter refuses
    assert "error[MK202 magic-in-task]" in shown and "cell 1, line 2" in shown
