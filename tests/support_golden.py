"""What the server says, in files that the tests of the page read too (``extensions/lab/test/golden.test.ts``).

Moments become seconds counted from one fixed moment, in the order in which they are met, and ids become the same few
letters: what is left is what both sides must agree about.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("server") / "golden"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:\+00:00|Z)")


def compare(name: str, said: Any, *, ids: tuple[str, ...] = ()) -> None:
    """Compare an answer with its file; with ``MWAA_KIT_WRITE_GOLDEN=1`` write the file."""
    text = json.dumps(_timeless(said), indent=1, ensure_ascii=False)
    for at, one in enumerate(ids):
        text = text.replace(one, f"{at}" * 12)
    moments: dict[str, str] = {}
    for moment in _MOMENT.findall(text):
        moments.setdefault(moment, f"2026-01-01T00:00:{len(moments):02d}+00:00")
    text = _MOMENT.sub(lambda found: moments[found[0]], text) + "\n"
    path = FOLDER / f"{name}.json"
    if os.environ.get("MWAA_KIT_WRITE_GOLDEN"):
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8")


def _timeless(value: Any) -> Any:
    """How long things took is different each time."""
    if isinstance(value, dict):
        return {key: 1.0 if _is_time(key, one) else _timeless(one) for key, one in value.items()}
    return [_timeless(one) for one in value] if isinstance(value, list) else value


def _is_time(key: str, value: Any) -> bool:
    return key.endswith(("seconds", "_ms")) and isinstance(value, float)
