"""Habits that work in a notebook and not in a Dag: settings that stay behind, code that runs when the file is read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mwaa_kit.authoring.canonical import FullNames, full_names, run_at_once
from mwaa_kit.authoring.cells import AuthoredCell, Role
from mwaa_kit.authoring.dagbody import DagPlan
from mwaa_kit.authoring.rules import (
    local_path,
    main_guard,
    only_printed,
    seed_left_behind,
    setting_left_behind,
    unstable_value,
    unused_task,
    work_at_import,
)
from mwaa_kit.authoring.tasks import Task
from mwaa_kit.authoring.wiring import Wiring
from mwaa_kit.model.finding import Finding
from mwaa_kit.model.notebook import Notebook

SEEDS = frozenset({"numpy.random.seed", "random.seed", "torch.manual_seed", "tensorflow.random.set_seed"})
SETTINGS = frozenset(
    {
        *("matplotlib.pyplot.style.use", "matplotlib.style.use", "matplotlib.use", "matplotlib.pyplot.rc"),
        *("warnings.filterwarnings", "warnings.simplefilter", "pandas.set_option", "numpy.set_printoptions"),
        *("numpy.seterr", "seaborn.set", "seaborn.set_theme", "seaborn.set_style", "seaborn.set_context"),
        *("os.chdir", "sys.path.append", "sys.path.insert", "locale.setlocale", "logging.basicConfig"),
    }
)
_SETTING_PLACES = ("os.environ", "matplotlib.pyplot.rcParams", "matplotlib.rcParams", "pandas.options.")
_FOR_ALL = frozenset({"os", "sys", "locale", "logging", "warnings"})
UNSTABLE = frozenset(
    {
        *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today"),
        *("time.time", "uuid.uuid1", "uuid.uuid4", "random.random", "random.randint", "random.choice"),
        *("numpy.random.rand", "numpy.random.randn", "numpy.random.randint", "pandas.Timestamp.now", "pendulum.now"),
        *("pendulum.today", "airflow.utils.timezone.utcnow"),
    }
)
WORK = re.compile(
    r"(requests\.(get|post|put|head)|urllib\.request\.(urlopen|urlretrieve)|subprocess\.(run|call|check_call|check_output)"
    r"|time\.sleep|boto3\.(client|resource)|pandas\.read_\w+|numpy\.(load|loadtxt|genfromtxt)|airflow\..*Variable\.get"
    r"|open|io\.open|sqlite3\.connect|psycopg2\.connect"
    r"|os\.(system|popen|listdir|walk|makedirs|mkdir|remove)|shutil\.(copy\w*|move|rmtree|make_archive)|glob\.glob)"
)
_LOCAL = re.compile(r"(file://)?(/home/[^/]+/|/Users/[^/]+/|~/|/content/drive/|/kaggle/|[A-Za-z]:[\\/]Users[\\/])")
_SHIPPED = frozenset({Role.TASK, Role.PARAMS, Role.SHARED, Role.LIBRARY, Role.TASKFLOW, Role.AIRFLOW, Role.DAG})
_AT_IMPORT = frozenset({Role.SHARED, Role.LIBRARY, Role.TASKFLOW, Role.DAG, Role.AIRFLOW})


def check_habits(
    notebook: Notebook,
    cells: tuple[AuthoredCell, ...],
    tasks: tuple[Task, ...],
    plans: tuple[DagPlan, ...],
    wiring: Wiring,
) -> Iterator[Finding]:
    """Find what would be different in Airflow than in the kernel."""
    names = full_names(cells)
    used = names.packages(
        name for cell in cells if cell.role in _SHIPPED for name in (*cell.facts.reads, *cell.facts.deferred)
    )
    for cell in cells:
        if cell.role is Role.EXPLORATION:
            yield from _left_behind(notebook, cell, names, used)
        if cell.role in {Role.TASK, Role.SHARED}:
            yield from _guards(notebook, cell)
        if cell.role in _SHIPPED:
            yield from _local_paths(notebook, cell)
        if cell.role in _AT_IMPORT:
            yield from _at_import(notebook, cell, names, plans)
    yield from _unused(notebook, cells, tasks, plans)
    yield from _printed(notebook, tasks, plans, wiring)


def _left_behind(notebook: Notebook, cell: AuthoredCell, names: FullNames, used: set[str]) -> Iterator[Finding]:
    for node in cell.parsed.body:
        target, what = _setting(node, names)
        if not what or target.partition(".")[0] not in used | _FOR_ALL:
            continue
        at = notebook.locate(cell.cell, node.lineno)
        if target in SEEDS:
            message = f"{what} stays behind: its cell is not shipped, so the tasks draw other numbers in every run."
            yield seed_left_behind.RULE.found(at, message, "repeat the line in each task that draws random numbers")
        else:
            message = f"{what} stays behind: its cell is not shipped, so no task runs with that setting."
            hint = f"begin cell {cell.number} with '#| shared', or repeat the line in the tasks that need it"
            yield setting_left_behind.RULE.found(at, message, hint)


def _setting(node: ast.stmt, names: FullNames) -> tuple[str, str]:
    """Return what a statement sets, in full and as it is written; both empty where it sets nothing we know."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        target = names.of(node.value.func)
        return (target, f"{ast.unparse(node.value.func)}()") if target in SEEDS | SETTINGS else ("", "")
    if isinstance(node, ast.Assign):
        place = node.targets[0].value if isinstance(node.targets[0], ast.Subscript) else node.targets[0]
        target = names.of(place)
        return (target, ast.unparse(node.targets[0])) if target.startswith(_SETTING_PLACES) else ("", "")
    return "", ""


def _guards(notebook: Notebook, cell: AuthoredCell) -> Iterator[Finding]:
    for node in cell.parsed.body:
        if isinstance(node, ast.If) and "__name__" in ast.unparse(node.test) and "__main__" in ast.unparse(node.test):
            at = notebook.locate(cell.cell, node.lineno)
            message = "this is true in the notebook, and never in Airflow: what stands below it would not run."
            yield main_guard.RULE.found(at, message, "remove the line and move its block to the left")


def _local_paths(notebook: Notebook, cell: AuthoredCell) -> Iterator[Finding]:
    if not _LOCAL.search(cell.cell.source):
        return
    for node in (inner for statement in cell.parsed.body for inner in ast.walk(statement)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _LOCAL.match(node.value):
            at = notebook.locate(cell.cell, node.lineno, node.col_offset + 1)
            message = f"{node.value!r} is a path of this computer; a worker of Airflow has no such file."
            yield local_path.RULE.found(at, message, "read it from S3 or a database, or make the path a param")


def _at_import(
    notebook: Notebook, cell: AuthoredCell, names: FullNames, plans: tuple[DagPlan, ...]
) -> Iterator[Finding]:
    bodies = [
        statement for plan in plans if plan.node in cell.parsed.body and plan.node for statement in plan.node.body
    ]
    for node in run_at_once([*cell.parsed.body, *bodies]):
        full = names.of(node.func) if isinstance(node, ast.Call) else ""
        if not isinstance(node, ast.Call) or not (full or getattr(node.func, "id", "") == "open"):
            continue
        at = notebook.locate(cell.cell, node.lineno, node.col_offset + 1)
        if full in UNSTABLE:
            message = f"{ast.unparse(node.func)}() gives another value each time Airflow reads the file."
            hint = (
                "write a fixed value here, or call it inside a task; the time of a run is in its context (logical_date)"
            )
            yield unstable_value.RULE.found(at, message, hint)
        elif WORK.fullmatch(full or "open"):
            message = f"{ast.unparse(node.func)}() runs each time Airflow reads the file, not only when the Dag runs."
            yield work_at_import.RULE.found(at, message, "move it into a task")


def _unused(
    notebook: Notebook, cells: tuple[AuthoredCell, ...], tasks: tuple[Task, ...], plans: tuple[DagPlan, ...]
) -> Iterator[Finding]:
    """Find tasks that no written Dag body calls; where the wiring is inferred, every task has its place."""
    if any(not plan.written for plan in plans):
        return
    called = {
        node.id
        for cell in cells
        if cell.role in _AT_IMPORT
        for statement in cell.parsed.body
        for node in ast.walk(statement)
        if isinstance(node, ast.Name)
    }
    for task in tasks:
        if task.kind in {"script", "taskflow"} and task.function not in called:
            at = notebook.locate(task.cell.cell, task.line)
            message = f"task {task.task_id!r} is in no Dag: the body that you wrote never calls it."
            hint = f"call {task.function}(…) in the body, or begin the cell with '#| skip'"
            yield unused_task.RULE.found(at, message, hint)


def _printed(
    notebook: Notebook, tasks: tuple[Task, ...], plans: tuple[DagPlan, ...], wiring: Wiring
) -> Iterator[Finding]:
    """Find tasks that work something out, print it, and hand on nothing: all that remains is a line in the log."""
    if all(plan.written for plan in plans):
        return
    waited = {feed.upstream for feeds in wiring.feeds.values() for feed in feeds}
    waited |= {name for task in tasks if task.directive is not None for name in task.directive.after}
    for task in tasks:
        if task.kind != "script" or task.cell.role is not Role.TASK or task.task_id in waited:
            continue
        statements = [statement for cell in task.cells for statement in cell.parsed.body]
        made = {name for cell in task.cells for name, kind in cell.facts.kinds.items() if kind == "data"}
        shown = [n.id for node in statements if _prints(node) for n in ast.walk(node) if isinstance(n, ast.Name)]
        lost = next((name for name in shown if name in made), "")
        if lost and not wiring.gives.get(task.task_id) and all(_leaves_nothing(node) for node in statements):
            at = notebook.locate(task.cell.cell, task.line)
            message = f"task {task.task_id!r} prints {lost!r}, and no task reads it: it will be in the log only."
            hint = f"read {lost!r} in a later task that stores it, or leave it so if the log is where you look"
            yield only_printed.RULE.found(at, message, hint)


def _leaves_nothing(node: ast.stmt) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom) or _prints(node):
        return True
    plain = isinstance(node, ast.Assign) and all(isinstance(target, ast.Name) for target in node.targets)
    return plain and not any(isinstance(n, ast.Call) and _may_write(n) for n in ast.walk(node))


def _may_write(call: ast.Call) -> bool:
    """Whether a call may do more than work out a value: all but some of Python's own may."""
    pure = {"sum", "len", "min", "max", "sorted", "round", "abs", "list", "dict", "set", "tuple", "str", "int", "float"}
    return not (isinstance(call.func, ast.Name) and call.func.id in pure)


def _prints(node: ast.stmt) -> bool:
    call = node.value if isinstance(node, ast.Expr) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "print"
