"""What is kept of a job's events, and for whom."""

from __future__ import annotations

import pytest

from mwaa_kit.server.jobs import KEPT_BYTES, KEPT_EVENTS, Job


def test_only_the_newest_events_are_kept_and_their_numbers_go_on() -> None:
    job = Job("run", {"path": "a.ipynb"})
    for number in range(KEPT_EVENTS + 10):
        job.add({"event": "log", "message": str(number)}, 10)
    assert (job.first, job.last) == (11, KEPT_EVENTS + 10)
    found = job.events_after(job.last - 2, 100)
    assert [(one["seq"], one["event"]["message"]) for one in found] == [
        (KEPT_EVENTS + 9, str(KEPT_EVENTS + 8)),
        (KEPT_EVENTS + 10, str(KEPT_EVENTS + 9)),
    ]
    assert job.events_after(job.last, 100) == []


def test_large_events_push_out_more_of_the_old_ones() -> None:
    job = Job("run", {"path": "a.ipynb"})
    for _ in range(10):
        job.add({"event": "log"}, KEPT_BYTES // 4)
    assert (job.first, job.last) == (7, 10)


def test_what_a_page_has_seen_of_a_job_that_is_newer_than_it_claims_is_sent_from_there() -> None:
    job = Job("run", {"path": "a.ipynb"})
    for number in range(5):
        job.add({"event": "log", "message": str(number)}, 10)
    assert [one["seq"] for one in job.events_after(3, 100)] == [4, 5]
    assert [one["seq"] for one in job.events_after(0, 2)] == [1, 2]


@pytest.mark.parametrize("name", ["stubs", "inputs"])
def test_a_page_gives_values_by_task_and_no_words_that_name_a_file(name: str) -> None:
    from mwaa_kit.errors import WrongUsageError
    from mwaa_kit.server.work import run

    with pytest.raises(WrongUsageError, match=f"{name} must be values by task_id"):
        run({"path": "churn.ipynb", name: ["load=@/etc/passwd"]}, lambda line: None)
