"""An Elyra pipeline, read as a notebook: a task for each node, the pipeline's arrows as ``after=``.

References
----------
Elyra documentation, "Pipelines"; the pipeline file format (schema version 3) of ``elyra-ai/pipeline-schemas``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import PurePath, PurePosixPath
from typing import Any

from mwaa_kit.authoring.importing.proposing import task_name
from mwaa_kit.errors import UnreadableInputError

_DROPPED = {"dependencies": "files it needs", "env_vars": "environment variables", "outputs": "files it makes"}


def read_pipeline(content: bytes, path: str) -> dict[str, Any]:
    """Return a notebook document with a cell for each node of a pipeline.

    Raises
    ------
    UnreadableInputError
        If it is no Elyra pipeline.
    """
    try:
        document = json.loads(content.decode("utf-8-sig"))
        nodes = [node for pipeline in document["pipelines"] for node in pipeline["nodes"]]
        steps = {str(node["id"]): node for node in nodes if node.get("type") == "execution_node"}
        names = _names(steps)
        cells = [_dag(path), *(cell for key, node in _in_order(steps) for cell in _cells(key, node, names))]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableInputError(
            "is no Elyra pipeline", path=path, hint="give a .pipeline file of Elyra 3"
        ) from error
    if not steps:
        raise UnreadableInputError("has no node to run", path=path)
    for number, cell in enumerate(cells):
        cell["id"] = f"elyra-{number}"
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def _dag(path: str) -> dict[str, Any]:
    return _code(f"#| dag: {task_name(PurePath(path).stem)}")


def _code(source: str) -> dict[str, Any]:
    lines = source.splitlines(keepends=True)
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": lines}


def _parts(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a node runs; older files have it one level higher."""
    data = node["app_data"]
    parameters: Mapping[str, Any] = data.get("component_parameters") or data
    return parameters


def _names(steps: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return a task name for each node: its label, without the ending of its file."""
    names: dict[str, str] = {}
    for key, node in steps.items():
        label = (node["app_data"].get("ui_data") or {}).get("label") or _parts(node).get("filename") or key
        name = first = task_name(PurePosixPath(str(label)).stem)
        number = 2
        while name in names.values():
            name, number = f"{first}_{number}", number + 1
        names[key] = name
    return names


def _upstream(node: Mapping[str, Any]) -> list[str]:
    links = (link for port in node.get("inputs") or [] for link in port.get("links") or [])
    return list(dict.fromkeys(str(link["node_id_ref"]) for link in links))


def _in_order(steps: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the nodes, each below those it waits for where there is no circle."""
    waiting, done = dict(steps), set[str]()
    while waiting:
        ready = [key for key, node in waiting.items() if {u for u in _upstream(node) if u in steps} <= done]
        for key in ready or list(waiting)[:1]:
            yield key, waiting.pop(key)
            done.add(key)


def _cells(key: str, node: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    parts = _parts(node)
    file = str(parts.get("filename") or "")
    after = ",".join(names[upstream] for upstream in _upstream(node) if upstream in names)
    rest = f" after={after}" if after else ""
    read = _files(file, parts)
    known = {"dependencies"} if read else set()
    if notes := [words for part, words in _DROPPED.items() if parts.get(part) and part not in known]:
        yield {
            "cell_type": "markdown",
            "metadata": {},
            "source": [f"`{names[key]}` had in Elyra: {', '.join(notes)}. See to them on Amazon MWAA."],
        }
    if file.endswith((".ipynb", ".py")):  # a script is a notebook of one cell: it is published, and runs as __main__
        yield _code(f"#| notebook: {names[key]} path={json.dumps(file)}{read}{rest}")
    else:
        yield _code(f"#| task: {names[key]}{rest}\nraise NotImplementedError({f'run {file or key}'!r})")


def _files(file: str, parts: Mapping[str, Any]) -> str:
    """Return the option for the files that a notebook reads, which Elyra names from its folder; empty for a pattern."""
    names = [str(name) for name in parts.get("dependencies") or []]
    if not file.endswith((".ipynb", ".py")) or not names or any(char in name for name in names for char in "*?[,'\" "):
        return ""
    return f" files={','.join(str(PurePosixPath(file).parent / name) for name in names)}"
