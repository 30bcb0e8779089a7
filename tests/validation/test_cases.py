"""Each rule has a folder with a bad and a good file; what is said of the bad one is a golden file."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mwaa_kit.model.finding import Finding
from mwaa_kit.targets.catalogue import NEWEST
from mwaa_kit.validation.check import RULES
from mwaa_kit.verbs.checking import Importing, check_one
from mwaa_kit.verbs.running import run
from mwaa_kit.verbs.sources import read_module

CASES = Path(__file__).parent / "cases"
CODES = sorted(rule.code for rule in RULES)


@pytest.fixture(scope="module")
def importing() -> Iterator[Importing]:
    with Importing() as opened:
        yield opened


@pytest.fixture
def case(code: str, tmp_path: Path) -> Path:
    """The folder of a case; a copy, where its notebooks are to be run before they are checked."""
    folder = CASES / code
    if not (folder / "run").exists():
        return folder
    return Path(shutil.copytree(folder, tmp_path / code))


def _findings(importing: Importing, folder: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Finding, ...]:
    monkeypatch.chdir(folder)
    path = next(path.name for path in folder.iterdir() if path.stem == name and path.suffix in (".py", ".ipynb"))
    target = (folder / f"{name}.target").read_text().strip() if (folder / f"{name}.target").exists() else NEWEST
    if (folder / "run").exists():
        run(path, logical_date=datetime(2026, 1, 1, tzinfo=UTC))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))  # whatever targets this machine has: none
    return check_one(read_module(path, target), importing)


def test_every_rule_has_a_case_and_every_case_a_rule() -> None:
    assert sorted(path.name for path in CASES.iterdir() if path.is_dir()) == CODES


@pytest.mark.parametrize("code", CODES)
def test_the_bad_file_gets_the_findings_of_its_golden_file(
    code: str, case: Path, importing: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = "\n\n".join(map(str, _findings(importing, case, "bad", monkeypatch))) + "\n"
    golden = CASES / code / "expected.txt"
    if os.environ.get("MWAA_KIT_WRITE_GOLDEN"):
        golden.write_text(found)
    assert code in found
    assert found == golden.read_text()


@pytest.mark.parametrize("code", CODES)
def test_the_good_file_is_clean(code: str, case: Path, importing: Importing, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _findings(importing, case, "good", monkeypatch) == ()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_page_of_a_rule_says_what_why_an_example_and_what_to_do(rule: object) -> None:
    from mwaa_kit.validation import rules

    folder = Path(rules.__path__[0])
    pages = [path.read_text() for path in folder.glob("*.py") if f'"{rule.code}"' in path.read_text()]  # type: ignore[attr-defined]
    sections = ("What it does", "Why", "Example", "What to do")
    assert [[section for section in sections if f"\n{section}\n---" in page] for page in pages] == [list(sections)]
