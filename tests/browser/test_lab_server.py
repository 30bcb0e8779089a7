"""The Dag panel when its server is another than before: started anew, or of another version."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, Route, expect
from support_lab import lab_server
from support_panel import HEAD, PATIENCE, Lab

from mwaa_kit.practising.supervisor import free_port

DAG = "#| dag\n@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False)\ndef restarted(): ..."


def test_after_a_restart_of_the_server_a_run_is_told_as_it_ended_and_can_be_resumed(
    browser: Browser, tmp_path: Path
) -> None:
    folder, own, quick = tmp_path / "notebooks", tmp_path / "own", tmp_path / "quick"
    folder.mkdir()
    own.mkdir()
    slow = f"#| task: slow\nimport os, time\ntime.sleep(0 if os.path.exists({str(quick)!r}) else 60)\ny = x"
    at = (free_port(), "a-token-of-both")
    with lab_server(folder, own, at=at) as address:
        window = Lab(address, folder).page(browser)
        window.open(window.lab.write("restarted.ipynb", HEAD, "#| task: first\nx = 1", slow, DAG))
        window.do("run-dag")
        expect(window.task("slow")).to_have_attribute("data-state", "running", timeout=PATIENCE)
    expect(window.line).to_contain_text("No connection to the server", timeout=PATIENCE)
    quick.touch()
    with lab_server(folder, own, at=at):
        window.expect_run("failed", "The server was started anew while this was running.")
        assert window.states() == {"first": "success", "slow": "failed"}
        window.page.get_by_role("dialog").get_by_role("button", name="Close").click()  # JupyterLab's own
        window.do("resume-run")
        window.expect_run("success", "2 of 2 tasks")
        assert window.states() == {"first": "success", "slow": "success"}
    window.page.close()


def test_a_page_of_another_version_than_its_server_is_told_what_to_do(lab: Lab, browser: Browser) -> None:
    window = lab.page(browser)

    def ask_as_an_older_page(route: Route) -> None:
        route.continue_(url=re.sub(r"\?.*", "?version=0.0.1&wire=0", route.request.url))

    window.page.route("**/mwaa-kit/hello?*", ask_as_an_older_page)
    window.page.goto(lab.tree.format(""))
    told = window.page.locator(".jp-Notification-Toast, .Toastify__toast").filter(has_text="0.0.1")
    expect(told).to_contain_text("the page has mwaa-kit 0.0.1, the server", timeout=PATIENCE)
    expect(told).to_contain_text("reload the page")
    window.page.close()
