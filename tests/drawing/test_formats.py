"""Every format against golden files, and against names that try to break out of it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import asdict
from html.parser import HTMLParser

import pytest

from mwaa_kit.drawing import html
from mwaa_kit.drawing.faces import placed
from mwaa_kit.drawing.formats import DrawFormat, draw_as
from mwaa_kit.drawing.html import page_data
from mwaa_kit.drawing.lettering import shortened, visible, width_of
from mwaa_kit.drawing.mermaid import to_mermaid
from mwaa_kit.drawing.picture import Picture
from mwaa_kit.drawing.states import LOOKS, UNKNOWN
from mwaa_kit.drawing.svg import to_svg
from mwaa_kit.drawing.text import to_text
from mwaa_kit.errors import MwaaKitError

Golden = Callable[[str, str], None]
SVG = "{http://www.w3.org/2000/svg}"


def test_each_picture_as_text_is_as_the_golden_file(named_picture: tuple[str, Picture], golden: Golden) -> None:
    name, picture = named_picture
    golden(f"{name}.txt", to_text(picture) + "\n" + to_text(picture, ascii_only=True))


def test_each_picture_as_mermaid_is_as_the_golden_file(named_picture: tuple[str, Picture], golden: Golden) -> None:
    name, picture = named_picture
    golden(f"{name}.mmd", to_mermaid([picture]))


def test_each_picture_as_svg_is_as_the_golden_file(named_picture: tuple[str, Picture], golden: Golden) -> None:
    name, picture = named_picture
    without_style = re.sub(r"<style>.*?</style>", "", to_svg(picture), flags=re.DOTALL)
    golden(f"{name}.svg", without_style.replace("><", ">\n<") + "\n")


def test_each_picture_as_json_is_as_interfaces_md_says(named_picture: tuple[str, Picture], golden: Golden) -> None:
    name, picture = named_picture
    written = draw_as([picture], DrawFormat.JSON)
    assert [task["task_id"] for task in json.loads(written)["dags"][0]["tasks"]] == [t.task_id for t in picture.tasks]
    golden(f"{name}.json", written)


def test_the_page_gives_its_script_what_the_extension_reads(pictures: dict[str, Picture], golden: Golden) -> None:
    golden("churn.page.json", json.dumps(page_data(placed(pictures["churn"])), indent=2) + "\n")


def test_an_svg_is_well_formed_and_holds_each_task_and_edge_once(named_picture: tuple[str, Picture]) -> None:
    _, picture = named_picture
    root = ET.fromstring(to_svg(picture))
    tasks = [e.get("data-task-id") for e in root.iter(f"{SVG}g") if "mk-task" in (e.get("class") or "").split()]
    edges = [
        (e.get("data-upstream"), e.get("data-downstream")) for e in root.iter(f"{SVG}g") if e.get("class") == "mk-edge"
    ]
    assert tasks == [visible(task.task_id) for task in picture.tasks]
    assert edges == [(visible(edge.upstream), visible(edge.downstream)) for edge in picture.edges]
    assert {e.tag for e in root.iter()} <= {
        SVG + name for name in ("svg", "title", "style", "rect", "g", "path", "text", "tspan", "circle")
    }


class _Elements(HTMLParser):
    """Collects the elements of a page, and the scripts in it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.found and self.found[-1][0] == "script":
            self.scripts.append(data)


def test_no_name_becomes_markup_in_the_page(pictures: dict[str, Picture]) -> None:
    page = _Elements()
    page.feed(html.to_html([pictures["hostile"]]))
    data = json.loads(page.scripts[0])
    assert len(page.scripts) == 2
    assert not [key for _, attributes in page.found for key in attributes if key.startswith("on")]
    assert [task["task_id"] for task in data["tasks"]] == [visible(t.task_id) for t in pictures["hostile"].tasks]


def test_the_page_loads_nothing_and_runs_only_what_its_policy_names(pictures: dict[str, Picture]) -> None:
    text = html.to_html([pictures["churn"], pictures["nested"]])
    page = _Elements()
    page.feed(text)
    links = [value for _, attributes in page.found for key, value in attributes.items() if key in ("src", "href")]
    policy = next(a["content"] for tag, a in page.found if a.get("http-equiv") == "Content-Security-Policy")
    assert all(value and value.startswith("#") for value in links)
    assert re.fullmatch(
        r"default-src 'none'; script-src 'sha256-\S+'; style-src 'sha256-\S+' 'sha256-\S+'; "
        r"base-uri 'none'; form-action 'none'",
        policy or "",
    )


def test_an_unbuilt_script_says_how_to_build_it(pictures: dict[str, Picture], monkeypatch: pytest.MonkeyPatch) -> None:
    built = html.static
    monkeypatch.setattr(html, "static", lambda name: built(name if name != "view.js" else "no-such-file.js"))
    with pytest.raises(MwaaKitError) as raised:
        html.to_html([pictures["churn"]])
    assert raised.value.hint == "python scripts/build_extensions.py"


_MERMAID_LINE = re.compile(
    r"""flowchart\ LR
    |\s+%%[\ \w.-]*
    |\s+subgraph\ \w+\["[^"\[\]<>{}]*"\]
    |\s+end
    |\s+\w+(\[|\[\[|\[/|\[\\)"(?:[^"<>{}\[\]|`]|<br/>)*"(\]|\]\]|\\\]|/\])(:::\w+)?
    |\s+\w+\ -->(\|"[^"|<>]*"\|)?\ \w+
    |\s+classDef\ \w+\ stroke:\#\w{6},stroke-width:2px(,stroke-dasharray:[\d\ ]+)?""",
    re.VERBOSE,
)


def test_every_line_of_mermaid_is_one_of_seven_forms(pictures: dict[str, Picture]) -> None:
    lines = to_mermaid(list(pictures.values())).splitlines()
    assert [line for line in lines if not _MERMAID_LINE.fullmatch(line)] == []


def test_mermaid_ids_are_never_used_twice(pictures: dict[str, Picture]) -> None:
    chart = to_mermaid(list(pictures.values()))
    ids = re.findall(r"^\s+(?:subgraph )?(\w+)(?=\[)", chart, flags=re.MULTILINE)
    assert len(ids) == len(set(ids)) > 20


def test_the_text_tree_writes_every_task_once_and_mentions_every_other_edge(pictures: dict[str, Picture]) -> None:
    text = to_text(pictures["nested"])
    written = re.findall(r"^[│├└─ ]+([\w.]+) · ", text, flags=re.MULTILINE)
    mentioned = re.findall(r"↪ ([\w.]+) \(below\)", text)
    assert sorted(written) == sorted(task.task_id for task in pictures["nested"].tasks)
    assert sorted(mentioned) == ["drop", "end"]


def test_several_dags_stand_below_one_another_in_one_svg(pictures: dict[str, Picture]) -> None:
    root = ET.fromstring(draw_as([pictures["churn"], pictures["nested"]], DrawFormat.SVG))
    inner = root.findall(f"{SVG}svg")
    assert [float(svg.get("y", "")) for svg in inner] == [0.0, float(inner[0].get("height", ""))]


def test_a_long_name_keeps_both_ends_and_fits() -> None:
    name = "extract_the_customers_of_" + "very_" * 40 + "old_system"
    short = shortened(name, 200.0, 13.0)
    assert (short[:7], short[-10:], width_of(short, 13.0) <= 200.0) == ("extract", "old_system", True)


def test_drawings_do_not_depend_on_the_hash_seed() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from conftest import PICTURES;"
        "from mwaa_kit.drawing.formats import DrawFormat, draw_as;"
        "print([draw_as([make() for make in PICTURES.values()], f).encode('utf-8', 'replace') for f in DrawFormat])"
    )
    here = __file__.rsplit("/", 1)[0]
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code, here], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("0", "1", "4711")
    }
    assert len(outputs) == 1


def test_the_looks_of_the_states_are_those_the_extension_shows(golden: Golden) -> None:
    looks = {state: asdict(look) for state, look in {**LOOKS, "unknown": UNKNOWN}.items()}
    golden("states.json", json.dumps(looks, indent=2) + "\n")


def test_letters_are_spelled_out_and_shortened_as_in_the_extension(
    pictures: dict[str, Picture], golden: Golden
) -> None:
    hostile = [task.task_id for task in pictures["hostile"].tasks]
    words = (*hostile, "extract", "WWWWWWWWWWWWWWWWWWWWWWWWW", "e\u0301" * 40, "ﾊﾝｶｸ全角", "\u200e\ufeff\x7f\ue000")
    cases = [
        {"text": word, "visible": visible(word), "shortened": shortened(visible(word), 120.0, 13.0)} for word in words
    ]
    golden("lettering.json", json.dumps(cases, indent=2) + "\n")
