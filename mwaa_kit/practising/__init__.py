"""The practice MWAA: a local S3, the ``mwaa`` service and a real Airflow, on the loopback address only."""

from mwaa_kit.practising.lifecycle import (
    Forgotten,
    PracticeEnvironment,
    PracticeStatus,
    practice_status,
    reset_practice,
    start_practice,
    stop_practice,
)

__all__ = [
    "Forgotten",
    "PracticeEnvironment",
    "PracticeStatus",
    "practice_status",
    "reset_practice",
    "start_practice",
    "stop_practice",
]
