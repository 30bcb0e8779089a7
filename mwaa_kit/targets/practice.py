"""Where the practice MWAA lives on this machine, and what it says of itself.

Whether it runs is told by a lock, not by a process id: the supervisor holds an ``flock`` for as long as it lives, and the
kernel frees it however the supervisor ends. A state file left behind by a crash is therefore never believed, and a reused
process id never misleads.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import tempfile
import time
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from mwaa_kit.engine.home import kit_home

PRACTICE = "practice"
BUCKET = "mwaa-kit-practice"
DAG_S3_PATH = "dags"
REGION = "us-east-1"


@dataclass(frozen=True)
class PracticeState:
    """What the supervisor wrote down: addresses, credentials, and how far it is.

    Parameters
    ----------
    status
        ``CREATING``, ``AVAILABLE`` or ``UNAVAILABLE``, as Amazon MWAA would say.
    life
        A random name of this one life of the practice MWAA; every process of it carries it in its environment.
    access_key_id, secret_access_key
        Made anew at each start, so that no web page and no other program can guess them.
    progress
        What is being done just now, for people.
    problem
        Why it is not available; empty when nothing is wrong.
    """

    status: str
    life: str
    pid: int = 0
    s3_endpoint: str = ""
    mwaa_endpoint: str = ""
    airflow_url: str = ""
    airflow_version: str = ""
    access_key_id: str = ""
    secret_access_key: str = ""
    started_at: float = 0.0
    progress: str = ""
    problem: str = ""


def practice_home() -> Path:
    """Return the folder that holds everything the practice MWAA writes."""
    return kit_home() / PRACTICE


def state_file(home: Path) -> Path:
    """Return the path of the state file."""
    return home / "state.json"


def write_state(home: Path, state: PracticeState) -> None:
    """Write the state aside, readable by its owner only, then rename it into place."""
    descriptor, aside = tempfile.mkstemp(prefix=".state-", dir=home)  # mkstemp makes files of mode 0600
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(state), file)
    Path(aside).replace(state_file(home))


def read_state(home: Path) -> PracticeState | None:
    """Return what is written down, whether or not it is still true; None when nothing is."""
    try:
        written = json.loads(state_file(home).read_text(encoding="utf-8"))
        known = {field.name for field in fields(PracticeState)}
        return PracticeState(**{key: value for key, value in written.items() if key in known})
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def take_lock(home: Path) -> int | None:
    """Take the lock of the practice MWAA; return its file descriptor, or None when another holds it."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(home / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    for _ in range(10):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return descriptor
        except BlockingIOError:
            time.sleep(0.02)  # it may be a mere look, which is over at once
    os.close(descriptor)
    return None


def is_locked(home: Path) -> bool:
    """Tell whether a practice MWAA lives in this home, without disturbing a start that is going on."""
    try:
        descriptor = os.open(home / "lock", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def running_state(home: Path) -> PracticeState | None:
    """Return the state of the practice MWAA that runs now; None when none does."""
    return read_state(home) if is_locked(home) else None


def new_state(airflow_version: str) -> PracticeState:
    """Return the state a new life begins with."""
    return PracticeState(
        status="CREATING",
        life=secrets.token_hex(12),
        airflow_version=airflow_version,
        access_key_id="PRACTICE" + secrets.token_hex(6).upper(),
        secret_access_key=secrets.token_urlsafe(30),
        progress="starting",
    )
