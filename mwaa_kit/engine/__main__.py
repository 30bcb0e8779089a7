"""A worker: an interpreter with Airflow imported once, that parses Dag files and runs their tasks on request.

It speaks JSON lines (see `codec`): a request ``{"id": 1, "do": "load", …}`` on standard input, exactly one answer
``{"id": 1, "value": …}`` or ``{"id": 1, "error": …}`` on standard output. The first line it writes is ``{"airflow_version":
…, "problem": ""}``. Between them the worker asks: ``{"ask": 7, "name": "get_xcom", "arguments": […]}``, which is answered
by ``{"answer": 7, "value": …}``; a silent one, such as a line of a log, has no number and no answer.

Notes
-----
A run's Dag file is imported in a session: a fork of the warm worker that carries on the conversation until the run is
over, while the worker waits. A file that ends Python ends the session only, what it imports never is stale, and each task
is forked from the session in turn. What a Dag file prints while it is imported goes to standard error.
"""

from __future__ import annotations

import os
import signal
from typing import Any

from mwaa_kit.engine.opening import open_engine
from mwaa_kit.engine.processes import die_with_parent
from mwaa_kit.engine.protocol import Engine
from mwaa_kit.engine.serving import Line, Session, explain
from mwaa_kit.engine.trial import load_in_child
from mwaa_kit.engine.warming import warm_up
from mwaa_kit.errors import MwaaKitError


def main() -> int:
    """Answer requests until standard input ends."""
    line = Line(os.dup(0), os.dup(1))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    try:
        engine = open_engine()
    except MwaaKitError as error:
        line.say({"error": explain(error)})
        return 3
    line.say({"airflow_version": engine.airflow_version, "problem": warm_up(engine)})
    while (request := line.listen()) is not None:
        if request["do"] == "parse":
            line.say({"id": request["id"], "value": load_in_child(engine, request["path"], request["seconds"])})
        elif request["do"] == "open":
            line.say({"id": request["id"], "value": _hold_session(engine, line)})
        else:
            line.say({"id": request["id"], "error": {"name": "NoSessionError", "message": "no session is open"}})
    return 0


def _hold_session(engine: Engine, line: Line) -> dict[str, Any]:
    """Let a fork carry on the conversation, and say how it ended."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            die_with_parent()
            Session(engine, line).run()
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended Python with exit code {code}"
    return {"session": "closed" if code == 0 else how}


if __name__ == "__main__":
    raise SystemExit(main())
