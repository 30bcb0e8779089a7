"""Measure our scheduler in this interpreter, whatever Airflow it has, and print what was found as JSON.

    WIDTHS="1 10" python benchmarks/speed_here.py '[["wide_10", "inline", 3]]'

Each part is a dag_id, a mode, and how many runs; scheduler and engine need nothing but Airflow, so the kit is not
installed: it is on PYTHONPATH. Airflow is imported before.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from timed import cpu_seconds

FILE = Path(__file__).parent / "speed_dags.py"


def main() -> None:
    """Measure what is asked for."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    with tempfile.TemporaryDirectory() as home:
        os.environ.setdefault("MWAA_KIT_HOME", home)
        answers.write(json.dumps(measure(json.loads(sys.argv[1]))))
    answers.close()


def measure(parts: list[tuple[str, str, int]]) -> dict[str, Any]:
    """Return [CPU, wall] seconds of each run by dag_id and mode, and the most memory above that of the import."""
    from mwaa_kit.engine.opening import open_engine
    from mwaa_kit.scheduler.local import LocalSettings
    from mwaa_kit.scheduler.running import RunOptions, run_dag

    engine = open_engine()
    imported = _memory_mb()
    specs = {spec.dag_id: spec for spec in engine.load(str(FILE)).dags}

    def run(dag_id: str, mode: str) -> list[float]:
        before, started = cpu_seconds(), time.perf_counter()
        options = RunOptions(mode=mode)
        ended = run_dag(engine, specs[dag_id], options, local=LocalSettings(), store_in=None)
        assert ended.state == "success", ended
        return [cpu_seconds() - before, time.perf_counter() - started]

    runs = {f"{dag_id} {mode}": [run(dag_id, mode) for _ in range(repeat)] for dag_id, mode, repeat in parts}
    return {"airflow": engine.airflow_version, "runs": runs, "memory_mb": _memory_mb() - imported}


def _memory_mb() -> float:
    """Return the most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
