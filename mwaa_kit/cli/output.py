"""What the commands print: human text to standard output, progress and logs to standard error, JSON on request."""

from __future__ import annotations

import json
import os
import sys
from typing import IO, Any

import click

from mwaa_kit.errors import MwaaKitError


def show(text: str) -> None:
    """Print human text."""
    click.echo(text)


def tell(text: str) -> None:
    """Print progress."""
    click.echo(text, err=True)


def show_json(document: Any) -> None:
    """Print one JSON document."""
    json_stream().write(json.dumps(document, ensure_ascii=False) + "\n")
    json_stream().flush()


def tell_start() -> None:
    """Say at a terminal why nothing is seen for a few seconds."""
    from mwaa_kit.engine.opening import installed_airflow

    version = installed_airflow()
    if version and sys.stderr.isatty():
        tell(f"starting Airflow {version} …")


_stream: IO[str] | None = None


def json_stream() -> IO[str]:
    """Return a stream to what was standard output, and lead standard output itself to standard error.

    From here on nothing but our JSON can reach a reader of standard output: not a Dag file that prints while it is imported,
    not a task, not a library.
    """
    global _stream
    if _stream is None:
        sys.stdout.flush()
        try:
            _stream = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
            os.dup2(sys.stderr.fileno(), 1)
        except (OSError, ValueError, AttributeError):  # a stream without a descriptor, as in a test
            _stream = sys.stdout
    return _stream


def show_error(error: MwaaKitError, *, as_json: bool) -> None:
    """Print what stopped us: one line, and the next step."""
    if as_json:
        show_json({"error": error.to_dict()})
        return
    click.secho("error: ", err=True, nl=False, fg="red", bold=True)
    tell(str(error))
    if error.hint:
        tell(f"  next: {error.hint}")


def count(number: int, noun: str) -> str:
    """Return ``1 task`` or ``3 tasks``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def size(size_bytes: int) -> str:
    """Return a size as people read it."""
    amount = float(size_bytes)
    for unit in ("B", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"
