"""check."""

from __future__ import annotations

from collections import Counter
from shlex import quote

import click

from mwaa_kit.cli.findings import show_findings
from mwaa_kit.cli.options import json_option, target_option
from mwaa_kit.cli.output import count, show, show_json
from mwaa_kit.model.finding import errors_in


@click.command("check")
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@target_option
@json_option
def check_command(paths: tuple[str, ...], target: str, as_json: bool) -> int:
    """Check notebooks, Dag files or folders for what would go wrong on Amazon MWAA."""
    from mwaa_kit.verbs.checking import check

    report = check(*paths, target=target)
    if as_json:
        show_json(report.to_dict())
        return int(not report.clean)
    show_findings(report.findings)
    errors = len(errors_in(report.findings))
    read = f"{count(report.checked, 'file')} checked for Airflow {target}"
    if not report.findings:
        show(f"{read}: nothing to mend")
    else:
        show(f"{read}: {count(errors, 'error')}, {count(len(report.findings) - errors, 'other finding')}")
        mended = Counter(finding.at.path for finding in report.findings if finding.fix)
        for path, number in mended.items():
            fixed = f"{count(number, 'finding')} of {path} can be mended for you, shown first"
            show(f"{fixed}: mwaa-kit fix {quote(path)}")
    return int(not report.clean)
