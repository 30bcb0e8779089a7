"""The command line: read a request, call one verb, show the answer."""

from __future__ import annotations


def main() -> None:
    """Run the command line; never returns."""
    from mwaa_kit.cli.app import run

    run()
