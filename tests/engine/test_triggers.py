"""What a task is told whose trigger failed."""

from __future__ import annotations

from mwaa_kit.engine.triggers import TooLateError, explain


def test_what_was_said_in_words_needs_no_traceback_of_a_trigger() -> None:
    from airflow.sdk.exceptions import AirflowFailException

    assert explain(AirflowFailException("nobody answered")) == {"error": "nobody answered"}


def test_a_failure_of_a_trigger_is_shown_with_where_it_was() -> None:
    try:
        raise ValueError("no such bucket")
    except ValueError as error:
        told = explain(error)
    assert (told["error"], told["traceback"][-1]) == (
        "Trigger failure: ValueError: no such bucket",
        "ValueError: no such bucket",
    )


def test_a_trigger_that_took_too_long_is_told_as_airflow_does() -> None:
    assert explain(TooLateError()) == {"error": "Trigger timeout"}
