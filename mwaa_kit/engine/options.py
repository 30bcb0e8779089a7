"""Options that Airflow looks up for every task, kept where it finds them first.

Notes
-----
A trivial task asks for these five times, and Airflow goes through its file, commands, secrets and defaults each time: a
twelfth of what such a task costs on 3.0.6. Their values stay what they are: one is written where the file's own would stand,
and an environment variable still goes before it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import import_module
from typing import Any

_ASKED_FOR = (
    ("core", "max_templated_field_length"),
    ("core", "dag_run_conf_overrides_params"),
    ("core", "hostname_callable"),
)


def keep_at_hand() -> None:
    """Keep the options at hand in this process."""
    for conf in _configurations():
        for section, option in _ASKED_FOR:
            value = conf.get(section, option, fallback=None)
            if value is None or "%" in value or f"AIRFLOW__{section}__{option}".upper() in os.environ:
                continue
            if not conf.has_section(section):
                conf.add_section(section)
            conf.set(section, option, value)


def _configurations() -> Iterator[Any]:
    """Yield Airflow's configuration; from 3.2 on the Task SDK has one of its own."""
    for module in ("airflow.configuration", "airflow.sdk.configuration"):
        try:
            yield import_module(module).conf
        except (ImportError, AttributeError):
            continue
