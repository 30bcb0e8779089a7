"""Every template is a whole Dag: nothing to mend in it, and it runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import mwaa_kit
from mwaa_kit.authoring.templates import TEMPLATES, Template
from mwaa_kit.model.finding import Severity


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_a_template_has_nothing_to_mend_and_runs(template: Template, tmp_path: Path) -> None:
    path = tmp_path / template.file_name
    path.write_text(json.dumps(template.to_document()["notebook"]))
    module = mwaa_kit.compile(str(path))
    assert [one for one in module.findings if one.severity is not Severity.INFO] == []
    assert mwaa_kit.run(str(path)).state == "success"
    assert module.dag_ids == (path.stem,)
