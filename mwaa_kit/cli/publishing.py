"""plan, publish."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from mwaa_kit.cli.options import environment_options, json_option
from mwaa_kit.cli.output import count, show, show_json, size, tell
from mwaa_kit.errors import WrongUsageError
from mwaa_kit.model.release import Plan
from mwaa_kit.verbs.values import read_date, read_params

if TYPE_CHECKING:
    from mwaa_kit.verbs.publishing import Publication

_SIGNS = {"new": ("+", "green"), "changed": ("~", "yellow"), "removed": ("-", "red"), "unchanged": ("=", None)}

replacing_option = click.option(
    "--replacing", default="", metavar="RELEASE", help="The release there that you have seen and mean to replace."
)


@click.command("plan")
@click.argument("path")
@environment_options
@replacing_option
@json_option
def plan_command(path: str, env: str, profile: str | None, region: str | None, replacing: str, as_json: bool) -> int:
    """Show what a publish of PATH would do, and do nothing."""
    from mwaa_kit.verbs.publishing import plan

    planned = plan(path, env=env, profile=profile, region=region, replacing=replacing)
    if as_json:
        show_json(planned.to_dict())
    else:
        show_plan(planned)
    return int(bool(planned.newer))


@click.command("publish")
@click.argument("path")
@environment_options
@replacing_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--unpause", is_flag=True, help="Let it run by its schedule once it is live.")
@click.option("--trigger", is_flag=True, help="Unpause it, start a run once it is live, and wait for its end.")
@click.option("--param", "params", multiple=True, metavar="KEY=VALUE", help="A param of the triggered run.")
@click.option("--conf", metavar="JSON", help="All params of the triggered run as one JSON object.")
@click.option("--logical-date", metavar="DATE", help="The triggered run's logical date.")
@click.option("--no-wait", is_flag=True, help="Do not wait until it is live.")
@json_option
def publish_command(
    path: str,
    env: str,
    profile: str | None,
    region: str | None,
    replacing: str,
    yes: bool,
    unpause: bool,
    trigger: bool,
    params: tuple[str, ...],
    conf: str | None,
    logical_date: str | None,
    no_wait: bool,
    as_json: bool,
) -> int:
    """Publish PATH to an MWAA environment, and read back until it is live there."""
    from mwaa_kit.verbs.publishing import LIVE_SECONDS, publish

    if no_wait and (unpause or trigger):
        raise WrongUsageError("--no-wait goes with neither --unpause nor --trigger: they need the Dag to be live")
    publication = publish(
        path,
        env=env,
        profile=profile,
        region=region,
        replacing=replacing,
        unpause=unpause,
        trigger=trigger,
        params=read_params(params, conf),
        logical_date=read_date(logical_date),
        wait_seconds=0 if no_wait else LIVE_SECONDS,
        confirm=lambda planned: _confirm(planned, yes=yes, as_json=as_json),
        on_progress=lambda step: tell(f"  {step.done}/{step.total}  {step.key}  {size(step.size_bytes)}"),
        on_wait=lambda what: tell(f"  waiting: {what}"),
        on_state=lambda one: tell(f"  {one.task_id}  {one.state or 'no state yet'}"),
    )
    if as_json:
        show_json(publication.to_dict())
    else:
        show_publication(publication)
    return int(bool(publication.failed_runs))


def _confirm(planned: Plan, *, yes: bool, as_json: bool) -> bool:
    """Show the plan and ask, unless told not to."""
    if not as_json:
        show_plan(planned)
    if yes or planned.changes_nothing or planned.newer:
        return True
    if as_json or not sys.stdin.isatty():
        raise WrongUsageError(
            "a publish wants a yes, and there is no terminal to ask at", hint="look at the plan, then add --yes"
        )
    return click.confirm("Publish?", err=True)


def show_plan(planned: Plan) -> None:
    """Print a plan: what happens to each object, to the graph, and afterwards by itself."""
    show(f"plan for {planned.environment}, release {planned.release[:12]}")
    for one in planned.objects:
        sign, colour = _SIGNS[one.change.value]
        click.secho(f"  {sign} {one.change.value:<9}", fg=colour, nl=False)
        show(f"  {one.key}  {size(one.size_bytes)}")
    for dag_id, graph in planned.graph.items():
        paused = planned.behaviour.get("paused", {}).get(dag_id)
        schedule = planned.behaviour.get("schedule", {}).get(dag_id) or "no schedule"
        show(f"  Dag {dag_id}: {count(graph['tasks'], 'task')}, {schedule}{_changes(graph)}")
        if paused:
            show("    paused: it runs only after --unpause, or after unpausing it in Airflow")
    if replaced := planned.behaviour.get("replaces"):
        by = f" by {replaced['publisher']}" if replaced["publisher"] else ""
        when = replaced["published_at"][:16].replace("T", " ")
        show(f"  replaces release {replaced['release'][:12]}, published {when} UTC{by}")
    for newer in planned.newer:
        by = f" by {newer.written_by}" if newer.written_by else ""
        click.secho("  in the way", fg="red", nl=False)
        show(f"  {newer.key}: written {newer.written_at:%Y-%m-%d %H:%M} UTC{by}; {newer.reason}")


def _changes(graph: dict[str, Any]) -> str:
    added, removed = graph.get("added") or [], graph.get("removed") or []
    parts = [f"+{', '.join(added)}"] if added else []
    parts += [f"-{', '.join(removed)}"] if removed else []
    return f"  ({'; '.join(parts)})" if parts else ""


def show_publication(publication: Publication) -> None:
    """Print what was done, and since when it is live."""
    receipt = publication.receipt
    if receipt.uploaded:
        show(f"published {', '.join(receipt.dag_ids)}: {count(receipt.uploaded, 'object')} written")
    else:
        show(f"nothing to publish: {receipt.environment} already has release {receipt.release[:12]}")
    for one in publication.liveness:
        since = f" since {one.live_since:%H:%M:%S} UTC" if one.live_since else ""
        paused = ", paused" if one.paused else ""
        click.secho(f"  live{since}", fg="green", nl=False)
        show(f"  {one.dag_id}{paused}: source, graph and parse time agree")
    for run in publication.runs:
        click.secho(f"  {run.state}", fg="green" if run.state == "success" else "red", nl=False)
        show(f"  run {run.run_id} of {run.dag_id}")
        for instance in run.task_instances:
            index = f" [{instance.map_index}]" if instance.map_index >= 0 else ""
            show(f"    {instance.state or 'no state':<16} {instance.task_id}{index}")
