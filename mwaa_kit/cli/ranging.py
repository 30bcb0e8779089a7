"""run --from --to: the runs of a range, each told as a run is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mwaa_kit.cli.narrating import show_run
from mwaa_kit.cli.output import show as show_line
from mwaa_kit.cli.output import show_json
from mwaa_kit.errors import CancelledError, WrongUsageError
from mwaa_kit.model.run import DagRun
from mwaa_kit.verbs.values import read_date


def run_between(
    path: str, first: str | None, last: str | None, given: dict[str, Any], at_end: Callable[[], None], *, as_json: bool
) -> int:
    """Run a range, show each run as it ends, and return the exit code: 0 only when all succeeded.

    Parameters
    ----------
    at_end
        Is called when a run has ended, before it is shown.
    """
    from mwaa_kit.verbs.ranging import run_range

    begin, end = read_date(first), read_date(last)
    if begin is None or end is None:
        raise WrongUsageError("a range needs both --from and --to", hint="for one date use --logical-date")
    if end < begin:
        raise WrongUsageError(f"--to {last} lies before --from {first}", hint="turn them round")

    def show(run: DagRun) -> None:
        at_end()
        if as_json:
            show_json(run.to_dict())
        else:
            show_line(run.run_id)
            show_run(run)

    runs = run_range(path, first=begin, last=end, ended=show, **given)
    if runs[-1].cancelled:
        return CancelledError.exit_code
    return int(any(run.failures for run in runs))


def refuse_with_range(tasks: bool, logical_date: bool, card: bool, instead: Mapping[str, Any]) -> None:
    """Refuse what says something about one run only.

    Raises
    ------
    WrongUsageError
        If one of them was given with a range.
    """
    given = {"--task": tasks, "--logical-date": logical_date, "--card": card}
    names = {"stubs": "--stub", "inputs": "--input", "inputs_from": "--input-from"}
    given |= {names.get(name, f"--{name.replace('_', '-')}"): bool(value) for name, value in instead.items()}
    for name, is_given in given.items():
        if is_given:
            raise WrongUsageError(f"{name} does not go with --from and --to", hint="leave one of them out")
