"""The command line: read a request, call one verb, show the answer."""

from __future__ import annotations

import gc
import os
import sys


def main() -> None:
    """Run the command line; never returns."""
    gc.set_threshold(50_000, 20, 20)  # a command builds trees and ends: looking for cycles in them costs a third of it
    try:
        from mwaa_kit.cli.app import run

        run()
    except KeyboardInterrupt:  # before there was anything to cancel
        sys.stderr.write("error: cancelled\n")
        sys.stderr.flush()
        os._exit(130)
