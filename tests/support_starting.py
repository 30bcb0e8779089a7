"""A server of Jupyter's on loopback for a while: started, waited for, and gone afterwards with all it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

_START_SECONDS = 60.0


@contextlib.contextmanager
def started(
    command: Sequence[str], environ: Mapping[str, str], address: str, log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server, from when it answers at `address`; what it writes goes to `log`."""
    with log.open("w") as file:
        server = subprocess.Popen(command, env=environ, stdout=file, stderr=file, start_new_session=True)
        try:
            _wait(server, address, log)
            yield server
        finally:
            server.terminate()  # it ends its kernels
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(timeout=20)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)


def _wait(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        assert server.poll() is None, log.read_text()
        with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(address, timeout=5):
            return
        time.sleep(0.1)
    raise AssertionError(f"the server did not answer within {_START_SECONDS} s:\n{log.read_text()}")
