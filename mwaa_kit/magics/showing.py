"""What the verbs return, as a cell shows it: a few lines that say what happened, instead of a long ``repr``."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mwaa_kit.errors import MwaaKitError

if TYPE_CHECKING:
    from mwaa_kit.model.finding import Report
    from mwaa_kit.model.module import DagModule
    from mwaa_kit.model.release import Plan
    from mwaa_kit.model.run import DagRun, TaskResult
    from mwaa_kit.practising.lifecycle import PracticeStatus
    from mwaa_kit.verbs.publishing import Publication

_SIGNS = {"new": "+", "changed": "~", "removed": "-", "unchanged": "="}


def error_lines(error: MwaaKitError) -> list[str]:
    """Return what stopped us, and the next step."""
    return [f"error: {error}", *([f"  next: {error.hint}"] if error.hint else [])]


def run_text(run: DagRun) -> str:
    """Return a run as a table of its task instances."""
    rows = []
    for one in run.task_instances:
        name = one.task_id if one.map_index < 0 else f"{one.task_id}[{one.map_index}]"
        tries = f"  (try {one.try_number})" if one.try_number > 1 else ""
        error = f"  {one.error.splitlines()[0]}" if one.error else ""
        rows.append((name, f"{one.state or 'not started'}{tries}{error}"))
    width = max((len(name) for name, _ in rows), default=0)
    head = f"DagRun {run.dag_id}: {'cancelled' if run.cancelled else run.state}"
    lines = [head, *(f"  {name:<{width}}  {what}" for name, what in rows)]
    return "\n".join([*lines, *next_lines(run)])


def next_lines(run: DagRun) -> list[str]:
    """Return what to do next about the tasks that failed."""
    from mwaa_kit.model.run import hints_of

    return [f"  next: {hint}" for hint in hints_of(run.task_instances)]


def result_text(result: TaskResult) -> str:
    """Return what one task did, and which values it left."""
    task_id = result.instances[0].task_id
    left = ", ".join(dict.fromkeys(f"{xcom.key} ({xcom.type_name.removeprefix('builtins.')})" for xcom in result.xcoms))
    return f"{task_id}: {result.state or 'not started'}" + (f", left {left}" if left else "")


def report_text(report: Report) -> str:
    """Return the findings and how many files were read."""
    found = f"{_count(report.checked, 'file')} checked, {_count(len(report.findings), 'finding')}"
    return "\n\n".join([*map(str, report.findings), found])


def module_text(module: DagModule) -> str:
    """Return the Dag file, after what there is to mend."""
    return "\n\n".join([*map(str, module.findings), *([module.source.rstrip("\n")] if module.source else [])])


def markdown_of(module: DagModule) -> str | None:
    """Return the Dag file as Markdown, which front ends colour; None when there is no file to show."""
    if not module.source:
        return None
    findings = [_fenced(str(finding), "text") for finding in module.findings]
    return "\n\n".join([*findings, _fenced(module.source.rstrip("\n"), "python")])


def plan_text(plan: Plan) -> str:
    """Return what happens to each object, to the graph, and afterwards by itself."""
    lines = [f"plan for {plan.environment}, release {plan.release[:12]}"]
    lines += [
        f"  {_SIGNS[one.change.value]} {one.change.value:<9}  {one.key}  {one.size_bytes} B" for one in plan.objects
    ]
    for dag_id, graph in plan.graph.items():
        schedule = plan.behaviour.get("schedule", {}).get(dag_id) or "no schedule"
        lines.append(f"  Dag {dag_id}: {_count(graph['tasks'], 'task')}, {schedule}")
        if plan.behaviour.get("paused", {}).get(dag_id):
            lines.append("    paused: it runs only after --unpause, or after unpausing it in Airflow")
    lines += [f"  in the way  {one.key}: {one.reason}" for one in plan.newer]
    return "\n".join(lines)


def publication_text(publication: Publication) -> str:
    """Return what was published, whether it is live, and how triggered runs ended."""
    receipt = publication.receipt
    if receipt.uploaded:
        lines = [f"published {', '.join(receipt.dag_ids)}: {_count(receipt.uploaded, 'object')} written"]
    else:
        lines = [f"nothing to publish: {receipt.environment} already has release {receipt.release[:12]}"]
    for one in publication.liveness:
        state = f"live{', paused' if one.paused else ''}" if one.live else f"not live: {one.problem}"
        lines.append(f"  {one.dag_id}  {state}")
    for run in publication.runs:
        lines.append(f"  run {run.run_id}  {run.state}")
        for ended in run.task_instances:
            index = f"[{ended.map_index}]" if ended.map_index >= 0 else ""
            lines.append(f"    {ended.task_id}{index}  {ended.state or 'no state'}")
    return "\n".join(lines)


def practice_text(status: PracticeStatus) -> str:
    """Return where the practice MWAA answers."""
    if not status.running:
        return f"the practice MWAA is not running{': ' + status.problem if status.problem else ''}"
    return "\n".join(
        f"{one.name}  {one.status}\n  Airflow  {one.airflow_url}\n  bucket   s3://{one.bucket}/{one.dag_s3_path}"
        for one in status.environments
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _fenced(text: str, language: str) -> str:
    """Return a Markdown code block whose fence is longer than any in the text."""
    longest = max(map(len, re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


TEXTS: dict[tuple[str, str], Callable[[Any], str]] = {
    ("mwaa_kit.model.run", "DagRun"): run_text,
    ("mwaa_kit.model.run", "TaskResult"): result_text,
    ("mwaa_kit.model.finding", "Report"): report_text,
    ("mwaa_kit.model.module", "DagModule"): module_text,
    ("mwaa_kit.model.release", "Plan"): plan_text,
    ("mwaa_kit.verbs.publishing", "Publication"): publication_text,
    ("mwaa_kit.practising.lifecycle", "PracticeStatus"): practice_text,
}
"""By module and name of the class, so that showing imports nothing until there is something to show."""
