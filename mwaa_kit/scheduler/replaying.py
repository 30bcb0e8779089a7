"""Record a real run once, replay it offline: every task's outcome and values come from the file, and none runs.

Notes
-----
Trigger rules, skips and mapping come about anew, so that a replay shows what an edited Dag makes of the same outcomes. A
task that the record does not know is refused: it would have to run. Values that held a secret are not in a record; a stub can
stand for them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mwaa_kit.engine.protocol import RunInfo
from mwaa_kit.errors import MissingInputError, RecordUnreadableError, WrongUsageError
from mwaa_kit.model.run import FAILED, SKIPPED, SUCCESS, DagRun, TaskKey, XCom
from mwaa_kit.model.spec import DagSpec
from mwaa_kit.model.wire import from_dict, to_dict
from mwaa_kit.scheduler.standing import StandIn
from mwaa_kit.scheduler.state import RunState

REPLAY = "replay__"
"""How the run_id of a replay begins; the rest is that of the run that was recorded."""

_FORM = 1
_RAN = (SUCCESS, FAILED, SKIPPED)


@dataclass(frozen=True)
class Recording:
    """A recorded run.

    Parameters
    ----------
    outcomes
        How each instance that ran ended.
    withheld
        Tasks whose values held a secret.
    tasks
        All tasks that the Dag had.
    """

    name: str
    info: RunInfo
    outcomes: dict[TaskKey, StandIn]
    withheld: frozenset[str] = frozenset()
    tasks: frozenset[str] = frozenset()

    def find(self, key: TaskKey, state: RunState) -> StandIn:
        """Return how an instance ended; one that had not run then fails, and says so."""
        found = self.outcomes.get(key)
        return found or StandIn(FAILED, (), f"it had not run when {self.name} was recorded", self.name, stubbed=True)


def write_recording(path: Path, run: DagRun, info: RunInfo, state: RunState) -> None:
    """Write a run as a file that can be replayed.

    Raises
    ------
    WrongUsageError
        If the file cannot be written.
    """
    secret = [xcom for xcom in run.xcoms if state.holds_secret(xcom.stored)]
    shown = ("task_id", "map_index", "state", "try_number", "error")
    document = {
        "mwaa_kit_recording": _FORM,
        "run": to_dict(info),
        "task_instances": [{name: getattr(one, name) for name in shown} for one in run.task_instances],
        "xcoms": [to_dict(xcom) for xcom in run.xcoms if xcom not in secret],
        "withheld": sorted({xcom.task_id for xcom in secret}),
    }
    try:
        path.write_text(json.dumps(document, indent=1, default=str) + "\n", encoding="utf-8")
    except OSError as error:
        raise WrongUsageError(f"the run ended, but {path} cannot be written: {error.strerror}") from error


def read_recording(path: Path) -> Recording:
    """Read what :func:`write_recording` wrote.

    Raises
    ------
    MissingInputError
        If there is no such file.
    RecordUnreadableError
        If it is no recording, or a newer kit's.
    """
    if not path.is_file():
        raise MissingInputError("there is no such recording", path=str(path), hint=f"make it with: --record {path}")
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        form = document["mwaa_kit_recording"]
        if form != _FORM:
            raise RecordUnreadableError(
                f"the recording has the form {form}, and this mwaa-kit knows {_FORM}", path=str(path), hint="upgrade it"
            )
        return _read(path.name, document)
    except (ValueError, KeyError, TypeError) as error:
        raise RecordUnreadableError(
            "is no recording of a run", path=str(path), hint=f"make one with: --record {path}"
        ) from error


def _read(name: str, document: dict[str, Any]) -> Recording:
    xcoms: dict[TaskKey, list[XCom]] = {}
    for one in document["xcoms"]:
        xcoms.setdefault((one["task_id"], one["map_index"]), []).append(from_dict(XCom, one))
    outcomes = {}
    for one in document["task_instances"]:
        key = (one["task_id"], one["map_index"])
        if one["state"] in _RAN and one["try_number"] > 0:
            reason = one["error"] or f"replayed from {name}"
            outcomes[key] = StandIn(
                one["state"], tuple(xcoms.get(key, ())), reason, name, one["try_number"], stubbed=True
            )
    info = from_dict(RunInfo, document["run"])
    tasks = frozenset(one["task_id"] for one in document["task_instances"])
    return Recording(name, info, outcomes, frozenset(document["withheld"]), tasks)


def check_replay(dag: DagSpec, recording: Recording, stubbed: frozenset[str]) -> None:
    """Refuse a replay that would have to run a task.

    Raises
    ------
    WrongUsageError
        If the Dag has tasks that the recording does not know, or whose values were withheld.
    """
    open_tasks = [task.task_id for task in dag.tasks if task.task_id not in stubbed]
    unknown = [name for name in open_tasks if name not in recording.tasks]
    secret = [name for name in open_tasks if name in recording.withheld]
    for names, why in ((unknown, "knows nothing of"), (secret, "lacks what held a secret in")):
        if names:
            raise WrongUsageError(
                f"{recording.name} {why} {', '.join(map(repr, names))}",
                hint=f"record the run again, or stub it: --stub {names[0]}=VALUE",
            )


def replayed_info(recording: Recording) -> RunInfo:
    """Return the run as it was, under a name of its own: it is not the run itself."""
    run_id = recording.info.run_id
    return replace(recording.info, run_id=run_id if run_id.startswith(REPLAY) else f"{REPLAY}{run_id}")
