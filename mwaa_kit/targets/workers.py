"""Workers: a process that holds an Airflow, started once and asked over pipes."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from types import TracebackType
from typing import Any

from mwaa_kit.engine.trial import PARSE_SECONDS
from mwaa_kit.errors import AirflowMissingError
from mwaa_kit.model.spec import LoadedFile


class Worker:
    """An Airflow in a process of its own; a context manager that ends it.

    Parameters
    ----------
    python
        The interpreter; by default this one.

    Raises
    ------
    AirflowMissingError
        If that interpreter has no usable Airflow.
    """

    def __init__(self, python: str = sys.executable) -> None:
        self._process = subprocess.Popen(
            [python, "-m", "mwaa_kit.engine"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": _package_parent()},
            text=True,
        )
        try:
            self.airflow_version = str(self._read()["airflow_version"])
        except (json.JSONDecodeError, KeyError) as error:
            self.close()
            raise AirflowMissingError(
                f"no Airflow can be imported by {python}", hint="install it with: pip install 'mwaa-kit[airflow]'"
            ) from error

    def load(self, path: str, *, seconds: float = PARSE_SECONDS) -> LoadedFile:
        """Import a Dag file in a child of the worker; a problem tells when its time was over."""
        answer = self._ask({"load": os.path.abspath(path), "seconds": seconds})
        return LoadedFile.from_dict(answer["loaded"])

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        return dict(json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        """End the process."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _package_parent() -> str:
    """Return the folder this package is imported from, so that a worker runs the same code."""
    here = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    known = os.environ.get("PYTHONPATH")
    return f"{here}{os.pathsep}{known}" if known else here
