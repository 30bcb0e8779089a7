"""Questions of tasks: what is told of them, and which of what comes back is an answer."""

from __future__ import annotations

from collections import deque
from typing import Any

from mwaa_kit.engine.world import Pending, Question
from mwaa_kit.verbs.asking import AskElsewhere, ask_by_lines

SIZE = Question("size", -1, "How many?", ("OK",), params={"rows": {"value": 3}, "name": {"value": "x"}})
PICK = Question("pick", 0, "Which?", ("a", "b", "7"), "Look first.", ("b",), multiple=True)


def test_a_question_is_told_once_and_what_came_for_an_earlier_try_is_no_answer() -> None:
    told: list[dict[str, Any]] = []
    heard: deque[dict[str, Any]] = deque()
    ask = AskElsewhere(told.append, lambda: heard.popleft() if heard else None)
    answer = {"task_id": "size", "map_index": -1, "options": [], "params": {"rows": 5}}

    assert ask(SIZE) == ask(SIZE) == Pending()
    heard.append(answer)
    again = Question(SIZE.task_id, SIZE.map_index, SIZE.subject, SIZE.options, params=SIZE.params)
    assert ask(again) == Pending()
    heard.append({**answer, "task_id": "pick"})
    assert ask(again) == Pending()
    heard.append({**answer, "params": {"columns": 5}})
    assert ask(again) == Pending()
    heard.append(answer)
    assert ask(again) == {"options": [], "params": {"rows": 5}}
    assert [one["problem"] for one in told] == ["", "", "task 'size' has no field 'columns'; its fields: rows, name"]


def _typed(question: Question, *lines: str) -> tuple[Any, list[str], list[tuple[str, str | None]]]:
    shown: list[str] = []
    asked: list[tuple[str, str | None]] = []
    typed = deque(lines)

    def prompt(text: str, default: str | None) -> str:
        asked.append((text, default))
        return typed.popleft() or default or ""

    return ask_by_lines(question, shown.append, prompt), shown, asked


def test_options_are_chosen_by_name_or_number_until_they_fit() -> None:
    found, shown, asked = _typed(PICK, "c", "a, 3", "")
    assert found == {"options": ["a", "7"], "params": {}}
    assert shown == [
        "\npick asks: Which?",
        "Look first.",
        "  1  a",
        "  2  b",
        "  3  7",
        "write an option or its number",
    ]
    assert asked == [("choose (several, with commas)", "b")] * 2


def test_fields_are_json_or_text_and_empty_ones_keep_their_value() -> None:
    assert _typed(SIZE, "5", "")[0] == {"options": ["OK"], "params": {"rows": 5, "name": "x"}}
    assert _typed(SIZE, "", "y z")[0] == {"options": ["OK"], "params": {"rows": 3, "name": "y z"}}
