"""The Dag module of a notebook that is a Dag file: its own text, with the way back from each line to its cell."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from mwaa_kit.authoring.cells import AirflowNames, find_airflow_names, is_dag, is_taskflow
from mwaa_kit.authoring.importing.dagfile import dag_file_name, pieces, to_dag_file
from mwaa_kit.authoring.parsing import ParsedCell
from mwaa_kit.model.module import DagModule, SourceLine, TaskAnchor


def dag_file_module(document: Mapping[str, Any], path: str, *, target: str) -> DagModule:
    """Return the Dag file that a notebook is, to be taken as it is.

    Raises
    ------
    RefusedError
        If a cell makes it something that is not Python.
    """
    source = to_dag_file(document, path).decode("utf-8-sig")
    tree = ast.parse(source)
    airflow = find_airflow_names([ParsedCell(source, tree)])
    source_map = tuple(_source_map(document))
    cells = {entry.line: entry.cell for entry in source_map}
    dag_ids = tuple(dict.fromkeys(_dag_ids(tree, airflow)))
    first = dag_ids[0] if dag_ids else ""
    found = {task_id: line for task_id, line in _tasks(tree, airflow) if line in cells}
    tasks = tuple(TaskAnchor(first, task_id, cells[line]) for task_id, line in found.items())
    return DagModule(path, dag_file_name(document), target, source, dag_ids, source_map, tasks)


def _source_map(document: Mapping[str, Any]) -> Iterator[SourceLine]:
    line = 1
    for piece, index in pieces(document):
        lines = piece.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        if index is not None:
            yield from (SourceLine(line + i, index + 1, i + 1) for i in range(len(lines)))
        line += len(lines) - 1


def _dag_ids(tree: ast.Module, airflow: AirflowNames) -> Iterator[str]:
    """Yield the ids that are written out; what a Dag file computes, only Airflow knows."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and is_dag(node, airflow):
            written = next((d for d in node.decorator_list if airflow.original(d) == "dag"), None)
            yield _text_argument(written, "dag_id") or node.name
        elif isinstance(node, ast.Call) and airflow.original(node.func) == "DAG":
            dag_id = _text_argument(node, "dag_id")
            if dag_id:
                yield dag_id


def _tasks(tree: ast.Module, airflow: AirflowNames) -> Iterator[tuple[str, int]]:
    """Yield the task_ids that are written out, each with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and is_taskflow(node, airflow):
            named = (_text_argument(decorator, "task_id", positional=False) for decorator in node.decorator_list)
            yield next((name for name in named if name), node.name), node.lineno
        elif isinstance(node, ast.Call) and (name := _text_argument(node, "task_id", positional=False)):
            yield name, node.lineno


def _text_argument(call: ast.expr | None, key: str, *, positional: bool = True) -> str:
    if not isinstance(call, ast.Call):
        return ""
    values = [word.value for word in call.keywords if word.arg == key]
    for value in [*values, *(call.args[:1] if positional else [])]:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return value.value
    return ""
