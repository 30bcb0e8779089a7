"""A notebook is read piece by piece, without its outputs, wherever the pieces are cut."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mwaa_kit.authoring.ipynb import read_notebook
from mwaa_kit.authoring.skimming import outputs_of, skim, without_outputs
from mwaa_kit.errors import NotANotebookError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('ab"\\[]{}:,\n é', max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["outputs", "cells", "a"]), inner),
    max_leaves=12,
)
CELL = st.fixed_dictionaries(
    {"metadata": JSON, "source": st.text('x"[]{}\\', max_size=8), "outputs": st.lists(JSON, max_size=3)}
)
NOTEBOOK = st.fixed_dictionaries({"metadata": JSON, "cells": st.lists(CELL, max_size=4), "nbformat": st.just(4)})


def pieces(raw: bytes, cuts: list[int]) -> list[bytes]:
    places = [0, *sorted(cut % (len(raw) + 1) for cut in cuts), len(raw)]
    return [raw[start:end] for start, end in itertools.pairwise(places)]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(NOTEBOOK, st.lists(st.integers(0, 5000), max_size=20), st.sampled_from([None, 1]))
def test_only_outputs_are_left_out_wherever_the_pieces_are_cut(
    notebook: dict[str, Any], cuts: list[int], indent: int | None
) -> None:
    raw = json.dumps(notebook, indent=indent).encode()
    expected = {**notebook, "cells": [{**cell, "outputs": []} for cell in notebook["cells"]]}
    text, gaps = without_outputs(pieces(raw, cuts))
    assert json.loads(text) == expected
    assert text.count(b"\n") + sum(lines for _, lines in gaps) == raw.count(b"\n")
    assert b"".join(part for _, part in skim(pieces(raw, cuts))) == raw
    found = [(index, json.loads(outputs)) for index, outputs in outputs_of(pieces(raw, cuts))]
    assert found == [(index, cell["outputs"]) for index, cell in enumerate(notebook["cells"])]


def test_a_file_that_is_cut_off_anywhere_is_no_notebook_and_says_where(tmp_path: Path) -> None:
    outputs = [{"output_type": "stream", "name": "stdout", "text": ["one\n", "two\n"]}]
    cells = [{"cell_type": "code", "metadata": {}, "execution_count": 1, "outputs": outputs, "source": "x = 1"}]
    whole = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)
    path = tmp_path / "n.ipynb"
    for end in range(1, len(whole)):
        path.write_text(whole[:end])
        with pytest.raises(NotANotebookError) as caught:
            read_notebook(str(path))
        line = whole[:end].count("\n") + 1
        said = str(caught.value).split(" at line ")[1].split(",")[0].split("\n")[0]
        assert abs(int(said) - line) <= 4, whole[:end]


READ = """
import sys
from pathlib import Path
from mwaa_kit.authoring.ipynb import read_notebook
from mwaa_kit.authoring.credentials import check_outputs
def peak():
    return int(next(line for line in Path('/proc/self/status').open() if line.startswith('VmHWM')).split()[1])
read_notebook(sys.argv[1])
Path('/proc/self/clear_refs').write_text('5')
before = peak()
notebook = read_notebook(sys.argv[2])
check_outputs(notebook)
print(peak() - before, len(notebook.cells))
"""


def test_200_megabytes_of_outputs_need_no_memory(tmp_path: Path) -> None:
    small, large = tmp_path / "small.ipynb", tmp_path / "large.ipynb"
    sources = 4_000_000
    for path, size in ((small, 10), (large, 10_000_000)):
        with path.open("w") as file:
            file.write('{"metadata": {}, "nbformat": 4, "nbformat_minor": 5, "cells": [')
            for number in range(20):
                picture = '{"output_type": "display_data", "metadata": {}, "data": {"image/png": "' + "iVBO" * (
                    size // 4
                )
                source = json.dumps("x = 1 # " + "y" * (sources // 20 if size > 10 else 1))
                file.write(f'{"," * bool(number)}{{"cell_type": "code", "metadata": {{}}, "execution_count": 1, ')
                file.write(f'"outputs": [{picture}"}}}}], "source": {source}}}')
            file.write("]}")
    done = subprocess.run([sys.executable, "-c", READ, small, large], capture_output=True, text=True, check=True)
    more_kib, cells = (int(word) for word in done.stdout.split())
    assert large.stat().st_size > 200_000_000
    assert (cells, more_kib * 1024 < 2 * sources + 20_000_000) == (20, True), f"{more_kib} KiB"
