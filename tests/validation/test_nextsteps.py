"""What a failed task needs next is said for what a newcomer meets first, in the words of Airflow 2 and 3."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime

import pytest

from mwaa_kit.magics.showing import run_text
from mwaa_kit.model.nextsteps import next_step
from mwaa_kit.model.run import DagRun, TaskInstance, TaskStateChanged

CONNECTION = "write into mwaa-kit.local.toml beside the notebook, under [connections]: "
VARIABLE = "write into mwaa-kit.local.toml beside the notebook, under [variables]: "


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            "airflow.sdk.exceptions.AirflowNotFoundException: The conn_id `fs_default` isn't defined",
            f'{CONNECTION}fs_default = "type://host"',
        ),
        (
            "airflow.exceptions.AirflowNotFoundException: The conn_id `my db` isn't defined",
            f'{CONNECTION}"my db" = "type://host"',
        ),
        ("KeyError: 'Variable thresh does not exist'", f'{VARIABLE}thresh = "value"'),
        (
            "airflow.sdk.exceptions.AirflowRuntimeError: VARIABLE_NOT_FOUND: {'message': 'Variable a.b not found'}",
            f'{VARIABLE}"a.b" = "value"',
        ),
        (
            "airflow.sdk.exceptions.AirflowRuntimeError: VARIABLE_NOT_FOUND: {'message': \"no Variable 'thresh'\"}",
            f'{VARIABLE}thresh = "value"',
        ),
        (
            "TypeError: cannot serialize object of type <class 'builtins.object'>",
            (
                "task 'load' returned an object, which Airflow cannot hand to another task. "
                "Return a list, a dict, a number or a text; write anything else to S3 and return its address."
            ),
        ),
        (
            "ModuleNotFoundError: No module named 'pandas.core' (cell 2, line 1)",
            (
                "if 'pandas' is a package, install it where the task ran (for a target: mwaa-kit target add VERSION "
                "-r requirements.txt); if it is a file of yours, put it beside the notebook"
            ),
        ),
        ("ModuleNotFoundError: No module named 'airflow.sdk'", ""),
        ("ValueError: no such column", ""),
    ],
)
def test_the_next_step_is_said(error: str, said: str) -> None:
    assert next_step("load", error) == said


@pytest.mark.parametrize("name", ["plain", "with space", 'a"b', "back\\slash", "ü"])
def test_what_is_to_be_written_is_toml_and_names_the_connection(name: str) -> None:
    line = next_step("a", f"The conn_id `{name}` isn't defined").removeprefix(CONNECTION)
    assert tomllib.loads(line) == {name: "type://host"}


MISSING = "KeyError: 'Variable thresh does not exist'"
SAID = f'{VARIABLE}thresh = "value"'


@pytest.mark.parametrize(("state", "hint"), [("failed", SAID), ("up_for_retry", SAID), ("skipped", None)])
def test_an_event_says_it_where_a_try_ended_in_an_error_and_has_no_such_key_elsewhere(
    state: str, hint: str | None
) -> None:
    event = TaskStateChanged(datetime(2026, 1, 1, tzinfo=UTC), "load", -1, 1, state, MISSING)
    assert json.loads(json.dumps(event.to_dict())) == {
        "event": "task_state",
        "at": "2026-01-01T00:00:00+00:00",
        "task_id": "load",
        "map_index": -1,
        "try_number": 1,
        "state": state,
        "reason": MISSING,
        "until": None,
        "duration_seconds": None,
        **({"hint": hint} if hint else {}),
    }


def test_a_run_says_it_once_however_many_instances_failed_of_it() -> None:
    instances = tuple(TaskInstance("load", index, "failed", 1, MISSING) for index in range(2))
    run = DagRun("etl", "r1", "failed", task_instances=(*instances, TaskInstance("done", -1, "success", 1)))
    assert [one["hint"] for one in run.to_dict()["task_instances"]] == [SAID, SAID, ""]
    assert run_text(run) == (
        "DagRun etl: failed\n"
        f"  load[0]  failed  {MISSING}\n"
        f"  load[1]  failed  {MISSING}\n"
        "  done     success\n"
        f"  next: {SAID}"
    )
