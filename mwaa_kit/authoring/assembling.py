"""The Dag file, put together: imports, shared code, task functions and the Dag, each where the notebook has it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath

from mwaa_kit.authoring.analysing import Analysed
from mwaa_kit.authoring.cells import AuthoredCell, Role, names_in
from mwaa_kit.authoring.celltext import chunk_lines, import_text
from mwaa_kit.authoring.chunks import Chunk, Slice, Slicer, find_chunks
from mwaa_kit.authoring.dagbody import DagPlan, body_lines
from mwaa_kit.authoring.daghead import call_lines, dag_head, needs_datetime, with_arguments
from mwaa_kit.authoring.dialects import import_lines
from mwaa_kit.authoring.docstrings import markdown_above
from mwaa_kit.authoring.helpers import path_lines
from mwaa_kit.authoring.importblock import import_block, spaced
from mwaa_kit.authoring.lowering import LoweredTask, anchor_of, lower_task
from mwaa_kit.authoring.names import facts_of
from mwaa_kit.authoring.notebooklowering import lower_notebook
from mwaa_kit.authoring.params import DagParam, find_params
from mwaa_kit.authoring.scopes import import_name
from mwaa_kit.authoring.steps import BUILTINS
from mwaa_kit.authoring.tasks import Task, identifier
from mwaa_kit.authoring.writer import TextLine, Writer, defines, indent
from mwaa_kit.model.notebook import Cell

_FSTRING = re.compile(r"\b[rR]?[fF][rR]?['\"]")


@dataclass
class Assembler:
    """Everything the Dag file is made of."""

    known: Analysed
    target: str
    release: str = ""
    local: frozenset[str] = frozenset()
    kit_imports: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    def write(self) -> Writer:
        """Return the text of the Dag file."""
        shipped = self._slice()
        names = self._function_names(shipped)
        chunks: dict[int, list[Chunk]] = {}
        for chunk in sorted(shipped.names, key=lambda chunk: chunk.start):
            chunks.setdefault(chunk.cell.code_index, []).append(chunk)
        tasks = {
            task.cell.code_index: self._task(task, shipped, names) for task in self.known.tasks if task.kind == "script"
        }
        blocks = [
            block
            for cell in self.known.cells
            for block in self._blocks(cell, chunks.get(cell.code_index, []), tasks.get(cell.code_index), names)
        ]
        blocks += [self._dag(plan, names) for plan in self.inferred if plan.cell is None]
        calls = call_lines(self.known.plans, self.known.cells)
        writer = Writer([TextLine(text) for text in self._header()])
        writer.block(self._imports(shipped), blank=1)
        for i, block in enumerate(blocks):
            writer.block(block, blank=2 if i or defines(block) else 1)
        writer.block(calls)
        return writer

    @property
    def inferred(self) -> tuple[DagPlan, ...]:
        """The Dags whose bodies are inferred."""
        return tuple(plan for plan in self.known.plans if not plan.written)

    @cached_property
    def _found_params(self) -> tuple[DagParam, ...]:
        return find_params(self.known.cells)

    @cached_property
    def _chunks(self) -> tuple[Chunk, ...]:
        return find_chunks(self.known.cells, self.known.airflow)

    @cached_property
    def _docs(self) -> dict[Cell, str]:
        return markdown_above(self.known.notebook)

    # -- what is shipped

    def _slice(self) -> Slice:
        scripts = [task for task in self.known.tasks if task.kind == "script"]
        shared = {task.task_id: self._shared_names(task) for task in scripts}
        copied = {task.task_id: self._changed(task) for task in scripts}
        slicer = Slicer(self._chunks)
        found = slicer.ship(self._needed(), shared, copied)
        for task in scripts:
            for name, cell in self.known.wiring.imports.get(task.task_id, []):
                makers = [Chunk(cell, n, n.lineno, n.lineno, False) for n in cell.parsed.body if _imports(n, name)]
                found.local.setdefault(task.task_id, []).extend((maker, name) for maker in makers[-1:])
        return found

    def _shared_names(self, task: Task) -> list[str]:
        return self.known.wiring.shared.get(task.task_id, [])

    def _changed(self, task: Task) -> set[str]:
        return {name for cell in task.cells for name in (*cell.facts.binds, *cell.facts.mutates, *cell.facts.deletes)}

    def _needed(self) -> list[str]:
        """Names that the Dag's own lines read: options of directives, and cells with classic operators."""
        self._kit_imports_needed()
        options = [o for c in self.known.cells if c.directive is not None for o in c.directive.options if o.call]
        needed = [name for option in options for name in sorted(names_in(ast.parse(option.code)))]
        needed += [local for name, local in self.names.items() if name not in self.kit_imports]
        for cell in self.known.cells:
            if cell.role is Role.AIRFLOW:
                facts = facts_of(cell.parsed.body)
                needed += [*facts.reads, *facts.deferred, *facts.binds]
        return [name for name in needed if name not in BUILTINS]

    def _function_names(self, shipped: Slice) -> dict[str, str]:
        """Return the function of each task; one whose name is taken at module level gets another."""
        taken = {name for chunk, names in shipped.names.items() for name in (names or chunk.facts.binds)}
        taken |= {"task", "dag"} | {plan.function for plan in self.known.plans}
        found: dict[str, str] = {}
        bound = {feed.name for feeds in self.known.wiring.bound.values() for feed in feeds}
        for task in self.known.tasks:
            function = task.function
            if not function and task.kind in {"operator", "called"}:
                function = identifier(task.task_id)
                function = f"_{function}" if function in taken | bound else function
            while task.kind == "script" and (function in taken or function in BUILTINS):
                function += "_task" if not function.endswith("_task") else "_"
            found[task.task_id] = function
            taken.add(function)
        return found

    # -- blocks

    def _blocks(
        self, cell: AuthoredCell, chunks: list[Chunk], task: list[TextLine] | None, names: dict[str, str]
    ) -> list[list[TextLine]]:
        anchor = TextLine(f"# {anchor_of(cell)}")
        blocks = []
        plans = [plan for plan in self.inferred if plan.cell is cell]
        dags = [plan.node for plan in plans]
        lines: list[TextLine] = []
        for chunk in chunks:
            if not chunk.is_import and chunk.node not in dags:
                found = self._with_arguments(chunk, chunk_lines(chunk, self.target))
                gap = lines and isinstance(chunk.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
                lines += [TextLine(""), TextLine("")] * bool(gap) + found
        if lines:
            blocks.append([anchor, *lines])
        if task is not None:
            blocks.append(task)
        return [*blocks, *([anchor, *self._dag(plan, names)] for plan in plans)]

    def _with_arguments(self, chunk: Chunk, lines: list[TextLine]) -> list[TextLine]:
        plan = next((plan for plan in self.known.plans if plan.node is chunk.node), None)
        if plan is None:
            return lines
        return with_arguments(plan, lines, self.names, self._params(), self.target)

    def _task(self, task: Task, shipped: Slice, names: dict[str, str]) -> list[TextLine]:
        local = tuple(shipped.local.get(task.task_id, ()))
        hints = {param.name: param.hint for param in self._found_params}
        doc = self._docs.get(task.cell.cell, "")
        lowered = LoweredTask(task, names[task.task_id], local, self.names["task"], self.target, hints, doc)
        call = self.known.calls.get(task.cell)
        if call is not None:
            return lower_notebook(lowered, call, self.known.wiring, self.known.dag_id_of(task), self.release)
        return lower_task(lowered, self.known.wiring)

    def _dag(self, plan: DagPlan, names: dict[str, str]) -> list[TextLine]:
        head = dag_head(plan, self.names, self._params(), self.target)
        tasks, loose = self.known.tasks_of(plan), self.known.loose_cells_of(plan)
        body = body_lines(tasks, self.known.wiring, names, self.target, self.known.airflow, loose)
        return [*head, *indent(body)]

    def _params(self) -> tuple[tuple[str, str], ...]:
        return tuple((param.name, param.code(self.names.get("Param", "Param"))) for param in self._found_params)

    def _kit_imports_needed(self) -> None:
        """Decide what our own lines import: what the user imports at module level is taken from there."""
        wanted = ["task"] if any(task.kind == "script" for task in self.known.tasks) else []
        wanted += ["dag"] if any(plan.node is None and not plan.written for plan in self.known.plans) else []
        wanted += ["Param"] if any(param.schema for param in self._found_params) else []
        wanted += ["datetime"] if any(needs_datetime(plan, self.target) for plan in self.known.plans) else []
        for name in wanted:
            local = self._users_import(name)
            self.names[name] = local or (f"_{name}" if self._clashes(name) else name)
            if local is None:
                self.kit_imports.append(name)

    def _clashes(self, name: str) -> bool:
        """Whether the user's own shared code calls something else by that name."""
        return any(name in chunk.facts.binds for chunk in self._chunks)

    def _users_import(self, name: str) -> str | None:
        """Return the name under which the user imports Airflow's `name`, or the class ``datetime``, at module level."""
        module = "datetime" if name == "datetime" else "airflow"
        for chunk in self._chunks:
            node = chunk.node
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == module:
                for alias in node.names:
                    if alias.name == name:
                        return alias.asname or alias.name
        return None

    # -- the top of the file

    def _header(self) -> list[str]:
        printable = "".join(char if char.isprintable() else "?" for char in PurePath(self.known.notebook.path).name)
        lines = [f"# Made by mwaa-kit from {printable}: edit the notebook, not this file."]
        if self._has_bare_fstring():
            lines.append("# ruff: noqa: F541")
        return lines

    def _has_bare_fstring(self) -> bool:
        """Whether the user wrote an f-string without a placeholder: harmless, and left as it is."""
        cells = [cell for cell in self.known.cells if _FSTRING.search(cell.parsed.text)]
        nodes = [node for cell in cells for statement in cell.parsed.body for node in ast.walk(statement)]
        formats = {node.format_spec for node in nodes if isinstance(node, ast.FormattedValue)}
        bare = (n for n in nodes if isinstance(n, ast.JoinedStr) and n not in formats)
        return any(not any(isinstance(v, ast.FormattedValue) for v in node.values) for node in bare)

    def _imports(self, shipped: Slice) -> list[TextLine]:
        futures = [TextLine(f"from __future__ import {name}") for name in self._futures()]
        lines = [TextLine(text) for text in self._our_imports()]
        for chunk in sorted(shipped.names, key=lambda chunk: (chunk.cell.code_index, chunk.start)):
            if chunk.is_import:
                lines += import_text(chunk, shipped.names[chunk], self.target)
        own = [line for line in lines if _top_module(line.text) in self.local]
        others = import_block([line for line in lines if line not in own], self.local)
        path = [TextLine(text) for text in path_lines(self.release)] if self.local else []
        return spaced(group for group in (futures, *others, path, *import_block(own, self.local)) if group)

    def _our_imports(self) -> tuple[str, ...]:
        sdk = {name: self.names[name] for name in self.kit_imports if name != "datetime"}
        ours = import_lines(sdk, self.target)
        if "datetime" in self.kit_imports:
            alias = "" if self.names["datetime"] == "datetime" else f" as {self.names['datetime']}"
            ours = (*ours, f"from datetime import datetime{alias}")
        return (*ours, "import os", "import sys") if self.local else ours

    def _futures(self) -> list[str]:
        nodes = (node for cell in self.known.cells if cell.role is not Role.EXPLORATION for node in cell.parsed.body)
        found = (n for n in nodes if isinstance(n, ast.ImportFrom) and n.module == "__future__")
        return sorted({alias.name for node in found for alias in node.names})


def _imports(node: ast.stmt, name: str) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom) and any(import_name(alias) == name for alias in node.names)


def _top_module(text: str) -> str:
    node = ast.parse(text).body[0]
    named = node.module or "" if isinstance(node, ast.ImportFrom) else node.names[0].name  # type: ignore[attr-defined]
    return named.partition(".")[0]
