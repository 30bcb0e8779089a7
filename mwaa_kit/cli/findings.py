"""How findings are shown: what is wrong, where, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable

import click

from mwaa_kit.model.finding import Finding, Severity

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


def show_findings(findings: Iterable[Finding], *, to_stderr: bool = False) -> None:
    """Print findings, each as its three lines."""
    for finding in findings:
        first, *rest = str(finding).splitlines()
        head, _, message = first.partition(": ")
        click.secho(head, fg=_COLOURS[finding.severity], bold=True, nl=False, err=to_stderr)
        click.echo(f": {message}", err=to_stderr)
        for line in rest:
            click.echo(line, err=to_stderr)
        click.echo("", err=to_stderr)
