from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from mwaa_kit.targets.practice import (
    is_locked,
    new_state,
    practice_home,
    read_state,
    running_state,
    state_file,
    take_lock,
    write_state,
)


def test_the_home_is_the_chosen_one_or_that_of_the_users_state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("MWAA_KIT_HOME", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert practice_home() == tmp_path / "state" / "mwaa-kit" / "practice"
    monkeypatch.setenv("MWAA_KIT_HOME", str(tmp_path / "chosen"))
    assert practice_home() == tmp_path / "chosen" / "practice"


def test_a_state_comes_back_as_it_was_written(tmp_path: Path) -> None:
    state = replace(new_state("3.3.1"), status="AVAILABLE", pid=7)
    write_state(tmp_path, state)
    assert read_state(tmp_path) == state
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "null", '{"status": "AVAILABLE"}'])
def test_a_state_file_that_makes_no_sense_says_nothing(tmp_path: Path, text: str) -> None:
    state_file(tmp_path).write_text(text)
    assert read_state(tmp_path) is None


def test_a_state_is_believed_only_while_its_supervisor_holds_the_lock(tmp_path: Path) -> None:
    home = tmp_path / "practice"
    assert not is_locked(home)
    lock = take_lock(home)
    assert lock is not None
    write_state(home, new_state("3.3.1"))
    assert (take_lock(home), running_state(home)) == (None, read_state(home))
    os.close(lock)
    assert (is_locked(home), running_state(home)) == (False, None)


def test_no_two_lives_share_a_key() -> None:
    first, second = new_state("3.3.1"), new_state("3.3.1")
    assert len({first.life, second.life, first.access_key_id, second.access_key_id}) == 4
    assert first.secret_access_key != second.secret_access_key
