"""Runs that are started from the page: in a process of their own, with events that no reload loses."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import quote

import pytest
from support_golden import compare
from support_server import KitServer, write_notebook

from mwaa_kit.server.contract import need

HOLDS_THE_GIL = "#| task: stuck\nimport re\nre.match(r'(a+)+$', 'a' * 60 + 'b')"


def _is_end(message: dict[str, Any]) -> bool:
    return message.get("event", {}).get("event") == "job_finished"


def _start(server: KitServer, path: str, **more: object) -> Any:
    job = server.need("post", "runs", {"path": path, **more})
    need("Job", job)
    return job


def _wait(server: KitServer, job_id: str, seconds: float = 60.0) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        detail = server.need("get", f"runs/{job_id}?events=5")
        if detail["job"]["state"] != "running":
            need("RunDetail", detail)
            return detail
        time.sleep(0.1)
    raise AssertionError(f"the run did not end within {seconds} s")


@pytest.fixture(scope="module")
def finished(server: KitServer) -> tuple[Any, list[dict[str, Any]]]:
    """A run of the notebook with a param, and all its messages."""
    job = _start(server, "churn.ipynb", params={"n": 3})
    messages = server.listen({}, lambda message: _is_end(message) and message["job"] == job["id"])
    return job, messages


def test_every_event_of_a_run_comes_once_and_in_order(finished: tuple[Any, list[dict[str, Any]]]) -> None:
    job, messages = finished
    for message in messages:
        need("Envelope", message)
    own = [message for message in messages if message["job"] == job["id"]]
    assert [message["seq"] for message in own] == list(range(1, len(own) + 1))
    names = [message["event"]["event"] for message in own]
    assert (names[0], names[-2:]) == ("run_started", ["run_finished", "job_finished"])
    states = [(m["event"]["task_id"], m["event"]["state"]) for m in own if m["event"]["event"] == "task_state"]
    assert [one for one in states if one[1] == "success"] == [
        ("load", "success"),
        ("features", "success"),
        ("score", "success"),
    ]


def test_the_events_of_a_run_are_those_that_the_tests_of_the_page_read(
    finished: tuple[Any, list[dict[str, Any]]],
) -> None:
    job, messages = finished
    own = [message for message in messages if message["job"] == job["id"]]
    compare("run", own, ids=(job["id"],))


def test_a_page_that_was_reloaded_gets_what_it_missed(
    server: KitServer, finished: tuple[Any, list[dict[str, Any]]]
) -> None:
    job, messages = finished
    own = [message for message in messages if message["job"] == job["id"]]
    assert server.listen({job["id"]: 4}, _is_end) == own[4:]


def test_a_run_can_be_read_at_any_time(server: KitServer, finished: tuple[Any, list[dict[str, Any]]]) -> None:
    job, _ = finished
    detail = _wait(server, job["id"])
    assert (detail["job"]["state"], detail["job"]["dag_id"]) == ("success", "churn")
    assert [(one["task_id"], one["state"]) for one in detail["task_instances"]] == [
        ("load", "success"),
        ("features", "success"),
        ("score", "success"),
    ]
    values = {(one["task_id"], one["key"]): one["value"] for one in detail["xcoms"]}
    assert values["score", "return_value"] == 3.0
    listed = server.need("get", "runs?path=churn.ipynb")
    need("Jobs", listed)
    assert job["id"] in [one["id"] for one in listed["jobs"]]


def test_a_failed_run_is_shown_as_failed(server: KitServer) -> None:
    write_notebook(server.folder / "fails.ipynb", "#| task: load\nraise ValueError('no rows')")
    detail = _wait(server, _start(server, "fails.ipynb")["id"])
    assert detail["job"]["state"] == "failed"
    assert [(one["task_id"], one["state"]) for one in detail["task_instances"]] == [("load", "failed")]


def test_a_notebook_that_does_not_compile_says_why(server: KitServer) -> None:
    write_notebook(server.folder / "broken.ipynb", "#| task: load\nrows = [")
    detail = _wait(server, _start(server, "broken.ipynb")["id"])
    assert (detail["job"]["state"], detail["job"]["error"]["name"]) == ("failed", "UncompiledNotebookError")
    assert detail["job"]["error"]["cell"] == 1


def test_a_run_whose_process_dies_says_how(server: KitServer) -> None:
    write_notebook(server.folder / "dies.ipynb", "#| shared\nimport os\nos.kill(os.getpid(), 11)", "#| task: a\nx = 1")
    detail = _wait(server, _start(server, "dies.ipynb", mode="inline")["id"])
    assert (detail["job"]["state"], "SIGSEGV" in str(detail["job"]["error"])) == ("failed", True)


def test_cancel_works_while_a_c_extension_holds_the_gil(server: KitServer) -> None:
    write_notebook(server.folder / "stuck.ipynb", HOLDS_THE_GIL)
    job = _start(server, "stuck.ipynb")
    server.listen({}, lambda message: message.get("job") == job["id"] and message["event"].get("state") == "running")
    time.sleep(0.3)  # until the regular expression is at work
    started = time.monotonic()
    assert server.need("delete", f"runs/{job['id']}")["cancelling"]
    detail = _wait(server, job["id"])
    assert detail["job"]["state"] == "cancelled"
    assert [(one["task_id"], one["state"]) for one in detail["task_instances"]] == [("stuck", "failed")]
    assert time.monotonic() - started < 10


def test_a_run_that_holds_the_gil_of_its_own_process_is_killed_after_the_grace(server: KitServer) -> None:
    job = _start(server, "stuck.ipynb", mode="inline", grace_seconds=1)
    server.listen(
        {}, lambda message: message.get("event", {}).get("state") == "running" and message["job"] == job["id"]
    )
    server.need("delete", f"jobs/{job['id']}")
    assert _wait(server, job["id"])["job"]["state"] == "cancelled"


def test_a_task_that_asks_a_person_is_answered_from_the_page_and_told_what_does_not_fit(server: KitServer) -> None:
    write_notebook(
        server.folder / "asking.ipynb",
        "from datetime import datetime\nfrom airflow.sdk import Param, dag\n"
        "from airflow.providers.standard.operators.hitl import HITLEntryOperator, HITLOperator",
        "pick = HITLOperator(task_id='pick', subject='Which?', body='Look first.', options=['a', 'b'], multiple=True)",
        "size = HITLEntryOperator(task_id='size', subject='How many?', params={'rows': Param(3, type='integer')})",
        "pick >> size",
        "#| dag\n@dag(schedule=None, start_date=datetime(2026, 1, 1))\ndef asking(): ...",
    )
    job = _start(server, "asking.ipynb")
    answer = f"runs/{job['id']}/answer"

    def next_question(after: int) -> Any:
        found = server.listen(
            {job["id"]: after}, lambda m: m["job"] == job["id"] and m["event"]["event"] in ("question", "job_finished")
        )
        assert found[-1]["event"]["event"] == "question", found[-1]
        return found[-1]

    first = next_question(0)
    compare("question", first, ids=(job["id"],))
    assert server.need("post", answer, {"task_id": "pick", "options": ["a", "c"]})["id"] == job["id"]
    again = next_question(first["seq"])
    assert again["event"]["problem"] == "'c' is not an option of task 'pick'; it has: 'a', 'b'"
    none = server.ask("post", answer, {"task_id": "size"})
    assert (none.status, none.body["error"]["message"]) == (404, "task 'size' asks nothing now")
    server.need("post", answer, {"task_id": "pick", "options": ["a", "b"]})
    asked = next_question(again["seq"])
    assert (asked["event"]["task_id"], asked["event"]["params"]["rows"]["value"]) == ("size", 3)
    server.need("post", answer, {"task_id": "size", "params": {"rows": 5}})
    assert _wait(server, job["id"])["job"]["state"] == "success"
    told = [server.need("get", f"runs/{job['id']}/value?task_id={one}")["preview"]["text"] for one in ("pick", "size")]
    assert [text.partition(", 'responded_at'")[0] for text in told] == [
        "{'chosen_options': ['a', 'b'], 'params_input': {}",
        "{'chosen_options': ['OK'], 'params_input': {'rows': 5}",
    ]
    late = server.ask("post", answer, {"task_id": "size"})
    assert (late.status, late.body["error"]["name"]) == (404, "UnknownJobError")


def test_teardowns_run_when_a_run_is_cancelled_from_the_page(server: KitServer) -> None:
    mark = server.folder / "torn-down"
    write_notebook(
        server.folder / "torn.ipynb",
        "from datetime import datetime\nfrom pathlib import Path\nfrom airflow.sdk import dag, task, setup, teardown",
        "@setup\ndef begin():\n    pass",
        "@task\ndef work():\n    import re\n    re.match(r'(a+)+$', 'a' * 60 + 'b')",
        f"@teardown\ndef end():\n    Path({str(mark)!r}).touch()",
        "#| dag\n@dag(schedule=None, start_date=datetime(2026, 1, 1))\ndef torn():\n"
        "    first = begin()\n    first >> work() >> end().as_teardown(setups=first)",
    )
    job = _start(server, "torn.ipynb", grace_seconds=60)
    server.listen({}, lambda m: m["job"] == job["id"] and m["event"].get("task_id") == "work")
    time.sleep(0.3)
    server.need("delete", f"runs/{job['id']}")
    states = {one["task_id"]: one["state"] for one in _wait(server, job["id"])["task_instances"]}
    assert (states, mark.exists()) == ({"begin": "success", "work": "failed", "end": "success"}, True)


def test_an_option_that_the_verb_does_not_have_is_refused_by_its_name(server: KitServer) -> None:
    detail = _wait(server, _start(server, "churn.ipynb", options={"colour": "red"})["id"])
    assert detail["job"]["error"]["message"] == "run has no option 'colour' in this version of mwaa-kit"


def test_a_run_that_is_not_there_is_said_so(server: KitServer) -> None:
    answer = server.ask("get", "runs/0123456789ab")
    assert (answer.status, answer.body["error"]["name"]) == (404, "UnknownJobError")


def test_the_server_answers_at_once_while_runs_go_on(server: KitServer) -> None:
    job = _start(server, "stuck.ipynb")
    started = time.monotonic()
    answers = [server.need("get", "hello") for _ in range(5)]
    assert time.monotonic() - started < 2
    assert answers[0]["busy"] >= 1
    server.need("delete", f"runs/{job['id']}")
    server.need("delete", f"runs/{job['id']}")
    assert _wait(server, job["id"])["job"]["state"] == "cancelled"


def test_check_and_targets_answer_as_the_command_line_does(server: KitServer) -> None:
    report = server.need("post", "check", {"paths": ["churn.ipynb"]})
    need("Report", report)
    assert report["checked"] == 1
    targets = server.need("get", "targets")
    need("Targets", targets)
    assert [one["airflow"] for one in targets["targets"] if one["newest"]] == ["3.3.1"]


def test_values_and_card_of_a_run_come_from_its_record(
    server: KitServer, finished: tuple[Any, list[dict[str, Any]]]
) -> None:
    job, _ = finished
    listed = server.need("get", f"runs/{job['id']}/values")
    need("Values", listed)
    assert ("load", "return_value") in [(one["task_id"], one["key"]) for one in listed["values"]]
    value = server.need("get", f"runs/{job['id']}/value?task_id=load")
    need("Value", value)
    compare("value", value)
    assert value["preview"] == {
        "kind": "table",
        "columns": ["id", "spend"],
        "rows": [["0", "0"], ["1", "10"], ["2", "20"]],
        "about": "3 rows, 2 columns",
    }
    card = server.need("get", f"runs/{job['id']}/card")
    need("Card", card)
    assert "churn" in card["html"]
    absent = server.ask("get", f"runs/{job['id']}/value?task_id=load&key=nothing")
    assert (absent.status, absent.body["error"]["name"]) == (404, "MissingInputError")


def test_a_run_that_this_server_did_not_start_is_read_from_the_record_beside_the_notebook(
    server: KitServer, finished: tuple[Any, list[dict[str, Any]]]
) -> None:
    job, _ = finished
    run_id = server.need("get", f"runs/{job['id']}")["job"]["run_id"]
    recorded = server.need("get", "runs/recorded?path=churn.ipynb&dag_id=churn")
    need("RecordedRuns", recorded)
    assert run_id in [one["run_id"] for one in recorded["runs"]]
    detail = server.need("get", f"runs/{quote(run_id, safe='')}?path=churn.ipynb&events=3")
    need("RunDetail", detail)
    assert {one["state"] for one in detail["task_instances"]} == {"success"}
    assert detail["events"][-1]["event"]["event"] == "run_finished"
    absent = server.ask("get", "runs/manual__2020-01-01/values?path=churn.ipynb")
    assert (absent.status, absent.body["error"]["name"]) == (404, "UnknownRunError")


def test_tasks_are_stubbed_and_chosen_by_the_names_of_the_verb(server: KitServer) -> None:
    detail = _wait(server, _start(server, "churn.ipynb", stubs={"load": [{"spend": 70}]}, fresh=True)["id"])
    values = {one["task_id"]: one.get("value") for one in detail["xcoms"]}
    assert (detail["job"]["state"], values["score"]) == ("success", 7.0)
    detail = _wait(server, _start(server, "churn.ipynb", stub_states={"load": "failed"}, fresh=True)["id"])
    assert [one["state"] for one in detail["task_instances"]] == ["failed", "upstream_failed", "upstream_failed"]
    detail = _wait(server, _start(server, "churn.ipynb", tasks=["load"])["id"])
    assert [one["task_id"] for one in detail["task_instances"]] == ["load"]


@pytest.mark.parametrize("name", ["record", "replay", "listen", "source"])
def test_a_page_can_neither_name_files_nor_functions(server: KitServer, name: str) -> None:
    detail = _wait(server, _start(server, "churn.ipynb", options={name: "/tmp/x"})["id"])
    assert detail["job"]["error"]["message"] == f"run has no option {name!r} in this version of mwaa-kit"
