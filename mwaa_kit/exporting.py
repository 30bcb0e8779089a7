"""The exporter of nbconvert: ``jupyter nbconvert --to mwaa-dag``, and JupyterLab's menu "Save and Export Notebook As".

The only module that imports nbconvert; nbconvert finds it by its entry point.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path, PurePath
from typing import Any

from nbconvert.exporters import Exporter
from nbconvert.utils.exceptions import ConversionException
from traitlets import Unicode, default

from mwaa_kit.authoring.ipynb import read_notebook
from mwaa_kit.errors import MwaaKitError
from mwaa_kit.model.finding import errors_in
from mwaa_kit.model.module import DagModule
from mwaa_kit.targets.catalogue import NEWEST
from mwaa_kit.verbs.sources import read_document


class MwaaDagExporter(Exporter):
    """Writes a notebook's Dag file; the helper modules it needs are files beside it."""

    export_from_notebook = "Airflow Dag file"
    output_mimetype = "text/x-python"
    target = Unicode(NEWEST, help="The Airflow version whose dialect is written.").tag(config=True)

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".py"

    def from_notebook_node(self, nb: Any, resources: Any | None = None, **kw: Any) -> tuple[str, dict[str, Any]]:
        """Return the text of the Dag file, and the files it needs under ``outputs``.

        Raises
        ------
        ConversionException
            If the notebook has findings of severity error, or no task; the message names the cell and the next step.
        """
        nb, found = super().from_notebook_node(nb, resources, **kw)
        known: dict[str, Any] = found
        path = PurePath(known["metadata"].get("path") or ".") / f"{known['metadata']['name'] or 'notebook'}.ipynb"
        try:
            module = _compile(nb, str(path), self.target)
        except MwaaKitError as error:
            raise ConversionException(error.words) from error
        if errors := errors_in(module.findings):
            raise ConversionException("\n".join(str(finding) for finding in errors))
        outputs = {f"{module.support_folder}/{file.name}": file.content for file in module.support}
        known["outputs"] = {**(known.get("outputs") or {}), **outputs}
        return module.source, known


def _compile(nb: Any, path: str, target: str) -> DagModule:
    """Compile what nbconvert has in memory: the file at `path`, unless it was changed on the way."""
    if _is_as_saved(nb, path):
        return read_document(path, target, path=path)
    with tempfile.TemporaryDirectory(prefix="mwaa-kit-") as folder:
        copy = Path(folder) / "notebook.ipynb"
        copy.write_text(json.dumps(nb), encoding="utf-8")
        return read_document(str(copy), target, path=path)


def _is_as_saved(nb: Any, path: str) -> bool:
    if not Path(path).is_file():
        return False
    cells = [(cell.cell_type, cell.source) for cell in nb.cells]
    return cells == [(cell.kind.value, cell.source) for cell in read_notebook(path).cells]
