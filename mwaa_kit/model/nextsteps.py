"""What to do next about a task that failed, where its error says enough."""

from __future__ import annotations

import re
import sys

from mwaa_kit.model.handing import refused_value, with_article

_CONNECTION = re.compile(r"The conn_id [`'\"](.+?)[`'\"] isn't defined")
_VARIABLE = re.compile(
    r"Variable (\S+) does not exist|VARIABLE_NOT_FOUND: .*?(?:Variable (\S+) not found|no Variable '(.+?)')"
)

_MODULE = re.compile(r"^ModuleNotFoundError: No module named '(\w+)[.\w]*'")


def next_step(task_id: str, error: str) -> str:
    """Return a sentence for the user; empty where nothing is known.

    Parameters
    ----------
    error
        What the task ended with, as Airflow 2 or 3 words it.
    """
    if refused := refused_value(error):
        what = with_article(refused[0])
        return f"task {task_id!r} returned {what}, which Airflow cannot hand to another task. {refused[1]}"
    if found := _CONNECTION.search(error):
        name = _key(found[1])
        return f'write into mwaa-kit.local.toml beside the notebook, under [connections]: {name} = "type://host"'
    if found := _VARIABLE.search(error):
        name = _key(next(filter(None, found.groups())))
        return f'write into mwaa-kit.local.toml beside the notebook, under [variables]: {name} = "value"'
    if (found := _MODULE.search(error)) and found[1] not in ("airflow", *sys.stdlib_module_names):
        return (
            f"if {found[1]!r} is a package, install it where the task ran (for a target: mwaa-kit target add VERSION "
            "-r requirements.txt); if it is a file of yours, put it beside the notebook"
        )
    return ""


def _key(name: str) -> str:
    """Return a key as TOML wants it written."""
    plain = re.fullmatch(r"[A-Za-z0-9_-]+", name)
    return name if plain else '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
