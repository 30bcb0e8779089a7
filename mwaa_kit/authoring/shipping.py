"""What of a cell takes part in the Dag file: all of it, its imports only, or nothing."""

from __future__ import annotations

import ast
from functools import lru_cache

from mwaa_kit.authoring.cells import AuthoredCell, Role
from mwaa_kit.authoring.names import facts_of
from mwaa_kit.authoring.parsing import parse_cell
from mwaa_kit.authoring.starimports import parsed_cell
from mwaa_kit.authoring.steps import CellFacts
from mwaa_kit.model.notebook import Cell

CONTEXT_KEYS = frozenset(
    {
        *("asset_state_store", "conn", "conf", "dag", "dag_run", "data_interval_end", "data_interval_start", "ds"),
        *("ds_nodash", "exception", "execution_date", "expanded_ti_count", "inlet_events", "inlets", "logical_date"),
        *(
            "macros",
            "map_index_template",
            "next_ds",
            "next_ds_nodash",
            "next_execution_date",
            "outlet_events",
            "outlets",
        ),
        *(
            "params",
            "partition_date",
            "partition_key",
            "prev_data_interval_end_success",
            "reason",
            "run_id",
            "start_date",
        ),
        *(
            "prev_data_interval_start_success",
            "prev_ds",
            "prev_ds_nodash",
            "prev_end_date_success",
            "prev_execution_date",
        ),
        *("prev_execution_date_success", "prev_start_date_success", "task", "task_instance", "task_instance_key_str"),
        *("task_reschedule_count", "task_state_store", "templates_dict", "test_mode", "ti", "tomorrow_ds"),
        *(
            "tomorrow_ds_nodash",
            "triggering_asset_events",
            "triggering_dataset_events",
            "try_number",
            "ts",
            "ts_nodash",
        ),
        *("ts_nodash_with_tz", "var", "yesterday_ds", "yesterday_ds_nodash"),
    }
)
"""The keys of Airflow's context, of 2.9 to 3.3: a parameter of such a name gets Airflow's value, not ours.

References
----------
Airflow documentation, "Templates reference", and the ``Context`` classes of both lines.
"""

_WHOLE = frozenset(
    {Role.TASK, Role.PARAMS, Role.SHARED, Role.LIBRARY, Role.TASKFLOW, Role.AIRFLOW, Role.DAG, Role.NOTEBOOK}
)


def shipped_facts(cell: AuthoredCell) -> CellFacts | None:
    """Return the facts of what is shipped of a cell; None where nothing is."""
    if cell.role in _WHOLE:
        return cell.facts
    if cell.role is Role.EXPLORATION:
        return _imports_only(cell.cell)
    return None


def shipped_names(cell: AuthoredCell) -> tuple[str, ...]:
    """Return the names that the shipped part of a cell binds."""
    facts = shipped_facts(cell)
    return tuple(facts.binds) if facts is not None else ()


@lru_cache(maxsize=1 << 15)
def _imports_only(cell: Cell) -> CellFacts | None:
    parsed = parsed_cell(cell) if cell.stars else parse_cell(cell.source)
    imports = [node for node in parsed.body if isinstance(node, ast.Import | ast.ImportFrom)]
    return facts_of(list[ast.stmt](imports)) if imports else None
