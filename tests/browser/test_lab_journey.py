"""The whole journey in JupyterLab: a new notebook, its Dag run, mended, checked, published and seen to be live.

Real JupyterLab, real Chromium, real Airflow tasks, the practice MWAA. The harness is the one of the other browser tests
(Playwright for Python) and not galata, which is Playwright for Node: same browser and same page, but one junit file, one
set of fixtures, and the practice MWAA of the session.
"""

from __future__ import annotations

from playwright.sync_api import expect
from support_panel import PATIENCE, DagPage


def test_a_new_notebook_is_run_mended_resumed_checked_published_and_live(window: DagPage) -> None:
    _begin_from_the_template(window)
    _type_a_name_and_see_the_edge(window)
    _run_and_see_the_states(window)
    _break_a_cell_and_see_where(window)
    _mend_and_resume_only_what_must_run(window)
    _check(window)
    _publish_and_wait_until_live(window)
    _edit_and_see_the_change_in_the_plan(window)


def _begin_from_the_template(window: DagPage) -> None:
    page = window.page
    page.goto(window.lab.tree.replace("/tree/{}", ""))
    page.locator('.jp-LauncherCard[data-category="Dag"]', has_text="Cells as tasks").click(timeout=PATIENCE)
    expect(window.panel.locator(".mk-task")).to_have_count(3, timeout=PATIENCE)
    assert window.edges() == {("load", "features"), ("load", "report"), ("features", "report")}
    expect(window.badge("#| task: features")).to_contain_text("rows → shares")


def _type_a_name_and_see_the_edge(window: DagPage) -> None:
    window.retype("rows[:2]", "#| task: largest\nprint(max(row['spend'] for row in rows))")
    expect(window.task("largest")).to_be_visible()
    assert ("load", "largest") in window.edges()


def _run_and_see_the_states(window: DagPage) -> None:
    window.do("run-dag")
    window.expect_run("success", "4 of 4 tasks")
    assert window.states() == dict.fromkeys(("load", "largest", "features", "report"), "success")
    expect(window.badge("#| task: load").locator(".jp-MwaaKit-state")).to_have_text("success")


def _break_a_cell_and_see_where(window: DagPage) -> None:
    window.retype("#| task: report", "#| task: report\ntotal = len(rows)\nprint(total / (total - len(rows)))")
    window.do("run-dag")
    window.expect_run("failed")
    assert window.states() == {"load": "success", "largest": "success", "features": "success", "report": "failed"}
    badge = window.badge("#| task: report")
    expect(badge.locator(".jp-MwaaKit-state")).to_have_text("failed")
    expect(badge).to_contain_text("ZeroDivisionError")
    expect(window.cell("#| task: report").locator(".cm-line.jp-MwaaKit-failedLine")).to_have_text(
        "print(total / (total - len(rows)))"
    )


def _mend_and_resume_only_what_must_run(window: DagPage) -> None:
    window.retype("#| task: report", "#| task: report\nprint(len(rows), max(shares))")
    window.do("resume-run")
    window.expect_run("success", "4 of 4 tasks")
    expect(window.badge("#| task: load")).to_contain_text("reused")
    expect(window.badge("#| task: features")).to_contain_text("reused")
    expect(window.badge("#| task: report")).not_to_contain_text("reused")
    expect(window.cell("#| task: report").locator(".jp-MwaaKit-failedLine")).to_have_count(0)


def _check(window: DagPage) -> None:
    window.do("check")
    findings = window.panel.get_by_role("tabpanel", name="Findings")
    expect(findings).to_contain_text("Checked as it was saved.", timeout=PATIENCE)
    expect(findings).to_contain_text("Nothing to mend.")


def _publish_and_wait_until_live(window: DagPage) -> None:
    window.do("publish")
    publishing = window.panel.get_by_role("tabpanel", name="Publish")
    progress = publishing.locator(".jp-MwaaKit-progress")
    expect(progress.locator(".jp-MwaaKit-state")).to_have_text("success", timeout=2 * PATIENCE)
    expect(publishing).to_contain_text("Live since")


def _edit_and_see_the_change_in_the_plan(window: DagPage) -> None:
    window.retype("#| task: largest", "#| task: smallest\nprint(min(row['spend'] for row in rows))")
    expect(window.task("smallest")).to_be_visible()
    window.tab("Publish").get_by_role("button", name="Show the plan").click()
    plan = window.page.locator(".jp-MwaaKit-plan")
    expect(plan.locator("tr[data-change=changed]").first).to_contain_text("first_dag.py", timeout=PATIENCE)
    expect(plan).to_contain_text("added: smallest")
    expect(plan).to_contain_text("removed: largest")
    window.page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    window.page.get_by_role("menuitem", name="Dag", exact=True).click()
    menu = window.page.locator(".lm-Menu")
    expect(menu.get_by_role("menuitem", name="Start the Practice MWAA")).to_have_attribute("aria-disabled", "true")
    expect(menu.get_by_role("menuitem", name="Stop the Practice MWAA")).not_to_have_attribute("aria-disabled", "true")
    window.page.keyboard.press("Escape")
