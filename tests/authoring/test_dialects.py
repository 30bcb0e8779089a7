"""The table of the two dialects, against both Airflows: every name is where it says; none of ``airflow.sdk`` is forgotten."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from mwaa_kit.authoring.dialects import homes
from mwaa_kit.targets.interpreters import Interpreter

PROBE = """
import importlib, json, sys, warnings
warnings.simplefilter("ignore")
absent = []
for module, name in json.load(sys.stdin):
    try:
        exec(f"from {module} import {name}" if name else f"import {module}", {})
    except ImportError as error:
        absent.append(str(error))
print("\\n" + json.dumps(absent))
"""

ONLY_IN_3 = {
    "AllowedKeyMapper", "AssetAccessControl", "AssetOrTimeSchedule", "AssetWatcher", "AsyncCallback", "BaseAsyncOperator",
    "ChainMapper", "CronPartitionTimetable", "DayWindow", "DeadlineAlert", "DeadlineReference", "ExceptionRetryPolicy",
    "FanOutMapper", "FixedKeyMapper", "HourWindow", "IdentityMapper", "MinimumCount", "MonthWindow",
    "MultipleCronTriggerTimetable", "NEVER_EXPIRE", "PartitionMapper", "PartitionedAssetTimetable", "PartitionedAtRuntime",
    "ProductMapper", "QuarterWindow", "ResumableJobMixin", "RetryAction", "RetryDecision", "RetryPolicy", "RetryRule",
    "RollupMapper", "SegmentWindow", "StartOfDayMapper", "StartOfHourMapper", "StartOfMonthMapper", "StartOfQuarterMapper",
    "StartOfWeekMapper", "StartOfYearMapper", "SyncCallback", "WaitForAll", "WeekWindow", "Window", "YearWindow", "asset",
    "lineage", "result", "__version__",
}  # fmt: skip
"""Names of ``airflow.sdk`` that mean nothing in Airflow 2: MK306 tells of them."""


def _absent(python: str | Path, wanted: list[tuple[str, str]], home: Path) -> list[str]:
    asked = subprocess.run(
        [str(python), "-c", PROBE], input=json.dumps(wanted), capture_output=True, text=True, check=True,
        env={"AIRFLOW_HOME": str(home), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    return list(json.loads(asked.stdout.splitlines()[-1]))


def test_every_name_is_in_airflow_3_where_the_table_says(tmp_path: Path) -> None:
    assert _absent(sys.executable, [(new, name) for new, name, _, _ in homes()], tmp_path) == []


def test_every_name_is_in_airflow_2_where_the_table_says(airflow2: Interpreter, tmp_path: Path) -> None:
    assert _absent(airflow2.python, [(old, name) for _, _, old, name in homes()], tmp_path) == []


def test_every_name_of_the_task_sdk_has_a_home_in_airflow_2_or_is_known_to_have_none() -> None:
    import airflow.sdk

    known = {name for module, name, _, _ in homes() if module == "airflow.sdk"}
    assert set(airflow.sdk.__all__) - {"timezone"} == (known & set(airflow.sdk.__all__)) | ONLY_IN_3
