"""Ruff holds the list of what Airflow 3 removed; an old one is told, never passed over."""

from __future__ import annotations

from pathlib import Path

import pytest

from mwaa_kit.errors import LinterTooOldError
from mwaa_kit.model.module import DagModule
from mwaa_kit.targets.catalogue import find_target
from mwaa_kit.validation.rules import removed_in_airflow
from mwaa_kit.validation.subject import Subject

SOURCE = "from airflow.utils.dates import days_ago\n\nstart = days_ago(1)\n"


def _subject(target: str) -> Subject:
    return Subject(DagModule("etl.py", "etl.py", target, SOURCE), find_target(target), {})


def test_what_airflow_2_still_has_is_no_finding_for_it() -> None:
    assert list(removed_in_airflow.check(_subject("2.10.3"))) == []


def test_a_ruff_that_does_not_know_the_rules_stops_the_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "ruff"
    old.write_text("#!/bin/sh\necho 'error: invalid value AIR301' >&2\nexit 2\n")
    old.chmod(0o755)
    monkeypatch.setattr("ruff.__main__.find_ruff_bin", lambda: str(old))
    with pytest.raises(LinterTooOldError):
        list(removed_in_airflow.check(_subject("3.3.1")))
