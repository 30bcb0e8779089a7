"""The pytest plug-in: the fixture `dag_run`, and with ``--mwaa`` the checks that are written in notebook cells.

    def test_features(dag_run):
        run = dag_run("churn.ipynb", tasks=["features"], with_upstream=True)
        assert run["features"].value == [0.5, 1.5]

    pytest --mwaa churn.ipynb          # each ``#| test: …`` cell is a test

Notes
-----
Nothing but pytest is imported until a test uses it. Notebooks are collected only where asked for, by the flag or by
``mwaa_notebooks = true`` in pytest's settings, so that nbval and its like keep theirs.
"""

from __future__ import annotations

import ast
import linecache
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mwaa_kit.model.run import DagRun, Event
    from mwaa_kit.verbs.cellchecks import CellCheck


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the flag and the setting."""
    group = parser.getgroup("mwaa-kit")
    group.addoption("--mwaa", action="store_true", help="Collect the '#| test' cells of notebooks.")
    parser.addini("mwaa_notebooks", "Collect the '#| test' cells of notebooks.", type="bool", default=False)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a notebook, where that is asked for."""
    wanted = parent.config.getoption("mwaa") or parent.config.getini("mwaa_notebooks")
    if file_path.suffix == ".ipynb" and wanted:
        return NotebookFile.from_parent(parent, path=file_path)
    return None


@pytest.fixture
def dag_run(request: pytest.FixtureRequest) -> Callable[..., DagRun]:
    """Run a Dag or some of its tasks here, with real Airflow tasks: ``dag_run("churn.ipynb", tasks=["features"])``.

    The first word is a notebook or a Dag file, looked for beside the test and then below the root folder, or a Dag object. The
    other words are those of ``mwaa_kit.run``; delays are skipped, and no earlier result stands for a task. A run that fails
    fails the test, with ``check=False`` it is returned. What the tasks write is shown with a test that fails.
    """

    def run_here(source: Any, *, check: bool = True, tasks: Iterable[str] = (), **options: Any) -> DagRun:
        from mwaa_kit.errors import MwaaKitError
        from mwaa_kit.verbs.running import run

        chosen = (tasks,) if isinstance(tasks, str) else tuple(tasks)
        words = {"skip_delays": True, "fresh": True, "listen": _print_line, "tasks": chosen, **options}
        try:
            ended = run(_find(source, request), **words)
        except MwaaKitError as error:
            if not check:
                raise
            pytest.fail(error.words, pytrace=False)
        if check and ended.state != "success":
            pytest.fail(_why_failed(ended), pytrace=False)
        return ended

    return run_here


def _find(source: Any, request: pytest.FixtureRequest) -> Any:
    if not isinstance(source, str | Path):
        return source
    places = (request.path.parent / source, request.config.rootpath / source)
    return str(next((place for place in places if place.exists()), source))


def _print_line(event: Event) -> None:
    from mwaa_kit.model.run import AIRFLOWS_OWN, LogLine

    if isinstance(event, LogLine) and not event.message.startswith(AIRFLOWS_OWN):
        print(f"{event.task_id} │ {event.message}")  # noqa: T201 - pytest shows it with the test


def _why_failed(run: DagRun) -> str:
    """Return which tasks failed, and why."""
    failed = [
        f"  {one.task_id}{f'[{one.map_index}]' if one.map_index >= 0 else ''}: {one.error or one.state}"
        for one in run.task_instances
        if one.state == "failed"
    ]
    hint = "  (check=False returns a failed run)"
    return "\n".join([f"the run of Dag {run.dag_id!r} {'was cancelled' if run.cancelled else 'failed'}", *failed, hint])


class NotebookFile(pytest.File):
    """A notebook with checks."""

    def collect(self) -> Iterable[pytest.Item]:
        """Return an item for each check."""
        from mwaa_kit.errors import MwaaKitError
        from mwaa_kit.verbs.cellchecks import CheckedNotebook, find_cell_checks

        try:
            checks = find_cell_checks(str(self.path))
        except MwaaKitError as error:
            raise self.CollectError(str(error)) from error
        notebook = CheckedNotebook(str(self.path))
        for check in checks:
            yield CheckItem.from_parent(self, name=check.name, check=check, notebook=notebook)


class CheckItem(pytest.Item):
    """One check. It is done with pytest's own assertions, so a failure shows the values."""

    def __init__(self, *, check: CellCheck, notebook: Any, **given: Any) -> None:
        super().__init__(**given)
        self._check = check
        self._notebook = notebook
        self._file = f"{self.path.name}, cell {check.cell}"

    def runtest(self) -> None:
        """Do the check."""
        names = self._notebook.names_for(self._check)
        exec(self._compiled(), {"__name__": "__check__", **names})

    def _compiled(self) -> Any:
        """Return the cell's code, its lines numbered as in the cell and known to whoever shows a traceback."""
        from _pytest.assertion.rewrite import rewrite_asserts

        source = self._check.source
        linecache.cache[self._file] = (len(source), None, source.splitlines(keepends=True), self._file)
        tree = ast.parse(source, self._file)
        rewrite_asserts(tree, source.encode(), self._file, self.config)
        return compile(tree, self._file, "exec", dont_inherit=True)

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        """Return what is shown of a failure: the cell, and not how we came there."""
        from mwaa_kit.errors import MwaaKitError

        if isinstance(excinfo.value, MwaaKitError):
            return "\n".join([excinfo.value.words, *self._notebook.log])
        excinfo.traceback = excinfo.traceback.cut(path=self._file) or excinfo.traceback
        return excinfo.getrepr(style="long" if style in (None, "auto") else style, abspath=True)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return where it is."""
        return self.path, 0, f"cell {self._check.cell}: {self.name}"
