"""Dags for the tests of modes: tasks that break what they run in, and tasks that run beside each other."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import tempfile
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, Variable, get_current_context, task, teardown

START = datetime(2026, 1, 1)

with DAG("sleepers", schedule=None, start_date=START):

    @task
    def sleep(n):
        time.sleep(0.2)
        return n

    sleep.expand(n=list(range(50)))

with DAG("together", schedule=None, start_date=START, params={"n": 1}):

    @task
    def look(n, ti=None, params=None):
        for _ in range(20):
            print(f"line of {n}")
            time.sleep(0.001)
        seen = (get_current_context()["ti"].map_index, ti.map_index, int(Variable.get(f"v{n}")))
        named = (os.environ["AIRFLOW_CTX_TASK_ID"], os.environ.get("AIRFLOW_CTX_TRY_NUMBER"), params["n"])
        found = []
        thread = threading.Thread(target=lambda: found.append(threading.current_thread().name))
        thread.start()
        thread.join()
        return [*seen, *named, len(found)]

    look.expand(n=list(range(12)))

with DAG("endless_python", schedule=None, start_date=START):

    @task(execution_timeout=timedelta(seconds=0.5))
    def spin():
        while True:
            pass

    @task(trigger_rule="all_done")
    def after():
        return "after"

    spin() >> after()

with DAG("endless_c", schedule=None, start_date=START):

    @task(execution_timeout=timedelta(seconds=0.5))
    def stuck():
        for number in range(1, 32):
            with contextlib.suppress(OSError, ValueError):
                signal.pthread_sigmask(signal.SIG_BLOCK, [number])
        time.sleep(300)

    stuck()

with DAG("hungry", schedule=None, start_date=START):

    @task
    def eat():
        return len(bytearray(4 << 30))

    @task(trigger_rule="all_done")
    def digest():
        return "alive"

    eat() >> digest()

with DAG("broken_words", schedule=None, start_date=START):

    class SilentError(Exception):
        def __str__(self):
            raise RuntimeError("no words")

    @task
    def fail_silently():
        raise SilentError

    @task
    def return_a_lock():
        return threading.Lock()

    @task(trigger_rule="all_done")
    def end(): ...

    [fail_silently(), return_a_lock()] >> end()

with DAG("flood", schedule=None, start_date=START):

    @task
    def print_much():
        line = "x" * 1023
        for _ in range(200_000):
            print(line)
        return "done"

    @task
    def write_much():
        block = b"y" * (1 << 20)
        for _ in range(1024):
            os.write(1, block)
        return "done"

    print_much()
    write_much()

with DAG("meddling", schedule=None, start_date=START):

    @task
    def meddle():
        os.chdir("/")
        os.environ["MEDDLED"] = "yes"
        os.environ.pop("HOME", None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)
        sys.path.insert(0, "/meddled")

    @task
    def look_around(made=None):
        return [str(Path.cwd()) == "/", "MEDDLED" in os.environ, "HOME" in os.environ, "/meddled" in sys.path]

    look_around(meddle())

with DAG("stopping", schedule=None, start_date=START):

    @task
    def stop_here():
        word = "seen in the debugger"
        breakpoint()
        return word

    stop_here()

with DAG("sleepy_c", schedule=None, start_date=START):

    @task
    def nap():
        print("pid", os.getpid(), flush=True)
        ctypes.CDLL(None).sleep(600)

    nap()

with DAG("vanishing", schedule=None, start_date=START):

    @task
    def vanish():
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)

    @task
    def where():
        return str(Path.cwd())

    vanish() >> where()

with DAG("closing", schedule=None, start_date=START):

    @task
    def close():
        sys.stdout.close()
        sys.stderr.close()

    @task
    def speak():
        print("still heard")

    close() >> speak()

with DAG("leaving", schedule=None, start_date=START):

    @task
    def leave():
        os._exit(0)

    @task(trigger_rule="all_done")
    def after(): ...

    leave() >> after()

with DAG("failing_fast", schedule=None, start_date=START, fail_fast=True, params={"note": ""}):

    @task
    def fail(params=None):
        while not Path(params["note"]).exists():
            time.sleep(0.05)
        raise ValueError("no more")

    @teardown
    def clean(): ...

    command = BashOperator(task_id="command", bash_command="echo $$ > {{ params.note }}; sleep 300; sleep 300")
    [fail(), command >> task(task_id="below")(lambda: None)()] >> clean()

with DAG("importing", schedule=None, start_date=START):

    @task
    def import_slowly():
        import slowly_imported

        return slowly_imported.DONE

    @task
    def wait_for_its_begin():
        while "slowly_imported" not in sys.modules:
            time.sleep(0.01)

    @task(execution_timeout=timedelta(seconds=10))
    def import_it_too():
        import slowly_imported

        return slowly_imported.DONE

    import_slowly()
    wait_for_its_begin() >> import_it_too()
