"""What counts as available on MWAA: the image, and what the requirements beside the notebook name."""

from __future__ import annotations

from pathlib import Path

from mwaa_kit.model.module import DagModule
from mwaa_kit.targets.catalogue import NEWEST, distributions_of, preinstalled
from mwaa_kit.validation.check import read_requirements
from mwaa_kit.validation.rules.import_not_on_mwaa import find_imports


def test_requirements_are_read_by_their_normalised_names(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text(
        "--constraint lists.txt\n# a note\nScikit_Learn==1.5  # pinned\n"
        "pandas[parquet]>=2; python_version > '3.8'\n\n./local.whl\n"
    )
    module = DagModule(str(tmp_path / "etl.ipynb"), "etl.py", NEWEST, "x = 1")
    assert read_requirements(tmp_path, module) == {"scikit-learn", "pandas"}


def test_without_a_requirements_file_nothing_is_required(tmp_path: Path) -> None:
    assert read_requirements(tmp_path, DagModule("etl.ipynb", "etl.py", NEWEST, "")) is None


def test_imports_that_may_fail_are_not_asked_for() -> None:
    source = (
        "import a\nfrom b.c import d\nfrom . import e\n"
        "try:\n    import f\nexcept ImportError:\n    f = None\n"
        "def task():\n    import g.h\n"
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import i\n"
    )
    assert sorted(name for name, _ in find_imports(source)) == ["a", "b.c", "g.h", "typing"]


def test_pandas_is_in_no_image_and_requests_in_each() -> None:
    for airflow in ("2.9.2", "2.10.3", "2.11.2", "3.0.6", "3.2.1", "3.3.1"):
        assert ("pandas" in preinstalled(airflow), "requests" in preinstalled(airflow)) == (False, True)


def test_an_import_name_that_differs_from_its_distribution_is_known() -> None:
    assert "scikit-learn" in distributions_of("sklearn.linear_model")
    assert distributions_of("no_such_package_anywhere") == {"no-such-package-anywhere"}
