"""Bad input gets one line that names the file and the reason, the right exit code, and nothing is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

ONE_CELL = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": "x = 1"}
R_KERNEL = {"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}, "language_info": {"name": "R"}}

BAD = {
    "empty.ipynb": (b"", 2, "NotANotebookError"),
    "truncated.ipynb": (b'{"cells": [{"cell_type": "code", "sou', 2, "NotANotebookError"),
    "list.ipynb": (b"[1, 2, 3]", 2, "NotANotebookError"),
    "other.ipynb": (b'{"name": "package", "version": "1.0"}', 2, "NotANotebookError"),
    "latin.ipynb": ('{"cells": [], "metadata": {"name": "caf\xe9"}}'.encode("latin-1"), 2, "NotANotebookError"),
    "language.ipynb": (
        json.dumps({"cells": [ONE_CELL], "metadata": R_KERNEL, "nbformat": 4, "nbformat_minor": 4}).encode(),
        2,
        "OtherLanguageError",
    ),
    "unsaved.ipynb": (b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', 1, "NoTaskError"),
    "notask.ipynb": (
        json.dumps({"cells": [ONE_CELL], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}).encode(),
        1,
        "NoTaskError",
    ),
    "empty.py": (b"", 2, "UnreadableInputError"),
    "broken.py": (b"def f(:\n", 2, "UnreadableInputError"),
    "latin.py": ("# caf\xe9".encode("latin-1"), 2, "UnreadableInputError"),
    "notes.txt": (b"hello", 2, "UnreadableInputError"),
    "null.ipynb": (b"\x00\x01\x02", 2, "NotANotebookError"),
}


@pytest.fixture(scope="module")
def bad_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bad")
    for name, (content, _, _) in BAD.items():
        (folder / name).write_bytes(content)
    (folder / "folder.ipynb").mkdir()
    return folder


@pytest.fixture
def call(bad_files: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Run a command in this process, which is quick; the other tests start real ones."""
    from mwaa_kit.cli import app, output

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.chdir(bad_files)
        monkeypatch.setattr("sys.argv", ["mwaa-kit", *words])
        monkeypatch.setattr(output, "_stream", None)
        monkeypatch.setattr(output, "json_stream", lambda: __import__("sys").stdout)
        with pytest.raises(SystemExit) as ended:
            app.run()
        out, err = capfd.readouterr()
        return int(ended.value.code or 0), out, err

    return run


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("verb", ["compile", "draw", "run", "check"])
def test_a_bad_file_is_told_in_one_line_with_its_name_and_nothing_is_written(
    verb: str,
    name: str,
    call,  # type: ignore[no-untyped-def]
    bad_files: Path,
) -> None:
    if verb == "compile" and name.endswith(".py"):
        verb = "run"
    before = sorted(path.name for path in bad_files.iterdir())
    code, out, err = call(verb, name)
    lines = [line for line in err.splitlines() if not line.startswith("  next: ")]
    assert (code, out, len(lines)) == (BAD[name][1], "", 1), (out, err)
    assert lines[0].startswith("error: ") and name in lines[0] and "Traceback" not in err
    assert sorted(path.name for path in bad_files.iterdir()) == before


@pytest.mark.parametrize("name", BAD)
def test_with_json_the_error_is_the_last_line_of_standard_output(name: str, call) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = call("check", name, "--json")
    error = json.loads(out.splitlines()[-1])["error"]
    assert (code, error["name"], error["path"]) == (BAD[name][1], BAD[name][2], name)


def test_a_folder_in_place_of_a_notebook_is_told(call) -> None:  # type: ignore[no-untyped-def]
    code, _, err = call("compile", "folder.ipynb")
    assert (code, err.splitlines()[0]) == (
        2,
        "error: folder.ipynb: is a folder; a notebook or a Dag file is wanted here",
    )


@pytest.mark.parametrize("verb", ["compile", "draw", "run", "check", "dataflow"])
def test_a_missing_file_is_told(verb: str, call) -> None:  # type: ignore[no-untyped-def]
    code, out, err = call(verb, "nowhere.ipynb")
    assert (code, out, "nowhere.ipynb" in err, "Traceback" in err) == (2, "", True, False)


def test_an_unknown_target_names_those_there_are(call) -> None:  # type: ignore[no-untyped-def]
    code, _, err = call("check", "broken.py", "--target", "3.1.0")
    assert (code, "3.3.1" in err) == (2, True)


def test_an_unknown_option_is_wrong_usage_in_json_too(call) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = call("check", "broken.py", "--nonsense", "--json")
    assert (code, json.loads(out)["error"]["name"]) == (2, "WrongUsageError")


@pytest.mark.parametrize(
    "words", [("--param", "n"), ("--conf", "{"), ("--conf", "[1]"), ("--logical-date", "yesterday"), ("-j", "0")]
)
def test_values_that_cannot_be_read_are_wrong_usage(words: tuple[str, ...], call) -> None:  # type: ignore[no-untyped-def]
    code, _, err = call("run", "broken.py", *words)
    assert (code, "Traceback" in err) == (2, False)
