"""The supervisor: the one process that owns the practice MWAA, from the first file to the last.

``python -m mwaa_kit.practising LOCK HOME``, with the lock (a file descriptor) already taken by whoever starts it.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import NoReturn

from mwaa_kit import aws
from mwaa_kit.practising import one_writer, processes, settings
from mwaa_kit.practising.bucket import make_bucket, serve_s3
from mwaa_kit.practising.endpoint import MwaaEndpoint
from mwaa_kit.practising.following import Follower
from mwaa_kit.practising.invoking import AirflowApi
from mwaa_kit.targets.practice import BUCKET, DAG_S3_PATH, PracticeState, read_state, write_state

FOLLOW_SECONDS = 1.0
_NEEDED = ("metadatabase", "scheduler", "dag_processor", "triggerer")


class Supervisor:
    """Starts the parts, watches over them, and ends them."""

    def __init__(self, home: Path, state: PracticeState) -> None:
        self.home = home
        self.airflow_home = home / "airflow"
        self.state = state
        self._stopping = threading.Event()

    def run(self) -> None:
        """Start everything, then follow the bucket until told to stop."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl-C is not for us
        try:
            self._run_parts()
        except Exception as error:
            self._say(status="UNAVAILABLE", problem=f"{type(error).__name__}: {error}")
            raise
        finally:
            processes.end_all(self.state.life)
            shutil.rmtree(self.airflow_home, ignore_errors=True)

    def _run_parts(self) -> None:
        shutil.rmtree(self.airflow_home, ignore_errors=True)
        for folder in ("dags", "logs", "aside"):
            (self.airflow_home / folder).mkdir(parents=True, mode=0o700)
        one_writer.install(self.airflow_home / "plugins")
        port, s3_port = free_port(), free_port()
        self._say(pid=os.getpid(), airflow_url=_url(port), s3_endpoint=_url(s3_port))
        airflow = self._start_airflow(port)  # first, for it takes longest
        api = AirflowApi(self.state.airflow_url)
        self._say(mwaa_endpoint=MwaaEndpoint(lambda: self.state, api).serve())
        serve_s3(s3_port, self.state.access_key_id)
        s3 = aws.practice_client("s3", self.state)
        make_bucket(s3)
        follower = Follower(s3, BUCKET, DAG_S3_PATH, self.airflow_home / "dags", self.airflow_home / "aside")
        self._watch(airflow, api, follower)

    def _start_airflow(self, port: int) -> subprocess.Popen[bytes]:
        self._say(progress=f"starting Airflow {self.state.airflow_version}")
        environment = {
            **settings.clean_environment(os.environ, self.state.life),
            **settings.aws_environment(self.state),
            **settings.airflow_environment(self.airflow_home, port),
        }
        template = self.home / "templates" / f"airflow-{self.state.airflow_version}.db"
        with (self.home / "logs" / "api-server.log").open("ab") as log:
            return subprocess.Popen(
                # Found where this process found the kit, whatever else lies in the working folder.
                [sys.executable, "-P", "-c", _RUN_COMPONENTS, str(_package_folder()), str(template)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                cwd=self.home / "logs",
                process_group=0,
            )

    def _watch(self, airflow: subprocess.Popen[bytes], api: AirflowApi, follower: Follower) -> None:
        while not self._stopping.is_set():
            if airflow.poll() is not None:
                raise RuntimeError(f"Airflow has ended ({_last_line(self.home / 'logs' / 'api-server.log')})")
            if self.state.status == "CREATING" and _is_healthy(api):
                self._say(progress="having Airflow build the API of its tasks")
                api.warm_up()
                self._say(status="AVAILABLE", progress="ready")
            try:
                follower.follow()
            except Exception as error:  # an object changed meanwhile, or the disk is full: the next round will tell
                sys.stderr.write(f"the Dag folder could not follow the bucket: {error}\n")
            self._stopping.wait(0.2 if self.state.status == "CREATING" else FOLLOW_SECONDS)

    def _say(self, **changes: object) -> None:
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]
        write_state(self.home, self.state)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping.set()


_RUN_COMPONENTS = (
    "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); import mwaa_kit; sys.path.append(sys.path.pop(0)); "
    "runpy.run_module('mwaa_kit.practising.components', run_name='__main__', alter_sys=True)"
)


def _package_folder() -> Path:
    import mwaa_kit

    return Path(str(mwaa_kit.__file__)).parent.parent


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _url(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def _is_healthy(api: AirflowApi) -> bool:
    health = api.health()
    return all(health.get(part, {}).get("status") == "healthy" for part in _NEEDED)


def _last_line(log: Path) -> str:
    lines = [line for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1].strip() if lines else "it said nothing"


def main(lock: int, home: Path) -> NoReturn:
    """Become the supervisor of the life whose state was just written."""
    os.set_inheritable(lock, False)  # held by this process alone, for as long as it lives
    state = read_state(home)
    if state is None:
        sys.exit("no state was written for this start")
    Supervisor(home, replace(state, started_at=time.time())).run()
    sys.exit(0)
