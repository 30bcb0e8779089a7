"""The page of ``draw --format html``, driven as a reader would."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from mwaa_kit.drawing.html import to_html
from mwaa_kit.drawing.picture import Picture, picture_of
from mwaa_kit.model.module import DagModule, EdgeReason, TaskAnchor
from mwaa_kit.model.spec import DagSpec, TaskSpec

Open = Callable[..., Page]
REASON = "'rows' written in cell 4 line 1, read in cell 5 line 2"
HOSTILE = ("<img src=x onerror=alert(1)>", "</script><script>alert(1)</script>", "a\"b'c&amp;d", "new\nline", "x" * 250)


def churn() -> Picture:
    """Five tasks of a notebook: ``load`` leads to ``clean`` and ``audit``, both to ``score``, that to ``report``."""
    upstream = {"load": (), "clean": ("load",), "audit": ("load",), "score": ("clean", "audit"), "report": ("score",)}
    dag = DagSpec("churn", tuple(TaskSpec(name, "@task", upstream=up) for name, up in upstream.items()))
    anchors = tuple(TaskAnchor("churn", name, cell) for cell, name in enumerate(upstream, 4))
    reasons = (EdgeReason("churn", "load", "clean", ("rows",), REASON),)
    module = DagModule("churn.ipynb", "churn.py", "3.3.1", "", ("churn",), tasks=anchors, edges=reasons)
    return picture_of(dag, module)


def chain(names: tuple[str, ...]) -> Picture:
    """Tasks that wait for one another in a row."""
    tasks = (TaskSpec(name, "@task", upstream=names[max(0, i - 1) : i]) for i, name in enumerate(names))
    return picture_of(DagSpec("chain", tuple(tasks)))


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Open pictures as a page; whatever the page complains about in its console fails the test."""
    context = browser.new_context(viewport={"width": 1200, "height": 700})
    complaints: list[str] = []

    def open_(*pictures: Picture) -> Page:
        path = tmp_path / "dag.html"
        path.write_text(to_html(pictures), encoding="utf-8")
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("request", lambda request: complaints.append(request.url) if "dag.html" not in request.url else None)
        page.goto(path.as_uri())
        return page

    yield open_
    context.close()
    assert complaints == []


def selected(page: Page) -> str | None:
    """Return the task_id of the selected task."""
    marked = page.locator(".mk-task.mk-selected")
    return marked.get_attribute("data-task-id") if marked.count() else None


def view_box(page: Page) -> list[float]:
    """Return what part of the drawing is seen."""
    return [float(v) for v in (page.locator(".mk-view > svg").get_attribute("viewBox") or "").split()]


def test_a_click_on_a_task_shows_its_cell_and_why_it_waits(open_page: Open) -> None:
    page = open_page(churn())
    page.locator('.mk-task[data-task-id="clean"]').click()
    details = page.locator(".mk-details")
    expect(details).to_be_visible()
    expect(details.locator("h2")).to_have_text("clean")
    expect(details).to_contain_text("Cell5")
    expect(details.locator("li").first).to_have_text(f"load{REASON}")
    expect(page.locator(".mk-edge.mk-near")).to_have_count(2)


def test_a_click_on_a_neighbour_in_the_details_goes_there(open_page: Open) -> None:
    page = open_page(churn())
    page.locator('.mk-task[data-task-id="clean"]').click()
    page.locator(".mk-details button", has_text="score").click()
    assert selected(page) == "score"


def test_arrow_keys_follow_the_edges_and_escape_lets_go(open_page: Open) -> None:
    page = open_page(churn())
    page.keyboard.press("/")
    for _ in range(4):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.taskId") == "load"
    walked = []
    for key in ("ArrowRight", "ArrowDown", "ArrowUp", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft"):
        page.keyboard.press(key)
        walked.append(selected(page))
    page.keyboard.press("Escape")
    assert walked == ["clean", "audit", "clean", "score", "report", "report", "score"]
    assert selected(page) is None
    expect(page.locator(".mk-details")).to_be_hidden()


def test_search_dims_what_it_does_not_find_and_enter_goes_on(open_page: Open) -> None:
    page = open_page(churn())
    page.keyboard.press("/")
    page.keyboard.type("r")
    expect(page.locator(".mk-found")).to_have_text("2 of 5")
    dimmed = page.locator(".mk-task.mk-dim")
    assert [dimmed.nth(i).get_attribute("data-task-id") for i in range(dimmed.count())] == ["load", "clean", "audit"]
    page.keyboard.press("Enter")
    first = selected(page)
    page.keyboard.press("Enter")
    assert (first, selected(page)) == ("score", "report")
    page.keyboard.press("Escape")
    expect(page.locator(".mk-task.mk-dim")).to_have_count(0)


def test_the_wheel_zooms_the_drag_pans_and_fit_brings_all_back(open_page: Open) -> None:
    page = open_page(churn())
    whole = view_box(page)
    page.mouse.move(600, 300)
    page.mouse.wheel(0, -300)
    page.wait_for_function(
        "before => document.querySelector('.mk-view > svg').viewBox.baseVal.width < before", arg=whole[2]
    )
    nearer = view_box(page)
    page.mouse.move(600, 120)
    page.mouse.down()
    page.mouse.move(500, 170, steps=4)
    page.mouse.up()
    moved = view_box(page)
    page.locator('[data-do="fit"]').click()
    assert nearer[2] < whole[2]
    assert moved[0] > nearer[0]
    assert moved[1] < nearer[1]
    assert moved[2:] == nearer[2:]
    assert view_box(page) == whole
    assert selected(page) is None


def test_the_table_leads_to_the_tasks(open_page: Open) -> None:
    page = open_page(churn())
    page.locator("summary").click()
    expect(page.locator("tbody tr")).to_have_count(5)
    page.locator("tbody a", has_text="score").click()
    assert selected(page) == "score"


def test_hostile_names_are_only_letters(open_page: Open) -> None:
    page = open_page(chain(HOSTILE))
    shown = []
    for index in range(len(HOSTILE)):
        page.locator(".mk-task").nth(index).focus()
        page.keyboard.press("Enter")
        shown.append(page.locator(".mk-details h2").inner_text())
    assert shown == [name.replace("\n", " ") for name in HOSTILE]
    assert page.locator("img").count() == 0


def test_several_dags_have_a_view_each_and_an_empty_one_says_so(open_page: Open) -> None:
    page = open_page(churn(), picture_of(DagSpec("nothing")))
    expect(page.locator(".mk-index a")).to_have_text(["churn", "nothing"])
    expect(page.locator("#d1 .mk-view")).to_contain_text("This Dag has no tasks.")
    page.locator("#d0 .mk-task").first.click()
    expect(page.locator("#d0 .mk-details")).to_be_visible()
    expect(page.locator("#d1 .mk-details")).to_be_hidden()


def test_the_words_on_a_box_stay_within_it(open_page: Open) -> None:
    names = ("WWWWWWWWWWWWWWWWW_MMMMMMM", "illi", "extract_customers_from_the_warehouse", "==>>##@@%%", "Ünïcödé_ÄÖÜ")
    page = open_page(chain((*names, *HOSTILE)))
    outside = page.evaluate(
        """() => [...document.querySelectorAll('.mk-task')].flatMap(task => {
            const box = task.querySelector('.mk-box').getBoundingClientRect();
            return [...task.querySelectorAll('text')]
                .filter(text => text.getBoundingClientRect().right > box.right)
                .map(text => text.textContent);
        })"""
    )
    assert outside == []
