"""Prints of code: each change that could matter is noticed, none that cannot; and what reaches outside is a doubt."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

from mwaa_kit.engine.codeprint import Print, Printer

BASE = """
import math, statistics
LIMIT = {"low": [1, 2], "high": 9}
class Scale:
    factor = 2
    def apply(self, x):
        return x * self.factor
def helper(x):
    return statistics.mean([x, LIMIT["high"]])
def make(n):
    def inner(x):
        return helper(x) + n
    return inner
add = make(3)
def task(x, extra=1):
    '''What it does.'''
    return [Scale().apply(y) + math.sqrt(add(y)) for y in x] + [extra]
"""


@pytest.fixture
def function(tmp_path: Path) -> Iterator[Any]:
    """Import a module with this text, as if it lay beside a notebook; return its function ``task``."""
    made: list[str] = []

    def load(text: str) -> FunctionType:
        name = f"own_module_{len(made)}"
        path = tmp_path / f"{name}.py"
        path.write_text(text)
        module = type(sys)(name)
        module.__file__ = str(path)
        sys.modules[name] = module
        made.append(name)
        exec(compile(text, str(path), "exec"), vars(module))
        found: FunctionType = module.task
        return found

    yield load
    for name in made:
        del sys.modules[name]


def print_of(function: FunctionType) -> Print:
    return Printer().of(function)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x * self.factor", "x + self.factor"),
        ("factor = 2", "factor = 3"),
        ("statistics.mean", "statistics.median"),
        ("[1, 2]", "[1, 3]"),
        ("make(3)", "make(4)"),
        ("+ n", "- n"),
        ("extra=1", "extra=2"),
        ("math.sqrt", "math.exp"),
        ("[extra]", "[extra, 1]"),
        ("    factor = 2", "    factor = 2\n    def __call__(self): ..."),
    ],
)
def test_a_change_that_matters_is_noticed(old: str, new: str, function: Any) -> None:
    assert print_of(function(BASE)).digest != print_of(function(BASE.replace(old, new))).digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("LIMIT =", "# what is allowed\nLIMIT ="),
        ("def helper(x):\n    return", "def helper(x):\n\n    return"),
        ("import math, statistics", "import statistics\nimport math\nUNUSED = 3"),
        ("def make(n)", "def unused(): ...\ndef make(n)"),
    ],
)
def test_what_does_not_matter_is_not(old: str, new: str, function: Any) -> None:
    assert print_of(function(BASE)) == print_of(function(BASE.replace(old, new)))


def test_what_only_computes_has_no_doubt(function: Any) -> None:
    assert print_of(function(BASE)).doubts == ()


@pytest.mark.parametrize(
    ("body", "doubt"),
    [
        ("return open('x').read()", "calls open"),
        ("import os\n    return os.environ['A']", "uses os"),
        ("from pathlib import Path\n    return Path('x').exists()", "uses pathlib"),
        ("import random\n    return random.random()", "uses random"),
        ("import datetime\n    return datetime.datetime.now()", "calls .now"),
        ("from datetime import date\n    return date.today()", "calls .today"),
        ("import time\n    return time.time()", "uses time"),
        ("import uuid\n    return uuid.uuid4()", "uses uuid"),
        ("import requests\n    return requests.get('x')", "uses requests"),
        ("import subprocess\n    return subprocess.run(['x'])", "uses subprocess"),
        ("import numpy as np\n    return np.random.rand(3)", "calls .rand"),
        ("import pandas as pd\n    return pd.read_csv('x')", "calls .read_csv"),
        ("return x.to_parquet('x')", "calls .to_parquet"),
        ("global SEEN\n    SEEN = x", "sets the global SEEN"),
        ("return eval(x)", "calls eval"),
        ("return hash(x)", "calls hash"),
        ("return [(lambda: open(y))() for y in x]", "calls open"),
        ("from airflow.sdk import Variable\n    return Variable.get('x')", "uses airflow"),
        ("return missing(x)", "uses missing, which is not defined"),
        ("return THREAD", "uses THREAD, a Thread that cannot be compared"),
        ("return BIG", "uses BIG, a list that cannot be compared"),
        ("return reads(x)", "calls open"),
        ("return Reader().read_it(x)", "calls open"),
        ("return cached(x)", "calls open"),
        ("return part(x)", "calls open"),
    ],
)
def test_what_reaches_outside_is_a_doubt(body: str, doubt: str, function: Any) -> None:
    text = (
        "import functools, threading\nTHREAD = threading.Thread()\nBIG = list(range(20_000))\n"
        "def reads(x):\n    return open(x)\n"
        "class Reader:\n    @staticmethod\n    def read_it(x):\n        return open(x)\n"
        "@functools.lru_cache\ndef cached(x):\n    return open(x)\n"
        f"part = functools.partial(reads, 'x')\ndef task(x):\n    {body}\n"
    )

    assert doubt in print_of(function(text)).doubts


@pytest.mark.parametrize(
    "body",
    [
        "print(x)\n    return x",
        "log.info('x')\n    return x",
        "import json\n    return json.dumps(x, sort_keys=True)",
        "import pandas as pd\n    return pd.DataFrame(x).describe().to_dict()",
        "import numpy as np\n    return float(np.sum(np.asarray(x)))",
        "from collections import Counter\n    return dict(Counter(x))",
        "if not x:\n        raise ValueError('none')\n    return max(x)",
        "return Point(x, Colour.RED).x",
        "return {d.isoformat(): WORDS.findall(x) for d in DAYS}",
    ],
)
def test_what_is_known_to_give_the_same_is_none(body: str, function: Any) -> None:
    text = (
        "import dataclasses, datetime, enum, logging, re\nlog = logging.getLogger(__name__)\n"
        "class Colour(enum.Enum):\n    RED = 1\n"
        "@dataclasses.dataclass(frozen=True)\nclass Point:\n    x: int\n    colour: Colour\n"
        f"WORDS = re.compile('a+')\nDAYS = [datetime.date(2026, 1, 1)]\ndef task(x):\n    {body}\n"
    )

    assert print_of(function(text)).doubts == ()


def test_functions_that_call_each_other_have_a_print(function: Any) -> None:
    text = "def even(n):\n    return n == 0 or odd(n - 1)\ndef odd(n):\n    return n != 0 and even(n - 1)\n"
    text += "def task(n):\n    return even(n)\n"

    assert print_of(function(text)) == print_of(function(text))


@pytest.mark.parametrize(
    "use",
    [
        "import own_helpers\ndef task(x):\n    return own_helpers.inner.act(x)\n",
        "import own_helpers.inner as h\ndef task(x):\n    return h.act(x)\n",
        "from own_helpers import inner\ndef task(x):\n    return inner.act(x)\n",
        "from own_helpers.inner import act\ndef task(x):\n    return act(x)\n",
        "import own_helpers.inner\ndef task(x):\n    import own_helpers.inner\n    return own_helpers.inner.act(x)\n",
        "import own_helpers.inner\ndef task(x):\n    from own_helpers.inner import act\n    return act(x)\n",
        "import own_helpers.inner\ndef task(x):\n    import own_helpers.inner as h\n    return h.act(x)\n",
        "import own_helpers.inner\ndef task(x):\n    from own_helpers import inner\n    return inner.act(x)\n",
    ],
)
def test_helpers_are_seen_however_they_are_imported(
    use: str, function: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (tmp_path / "own_helpers").mkdir()

    def look(body: str) -> Print:
        for name in [name for name in sys.modules if name.startswith("own_helpers")]:
            del sys.modules[name]
        (tmp_path / "own_helpers" / "__init__.py").write_text("from own_helpers import inner\n")
        (tmp_path / "own_helpers" / "inner.py").write_text(f"def act(x):\n    return {body}\n")
        return print_of(function(use))

    first, same, other, outside = look("x"), look("x"), look("x + 1"), look("open(x)")
    assert (first, first.doubts) == (same, ())
    assert first.digest != other.digest
    assert outside.doubts == ("calls open",)


def test_a_library_of_another_version_is_another(function: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import json

    text = "import json\ndef task(x):\n    return json.dumps(x)\n"
    before = print_of(function(text))
    monkeypatch.setattr(json, "__version__", "9.9")

    assert print_of(function(text)).digest != before.digest
