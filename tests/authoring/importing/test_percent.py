"""py:percent files are notebooks when our directives are in them, and plain Dag files are never mistaken for one."""

from __future__ import annotations

from pathlib import Path

import pytest
from support_values import assert_runs_as_in_a_kernel

from mwaa_kit.authoring.importing.percent import is_percent_notebook, read_percent
from mwaa_kit.authoring.rewriting.ipynbtext import NewCell
from mwaa_kit.authoring.rewriting.percenttext import edit_percent
from mwaa_kit.errors import OtherLanguageError
from mwaa_kit.model.notebook import Cell, CellKind, Notebook

TEXT = '''# ---
# jupyter:
#   kernelspec:
#     language: python
# ---

# %% [markdown]
# # Title
#
# text

# %% tags=["parameters"]
n = 6

# %%
#| task: load
rows = """
# %% not a cell
"""


# %% A title
print(rows)

# %% [markdown]
"""
Quoted
"""
'''


def _at(tmp_path: Path, text: str) -> str:
    path = tmp_path / "etl.py"
    path.write_bytes(text.encode())
    return str(path)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_cells_markdown_tags_and_strings_are_read(newline: str, tmp_path: Path) -> None:
    path = _at(tmp_path, TEXT.replace("\n", newline))
    assert is_percent_notebook(path)
    assert read_percent(path) == Notebook(
        path,
        (
            Cell(0, CellKind.MARKDOWN, "# Title\n\ntext"),
            Cell(1, CellKind.CODE, "n = 6", tags=("parameters",)),
            Cell(2, CellKind.CODE, '#| task: load\nrows = """\n# %% not a cell\n"""'),
            Cell(3, CellKind.CODE, "print(rows)"),
            Cell(4, CellKind.MARKDOWN, "Quoted"),
        ),
    )


def test_it_runs_as_its_cells_do_in_a_kernel(tmp_path: Path) -> None:
    more = "\n# %%\n#| task: use\nlast = rows * n\n\n# %%\n#| task: say\nprint(last)\n"
    assert_runs_as_in_a_kernel(Path(_at(tmp_path, TEXT + more)))


@pytest.mark.parametrize(
    "text",
    [
        "from airflow.sdk import dag\n# %%\nx = 1\n",
        "#| task: load\nx = 1\n",
        "# %%\nx = 1\n#| task: late\n",
        'x = """\n# %%\n#| task: a\n"""\n',
        "# %%\n#| label: fig\nx = 1\n",
        "",
    ],
)
def test_a_plain_file_is_no_notebook(text: str, tmp_path: Path) -> None:
    assert not is_percent_notebook(_at(tmp_path, text))


def test_code_above_the_first_marker_is_a_cell(tmp_path: Path) -> None:
    path = _at(tmp_path, '"""Doc."""\nimport a\n\n# %%\n#| task: t\na\n')
    assert [cell.source for cell in read_percent(path).cells] == ['"""Doc."""\nimport a', "#| task: t\na"]


def test_another_language_is_told(tmp_path: Path) -> None:
    with pytest.raises(OtherLanguageError):
        read_percent(_at(tmp_path, "# ---\n# jupyter:\n#   kernelspec:\n#     language: R\n# ---\n\n# %%\nx <- 1\n"))


def test_an_edit_touches_the_lines_of_its_cell_only() -> None:
    for newline in ("\n", "\r\n"):
        text = TEXT.replace("\n", newline)
        assert edit_percent(text, {1: "n = 7\nm = 8"}, ()) == text.replace("n = 6", f"n = 7{newline}m = 8")


def test_new_cells_go_between_and_at_the_end() -> None:
    new = (NewCell(1, "b"), NewCell(9, "c"))
    assert edit_percent("# %%\na\n\n# %%\nz", {1: "y"}, new) == "# %%\na\n\n# %%\nb\n\n# %%\ny\n\n# %%\nc\n"
