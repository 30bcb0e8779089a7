"""A worker: an interpreter with Airflow imported once, that parses Dag files on request, each in a forked child.

It speaks JSON lines: a request on standard input, exactly one answer on standard output. ``{"load": "dags/churn.py",
"seconds": 30}`` is answered with ``{"loaded": {…}}``; the first line it writes says ``{"airflow_version": …}``. What a Dag
file prints while it is imported goes to standard error.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from mwaa_kit.engine.opening import open_engine
from mwaa_kit.engine.trial import load_in_child
from mwaa_kit.model.wire import to_dict


def main() -> int:
    """Answer requests until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    engine = open_engine()
    _say(answers, {"airflow_version": engine.airflow_version})
    for line in sys.stdin:
        request = json.loads(line)
        loaded = load_in_child(engine, str(request["load"]), float(request["seconds"]))
        _say(answers, {"loaded": to_dict(loaded)})
    return 0


def _say(answers: Any, message: dict[str, Any]) -> None:
    answers.write(json.dumps(message, default=str) + "\n")
    answers.flush()


if __name__ == "__main__":
    raise SystemExit(main())
