"""What the panel is told while somebody types: by a real Jupyter server."""

from __future__ import annotations

from typing import Any

import pytest
from support_golden import compare
from support_server import CELLS, KitServer, cells_of

from mwaa_kit.server.contract import need


def _live(server: KitServer, *sources: str, **more: object) -> Any:
    answer = server.need("post", "live", {"path": "churn.ipynb", "cells": cells_of(*sources), **more})
    need("Live", answer)
    return answer


@pytest.fixture(scope="module")
def live(server: KitServer) -> Any:
    """The answer for the notebook as it is saved."""
    return _live(server, *CELLS, revision=7)


def test_each_cell_is_told_what_it_is_and_what_it_takes_and_gives(live: Any) -> None:
    told = [(cell["id"], cell["role"], cell["task_ids"], cell["shipped"]) for cell in live["cells"]]
    assert told == [
        ("c1", "library", [], True),
        ("c2", "params", [], True),
        ("c3", "task", ["load"], True),
        ("c4", "exploration", [], False),
        ("c5", "task", ["features"], True),
        ("c6", "taskflow", ["score"], True),
        ("c7", "dag", [], True),
    ]
    features = live["cells"][4]
    assert features["why"] == "'#| task' in line 1: it is task 'features'"
    assert features["options"] == {"retries": "1"}
    assert features["takes"] == [
        {
            "name": "rows",
            "from": "load",
            "kind": "task",
            "whole": False,
            "reason": "'rows' written in cell 3 line 2, read in cell 5 line 2",
        }
    ]
    assert features["gives"] == [{"name": "X", "to": ["score"]}]


def test_the_answer_is_the_one_that_the_tests_of_the_page_read(live: Any) -> None:
    compare("live", live)


def test_the_picture_needs_no_airflow(live: Any) -> None:
    (dag,) = live["dags"]
    facts = {name: dag[name] for name in ("dag_id", "schedule", "tags", "params", "written", "groups")}
    assert facts == {
        "dag_id": "churn",
        "schedule": "0 6 * * *",
        "tags": ["ml"],
        "params": {"n": 4},
        "written": False,
        "groups": [],
    }
    assert [(task["task_id"], task["cell_id"]) for task in dag["tasks"]] == [
        ("load", "c3"),
        ("features", "c5"),
        ("score", "c6"),
    ]
    assert [(edge["upstream"], edge["downstream"], edge["names"]) for edge in dag["edges"]] == [
        ("load", "features", ["rows"]),
        ("features", "score", ["X"]),
    ]


def test_the_answer_carries_the_dag_file_with_the_way_back_and_the_revision(live: Any) -> None:
    line = live["source"].splitlines().index("    X = [row['spend'] / 10 for row in rows]") + 1
    assert {"line": line, "cell": 5, "cell_line": 2} in live["source_map"]
    assert (live["revision"], live["problem"]) == (7, None)


def test_a_notebook_without_a_task_still_says_what_its_cells_are(server: KitServer) -> None:
    answer = _live(server, "x = 1\nprint(x)")
    assert [cell["role"] for cell in answer["cells"]] == ["exploration"]
    assert (answer["dags"], answer["problem"]["name"]) == ([], "NoTaskError")


def test_a_cell_that_is_no_python_is_a_finding_at_its_place(server: KitServer) -> None:
    answer = _live(server, *CELLS[:2], "#| task: load\nrows = [1,")
    found = [(one["code"], one["cell"], one["cell_id"], one["line"]) for one in answer["findings"]]
    assert ("MK201", 3, "c3", 2) in found
    assert answer["source"] == ""


def test_airflow_sees_the_same_dag_and_says_which_bytes_it_read(server: KitServer, live: Any) -> None:
    body = {"path": "churn.ipynb", "cells": cells_of(*CELLS), "trusted": True}
    answer = server.need("post", "live/airflow", body)
    need("AirflowView", answer)
    assert (answer["from"], answer["sha256"], answer["problems"]) == ("airflow", live["sha256"], [])
    edges = [[(edge["upstream"], edge["downstream"]) for edge in one["dags"][0]["edges"]] for one in (answer, live)]
    assert edges[0] == edges[1]


def test_the_text_alone_tells_the_same_of_each_param_as_airflow(server: KitServer) -> None:
    typed = "region: Literal['eu', 'us'] = 'eu'  # where\nlimit: int = 10\nrate = 0.5  # a share\n"
    params = f"#| params\n{typed}kind = 'a'  # one of: a, b\nopt: str | None = None\nparts = [1, 2]\nfull = False"
    cells = cells_of(f"from typing import Literal\n{CELLS[0]}", params, "#| task: load\nprint(region)", "#| dag: typed")
    both = [
        server.need("post", path, {"path": "typed.ipynb", "cells": cells, **more})["dags"][0]
        for path, more in (("live", {}), ("live/airflow", {"trusted": True}))
    ]
    told, airflow = [(one["params"], one["param_schemas"]) for one in both]
    assert told == airflow
    assert told[1] == {
        "region": {"enum": ["eu", "us"], "description": "where"},
        "limit": {"type": "integer"},
        "rate": {"type": "number", "description": "a share"},
        "kind": {"enum": ["a", "b"]},
        "opt": {"type": ["null", "string"]},
    }


def test_airflow_is_not_asked_about_a_notebook_that_is_not_trusted(server: KitServer) -> None:
    body = {"path": "churn.ipynb", "cells": cells_of(*CELLS), "trusted": False}
    answer = server.ask("post", "live/airflow", body)
    assert (answer.status, answer.body["error"]["message"]) == (400, "trusted: it is not one of True")


def test_what_airflow_cannot_import_is_told_at_the_cell(server: KitServer) -> None:
    broken = '#| shared\nraise ValueError("no such thing")'
    body = {"path": "churn.ipynb", "cells": cells_of(CELLS[0], broken, *CELLS[1:]), "trusted": True}
    (problem,) = server.need("post", "live/airflow", body)["problems"]
    assert (problem["message"], problem["cell"], problem["line"]) == ("ValueError: no such thing", 2, 2)


def test_opening_a_hostile_notebook_executes_nothing(server: KitServer) -> None:
    mark = server.folder / "executed"
    hostile = f"#| shared\nopen({str(mark)!r}, 'w').close()"
    _live(server, hostile, "#| task: load\nimport os\nos.system('true')")
    assert not mark.exists()


def test_front_and_back_end_that_do_not_fit_are_told_plainly(server: KitServer) -> None:
    fits, old, new = (server.need("get", f"hello?version=0.0.9&wire={wire}") for wire in (1, 0, 2))
    for answer in (fits, old, new):
        need("Hello", answer)
    assert [one["compatible"] for one in (fits, old, new)] == [True, False, False]
    assert new["message"] == "the page has mwaa-kit 0.0.9, the server 0.1.0"
    assert "restart the Jupyter server" in new["hint"]
    assert "reload the page" in old["hint"]


def test_an_edit_is_answered_as_new_texts_and_no_file_is_written(server: KitServer) -> None:
    saved = (server.folder / "churn.ipynb").read_bytes()
    asked = {"do": "set_options", "task_id": "features", "options": {"retries": "3"}}
    answer = server.need("post", "edits", {"path": "churn.ipynb", "cells": cells_of(*CELLS), "edit": asked})
    need("CellEdits", answer)
    assert [(one["id"], one["source"].split("\n")[0]) for one in answer["changes"]] == [
        ("c5", "#| task: features retries=3")
    ]
    assert (server.folder / "churn.ipynb").read_bytes() == saved


def test_an_edit_of_a_task_that_is_not_there_is_not_found(server: KitServer) -> None:
    asked = {"do": "connect", "upstream": "nobody", "downstream": "load"}
    answer = server.ask("post", "edits", {"path": "churn.ipynb", "cells": cells_of(*CELLS), "edit": asked})
    assert (answer.status, answer.body["error"]["name"]) == (404, "UnknownTaskError")
