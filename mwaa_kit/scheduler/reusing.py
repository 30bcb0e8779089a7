"""Reuse: an unchanged task of an ordinary run is not run again; its earlier result stands, and that is always said.

Notes
-----
A wrong reuse is worse than none, so by default (`SURE`) a result is reused only where all of these hold:

- the task is a plain ``@task`` function whose code is known to give the same for the same arguments, see
  :mod:`mwaa_kit.engine.codeprint`: no file, clock, network, random number, context or library that is not known for it;
- its code, its helpers and its arguments are what they were;
- the values it reads are what they were, byte for byte as Airflow stores them, and no object of the user's own class is among
  them, whose methods could do anything; params too, where it takes them;
- Airflow and Python are the same versions;
- the user did not name it: ``--task features`` runs it.

So the logical date never matters by default: a task that can see it runs again. Operators, sensors, branches, setups and
teardowns always run. ``cache=on`` vouches for one task, ``--reuse`` (`UNCHANGED`) for all of them but setups and teardowns:
then whatever they see of the run goes into the key as well, with all that their upstream left. ``cache=off`` and
``--fresh`` (`NEVER`) let run.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mwaa_kit.engine.codeprint import REPEATABLE_MODULES
from mwaa_kit.engine.protocol import TaskInsight
from mwaa_kit.model.run import TaskKey
from mwaa_kit.scheduler.history import History
from mwaa_kit.scheduler.standing import StandIn, reuse
from mwaa_kit.scheduler.state import RunState
from mwaa_kit.scheduler.valuefiles import digest, encode

NEVER, SURE, UNCHANGED = "never", "sure", "unchanged"
"""What is reused: nothing; what is sure to come out the same; whatever is unchanged."""

_CLASS = re.compile(rb'"__classname__": "([^"]+)"')
"""How Airflow names the class of a stored value."""

_SHOWN = 12
"""How many digits of a digest people are shown."""


@dataclass(frozen=True)
class ReusePolicy:
    """What may be reused.

    Parameters
    ----------
    rule
        `NEVER`, `SURE` or `UNCHANGED`.
    vouched
        Tasks with ``cache=on``.
    refused
        Tasks with ``cache=off``, and those the user named: they run.
    """

    rule: str = SURE
    vouched: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()


@dataclass
class Reuser:
    """Finds earlier results for instances that are about to run.

    Parameters
    ----------
    keys
        Is given the key and its parts of each instance whose result later runs may find.
    explain
        Takes (task_id, a sentence) about each instance; None where nobody asked.
    """

    policy: ReusePolicy
    insights: Mapping[str, TaskInsight]
    history: History
    version: str
    params: Mapping[str, Any]
    keys: dict[TaskKey, tuple[str, str]]
    explain: Callable[[str, str], None] | None = None
    _read: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def find(self, key: TaskKey, state: RunState) -> StandIn | None:
        """Return an earlier result; None where there is none, or none may stand."""
        if not self._has_key(key[0], state):
            self._say(key, "runs: it is a setup or a teardown, or its code cannot be seen")
            return None
        parts = self._parts(key, state)
        text = json.dumps(parts, sort_keys=True, default=str)
        name = hashlib.sha256(text.encode()).hexdigest()
        self.keys[key] = (name, text)
        kept = None
        if not (why := self._why_not(key[0], state)):
            try:
                kept = self.history.find_reusable(state.dag.dag_id, key, name)
                why = f"is reused from {kept.run_id}" if kept else f"runs: {self._what_changed(key, state, parts)}"
            except sqlite3.Error:  # the record ended amid the run, as on a full disk
                why = "runs: the record of runs cannot be read any more"
        self._say(key, f"{why}; key {name[:_SHOWN]}, {_shown(parts)}")
        return reuse(kept, f"reused from {kept.run_id}: unchanged since") if kept else None

    def _has_key(self, task_id: str, state: RunState) -> bool:
        """Whether a task's results could stand for it at all."""
        insight, task = self.insights.get(task_id), state.dag.by_id[task_id]
        return bool(insight and insight.digest) and not task.is_setup and not task.is_teardown

    def _why_not(self, task_id: str, state: RunState) -> str:
        """Say why no earlier result may stand for a task in this run; empty where one may."""
        if self.policy.rule == NEVER:
            return "runs: --fresh"
        if task_id in self.policy.refused:
            return "runs: it was asked for, or has cache=off"
        if self._vouched(task_id):
            return ""
        insight = self.insights[task_id]
        foreign = (self._look_at(*read, state)[1] for read in insight.reads)
        doubts = [*insight.doubts, *(f"reads a {name}, whose code is not looked at" for name in foreign if name)]
        return f"runs: it {'; it '.join(doubts)}" if doubts else ""

    def _vouched(self, task_id: str) -> bool:
        return self.policy.rule == UNCHANGED or task_id in self.policy.vouched

    def _parts(self, key: TaskKey, state: RunState) -> dict[str, Any]:
        """Return everything that the result depends on."""
        insight, task = self.insights[key[0]], state.dag.by_id[key[0]]
        parts: dict[str, Any] = {"code": insight.digest, "version": self.version, "map_index": key[1]}
        inputs = {f"{task_id}.{name}": self._digest_of(task_id, name, state) for task_id, name in insight.reads}
        if insight.sees_params:
            parts["params"] = dict(self.params)
        if insight.doubts:
            inputs |= {
                f"{xcom.task_id}[{xcom.map_index}].{xcom.key}": digest(xcom.stored)
                for up in task.upstream
                for instance in state.keys_of(up)
                for xcom in state.xcoms_of(instance)
            }
        if insight.sees_run:
            parts |= {"params": dict(self.params), "logical_date": str(state.run.logical_date)}
        return {**parts, "inputs": inputs}

    def _digest_of(self, task_id: str, key: str, state: RunState) -> str:
        return self._look_at(task_id, key, state)[0]

    def _look_at(self, task_id: str, key: str, state: RunState) -> tuple[str, str]:
        """Return the digest of an input, and a class in it that may do anything; an input does not change once it is read."""
        if (task_id, key) not in self._read:
            content = encode(list(state.list_xcoms(task_id, key)))
            classes = (found.decode() for found in _CLASS.findall(content))
            foreign = (name for name in classes if name.partition(".")[0] not in REPEATABLE_MODULES)
            self._read[task_id, key] = (hashlib.sha256(content).hexdigest(), next(foreign, ""))
        return self._read[task_id, key]

    def _what_changed(self, key: TaskKey, state: RunState, parts: Mapping[str, Any]) -> str:
        """Say what is other than when it last succeeded."""
        if self.explain is None:
            return ""
        before = self.history.find_parts(state.dag.dag_id, key)
        if not before:
            return "no earlier result of it may be reused"
        run_id, text = before
        names = {"code": "its code or arguments", "version": "Airflow or Python", "params": "params"}
        then: dict[str, Any] = json.loads(text)
        changed = [names.get(one, one) for one in parts if one != "inputs" and parts[one] != then.get(one)]
        inputs: dict[str, str] = then.get("inputs", {})
        changed += [f"input {name}" for name, now in parts["inputs"].items() if inputs.get(name) != now]
        return f"changed since {run_id}: {', '.join(changed)}" if changed else f"the values of {run_id} are gone"

    def _say(self, key: TaskKey, sentence: str) -> None:
        if self.explain is not None:
            self.explain(key[0], f"{key[0]}{f'[{key[1]}]' if key[1] >= 0 else ''} {sentence}")


def _shown(parts: Mapping[str, Any]) -> str:
    """Write the parts of a key shortly."""
    told = [f"code {parts['code'][:_SHOWN]}"]
    told += [f"{name} {value[:_SHOWN]}" for name, value in parts["inputs"].items()]
    return ", ".join([*told, *(f"params {json.dumps(parts['params'], default=str)}" for _ in "1" if "params" in parts)])


def version_of(airflow: str) -> str:
    """Name what runs the code."""
    return f"Airflow {airflow}, Python {platform.python_version()}"
