"""What the forms of the page ask for: environments, schedules, templates, the practice MWAA."""

from __future__ import annotations

from pathlib import Path

import pytest
from support_server import KitServer

from mwaa_kit.server.contract import need


def test_environments_come_from_the_settings_and_no_credential_with_them(server: KitServer) -> None:
    settings = server.folder / "mwaa-kit.toml"
    settings.write_text('[environments.team]\nmwaa = "team-prod"\nprofile = "analytics"\nregion = "eu-west-1"\n')
    answer = server.need("get", "environments?path=churn.ipynb")
    settings.unlink()
    need("Environments", answer)
    assert [(one["name"], one["from"], one["status"], one["profile"]) for one in answer["environments"]] == [
        ("practice", "practice", "STOPPED", None),
        ("team", "settings", None, "analytics"),
    ]
    assert answer["profiles"] == ["analytics", "default"]
    assert "AKIA" not in str(answer)


def test_the_practice_mwaa_says_that_it_is_stopped(server: KitServer) -> None:
    one = server.need("get", "environments/practice")
    need("Environment", one)
    status = server.need("get", "practice")
    need("Practice", status)
    assert (one["status"], status["environments"]) == ("STOPPED", [])
    planned = server.ask("post", "plan", {"path": "churn.ipynb", "env": "practice"})
    assert (planned.status, planned.body["error"]["name"]) == (503, "PracticeError")


def test_the_next_runs_are_told_in_the_zone_of_the_reader(server: KitServer) -> None:
    query = "expression=0+6+*+*+*&zone=Europe/Berlin&count=3&after=2026-03-28T12:00:00%2B00:00"
    answer = server.need("get", f"schedule?{query}")
    need("Schedule", answer)
    assert (answer["summary"], [one["run_after"] for one in answer["runs"]]) == (
        "At 06:00",
        ["2026-03-29T08:00:00+02:00", "2026-03-30T08:00:00+02:00", "2026-03-31T08:00:00+02:00"],
    )


@pytest.mark.parametrize("expression", ["61+*+*+*+*", "open('x')", "f(1)", "CronTriggerTimetable(x)"])
def test_a_schedule_that_airflow_does_not_know_is_refused_and_nothing_is_run(
    server: KitServer, expression: str
) -> None:
    answer = server.ask("get", f"schedule?expression={expression}")
    assert (answer.status, answer.body["error"]["name"]) == (400, "WrongUsageError")


def test_templates_are_notebooks_that_the_page_saves_where_it_likes(server: KitServer) -> None:
    listed = server.need("get", "templates")
    need("Templates", listed)
    name = listed["templates"][0]["name"]
    template = server.need("get", f"templates/{name}")
    need("Template", template)
    assert template["notebook"]["cells"][3]["source"].startswith("#| task: load")
    assert server.ask("get", "templates/nothing").status == 404
    assert not (Path(server.folder) / template["file_name"]).exists()


def test_the_tutorials_are_copied_into_a_folder_of_the_server_and_never_over_what_is_there(server: KitServer) -> None:
    copied = server.need("post", "tutorials", {"path": "learning/first"})
    need("Tutorials", copied)
    assert (copied["folder"], copied["start"], copied["kept"]) == (
        "learning/first",
        "learning/first/00_start_here.ipynb",
        [],
    )
    assert sorted(copied["written"]) == sorted(path.name for path in (server.folder / "learning" / "first").iterdir())
    mine = server.folder / copied["start"]
    mine.write_text("mine")
    again = server.need("post", "tutorials", {"path": "learning/first"})
    assert (again["written"], again["kept"], mine.read_text()) == ([], copied["written"], "mine")
    for path in ("../out", "/tmp/out", ".hidden"):
        assert server.ask("post", "tutorials", {"path": path}).status in (403, 404)
    assert server.ask("post", "tutorials", {"path": "churn.ipynb"}).body["error"]["name"] == "WrongUsageError"
