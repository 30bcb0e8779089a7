"""The Dags that a run may start: those of the same file, and those of the notebooks and Dag files in the same folder.

A file is imported only when its text speaks of what is looked for: the dag_id, or the asset.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from mwaa_kit.engine.protocol import Engine, RunInfo
from mwaa_kit.engine.world import AssetEvent, KnownRun
from mwaa_kit.errors import MwaaKitError
from mwaa_kit.model.run import FAILED, TaskInstance, TaskKey
from mwaa_kit.model.spec import DagSpec
from mwaa_kit.scheduler.folder import FOLDER_NAME
from mwaa_kit.scheduler.history import StoredRun
from mwaa_kit.scheduler.store import RunStore
from mwaa_kit.scheduler.world import Neighbours, concerns
from mwaa_kit.verbs.runnables import Runnable, load_file

_ENDINGS = (".py", ".ipynb")

_NEWEST = 200
"""How many recorded runs of another Dag are looked at."""


class FolderDags(Neighbours):
    """The Dags beside the one that runs.

    Parameters
    ----------
    isolated
        Import each file in a child first, so that one that ends Python is told.
    """

    def __init__(self, runs: Runnable, target: str, *, engine: Engine, isolated: bool = False) -> None:
        self._runs = runs
        self._target = target
        self._engine = engine
        self._isolated = isolated
        self._loaded: dict[Path, tuple[DagSpec, ...]] = {}

    def find(self, dag_id: str) -> DagSpec | None:
        """Return a Dag of the same file, else of the folder; None when there is none.

        Raises
        ------
        MwaaKitError
            If the file that speaks of it cannot be imported, and no other defines it.
        """
        failure: MwaaKitError | None = None
        for dag in self._runs.siblings:
            if dag.dag_id == dag_id:
                return dag
        for file in self._files((dag_id,)):
            try:
                dags = self._load(file)
            except MwaaKitError as error:
                failure = error
                continue
            for dag in dags:
                if dag.dag_id == dag_id:
                    return dag
        if failure is not None:
            raise failure
        return None

    def have_task(self, task_id: str) -> bool:
        """Whether one of the Dags beside has such a task; a file that cannot be imported has none."""
        found = [*self._runs.siblings]
        for file in self._files((task_id.rpartition(".")[2],)):
            with contextlib.suppress(MwaaKitError):
                found += self._load(file)
        return any(task_id in dag.by_id for dag in found)

    def waiting_for(self, events: Iterable[AssetEvent]) -> tuple[DagSpec, ...]:
        """Return the Dags that are scheduled on one of these assets; a file that cannot be imported holds none."""
        fresh = list(events)
        words = {word for event in fresh for word in (event.name, event.uri, *event.aliases)}
        found = {dag.dag_id: dag for dag in self._runs.siblings}
        for file in self._files(words):
            with contextlib.suppress(MwaaKitError):
                found |= {dag.dag_id: dag for dag in self._load(file) if dag.dag_id not in found}
        return tuple(
            dag for dag in found.values() if any(concerns(dag.asset_condition, event) for event in fresh) and dag.tasks
        )

    def _files(self, words: Iterable[str]) -> Iterator[Path]:
        """Yield the notebooks and Dag files of the folder that speak of one of these words, in order of their names."""
        wanted = tuple(words)
        own = Path(self._runs.module.path).resolve() if self._runs.module else None
        for file in sorted(self._runs.folder.iterdir()):
            if file.suffix in _ENDINGS and file.is_file() and file.resolve() != own:
                text = file.read_text(encoding="utf-8", errors="replace")
                if file.stem in wanted or any(word in text for word in wanted):
                    yield file

    def _load(self, file: Path) -> tuple[DagSpec, ...]:
        if file not in self._loaded:
            taken = {dag.dag_id for dags in (self._runs.siblings, *self._loaded.values()) for dag in dags}
            taken |= {self._runs.spec.dag_id}
            loaded = load_file(str(file), self._target, self._engine, isolated=self._isolated, taken=taken)
            self._loaded[file] = loaded.siblings
        return self._loaded[file]


def recorded_runs(folder: Path) -> Callable[[str], Iterable[KnownRun]]:
    """Return what gives the recorded runs of a Dag, oldest first: those of the notebooks and Dag files in a folder."""

    def read(dag_id: str) -> list[KnownRun]:
        if not (folder / FOLDER_NAME).is_dir():
            return []
        try:
            with contextlib.closing(RunStore(folder)) as store:
                newest = store.list_runs(dag_id)[:_NEWEST]
                return [_read_known(run, store.read_states(run.run_key)) for run in reversed(newest) if run.info]
        except MwaaKitError:  # what cannot be read is not there: the run itself says what is wrong with the record
            return []

    return read


def _read_known(run: StoredRun, states: Mapping[TaskKey, str | None]) -> KnownRun:
    instances = tuple(TaskInstance(*key, state) for key, state in states.items())
    info = run.info or RunInfo(run.dag_id, run.run_id, run.started_at)
    state = FAILED if run.interrupted else run.state
    return KnownRun(info, state, run.started_at, run.ended_at, instances)
