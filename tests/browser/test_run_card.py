"""The run card in a real browser: it loads nothing, complains of nothing, and answers to links and keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from mwaa_kit.verbs.running import run
from mwaa_kit.verbs.watching import card

Open = Callable[[], Page]

DAG = """
from datetime import date
from airflow.sdk import dag, task
@dag(schedule=None, params={"n": 30, "api_token": "s3cret"})
def shop():
    @task
    def load(params=None):
        print("</pre><script>alert('log')</script>")
        return [{"id": i, "name": "<script>alert(1)</script>"} for i in range(params["n"])]
    @task
    def frame(rows):
        import pandas as pd
        return pd.DataFrame(rows)
    @task
    def day():
        return date(2026, 1, 2)
    @task
    def broken(rows):
        raise ValueError("<img src=x onerror=alert(2)>")
    @task
    def after(x):
        return x
    rows = load()
    frame(rows)
    day()
    after(broken(rows))
shop()
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The card of a run with hostile names, rows, a frame, a failure."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "shop.py").write_text(DAG)
    return Path(run(str(folder / "shop.py")).card().save(folder / "card.html"))


@pytest.fixture
def page(browser: Browser, path: Path) -> Iterator[Page]:
    """The card, opened; whatever it complains about, or asks for, fails the test."""
    context = browser.new_context(viewport={"width": 1200, "height": 800})
    complaints: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.on("request", lambda request: None if "card.html" in request.url else complaints.append(request.url))
    page.goto(path.as_uri())
    yield page
    context.close()
    assert complaints == []


def task(page: Page, name: str) -> str:
    """Return the selector of a task's details."""
    return f'.rc-task[data-task="{name}"]'


def test_a_failure_is_told_first_and_its_link_opens_the_task(page: Page) -> None:
    expect(page.locator(".rc-verdict")).to_have_text("failed")
    page.locator(".rc-failures a", has_text="broken").click()
    expect(page.locator(task(page, "broken"))).to_have_attribute("open", "")
    expect(page.locator(f"{task(page, 'broken')} .rc-log")).to_contain_text("ValueError: <img src=x onerror=alert(2)>")


def test_rows_and_frames_are_tables_and_other_values_are_in_their_own_words(page: Page) -> None:
    page.locator("[data-rc=open]").click()
    tables = page.locator(f"{task(page, 'load')} table, {task(page, 'frame')} table")
    assert [tables.nth(i).locator("tbody tr").count() for i in range(tables.count())] == [20, 20]
    expect(page.locator(f"{task(page, 'load')} .rc-value p")).to_have_text("30 rows, 2 columns, the first 20 shown")
    expect(page.locator(f"{task(page, 'day')} pre.rc-value")).to_have_text("datetime.date(2026, 1, 2)")
    expect(page.locator("#run td", has_text="***")).to_have_count(1)


def test_a_task_of_the_graph_leads_to_what_it_wrote(page: Page) -> None:
    page.locator('.mk-task[data-task-id="load"]').click()
    page.locator(".mk-details .rc-go").click()
    expect(page.locator(f"{task(page, 'load')} .rc-log")).to_contain_text("</pre><script>alert('log')</script>")
    assert page.evaluate("document.activeElement.parentElement.dataset.task") == "load"


def test_the_timeline_marks_the_critical_path_and_its_links_work_by_keyboard(page: Page) -> None:
    expect(page.locator(".rc-gantt .rc-critical th").first).to_contain_text("load")
    page.locator(".rc-gantt a", has_text="day").focus()
    page.keyboard.press("Enter")
    expect(page.locator(task(page, "day"))).to_have_attribute("open", "")
    page.keyboard.press("Enter")
    expect(page.locator(task(page, "day"))).not_to_have_attribute("open", "")


def test_the_wheel_scrolls_the_page_over_the_graph(page: Page) -> None:
    page.mouse.move(600, 420)
    page.mouse.wheel(0, 300)
    page.wait_for_function("scrollY > 0")


def test_a_search_leaves_the_tasks_that_are_meant(page: Page) -> None:
    page.locator(".rc-find").fill("AF")
    expect(page.locator(".rc-task:visible")).to_have_count(1)
    expect(page.locator(".rc-tools output")).to_have_text("1 of 5")


def test_nothing_is_wider_than_a_narrow_screen(page: Page) -> None:
    page.set_viewport_size({"width": 380, "height": 700})
    page.locator("[data-rc=open]").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 380


def test_the_card_of_the_record_is_the_same_but_for_values_that_are_not_json(page: Page, path: Path) -> None:
    again = card(str(path.parent)).html
    assert again.count("<tr") < path.read_text(encoding="utf-8").count("<tr")
    page.set_content(again)
    page.locator("[data-rc=open]").click()
    expect(page.locator(f"{task(page, 'frame')}")).to_contain_text("not JSON")


def test_within_jupyterlab_it_is_as_dark_as_that_whatever_the_system_prefers(browser: Browser, path: Path) -> None:
    grounds = {}
    for light in ("true", "false"):
        card = path.with_name(f"light-{light}.html")
        card.write_text(path.read_text("utf-8").replace("<html ", f'<html data-jp-theme-light="{light}" '), "utf-8")
        context = browser.new_context(color_scheme="dark" if light == "true" else "light")
        page = context.new_page()
        page.goto(card.as_uri())
        ground = "getComputedStyle(document.body).backgroundColor"
        box = "getComputedStyle(document.querySelector('.mk-box')).fill"
        grounds[light] = (page.evaluate(ground), page.evaluate(box))
        context.close()
    assert grounds == {
        "true": ("rgb(255, 255, 255)", "rgb(255, 255, 255)"),
        "false": ("rgb(15, 19, 24)", "rgb(27, 33, 42)"),
    }
