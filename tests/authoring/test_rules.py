"""Each rule has a case: a notebook that breaks it, one that does not, and the exact words."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mwaa_kit.authoring.compile import compile_notebook
from mwaa_kit.authoring.rules import RULES

CASES = Path(__file__).parent / "cases"


def test_every_rule_has_a_case_and_a_page_and_no_code_is_used_twice() -> None:
    assert [rule.code for rule in RULES] == sorted({path.name for path in CASES.iterdir()})
    for rule in RULES:
        titles = ("What it does", "Why", "Example", "What to do")
        assert [title for title in titles if f"\n{title}\n---" not in rule.doc] == [], rule.code


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_finds_what_its_page_says_and_nothing_in_the_good_notebook(
    rule: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = str(getattr(rule, "code", ""))
    monkeypatch.chdir(CASES)
    bad = compile_notebook(os.path.join(code, "bad.ipynb"))
    good = compile_notebook(os.path.join(code, "good.ipynb"))
    found = "".join(f"{finding}\n" for finding in bad.findings if finding.code == code)
    assert found == (CASES / code / "expected.txt").read_text(encoding="utf-8")
    assert {finding.code for finding in good.findings} <= {"MK110"} - ({code} if code == "MK110" else set())
    assert good.source
    assert bool(bad.source) == (getattr(rule, "severity", "") != "error")
