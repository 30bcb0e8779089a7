"""The Dag panel when a publish is not the usual one: a slow answer, a colleague's release, a copy nobody knows."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Route, expect
from support_panel import HEAD, PATIENCE, DagPage, Lab, dag

from mwaa_kit.verbs.publishing import publish


def _plan_of(window: DagPage) -> Locator:
    dialog = window.page.get_by_role("dialog")
    dialog.get_by_text("Publish to practice").wait_for(timeout=PATIENCE)
    return dialog


def test_a_click_is_seen_as_heard_before_a_slow_server_answers_and_a_second_is_none(window: DagPage) -> None:
    asked: list[str] = []

    def answer_late(route: Route) -> None:
        if route.request.method == "POST":
            asked.append(route.request.url.rpartition("/")[2].partition("?")[0])
            time.sleep(1.5)
        route.continue_()

    window.open(window.lab.write("slow_server.ipynb", HEAD, "#| task: only\nprint(1)", dag("slow_server")))
    expect(window.task("only")).to_be_visible(timeout=PATIENCE)
    window.page.route(re.compile(r"/mwaa-kit/(runs|plan)\b"), answer_late)
    run = window.badge("#| task: only").get_by_role("button", name="Run task")
    run.dblclick()
    expect(window.line).to_contain_text("Starting the run…")
    expect(run).to_be_disabled()
    expect(window.panel.locator('[data-command="mwaa-kit:run-dag"]')).to_have_attribute("aria-disabled", "true")
    window.expect_run("success", "1 of 1 tasks")
    window.do("publish")
    tab = window.panel.get_by_role("tabpanel", name="Publish")
    expect(tab.get_by_role("status").first).to_have_text("Planning…")
    expect(tab.get_by_role("button", name="Publish", exact=True)).to_be_disabled()
    expect(tab).to_contain_text("Live since", timeout=2 * PATIENCE)
    assert asked == ["runs", "plan"]


def test_a_colleagues_release_is_named_and_replaced_only_knowingly(
    window: DagPage, practice: object, axe: Path
) -> None:
    task = "#| task: load\nrows = [1]"
    mine = window.lab.folder / window.lab.write("shared_work.ipynb", HEAD, task, dag("shared_work"))
    theirs = window.lab.folder / "theirs"
    theirs.mkdir()
    publish(str(mine), env="practice", wait_seconds=0)
    shutil.copy(mine, theirs)
    shutil.copytree(window.lab.folder / ".mwaa-kit", theirs / ".mwaa-kit")
    Lab("", theirs).write("shared_work.ipynb", HEAD, task, "#| task: theirs\nprint(rows)", dag("shared_work"))
    publish(str(theirs / "shared_work.ipynb"), env="practice", wait_seconds=0)

    window.open(mine.name)
    window.retype("#| task: load", "#| task: load\nrows = [1, 2, 3]")
    window.do("publish")
    plan = _plan_of(window)
    expect(plan.get_by_role("alert")).to_contain_text(re.compile(r"^dags/shared_work\.py was written at .* by .*;"))
    expect(plan.get_by_role("alert")).to_contain_text("was published since this folder published")
    expect(plan).to_contain_text(re.compile("It replaces release [0-9a-f]{12}, published"))
    assert window.serious(axe, ".jp-Dialog-content") == []
    plan.get_by_role("button", name="Publish anyway").click()
    tab = window.panel.get_by_role("tabpanel", name="Publish")
    expect(tab.locator(".jp-MwaaKit-progress .jp-MwaaKit-state")).to_have_text("success", timeout=2 * PATIENCE)
    expect(tab).to_contain_text("Live since")


def test_a_copy_that_mwaa_kit_did_not_write_is_not_offered_for_overwriting(
    window: DagPage, practice: Any, s3: Any, axe: Path
) -> None:
    key = f"{practice.dag_s3_path}/by_hand.py"
    s3.put_object(Bucket=practice.bucket, Key=key, Body=b"# written by hand\n")
    window.open(window.lab.write("by_hand.ipynb", HEAD, "#| task: load\nrows = [1]", dag("by_hand")))
    window.choose_theme("Dark")
    expect(window.task("load")).to_be_visible(timeout=PATIENCE)
    window.do("publish")
    plan = _plan_of(window)
    expect(plan.get_by_role("alert")).to_contain_text(
        "mwaa-kit has not published it before. mwaa-kit does not overwrite"
    )
    assert window.serious(axe, ".jp-Dialog-content") == []
    assert plan.get_by_role("button").all_inner_texts() == ["Close"]
    plan.get_by_role("button", name="Close").click()
    assert s3.get_object(Bucket=practice.bucket, Key=key)["Body"].read() == b"# written by hand\n"
