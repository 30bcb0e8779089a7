"""The Dag panel on a working day: reloads, restarts, lost connections, many tasks, hostile text, no mouse."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, WebSocketRoute, expect
from support_panel import HEAD, PATIENCE, DagPage, Lab, dag

ROOT = Path(__file__).parents[2]


PARAMS = """#| params
region = "eu"  # one of: eu, us
limit: int = 10
full = False"""


def test_a_reload_in_the_middle_of_a_run_restores_the_panel_and_its_states(window: DagPage) -> None:
    first = "#| task: first\nx = 1"
    slow = "#| task: slow\nimport time\ntime.sleep(6)\ny = x"
    window.open(window.lab.write("reloaded.ipynb", HEAD, first, slow, dag("reloaded")))
    window.do("run-dag")
    expect(window.task("slow")).to_have_attribute("data-state", "running", timeout=PATIENCE)
    window.page.wait_for_timeout(1200)  # the layout is saved a second after it changed
    window.page.reload()
    expect(window.task("first")).to_have_attribute("data-state", "success", timeout=PATIENCE)
    window.expect_run("success", "2 of 2 tasks")
    assert window.states() == {"first": "success", "slow": "success"}


def test_a_run_needs_no_kernel_be_it_busy_or_restarted(window: DagPage) -> None:
    name = window.lab.write(
        "busy.ipynb", "import time\ntime.sleep(120)", HEAD, "#| task: only\nprint('ran')", dag("busy")
    )
    window.open(name)
    window.cell("time.sleep(120)").locator(".cm-content").click()
    # JupyterLab does not run a cell before its kernel has started.
    window.page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=PATIENCE)
    window.page.keyboard.press("Control+Enter")
    expect(window.cell("time.sleep(120)").locator(".jp-InputPrompt")).to_have_text("[*]:", timeout=PATIENCE)
    window.do("run-dag")
    window.expect_run("success", "1 of 1 tasks")
    expect(window.cell("time.sleep(120)").locator(".jp-InputPrompt")).to_have_text("[*]:")
    window.cell("#| task: only").locator(".cm-content").click()
    window.page.get_by_role("menuitem", name="Kernel", exact=True).click()
    window.page.locator(".lm-Menu").get_by_text("Restart Kernel…", exact=True).click()
    window.page.get_by_role("dialog").get_by_role("button", name="Confirm Kernel Restart").click()
    expect(window.cell("time.sleep(120)").locator(".jp-InputPrompt")).to_have_text("[ ]:", timeout=PATIENCE)
    expect(window.task("only")).to_have_attribute("data-state", "success")
    window.retype("#| task: only", "#| task: other\nprint('ran')")
    expect(window.task("other")).to_be_visible()


def test_the_panel_takes_the_keyboard_when_it_is_drawn_but_not_back_from_the_notebook(window: DagPage) -> None:
    name = window.lab.write("keys.ipynb", HEAD, "#| task: only\nprint(1)", dag("keys"))
    window.open(name)
    expect(window.task("only").get_by_role("treeitem")).to_be_focused(timeout=PATIENCE)
    window.open(name)
    window.cell("#| task: only").locator(".cm-content").click()
    expect(window.task("only")).to_be_visible(timeout=PATIENCE)
    expect(window.cell("#| task: only").locator(".cm-content")).to_be_focused()


def test_a_cancelled_run_says_so_and_can_be_resumed(window: DagPage) -> None:
    name = window.lab.write("cancelled.ipynb", HEAD, "#| task: slow\nimport time\ntime.sleep(600)", dag("cancelled"))
    window.open(name)
    window.do("run-dag")
    expect(window.task("slow")).to_have_attribute("data-state", "running", timeout=PATIENCE)
    window.do("cancel-run")
    window.expect_run("cancelled")
    expect(window.panel.locator('[data-command="mwaa-kit:resume-run"]')).to_have_attribute("aria-disabled", "false")


def test_a_failed_task_says_the_next_step_above_its_cell_and_in_its_tab(window: DagPage) -> None:
    reads = "#| task: reads\nfrom airflow.sdk import Variable\nlimit = Variable.get('none_such')"
    window.open(window.lab.write("wanting.ipynb", HEAD, reads, dag("wanting")))
    window.do("run-dag")
    window.expect_run("failed")
    step = 'Next: write into mwaa-kit.local.toml beside the notebook, under [variables]: none_such = "value"'
    expect(window.badge("#| task: reads").locator(".jp-MwaaKit-next")).to_have_text(step)
    window.task("reads").click()
    expect(window.tab("Task").locator(".jp-MwaaKit-instances .jp-MwaaKit-next")).to_have_text(step)


def test_two_notebooks_each_have_their_own_dag_and_run(window: DagPage) -> None:
    one = window.lab.write("one.ipynb", HEAD, "#| task: of_one\nprint(1)", dag("one"))
    two = window.lab.write("two.ipynb", HEAD, "#| task: of_two\nprint(2)", dag("two"))
    window.open(one)
    window.do("run-dag")
    window.page.locator(".jp-DirListing-item", has_text=two).dblclick()
    expect(window.task("of_two")).to_be_visible(timeout=PATIENCE)
    expect(window.line).to_have_text(re.compile("^two"))
    window.page.get_by_role("tab", name=one).click()
    window.expect_run("success", "1 of 1 tasks")
    expect(window.line).to_have_text(re.compile("^one"))
    assert window.states() == {"of_one": "success"}


def test_a_lost_connection_is_told_and_caught_up_with(window: DagPage) -> None:
    sockets: list[WebSocketRoute] = []
    gone = [False]

    def route(socket: WebSocketRoute) -> None:
        if gone[0]:
            socket.close()
            return
        socket.connect_to_server()
        sockets.append(socket)

    window.page.route_web_socket(re.compile("/mwaa-kit/events"), route)
    name = window.lab.write("lost.ipynb", HEAD, "#| task: slow\nimport time\ntime.sleep(3)", dag("lost"))
    window.open(name)
    window.do("run-dag")
    expect(window.task("slow")).to_have_attribute("data-state", "running", timeout=PATIENCE)
    gone[0] = True
    sockets[-1].close()
    window.page.route(re.compile("/mwaa-kit/"), lambda route: route.abort())
    expect(window.line).to_contain_text("No connection to the server; trying again…")
    window.retype("#| task: slow", "#| task: slower\nimport time\ntime.sleep(3)")
    expect(window.panel).to_contain_text("The Jupyter server does not answer.")
    window.page.unroute(re.compile("/mwaa-kit/"))
    gone[0] = False
    expect(window.task("slower")).to_be_visible(timeout=PATIENCE)
    window.expect_run("success")
    expect(window.line).not_to_contain_text("No connection")


def test_five_hundred_tasks_are_drawn_and_followed(window: DagPage) -> None:
    cells = [f"#| task: t{i}\nv{i} = {f'v{i // 2}' if i else '0'}" for i in range(500)]
    window.open(window.lab.write("large.ipynb", HEAD, *cells, dag("large")))
    drawn = window.panel.get_by_role("tree", name="Dag large: 500 tasks, 499 edges")
    expect(drawn).to_be_visible(timeout=PATIENCE)
    window.retype("#| task: t0\n", "#| task: root\nv0 = 0")
    window.panel.get_by_role("searchbox").fill("root")
    expect(window.panel.locator(".mk-found")).to_have_text("1 of 500")


HOSTILE = "<img src=x onerror=window.stung=1><svg onload=window.stung=1>\x1b[31m<script>window.stung=1</script>"


def test_a_hostile_notebook_is_shown_as_text_and_runs_nothing(window: DagPage, tmp_path: Path) -> None:
    marker = tmp_path / "executed"
    name = window.lab.write(
        "hostile.ipynb",
        f"open({str(marker)!r}, 'w')",
        HEAD,
        f"#| task: {HOSTILE[:40]}\nx = 1",
        f"#| task: loud\nprint({HOSTILE!r})\nraise ValueError({HOSTILE!r})",
        dag("hostile"),
    )
    window.open(name)
    expect(window.badge("#| task: loud")).to_be_visible(timeout=PATIENCE)
    expect(window.tab("Findings").locator("li").first).to_contain_text("'<img' is no name")
    assert not marker.exists()
    window.retype("#| task: <img", "x = 1")
    window.do("run-dag")
    window.expect_run("failed")
    expect(window.tab("Runs")).to_contain_text("<img src=x onerror=window.stung=1>")
    expect(window.badge("#| task: loud")).to_contain_text("<img src=x onerror")
    assert window.page.evaluate("window.stung") is None
    assert window.panel.locator("img, script, svg[onload]").count() == 0


def test_a_run_is_started_followed_and_published_with_keys_alone(window: DagPage, lab: Lab) -> None:
    window.page.goto(lab.tree.format(lab.write("keys.ipynb", HEAD, "#| task: pressed\nprint(1)", dag("keys"))))
    window.page.locator(".jp-Notebook .jp-CodeCell").first.wait_for(timeout=PATIENCE)
    window.page.locator("#jupyterlab-splash").wait_for(state="detached", timeout=PATIENCE)
    keys = window.page.keyboard
    keys.press("Control+Alt+d")
    expect(window.task("pressed").locator(".mk-item")).to_be_focused(timeout=PATIENCE)
    keys.press("Control+Alt+r")
    window.expect_run("success", "1 of 1 tasks")
    keys.press("Enter")
    expect(window.cell("#| task: pressed")).to_have_class(re.compile("jp-mod-active"))
    keys.press("Control+Alt+p")
    published = window.panel.get_by_role("tabpanel", name="Publish")
    expect(published).to_contain_text("Live since", timeout=3 * PATIENCE)


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_axe_finds_nothing_serious(window: DagPage, theme: str, axe: Path) -> None:
    failing = "#| task: load\nrows = [{'a': 1}]", "#| task: report\nprint(rows[1])"
    window.open(window.lab.write(f"axe{theme}.ipynb", HEAD, PARAMS, *failing, "lost_name", dag("axe")))
    window.choose_theme(theme)
    window.do("run-dag")
    window.expect_run("failed")
    window.task("report").click()
    serious: list[dict[str, Any]] = []

    def look(place: str) -> None:
        serious.extend(window.serious(axe, place))

    for name in ("Task", "Runs", "Findings", "Dag file", "Publish"):
        window.tab(name)
        look(".jp-MwaaKit-panel")
    look(".jp-MwaaKit-badge")
    window.retype("lost_name", "#| task: shell\n!ls")
    for tab, button in (("Runs", "Run with params…"), ("Findings", "Fix…")):
        window.tab(tab).get_by_text(button).click()
        window.page.get_by_role("dialog").wait_for()
        look(".jp-Dialog-content")
        window.page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    window.command("Schedule…")
    window.page.get_by_role("dialog").get_by_label("A cron expression").fill("@weekly")
    expect(window.page.get_by_role("dialog").get_by_role("listitem")).to_have_count(10, timeout=PATIENCE)
    look(".jp-Dialog-content")
    assert [(one["id"], [node["html"][:300] for node in one["nodes"]]) for one in serious] == []


def test_a_run_is_asked_for_with_values_of_its_params_and_with_no_others(window: DagPage) -> None:
    telling = "#| task: tell\nprint(region, limit + 1, full)"
    window.open(window.lab.write("asked.ipynb", HEAD, PARAMS, telling, dag("asked")))
    expect(window.task("tell")).to_be_visible(timeout=PATIENCE)
    window.tab("Runs").get_by_text("Run with params…").click()
    form = window.page.get_by_role("dialog")
    form.get_by_label("region").select_option("us")
    form.get_by_label("limit").fill("ten")
    form.get_by_label("full").check()
    form.get_by_role("button", name="Run").click()
    expect(form.get_by_role("alert")).to_have_text("a whole number, such as 3")
    form.get_by_label("limit").fill("41")
    form.get_by_role("button", name="Run").click()
    window.expect_run("success", "1 of 1 tasks")
    expect(window.tab("Runs").locator(".jp-MwaaKit-log")).to_contain_text("us 42 True")


def test_what_a_task_asks_is_answered_in_the_page_also_after_a_reload(window: DagPage, axe: Path) -> None:
    head = "from datetime import datetime\nfrom airflow.sdk import Param, dag\nfrom airflow.providers.standard.operators.hitl"
    operators = f"{head} import ApprovalOperator, HITLEntryOperator"
    size = "size = HITLEntryOperator(task_id='size', subject='How many?', params={'rows': Param(3, type='integer')})"
    ask = "publish = ApprovalOperator(task_id='publish', subject='Publish it?', body='Read the report first.')"
    window.open(window.lab.write("asks.ipynb", operators, size, ask, "size >> publish", dag("asks")))
    window.do("run-dag")
    window.line.get_by_role("button", name="Answer size…").click(timeout=PATIENCE)
    form = window.page.get_by_role("dialog")
    expect(form).to_contain_text("How many?")
    form.get_by_label("rows").fill("many")
    form.get_by_role("button", name="OK").click()
    expect(form.get_by_role("alert")).to_have_text("a whole number, such as 3")
    form.get_by_label("rows").fill("5")
    form.get_by_role("button", name="OK").click()

    expect(window.task("publish")).to_have_attribute("data-state", "awaiting_input", timeout=PATIENCE)
    window.page.wait_for_timeout(1200)  # the layout is saved a second after it changed
    window.page.reload()
    expect(window.task("publish")).to_have_attribute("data-state", "awaiting_input", timeout=PATIENCE)
    window.tab("Runs").get_by_role("button", name="Answer…").click()
    expect(form).to_contain_text("Read the report first.")
    form.get_by_role("button", name="Answer").click()  # with nothing chosen it asks again
    form.get_by_label("Reject").check()
    form.get_by_label("Approve").check()
    assert window.serious(axe, ".jp-Dialog-content") == []
    form.get_by_role("button", name="Answer").click()
    window.expect_run("success", "2 of 2 tasks")
    expect(window.line.get_by_role("button")).to_have_count(0)
    window.task("publish").click()
    window.tab("Task").get_by_text("return_value").first.click()
    expect(window.tab("Task")).to_contain_text("Approve")


def test_a_narrow_window_shows_every_view(lab: Lab, browser: Browser) -> None:
    window = lab.page(browser)
    window.open(lab.write("narrow.ipynb", HEAD, "#| task: a_rather_long_name_of_a_task\nx = 1", dag("narrow")))
    expect(window.panel.locator('[data-command="mwaa-kit:publish"]')).to_be_visible()
    window.page.set_viewport_size({"width": 700, "height": 600})
    expect(window.panel.locator('[data-command="mwaa-kit:publish"]')).to_be_hidden()  # behind the last button
    window.page.keyboard.press("Control+b")
    for name in ("Task", "Runs", "Findings", "Dag file", "Publish"):
        expect(window.tab(name)).to_be_visible()
    wide = window.panel.evaluate("panel => panel.scrollWidth - panel.clientWidth")
    buttons = window.panel.locator(".jp-Toolbar").first.bounding_box()
    line = window.line.bounding_box()
    window.page.close()
    assert wide == 0
    assert buttons and line and buttons["y"] + buttons["height"] <= line["y"]
    assert buttons["height"] < 50, "one row"


def test_a_notebook_that_nobody_has_saved_is_followed_and_saved_by_its_run(window: DagPage) -> None:
    page = window.page
    page.goto(window.lab.tree.replace("/tree/{}", ""))
    page.locator(".jp-LauncherCard", has_text="Python 3").first.click(timeout=PATIENCE)
    page.locator(".jp-Notebook .jp-CodeCell .cm-content").click(timeout=PATIENCE)
    page.keyboard.insert_text("#| task: alone\nprint('never saved')")
    page.keyboard.press("Control+Alt+d")
    expect(window.task("alone")).to_be_visible(timeout=PATIENCE)
    saved = window.lab.folder / "Untitled.ipynb"
    assert "never saved" not in saved.read_text("utf-8")
    window.do("run-dag")
    window.expect_run("success", "1 of 1 tasks")
    assert "never saved" in saved.read_text("utf-8")


def test_what_stands_in_the_way_of_a_publish_is_said_in_full_and_listed(window: DagPage) -> None:
    task = "#| task: far\nimport palmerpenguins\nprint(palmerpenguins)"
    window.open(window.lab.write("refused.ipynb", HEAD, task, dag("refused")))
    expect(window.task("far")).to_be_visible(timeout=PATIENCE)
    window.do("publish")
    told = window.page.locator(".Toastify__toast", has_text="refused.ipynb, cell 2, line 2: is not published")
    told.get_by_role("button", name="Read it all").click(timeout=PATIENCE)
    expect(window.page.get_by_role("dialog")).to_contain_text("Next: see them all with: mwaa-kit check refused.ipynb")
    window.page.get_by_role("dialog").get_by_role("button", name="Ok").click()
    expect(window.panel.get_by_role("tabpanel", name="Findings")).to_contain_text("MK302")


def test_a_run_of_the_kernel_shows_its_values_and_its_card_as_well(window: DagPage) -> None:
    load = "#| task: load\nimport pandas as pd\nframe = pd.DataFrame({'spend': [3, 4]})"
    count, show = "#| task: count\nn = len(frame)", "#| task: show\nprint(n)"
    cells = (f"{HEAD}\n%load_ext mwaa_kit", load, count, show, dag("of_the_kernel"), "%run_dag")
    window.open(window.lab.write("of_the_kernel.ipynb", *cells))
    window.cell("%load_ext").locator(".cm-content").click()
    window.page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=PATIENCE)
    window.page.get_by_role("menuitem", name="Run", exact=True).click()
    window.page.locator(".lm-Menu").get_by_text("Run All Cells", exact=True).click()
    window.expect_run("success", "3 of 3 tasks")

    window.task("load").locator(".mk-box").click()
    task = window.tab("Task")
    task.get_by_text("pandas.DataFrame").click()
    expect(task.get_by_role("row")).to_have_text(["spend", "3", "4"])
    task.get_by_text("Plot").click()
    expect(task.get_by_role("img", name="spend from 3 to 4")).to_be_visible()
    window.task("count").locator(".mk-box").click()
    expect(task.get_by_role("row")).to_have_count(0)  # the values of another task are not those of this one
    runs = window.tab("Runs")
    runs.get_by_text("Earlier runs").click()
    runs.get_by_role("table").get_by_role("button", name="Run card").click()
    expect(
        window.page.frame_locator(".jp-MwaaKit-card iframe").get_by_role("heading", name="of_the_kernel")
    ).to_be_visible()


def _undo(window: DagPage, starts: str) -> None:
    window.cell(starts).locator(".cm-content").click()
    window.page.keyboard.press("Control+z")


def test_each_edit_changes_the_text_and_one_undo_takes_it_back(window: DagPage) -> None:
    load, count = "#| task: load\nrows = [1, 2]", "n = len(rows)"
    other = "#| task: other\nprint('alone')"
    window.open(window.lab.write("edits.ipynb", HEAD, load, count, other, dag("edits")))
    expect(window.task("load")).to_be_visible(timeout=PATIENCE)

    window.cell("len(rows)").locator(".cm-content").click()
    window.command("Make the Cell a Task…")
    window.page.get_by_role("dialog").get_by_role("textbox").fill("count")
    window.page.keyboard.press("Enter")
    expect(window.task("count")).to_be_visible()
    expect(window.cell("len(rows)").locator(".cm-content")).to_contain_text("#| task: count")

    window.task("other").click()
    options = window.tab("Task")
    options.locator("summary", has_text="Options").click()
    options.get_by_label("retries", exact=True).fill("3")
    window.page.keyboard.press("Enter")
    expect(window.cell("#| task: other").locator(".cm-content")).to_contain_text("retries=3")
    _undo(window, "#| task: other")
    expect(window.cell("#| task: other").locator(".cm-content")).not_to_contain_text("retries")

    window.draw_edge("load", "other")
    expect(window.panel.locator('.mk-edge[data-link=\'["task:load","task:other"]\']')).to_be_attached()
    _undo(window, "#| task: other")
    expect(window.panel.locator('.mk-edge[data-link=\'["task:load","task:other"]\']')).to_have_count(0)

    window.task("load").click()
    window.command("Promote to TaskFlow")
    expect(window.cell("def load")).to_be_visible()
    _undo(window, "def load")
    expect(window.cell("def load")).to_have_count(0)

    window.command("Schedule…")
    dialog = window.page.get_by_role("dialog")
    dialog.get_by_role("combobox").fill("0 6 * * 1")
    expect(dialog.locator("ol li")).to_have_count(10)
    dialog.get_by_role("button", name="Set").click()
    expect(window.line).to_contain_text("0 6 * * 1")
    _undo(window, "#| dag")
    expect(window.line).to_contain_text("no schedule")

    window.command("Freeze the Wiring")
    expect(window.cell("#| dag").locator(".cm-content")).to_contain_text("load()")
    _undo(window, "#| dag")
    expect(window.cell("#| dag").locator(".cm-content")).not_to_contain_text("load()")
