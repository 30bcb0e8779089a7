"""The live graph of ``extensions/graph`` on its demo page, driven as a user would: with the pointer, and without one."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "drawing" / "golden"
REASON = "'rows' written in cell 4 line 1, read in cell 5 line 2"
Show = Callable[[dict[str, Any]], Page]


def dag(name: str) -> dict[str, Any]:
    """Return a Dag as ``draw --format json`` gives it."""
    document: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))["dags"][0]
    return document


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo page with its script built from these sources."""
    spec = importlib.util.spec_from_file_location("build_extensions", ROOT / "scripts" / "build_extensions.py")
    assert spec is not None and spec.loader is not None
    extensions = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = extensions
    spec.loader.exec_module(extensions)
    folder = tmp_path_factory.mktemp("demo")
    shutil.copy(ROOT / "extensions" / "graph" / "demo" / "index.html", folder)
    extensions.bundle("demo/demo.ts", folder / "demo.js")
    return folder / "index.html"


@pytest.fixture(scope="module")
def opened(browser: Browser, demo: Path) -> Iterator[tuple[Page, list[str]]]:
    """The demo page, opened once, with what it complained about."""
    context = browser.new_context(viewport={"width": 1200, "height": 700})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.goto(demo.as_uri())
    yield page, complaints
    context.close()


@pytest.fixture
def show(opened: tuple[Page, list[str]]) -> Iterator[Show]:
    """Show a Dag in a fresh view; whatever the page complains about in its console fails the test."""
    page, complaints = opened
    page.set_viewport_size({"width": 1200, "height": 700})

    def show_(document: dict[str, Any]) -> Page:
        page.mouse.move(0, 0)
        page.evaluate("document => graph.show(document)", document)
        return page

    yield show_
    assert complaints == []


def box(page: Page, task_id: str) -> Locator:
    """Return the box of a task."""
    return page.locator(".mk-task").filter(has=page.locator(f"xpath=self::*[@data-task-id={json.dumps(task_id)}]"))


def selected(page: Page) -> str | None:
    """Return the selected task."""
    found: str | None = page.evaluate("graph.view.selected")
    return found


def heard(page: Page) -> list[list[str | None]]:
    """Return what the view told so far."""
    told: list[list[str | None]] = page.evaluate("graph.heard")
    return told


def press(page: Page, *keys: str) -> list[str | None]:
    """Press keys; return what was selected after each."""
    found = []
    for key in keys:
        page.keyboard.press(key)
        found.append(selected(page))
    return found


def focus_first(page: Page) -> None:
    """Go to the graph as Tab would."""
    page.locator(".mk-item[tabindex='0']").focus()


def test_a_click_selects_a_task_and_shows_why_it_waits(show: Show) -> None:
    page = show(dag("churn"))
    box(page, "features").click()
    details = page.locator(".mk-details")
    expect(details.locator("h2")).to_have_text("features")
    expect(details.locator("li").first).to_have_text(f"load{REASON}")
    expect(page.locator(".mk-edge.mk-near")).to_have_count(2)
    assert heard(page) == [["select", "features"]]


def test_a_double_click_and_the_button_in_the_details_lead_to_the_cell(show: Show) -> None:
    page = show(dag("churn"))
    box(page, "load").dblclick()
    page.get_by_role("button", name="Go to cell 4").click()
    assert heard(page) == [["select", "load"], ["open", "load"], ["open", "load"]]


def test_the_graph_is_walked_and_opened_without_a_pointer(show: Show) -> None:
    page = show(dag("churn"))
    focus_first(page)
    walked = press(page, "Space", "ArrowRight", "ArrowRight", "ArrowRight", "End", "Home", "Escape", "ArrowRight")
    page.keyboard.press("Enter")
    assert walked == ["wait", "load", "features", "train", "score", "wait", None, "load"]
    assert heard(page)[-1] == ["open", "load"]
    assert page.evaluate("document.activeElement.parentElement.dataset.taskId") == "load"
    expect(page.locator(".mk-item[tabindex='0']")).to_have_count(1)


def test_a_screen_reader_hears_the_state_and_the_neighbours(show: Show) -> None:
    page = show(dag("run"))
    tree = page.get_by_role("tree", name="Dag run: 4 tasks, 3 edges")
    names = [node.get_attribute("aria-label") for node in tree.get_by_role("treeitem").all()]
    assert names == [
        "task one, success, @task, 0 upstream, 2 downstream",
        "task two, failed, @task, 1 upstream, 1 downstream",
        "task three, brand_new, @task, 1 upstream, 0 downstream",
        "task many, 2 failed, 2 running, 8 success, @task, mapped, 1 upstream, 0 downstream",
    ]


def test_states_are_painted_where_they_change_and_the_focus_stays(show: Show) -> None:
    page = show(dag("churn"))
    box(page, "load").click()
    page.evaluate("window.untouched = document.querySelector('[data-task-id=wait] .mk-box')")
    page.evaluate("graph.view.setStates({load: {running: 1}, train: {success: 2, failed: 1, running: 1}})")
    expect(box(page, "load")).to_have_attribute("data-state", "running")
    expect(box(page, "train").locator(".mk-bar")).to_have_count(3)
    expect(box(page, "train")).to_have_text("train [4]@task2/4cell 6")
    expect(page.locator(".mk-legend")).to_have_text("failed 1running 2success 2")
    expect(page.locator(".mk-details")).to_contain_text("Staterunning")
    assert page.evaluate("window.untouched.isConnected")
    assert page.evaluate("document.activeElement.parentElement.dataset.taskId") == "load"


def test_a_state_is_told_by_icon_and_pattern_too(show: Show) -> None:
    page = show(dag("run"))
    looks = page.evaluate(
        """() => [...document.querySelectorAll('.mk-task')].map(task => [
            task.querySelector('.mk-glyph').getAttribute('d'),
            getComputedStyle(task.querySelector('.mk-box')).strokeDasharray,
            getComputedStyle(task.querySelector('.mk-box')).strokeWidth])"""
    )
    assert len({tuple(look) for look in looks[:3]}) == 3


def test_search_dims_what_it_does_not_find_and_enter_goes_on(show: Show) -> None:
    page = show(dag("churn"))
    focus_first(page)
    page.keyboard.press("/")
    page.keyboard.type("tr")
    expect(page.locator(".mk-found")).to_have_text("1 of 5")
    expect(page.locator(".mk-task.mk-dim")).to_have_count(4)
    assert press(page, "Enter") == ["train"]
    page.keyboard.press("Escape")
    expect(page.locator(".mk-task.mk-dim")).to_have_count(0)


def test_a_group_is_closed_by_its_heading_and_opened_by_a_double_click(show: Show) -> None:
    page = show(dag("nested"))
    page.locator('.mk-room[data-group-id="outer"] .mk-close').click(position={"x": 30, "y": 10})
    group = page.get_by_role("treeitem", name="task group outer, 2 tasks")
    expect(group).to_have_attribute("aria-expanded", "false")
    expect(box(page, "outer.a")).to_have_count(0)
    page.locator('.mk-task[data-group-id="outer"]').dblclick()
    expect(box(page, "outer.a")).to_have_count(1)


def test_groups_are_closed_and_opened_by_key(show: Show) -> None:
    page = show(dag("nested"))
    page.evaluate("graph.view.select('outer.a', true)")
    page.keyboard.press("g")
    expect(page.get_by_role("treeitem", name="task group outer")).to_be_focused()
    page.keyboard.press("g")
    assert selected(page) == "outer.a"
    page.get_by_role("button", name="Close groups").click()
    expect(page.locator(".mk-room")).to_have_count(0)
    page.get_by_role("button", name="Open groups").click()
    expect(page.locator(".mk-room")).to_have_count(3)


def test_a_closed_group_shows_the_states_of_all_that_is_in_it(show: Show) -> None:
    page = show(dag("nested"))
    page.evaluate("graph.view.closeGroups(true)")
    page.evaluate("graph.view.setStates({'outer.a': {success: 1}, 'outer.inner.b': {failed: 1, success: 2}})")
    group = page.get_by_role("treeitem", name="task group outer, 1 failed, 3 success, 2 tasks")
    expect(group).to_have_count(1)
    expect(page.locator('.mk-task[data-group-id="outer"]')).to_have_attribute("data-state", "failed")


def test_another_document_keeps_camera_selection_and_closed_groups(show: Show) -> None:
    page = show(dag("nested"))
    page.evaluate("graph.view.closeGroups(true, ['outer'])")
    page.evaluate("graph.view.select('end')")
    page.evaluate("graph.view.zoom(1.5)")
    focus_first(page)
    before = box(page, "end").bounding_box()
    changed = dag("nested")
    changed["tasks"].insert(0, changed["tasks"][0] | {"task_id": "before", "label": "before"})
    changed["edges"].append({"upstream": "before", "downstream": "create", "names": [], "reason": ""})
    page.evaluate("document => graph.view.update(document)", changed)
    after = box(page, "end").bounding_box()
    assert before is not None and after is not None
    assert (round(before["x"]), round(before["y"])) == (round(after["x"]), round(after["y"]))
    assert selected(page) == "end"
    assert page.evaluate("document.activeElement.parentElement.dataset.taskId") == "end"
    expect(page.get_by_role("treeitem", name="task group outer")).to_have_count(1)
    expect(box(page, "before")).to_have_count(1)


def test_an_edge_tells_its_reason_under_the_pointer_and_when_selected(show: Show) -> None:
    page = show(dag("churn"))
    line = page.locator(".mk-edge").filter(
        has=page.locator('xpath=self::*[@data-link=\'["task:load","task:features"]\']')
    )
    place = line.locator(".mk-line").bounding_box()
    assert place is not None
    middle = (place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    page.mouse.move(*middle)
    expect(page.get_by_role("tooltip")).to_have_text(f"load → features: {REASON}")
    page.mouse.click(*middle)
    expect(page.get_by_role("status").last).to_have_text(f"load → features: {REASON}")
    expect(line).to_have_class("mk-edge mk-near")


def test_an_edge_is_drawn_by_dragging_from_a_port(show: Show) -> None:
    page = show(dag("churn"))
    box(page, "wait").hover()
    port = box(page, "wait").locator(".mk-port").bounding_box()
    goal = box(page, "features").bounding_box()
    assert port is not None and goal is not None
    page.mouse.move(port["x"] + 5, port["y"] + 5)
    page.mouse.down()
    page.mouse.move(goal["x"] + 40, goal["y"] + 20, steps=5)
    expect(page.get_by_role("tooltip")).to_have_text("wait → features")
    expect(box(page, "features")).to_have_class("mk-task mk-taskflow mk-target")
    page.mouse.up()
    expect(page.locator(".mk-drawing")).to_have_count(0)
    assert heard(page) == [["connect", "wait", "features"]]


def test_an_edge_is_drawn_by_keys_and_a_cycle_is_refused(show: Show) -> None:
    page = show(dag("churn"))
    focus_first(page)
    for key in ("e", "ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    assert heard(page) == [["select", "wait"], ["connect", "wait", "features"]]
    page.evaluate("graph.view.select('features', true)")
    for key in ("e", "ArrowLeft", "ArrowLeft", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("status").last).to_have_text("features waits for wait already: that would be a cycle.")
    assert len(heard(page)) == 2


def test_an_edge_being_drawn_passes_over_assets(show: Show) -> None:
    page = show(dag("assets"))
    page.evaluate("graph.view.select('clean', true)")
    for key in ("e", "ArrowRight", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    assert heard(page) == [["connect", "clean", "append"]]


def test_the_table_says_the_same_and_leads_to_the_tasks(show: Show) -> None:
    page = show(dag("churn"))
    page.get_by_role("button", name="Table").click()
    rows = page.get_by_role("table", name="Tasks of Dag churn").locator("tbody tr")
    assert rows.nth(2).locator("td").all_inner_texts() == [
        "features",
        "",
        "@task",
        "5",
        "",
        "all_success",
        f"load ({REASON})",
    ]
    page.get_by_role("button", name="score").first.click()
    page.get_by_role("button", name="Table").click()
    assert selected(page) == "score"
    expect(page.get_by_role("tree")).to_be_visible()


def test_five_hundred_tasks_are_one_path_from_afar_and_boxes_near(show: Show) -> None:
    page = show(dag("empty"))
    page.evaluate("graph.random(500)")
    page.evaluate("graph.view.setStates({task_0: {failed: 1}, task_9: {running: 1}})")
    states = [heap.get_attribute("data-state") for heap in page.locator(".mk-heap").all()]
    assert sorted(set(states)) == ["", "failed", "running"]
    assert page.locator("svg.jp-MwaaKit-graph *").count() < 60
    page.evaluate("graph.view.select('task_250')")
    expect(box(page, "task_250")).to_be_visible()
    assert 2 < page.locator(".mk-task").count() < 120
    corner = page.locator(".mk-map").bounding_box()
    assert corner is not None
    assert corner["width"] < 180 and corner["height"] < 120
    before = page.locator("svg.jp-MwaaKit-graph").get_attribute("viewBox")
    page.locator(".mk-map").click(position={"x": 10, "y": 20})
    assert page.locator("svg.jp-MwaaKit-graph").get_attribute("viewBox") != before


def test_a_click_from_afar_finds_the_task(show: Show) -> None:
    page = show(dag("empty"))
    page.evaluate("graph.random(500)")
    page.locator(".mk-item[tabindex='0']").focus()
    press(page, "End", "0")
    page.evaluate("graph.view.select(null)")
    last = box(page, "task_499").bounding_box()
    assert last is not None
    page.mouse.click(last["x"] + last["width"] / 2, last["y"] + last["height"] / 2)
    assert selected(page) == "task_499"


def test_hostile_names_are_only_letters(show: Show) -> None:
    hostile = dag("hostile")
    hostile["tasks"][0]["doc"] = "<img src=x onerror=alert(1)>"
    hostile["edges"][0]["reason"] = "<svg onload=alert(1)>"
    hostile["assets"] = [{"name": "<script>alert(1)</script>", "direction": "in", "task_ids": []}]
    page = show(hostile)
    focus_first(page)
    page.evaluate("graph.view.setStates({'</script><!--': {'<b>': 1}})")
    for _ in hostile["tasks"]:
        press(page, "ArrowRight")
    assert selected(page) == hostile["tasks"][-1]["task_id"]
    page.get_by_role("button", name="Table").click()
    assert page.evaluate("graph.host.querySelectorAll('script, img, b, [onload], [onerror]').length") == 0
    root = ET.fromstring(page.evaluate("graph.view.toSvg()"))
    assert {element.tag.rpartition("}")[2] for element in root.iter()} == {
        "svg",
        "title",
        "rect",
        "g",
        "path",
        "text",
        "circle",
    }
    assert "<script>alert(1)</script>" in "".join(root.itertext())


def test_a_saved_svg_is_whole_and_needs_no_style_sheet(show: Show) -> None:
    page = show(dag("run"))
    page.set_viewport_size({"width": 500, "height": 400})
    root = ET.fromstring(page.evaluate("graph.view.toSvg()"))
    svg = "{http://www.w3.org/2000/svg}"
    words = [text.text for text in root.iter(f"{svg}text")]
    strokes = {rect.get("stroke") for rect in root.iter(f"{svg}rect")}
    assert {"one", "two", "three", "many [12]", "8/12"} <= set(words)
    assert {"rgb(26, 127, 55)", "rgb(196, 32, 43)"} <= strokes
    assert [e for e in root.iter() if {"class", "style", "data-key", "role"} & set(e.keys()) - {"role"}] == []
    page.get_by_role("button", name="SVG").click()
    page.get_by_role("button", name="PNG").click()
    page.wait_for_function("graph.saved.size === 2")
    saved = page.evaluate(
        """Promise.all([...graph.saved].map(async ([name, blob]) => {
            const image = await createImageBitmap(blob).catch(() => ({width: 0}));
            return [name, blob.type, image.width];
        }))"""
    )
    page.evaluate("graph.saved.clear()")
    assert [entry[:2] for entry in saved] == [["run.svg", "image/svg+xml"], ["run.png", "image/png"]]
    assert saved[1][2] == 2 * int(root.get("width", "0"))


def test_an_empty_dag_says_so(show: Show) -> None:
    page = show(dag("empty"))
    expect(page.locator(".mk-canvas")).to_have_text("This Dag has no tasks.")
    expect(page.get_by_role("tree")).to_have_count(0)


def test_a_graph_that_was_hidden_is_whole_when_it_is_shown(show: Show) -> None:
    page = show(dag("empty"))
    page.evaluate(
        "document => { graph.host.hidden = true; graph.show(null); graph.view.update(document); graph.host.hidden = false; }",
        dag("churn"),
    )
    expect(page.locator(".mk-task")).to_have_count(5)
    canvas = page.locator(".mk-canvas").bounding_box()
    boxes = [box.bounding_box() for box in page.locator(".mk-task").all()]
    assert canvas is not None
    assert all(box and box["x"] > 0 and box["x"] + box["width"] < canvas["width"] for box in boxes)


def test_a_disposed_view_hears_nothing_more(show: Show) -> None:
    page = show(dag("churn"))
    page.evaluate("window.node = graph.view.node; graph.view.dispose(); graph.host.append(window.node)")
    box(page, "load").click()
    page.locator(".mk-tools input").fill("load")
    page.evaluate("window.node.remove()")
    assert heard(page) == []
    assert selected(page) is None


def test_in_a_cell_the_traits_drive_the_graph_and_the_graph_tells_the_kernel(show: Show) -> None:
    page = show(dag("empty"))
    page.evaluate(
        """document => {
            graph.view.dispose();
            window.model = graph.widget({document, states: {wait: {success: 1}}, height: 300});
            window.end = graph.embed.render({model: window.model, el: graph.host});
        }""",
        dag("churn"),
    )
    expect(box(page, "wait")).to_have_attribute("data-state", "success")
    page.evaluate("model.set('states', {load: {running: 1}}); model.emit('change:states')")
    expect(box(page, "load")).to_have_attribute("data-state", "running")
    box(page, "load").dblclick()
    assert heard(page) == [["saved"], ["sent", {"event": "open", "task_id": "load"}]]
    assert page.evaluate("model.get('selected')") == "load"
    page.evaluate("end(); graph.host.style.height = ''")
    expect(page.locator(".mk-task")).to_have_count(0)
