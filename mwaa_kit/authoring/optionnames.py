"""The names that the options of a directive may have: the arguments of the operator, or of the Dag, it stands for.

Notes
-----
They are those of every Airflow that MWAA offers; what one of them has not is told when the Dag file is checked for it.

References
----------
``airflow.models.baseoperator.BaseOperator`` and ``airflow.models.dag.DAG`` of Airflow 2.9.2 to 2.11.2;
``airflow.sdk.BaseOperator``, ``airflow.sdk.DAG`` and ``PythonOperator`` of the standard provider under 3.3.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from mwaa_kit.authoring.directives import QUARTO, Directive

_BOTH = """default_args doc_md end_date on_failure_callback on_success_callback params render_template_as_native_obj
start_date task_group"""
OF_A_TASK = frozenset(
    f"""{_BOTH} allow_nested_operators dag depends_on_past do_xcom_push doc doc_json doc_rst doc_yaml email email_on_failure
    email_on_retry execution_timeout executor executor_config ignore_first_depends_on_past inlets logger_name
    map_index_template max_active_tis_per_dag max_active_tis_per_dagrun max_retry_delay multiple_outputs on_execute_callback
    on_retry_callback on_skipped_callback op_args op_kwargs outlets owner pool pool_slots post_execute pre_execute
    priority_weight queue resources retries retry_delay retry_exponential_backoff retry_policy run_as_user
    show_return_value_in_logs sla task_concurrency task_display_name task_id templates_dict templates_exts trigger_rule
    wait_for_downstream wait_for_past_depends_before_skipping weight_rule""".split()
)
OF_A_DAG = frozenset(
    f"""{_BOTH} access_control allowed_run_types auto_register catchup concurrency dag_display_name dag_id dagrun_timeout
    deadline default_view description disable_bundle_versioning fail_fast fail_stop full_filepath is_paused_upon_creation
    jinja_environment_kwargs max_active_runs max_active_tasks max_consecutive_failed_dag_runs orientation owner_links
    rerun_with_latest_version schedule schedule_interval sla_miss_callback tags template_searchpath template_undefined
    timetable timezone user_defined_filters user_defined_macros""".split()
)
OF_A_NOTEBOOK = frozenset({"path", "output", "kernel_name"})
"""Options of ``#| notebook:`` that are no arguments of an operator."""
_OURS = frozenset({"cache", "dag", "after"})
_KNOWN = {
    "task": OF_A_TASK | _OURS,
    "notebook": OF_A_TASK | _OURS | OF_A_NOTEBOOK | {"returns", "files"},
    "dag": OF_A_DAG,
}
_BELOW = re.compile(r"#\|\s*(?P<key>[A-Za-z_]\w*)\s*[:=]\s*(?P<value>\S.*)")
_OWNERS = {"task": "a task", "notebook": "a task", "dag": "a Dag"}


def find_unknown_options(directive: Directive, more: frozenset[str] = frozenset()) -> Iterator[tuple[str, str]]:
    """Yield, in words, each option that Airflow would refuse, and what to write.

    Parameters
    ----------
    more
        Names that are options too: the params of a notebook that is a task.
    """
    known = _KNOWN.get(directive.key)
    for option in directive.options if known else ():
        if known is None or option.key in known | more:
            continue
        owner = _OWNERS[directive.key] + (" and no param of its notebook" if directive.key == "notebook" else "")
        close = get_close_matches(option.key.lower(), sorted(known | more), n=1, cutoff=0.6)
        hint = f"write {close[0]}=…" if close else f"take out {option.key}=…, or write an argument that Airflow has"
        yield f"the option {option.key!r} is no argument of {owner}", hint


def find_options_below(directive: Directive, source: str) -> Iterator[tuple[int, str, str]]:
    """Yield, with its line, each option that stands on a line of its own below its directive, as Quarto writes its own.

    The names that Quarto has, too (``cache``, ``tags``), mean what they mean there.
    """
    known = _KNOWN.get(directive.key, frozenset()) - QUARTO
    for number, line in enumerate(source.splitlines(), start=1):
        text = line.strip()
        if text and not text.startswith("#"):
            return
        match = _BELOW.fullmatch(text)
        if match and number != directive.line and match["key"] in known:
            first = f"#| {directive.key}{':' if directive.name else ''} {directive.name}".rstrip()
            value = match["value"]
            value = f'"{value}"' if re.search(r"[\s\"]", value) and value[:1] not in "\"'[({" else value
            hint = f"write it in the first line: {first} {match['key']}={value}"
            yield number, f"the option {match['key']!r} stands on a line of its own, where nothing reads it", hint
