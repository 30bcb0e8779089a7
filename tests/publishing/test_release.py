"""Which bytes go under which key."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mwaa_kit.errors import MwaaKitError, UncompiledNotebookError, WrongUsageError
from mwaa_kit.model.module import DagModule, SupportFile
from mwaa_kit.model.release import Release, ReleaseFile
from mwaa_kit.publishing.ignore import PATTERNS
from mwaa_kit.publishing.release import build_release, dag_folder, ignore_key, support_folder, support_root

MODULE = DagModule(
    path="notebooks/churn.ipynb",
    file_name="churn.py",
    target="3.3.1",
    source="# é\n",
    dag_ids=("churn",),
    support=(SupportFile("sql/b.sql", b"B"), SupportFile("a.py", b"A")),
    support_folder="_mwaa_kit/churn/3fa9c1d2e4f5",
)


@pytest.mark.parametrize(("path", "prefix"), [("dags", "dags/"), ("a/dags/", "a/dags/"), ("", ""), ("/", "")])
def test_a_release_puts_everything_below_the_dag_folder(path: str, prefix: str) -> None:
    release = build_release(MODULE, dag_s3_path=path)
    folder = f"{prefix}_mwaa_kit/churn/3fa9c1d2e4f5/"
    assert release == Release(
        source="churn",
        dag_ids=("churn",),
        dag_file=ReleaseFile(f"{prefix}churn.py", "# é\n".encode()),
        support=(ReleaseFile(f"{folder}a.py", b"A"), ReleaseFile(f"{folder}sql/b.sql", b"B")),
        ignore=PATTERNS,
    )
    assert (dag_folder(release), ignore_key(release), support_root(release), support_folder(release)) == (
        prefix,
        f"{prefix}.airflowignore",
        f"{prefix}_mwaa_kit/",
        folder,
    )


def test_a_module_without_support_has_no_support_folder() -> None:
    release = build_release(replace(MODULE, support=(), support_folder=""), dag_s3_path="dags")
    assert (release.files, support_folder(release)) == ((ReleaseFile("dags/churn.py", "# é\n".encode()),), "")


def test_a_module_that_could_not_be_compiled_is_refused() -> None:
    with pytest.raises(UncompiledNotebookError, match=r"notebooks/churn.ipynb: there is no Dag file to publish"):
        build_release(replace(MODULE, source=""), dag_s3_path="dags")


HOSTILE = (
    "../x.py",
    "a/../../x.py",
    "/etc/x.py",
    "a\\..\\x.py",
    "C:/x.py",
    "a//x.py",
    "./x.py",
    "a\x00.py",
    "a\n.py",
    "",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_support_file_that_leads_out_of_its_folder_is_refused(name: str) -> None:
    with pytest.raises(WrongUsageError, match="support file"):
        build_release(replace(MODULE, support=(SupportFile(name, b""),)), dag_s3_path="dags")


@pytest.mark.parametrize("name", [*HOSTILE, "churn.txt", ".py", "...py", "a/churn.py"])
def test_a_dag_file_name_that_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(WrongUsageError, match="the Dag file's name"):
        build_release(replace(MODULE, file_name=name), dag_s3_path="dags")


@pytest.mark.parametrize("folder", [*HOSTILE, "helpers/churn/3fa9", "_mwaa_kit/churn", "_mwaa_kit/../churn"])
def test_a_support_folder_that_airflow_would_parse_is_refused(folder: str) -> None:
    with pytest.raises(WrongUsageError, match="support folder"):
        build_release(replace(MODULE, support_folder=folder), dag_s3_path="dags")


@pytest.mark.parametrize("path", ["../dags", "/dags", "dags/..", "dags\\x", "dags//x", "dags\n"])
def test_a_dag_folder_that_is_none_is_refused(path: str) -> None:
    with pytest.raises(WrongUsageError, match="the Dag folder"):
        build_release(MODULE, dag_s3_path=path)


def test_a_name_that_is_there_twice_is_refused() -> None:
    twice = (SupportFile("a.py", b"1"), SupportFile("a.py", b"2"))
    with pytest.raises(WrongUsageError, match=r"support file 'a.py' is there twice"):
        build_release(replace(MODULE, support=twice), dag_s3_path="dags")


def test_a_key_longer_than_s3_allows_is_refused() -> None:
    with pytest.raises(WrongUsageError, match="1024 bytes"):
        build_release(replace(MODULE, support=(SupportFile("é" * 600, b""),)), dag_s3_path="dags")


@given(name=st.text(st.sampled_from("ab./\\:\x00\n é~%?#'\"") | st.characters(), max_size=30))
def test_no_name_whatever_gets_a_key_outside_the_support_folder(name: str) -> None:
    try:
        release = build_release(replace(MODULE, support=(SupportFile(name, b""),)), dag_s3_path="dags")
    except MwaaKitError:
        return
    key = release.support[0].key
    assert key == f"dags/_mwaa_kit/churn/3fa9c1d2e4f5/{name}"
    assert not {"", ".", ".."} & set(key.split("/"))
    key.encode()
