"""Secrets are found by kind and place, and never repeated: not in a finding, not in the file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mwaa_kit.authoring.compile import compile_notebook
from mwaa_kit.authoring.credentials import find_secrets

WriteNotebook = Callable[..., str]
KEY = "AKIA" + "ZQ3DRSTUVWXY2345"


@pytest.mark.parametrize(
    "text",
    [
        KEY,
        "aws_secret_access_key = '" + "a1/+" * 10 + "'",
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        "ghp_" + "a1B2" * 9,
        "xoxb-" + "123456789012-abcdefghijkl",
        "AIza" + "a1B2C" * 7,
        "sk_live_" + "a1B2" * 6,
        "mysql+pymysql://ada:tr0ub4dor@db.example.org/sales",
    ],
)
def test_what_is_certainly_a_secret_is_found_once(text: str) -> None:
    assert len(list(find_secrets(f"x = '{text}'\n"))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "postgresql://user:password@localhost/db",
        "postgresql://user:{password}@localhost/db",
        "postgresql://user:$PASSWORD@localhost/db",
        "https://example.org:8080/path@2",
        "git@github.com:owner/repo.git",
        "sk_live_short",
        "password = getpass()",
        "0123456789abcdef" * 4,
        "-----BEGIN PUBLIC KEY-----",
        "-----BEGIN CERTIFICATE-----",
    ],
)
def test_what_only_looks_like_one_is_left_alone(text: str) -> None:
    assert list(find_secrets(text)) == []


def test_no_finding_repeats_a_secret(write_notebook: WriteNotebook) -> None:
    cells = [
        f"#| task: a\n!aws configure {KEY}\nprint('{KEY}', nobody)",
        f"x = '{KEY}'",
        f"#| task: b pool={KEY}(\ny = 1",
    ]
    module = compile_notebook(write_notebook(cells))
    assert {finding.code for finding in module.findings} >= {"MK114", "MK214", "MK215"}
    assert KEY not in json.dumps(module.to_dict())
    assert KEY not in "".join(str(finding) for finding in module.findings)


def test_an_output_of_many_pieces_is_searched_across_their_borders(
    write_notebook: WriteNotebook, tmp_path: Path
) -> None:
    path = Path(write_notebook(["print(1)", "#| task: a\nx = 1"]))
    document = json.loads(path.read_text())
    text = ["x" * ((1 << 20) - 400) + "\n", f" {KEY} \n"]
    document["cells"][0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": text}]
    path.write_text(json.dumps(document))
    (finding,) = (finding for finding in compile_notebook(str(path)).findings if finding.code == "MK215")
    assert (finding.at.cell, KEY in str(finding)) == (1, False)
