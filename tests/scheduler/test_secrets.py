"""Secrets in every spelling, and where AWS connections lead."""

from __future__ import annotations

import base64
import html
import json
import subprocess
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mwaa_kit.errors import ConfigurationError, MwaaKitError
from mwaa_kit.scheduler.awsaccess import lead
from mwaa_kit.scheduler.local import LocalSettings, read_local_settings
from mwaa_kit.scheduler.secrets import Secrets, secrets_of_connection
from mwaa_kit.targets.practice import PracticeState, take_lock, write_state


def in_a_traceback(secret: str) -> str:
    """Return what Python prints of an error that quotes it."""
    try:
        raise KeyError(secret)
    except KeyError as error:
        return "".join(traceback.format_exception(error))


SPELL: dict[str, Callable[[str], str]] = {
    "plain": lambda secret: secret,
    "quote": lambda secret: quote(secret),
    "quote all": lambda secret: quote(secret, safe=""),
    "quote plus": quote_plus,
    "lower case": lambda secret: (
        "".join(c if c.isascii() and c.isalnum() else quote(c, safe="").lower() for c in secret)
        if secret.isascii()
        else quote(secret, safe="")
    ),
    "query": lambda secret: urlencode({"password": secret}),
    "json": json.dumps,
    "json text": lambda secret: json.dumps({"a": secret}, ensure_ascii=False),
    "json in json": lambda secret: json.dumps({"extra": json.dumps({"password": secret})}),
    "repr": repr,
    "repr of a dict": lambda secret: repr({"password": secret}),
    "bytes": lambda secret: repr(secret.encode()),
    "traceback": in_a_traceback,
    "html": html.escape,
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
}

secret_texts = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_categories=["Cs", "Cc"]), min_size=6
)


@pytest.mark.parametrize("spelling", SPELL)
@settings(deadline=None, max_examples=60)
@given(secret=secret_texts)
def test_a_secret_is_hidden_however_it_is_spelled(spelling: str, secret: str) -> None:
    told = f"before {SPELL[spelling](secret)} after"
    hidden = Secrets([secret]).hide(told)

    assert SPELL[spelling](secret) not in hidden
    assert secret not in hidden or secret in "before  after"
    assert hidden.startswith("before ")


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.text(max_size=5), st.recursive(st.text(max_size=5), st.lists, max_leaves=5)), secret_texts)
def test_a_value_keeps_its_shape_where_a_secret_is_hidden(value: Any, secret: str) -> None:
    shown = Secrets([secret]).hide_in({"v": value, "s": [secret, {"k": secret}]})

    assert shown["s"] == ["***", {"k": "***"}]
    assert json.loads(json.dumps(shown)) == shown


def test_what_is_short_is_left_alone() -> None:
    assert Secrets(["", "abc"]).hide("abcdef") == "abcdef"


def test_each_line_of_a_key_is_hidden() -> None:
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\n-----END KEY-----"

    assert Secrets([key]).hide("log: MIIEvQIBADANBgkqhkiG9w0BAQ") == "log: ***"


def test_the_secrets_of_a_connection_are_found_in_its_extra_too() -> None:
    fields = {
        "login": "me",
        "password": "hunter22",
        "extra": json.dumps({"a": {"api_key": "k1"}, "host": "h", "token": ["t"]}),
    }

    assert list(secrets_of_connection(fields)) == ["hunter22", base64.b64encode(b"me:hunter22").decode(), "k1", "t"]


def test_the_environments_secrets_are_known_too() -> None:
    environment = {
        "AIRFLOW_CONN_DB": "postgres://me:p%40ssword@host/x",
        "AIRFLOW_CONN_BAD": "nonsense",
        "AIRFLOW_VAR_API_KEY": "hunter22",
        "AIRFLOW_VAR_RATE": "5",
    }

    assert set(LocalSettings().secrets(environment)) == {
        "p@ssword",
        base64.b64encode(b"me:p@ssword").decode(),
        "hunter22",
    }


@pytest.mark.parametrize("mode", ["inline", "fork"])
def test_no_secret_is_in_anything_a_run_leaves(mode: str, tmp_path: Path) -> None:
    from mwaa_kit.verbs.running import run

    secret = "p@ss/w\"or'd é%20"
    (tmp_path / "mwaa-kit.local.toml").write_text(
        f"[connections.db]\nconn_type = 'postgres'\nhost = 'h'\nlogin = 'me'\npassword = {json.dumps(secret)}\n"
        f"[variables]\nmy_api_key = {json.dumps(secret[::-1])}\n"
    )
    (tmp_path / "leaky.py").write_text(
        "import json, sys\nfrom urllib.parse import quote\nfrom airflow.sdk import Connection, Variable, dag, task\n"
        "@dag(schedule=None)\ndef leaky():\n    @task\n    def leak():\n        found = Connection.get('db')\n"
        "        for text in (found.password, repr(found.password), json.dumps(found.password), found.get_uri(),\n"
        "                     quote(found.password), Variable.get('my_api_key')):\n"
        "            print(text)\n            print(text, file=sys.stderr)\n"
        "        return {'password': found.password, 'n': 1}\n"
        "    @task\n    def fail(x):\n        raise ValueError(f'cannot log in with {x!r}')\n    fail(leak())\nleaky()\n"
    )
    events: list[Any] = []
    finished = run(tmp_path / "leaky.py", mode=mode, listen=lambda event: events.append(event.to_dict()))

    assert finished["leak"].value == {"password": secret, "n": 1}  # type: ignore[comparison-overlap]
    told = json.dumps([*events, finished.to_dict()], ensure_ascii=False) + repr(finished.task_instances)
    kept = b"".join(path.read_bytes() for path in (tmp_path / ".mwaa-kit").rglob("*") if path.is_file())
    for one in (secret, secret[::-1]):
        for spell in SPELL.values():
            assert spell(one).strip("'\"") not in told
            assert spell(one).strip("'\"").encode() not in kept
    assert finished.to_dict()["xcoms"][0]["value"] == {"password": "***", "n": 1}
    assert finished["fail"].instances[0].error.startswith("ValueError: cannot log in with {'password': ")


@pytest.mark.parametrize("mode", ["inline", "fork"])
def test_an_error_at_import_shows_no_secret(mode: str, tmp_path: Path) -> None:
    from mwaa_kit.verbs.running import run

    (tmp_path / "mwaa-kit.local.toml").write_text("[variables]\napi_token = 'hunter22hunter22'\n")
    (tmp_path / "bad.py").write_text(
        "from airflow.sdk import Variable\nraise ValueError('no such token: ' + Variable.get('api_token'))\n"
    )
    with pytest.raises(MwaaKitError) as refused:
        run(tmp_path / "bad.py", mode=mode)

    assert "no such token: ***" in str(refused.value)
    assert "hunter22" not in json.dumps(refused.value.to_dict())


@pytest.fixture
def practice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A practice MWAA that says it runs."""
    monkeypatch.setenv("MWAA_KIT_HOME", str(tmp_path))
    home = tmp_path / "practice"
    home.mkdir()
    lock = take_lock(home)
    write_state(
        home,
        PracticeState(
            "AVAILABLE", "life", s3_endpoint="http://127.0.0.1:5", mwaa_endpoint="http://127.0.0.1:6",
            access_key_id="PRACTICE1", secret_access_key="made-up-for-this-life",
        ),
    )  # fmt: skip
    yield home
    import os

    os.close(lock or 0)


@pytest.mark.parametrize("fields", [None, {"conn_type": "aws", "login": "AKIA1", "password": "real"}])
def test_aws_connections_lead_to_the_practice_mwaa(fields: Any, practice: Any) -> None:
    found = lead("aws_default", fields, "practice")

    assert found.note == "Connection 'aws_default' leads to the practice MWAA at http://127.0.0.1:5, not to AWS"
    assert {**(found.fields or {}), "extra": json.loads((found.fields or {})["extra"])} == {
        "conn_type": "aws",
        "login": "PRACTICE1",
        "password": "made-up-for-this-life",
        "extra": {
            "region_name": "us-east-1",
            "endpoint_url": "http://127.0.0.1:5",
            "service_config": {"mwaa": {"endpoint_url": "http://127.0.0.1:6"}},
        },
    }


@pytest.mark.parametrize(
    ("conn_id", "fields", "use"),
    [
        ("aws_default", None, "aws"),
        ("lake", {"conn_type": "aws"}, "aws"),
        ("lake", {"conn_type": "aws", "extra": '{"endpoint_url": "http://minio"}'}, "practice"),
        ("lake", {"conn_type": "aws", "host": "http://minio"}, "practice"),
        ("db", {"conn_type": "postgres"}, "practice"),
        ("db", None, "practice"),
    ],
)
def test_others_lead_where_they_were_written_to(conn_id: str, fields: Any, use: str, practice: Any) -> None:
    assert (lead(conn_id, fields, use).fields, lead(conn_id, fields, use).note) == (fields, "")


def test_without_the_practice_mwaa_they_lead_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MWAA_KIT_HOME", str(tmp_path))
    found = lead("lake", {"conn_type": "aws", "login": "AKIA1", "extra": '{"region_name": "eu-west-1"}'}, "practice")
    extra = json.loads((found.fields or {})["extra"])

    assert found.note.startswith("Connection 'lake' leads nowhere: the practice MWAA does not run.")
    assert (extra["endpoint_url"], extra["region_name"]) == (
        "http://the-practice-mwaa-does-not-run.invalid",
        "eu-west-1",
    )
    assert "AKIA1" not in str(found.fields)


def test_a_task_reaches_the_practice_and_is_told_so(tmp_path: Path, practice: Any) -> None:
    from mwaa_kit.verbs.running import run

    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "s3.py").write_text(
        "from airflow.sdk import dag, task\n@dag(schedule=None)\ndef s3():\n    @task\n    def look():\n"
        "        from airflow.providers.amazon.aws.hooks.s3 import S3Hook\n"
        "        return S3Hook().get_conn().meta.endpoint_url\n    look()\ns3()\n"
    )
    notes: list[str] = []
    finished = run(folder / "s3.py", listen=lambda event: notes.append(event.message) if event.name == "note" else None)

    assert finished["look"].value == "http://127.0.0.1:5", finished["look"].instances
    assert notes == ["Connection 'aws_default' leads to the practice MWAA at http://127.0.0.1:5, not to AWS"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("[pools]\ngpu = 2\n", {"gpu": 2}), ("[pools.gpu]\nslots = 3\ndescription = 'x'\n", {"gpu": 3}), ("", {})],
)
def test_pools_have_slots(text: str, expected: dict[str, int], tmp_path: Path) -> None:
    (tmp_path / "mwaa-kit.local.toml").write_text(text)

    assert read_local_settings(tmp_path).pools == expected


@pytest.mark.parametrize("text", ["[pools]\ngpu = 'two'\n", "[pools]\ngpu = true\n", "[aws]\nconnections = 'maybe'\n"])
def test_settings_that_make_no_sense_are_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "mwaa-kit.local.toml").write_text(text)
    with pytest.raises(ConfigurationError):
        read_local_settings(tmp_path)


def test_local_settings_are_in_no_release(tmp_path: Path) -> None:
    import mwaa_kit
    from mwaa_kit.publishing.release import build_release

    for folder in (tmp_path, tmp_path / "helpers"):
        folder.mkdir(exist_ok=True)
        (folder / "mwaa-kit.local.toml").write_text("[connections]\ndb = 'postgres://me:hunter22@h/x'\n")
    (tmp_path / "helpers" / "__init__.py").write_text("def f():\n    return open('mwaa-kit.local.toml').read()\n")
    cells = ["import helpers", "#| task: a\nx = helpers.f()"]
    code = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": text} for text in cells
    ]
    (tmp_path / "n.ipynb").write_text(json.dumps({"cells": code, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}))
    release = build_release(mwaa_kit.compile(str(tmp_path / "n.ipynb")), dag_s3_path="dags")

    assert [Path(file.key).name for file in release.support] == ["__init__.py"]
    assert "hunter22" not in repr(release)


def test_git_ignores_local_settings(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "mwaa-kit.local.toml").write_text("[variables]\na = 'b'\n")
    read_local_settings(tmp_path)
    seen = subprocess.run(["git", "status", "--short"], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert seen.stdout == ""
