"""What a failed task needs next is said for what a newcomer meets first, in the words of Airflow 2 and 3."""

from __future__ import annotations

import tomllib

import pytest

from mwaa_kit.model.nextsteps import next_step

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
        ("ValueError: no such column", ""),
    ],
)
def test_the_next_step_is_said(error: str, said: str) -> None:
    assert next_step("load", error) == said


@pytest.mark.parametrize("name", ["plain", "with space", 'a"b', "back\\slash", "ü"])
def test_what_is_to_be_written_is_toml_and_names_the_connection(name: str) -> None:
    line = next_step("a", f"The conn_id `{name}` isn't defined").removeprefix(CONNECTION)
    assert tomllib.loads(line) == {name: "type://host"}
