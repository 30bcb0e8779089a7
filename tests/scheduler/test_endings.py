"""How tasks and runs end: callbacks, time limits, a cancel, a person's answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mwaa_kit.engine.world import Pending, Question
from mwaa_kit.errors import WrongUsageError
from mwaa_kit.model.run import Event, LogLine, TaskStateChanged
from mwaa_kit.scheduler.people import read_answer
from mwaa_kit.verbs.running import run

DAGS = Path(__file__).parent / "endings" / "endings.py"

ANSWERS = {
    "approve": "Approve",
    "reject": "Reject",
    "enter": {"rows": 5},
    "choose": "right",
    "several": ["a", "c"],
    "strange": "perhaps",
    "by_trigger": "b",
}


@pytest.fixture
def file(tmp_path: Path) -> str:
    """The Dag file, in a folder of its own."""
    path = tmp_path / DAGS.name
    path.write_bytes(DAGS.read_bytes())
    return str(path)


def played(file: str, dag_id: str, **options: Any) -> tuple[Any, list[str]]:
    """Run a Dag; return the run, and what its tasks and callbacks wrote."""
    lines: list[str] = []
    found = run(
        file,
        dag_id=dag_id,
        listen=lambda event: lines.append(event.message) if isinstance(event, LogLine) else None,
        **options,
    )
    return found, lines


def states(found: Any) -> dict[str, str | None]:
    return {one.task_id: one.state for one in found.task_instances}


@pytest.mark.parametrize("mode", ["inline", "fork"])
@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("well", ["begins", "succeeded", "well success end"]),
        ("skip", ["begins", "skipped", "well success end"]),
        ("fail", ["begins", "again", "begins", "failed ValueError", "ill task_failure end"]),
    ],
)
def test_callbacks_of_tasks_and_dags_run_and_are_told(file: str, mode: str, how: str, told: list[str]) -> None:
    _, lines = played(file, "calls_back", mode=mode, params={"how": how}, skip_delays=True)

    words = ("begins", "succeeded", "skipped", "again", "failed ", "well ", "ill ")
    assert [line for line in lines if line.startswith(words)] == told
    assert ("ValueError: a callback that fails" in lines) == (how != "fail")


def test_a_part_of_a_dag_does_not_call_the_dag_back(file: str) -> None:
    _, lines = played(file, "calls_back", tasks=("end",))

    assert not [line for line in lines if line.startswith("well")]


def test_a_moment_that_a_deferred_task_waits_for_has_come_when_delays_are_skipped(file: str) -> None:
    found, _ = played(file, "waits_for_times", skip_delays=True)

    assert states(found) == {"moment": "success", "span": "success", "from_trigger": "success"}


def test_a_run_that_takes_too_long_is_failed_and_its_rest_skipped(file: str) -> None:
    found, lines = played(file, "takes_long", mode="fork")

    assert (found.state, states(found)) == ("failed", {"wait": "skipped", "after": "skipped"})
    assert "ill timed_out wait" in lines


def test_teardowns_run_after_a_cancel(file: str) -> None:
    found, lines = played(file, "is_cancelled")

    assert found.cancelled
    assert states(found) == {"begin": "success", "interrupt": "failed", "never": "skipped", "clean": "success"}
    assert "cleaned" in lines


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The Dag that asks, answered."""
    path = tmp_path_factory.mktemp("people") / DAGS.name
    path.write_bytes(DAGS.read_bytes())
    return run(str(path), dag_id="people", answers=ANSWERS, skip_delays=True)


def test_people_answer_and_nobody_is_waited_for(answered: Any) -> None:
    assert states(answered) == {
        "approve": "success",
        "approved": "success",
        "reject": "success",
        "rejected": "skipped",
        "enter": "success",
        "choose": "success",
        "left": "skipped",
        "right": "success",
        "several": "success",
        "late": "success",
        "soon": "success",
        "too_late": "failed",
        "nobody": "failed",
        "strange": "failed",
        "by_trigger": "success",
        "by_trigger_nobody": "failed",
    }


def test_what_was_answered_is_what_the_task_returns(answered: Any) -> None:
    def told(task_id: str) -> list[Any]:
        value = answered[task_id].value
        return [value["chosen_options"], value["params_input"], value["responded_by_user"]]

    you = {"id": "you", "name": "you"}
    assert {name: told(name) for name in ("enter", "several", "late")} == {
        "enter": [["OK"], {"rows": 5, "name": "x"}, you],
        "several": [["a", "c"], {}, you],
        "late": [["no"], {}, None],
    }
    assert answered["by_trigger"].value == ["b"]


def test_an_answer_that_is_missing_or_wrong_says_what_would_do(answered: Any) -> None:
    errors = {one.task_id: one.error for one in answered.task_instances}

    assert errors["nobody"] == "nobody answered: 'Anyone there?'; give an answer with --answer nobody=…"
    assert "nobody answered; give an answer with --answer by_trigger_nobody=" in errors["by_trigger_nobody"]
    assert "'perhaps' is not an option of task 'strange'" in errors["strange"]
    assert "HITLTimeoutError" in errors["too_late"]


def test_who_is_asked_gets_the_question(file: str) -> None:
    asked: list[Question] = []

    def ask(question: Question) -> Any:
        asked.append(question)
        return {"rows": 7}

    found = run(file, dag_id="people", tasks=("enter",), ask=ask)

    assert found["enter"].value["params_input"] == {"rows": 7, "name": "x"}  # type: ignore[index]
    assert [(one.subject, one.options, dict(one.values)) for one in asked] == [
        ("How many?", ("OK",), {"rows": 3, "name": "x"})
    ]


@pytest.mark.parametrize("mode", ["inline", "fork"])
def test_while_a_person_thinks_the_other_tasks_go_on(file: str, mode: str) -> None:
    seen: list[tuple[str, str]] = []
    thought: list[Question] = []

    def listen(event: Event) -> None:
        if isinstance(event, TaskStateChanged):
            seen.append((event.task_id, event.state))

    def ask(question: Question) -> Any:
        if question.task_id == "by_trigger":
            thought.append(question)
            return "b" if len(thought) > 2 else Pending()
        if question.task_id == "enter":
            return {"rows": 7} if ("approved", "success") in seen else Pending()
        return "Approve"

    found = run(
        file, dag_id="people", tasks=("enter", "approve", "approved", "by_trigger"), ask=ask, listen=listen, mode=mode
    )

    assert states(found) == dict.fromkeys(("approve", "approved", "enter", "by_trigger"), "success")
    assert [seen.count(("enter", state)) for state in ("awaiting_input", "running", "success")] == [1, 2, 1]
    assert found["enter"].value["params_input"] == {"rows": 7, "name": "x"}  # type: ignore[index]
    assert found["by_trigger"].value == ["b"]


def test_a_person_who_does_not_answer_in_time_leaves_the_defaults(file: str) -> None:
    found = run(file, dag_id="people", tasks=("soon",), ask=lambda question: Pending())

    assert found["soon"].value["chosen_options"] == ["no"]  # type: ignore[index]
    assert found["soon"].value["responded_by_user"] is None  # type: ignore[index]


def test_an_answer_before_the_time_is_over_is_taken_once(file: str) -> None:
    asked: list[Question] = []

    def ask(question: Question) -> Any:
        asked.append(question)
        return "yes" if len(asked) > 1 else Pending()

    found = run(file, dag_id="people", tasks=("soon", "late"), ask=ask)

    assert found["soon"].value["chosen_options"] == ["yes"]  # type: ignore[index]
    assert found["late"].value["chosen_options"] == ["yes"]  # type: ignore[index]
    assert states(found) == {"soon": "success", "late": "success"}


def test_a_run_that_is_cancelled_while_a_person_thinks_waits_no_more(file: str) -> None:
    asked: list[Question] = []

    def ask(question: Question) -> Any:
        asked.append(question)
        if len(asked) > 2:
            raise KeyboardInterrupt
        return Pending()

    found = run(file, dag_id="people", tasks=("enter",), ask=ask)

    assert (found.cancelled, states(found)) == (True, {"enter": "failed"})


@pytest.mark.parametrize("given", ["c", ["a", "b"], {"options": ["a"], "params": {"z": 1}}, {}])
def test_an_answer_that_does_not_fit_is_refused(given: Any) -> None:
    with pytest.raises(WrongUsageError):
        read_answer(Question("t", -1, "?", ("a", "b")), given)
