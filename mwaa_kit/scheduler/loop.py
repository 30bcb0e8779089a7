"""The loop: ask what is ready, hand it out, take what ended, until nothing is left."""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from dataclasses import replace
from datetime import datetime, timedelta

from mwaa_kit.engine.protocol import Deferral, TaskOutcome, TaskRequest
from mwaa_kit.model.run import (
    AWAITING_INPUT,
    DEFERRED,
    FAILED,
    FINISHED,
    RUNNING,
    SUCCESS,
    UP_FOR_RESCHEDULE,
    UP_FOR_RETRY,
    UPSTREAM_FAILED,
    TaskKey,
)
from mwaa_kit.model.spec import DagSpec, TaskSpec
from mwaa_kit.scheduler import standing
from mwaa_kit.scheduler.executors import RESUMED, Executor, Job
from mwaa_kit.scheduler.frontier import Frontier
from mwaa_kit.scheduler.standing import FindStandIn
from mwaa_kit.scheduler.state import RunState

MAX_RETRY_DELAY_SECONDS = 24 * 60 * 60
"""Airflow's ``core.max_task_retry_delay``."""


class Loop:
    """Runs one Dag run to its end.

    Parameters
    ----------
    skip_delays
        Retry delays and sensor intervals pass at once.
    find_stand_in
        Says which instances need not run; None lets all run.
    """

    def __init__(
        self,
        state: RunState,
        executor: Executor,
        *,
        skip_delays: bool = False,
        find_stand_in: FindStandIn = lambda key, state: None,
    ) -> None:
        self._state = state
        self._executor = executor
        self._skip_delays = skip_delays
        self._find_stand_in = find_stand_in
        self._frontier = Frontier(state)
        self._ready: deque[Job] = deque()
        self._timers: list[tuple[datetime, int, TaskRequest]] = []
        self._tie = itertools.count()

    def run(self) -> str:
        """Run until nothing is left to do; return the run's state, ``success`` or ``failed``.

        Notes
        -----
        Decisions are taken over what is there when all that was ready has been handed out, not after each task: a task
        below one that skips and one that fails, both ready together, sees both, as with Airflow's own scheduler.
        """
        while True:
            if not self._ready:
                self._ready += [self._begin(key) for key in self._frontier.next_keys()]
                self._wake()
            while self._ready and self._executor.free > 0:
                self._hand_out(self._ready.popleft())
            if self._state.dirty and not self._ready and self._executor.free > 0:
                continue
            if not self._executor.busy and not self._timers and not self._ready:
                return final_state(self._state)
            for job, outcome in self._executor.wait(self._patience()):
                self._take(job, outcome)

    def cancel(self) -> None:
        """Stop everything; what was running has failed."""
        begun = [job.key for job in self._executor.cancel()]
        begun += [request.key for _, _, request in self._timers]
        begun += [job.key for job in self._ready if self._state.state_of(job.key) is not None]
        begun += [key for key, state in self._state.task_states().items() if state == RUNNING]  # on its way to a hand
        for key in dict.fromkeys(begun):
            self._state.set_state(key, FAILED, reason="cancelled")
        self._timers.clear()
        self._ready.clear()

    def _patience(self) -> float | None:
        """How long the executor may wait before a timer is due; None when there is none."""
        if not self._timers:
            return None
        return max(0.0, (self._timers[0][0] - self._state.now()).total_seconds())

    def _begin(self, key: TaskKey) -> Job:
        """Make the first job of an instance."""
        task = self._state.dag.by_id[key[0]]
        request = TaskRequest(
            run=self._state.run,
            task_id=key[0],
            map_index=key[1],
            try_number=0,
            max_tries=task.retries,
            started_at=self._state.now(),
            skip_delays=self._skip_delays,
        )
        return Job(request)

    def _hand_out(self, job: Job) -> None:
        """Count the try, tell it, and give the job to the executor; unless it was skipped while it waited."""
        if self._state.state_of(job.key) in FINISHED:
            return
        if (
            self._state.state_of(job.key) is None
            and (stand_in := self._find_stand_in(job.key, self._state)) is not None
        ):
            standing.begin(self._state, job.key, stand_in)
            self._finish(job.request, stand_in.state, stand_in.reason)
            return
        if job.deferral is None:
            goes_on = job.request.resume is not None or job.request.reschedules > 0
            instance = self._state.begin_try(job.key, again=goes_on)
            job = replace(job, request=replace(job.request, try_number=instance.try_number))
            self._state.set_state(job.key, RUNNING)
        self._executor.submit(job)

    def _wake(self) -> None:
        """Make ready what is due by now."""
        now = self._state.now()
        while self._timers and self._timers[0][0] <= now:
            self._ready.append(Job(heapq.heappop(self._timers)[2]))

    def _later(self, request: TaskRequest, when: datetime) -> None:
        heapq.heappush(self._timers, (when, next(self._tie), request))

    def _take(self, job: Job, outcome: TaskOutcome) -> None:
        """Take note of how a job ended, and of what comes next."""
        request = job.request
        if outcome.state == RESUMED and outcome.deferral is not None:
            self._ready.appendleft(Job(replace(request, resume=outcome.deferral)))
        elif outcome.state == DEFERRED and outcome.deferral is not None:
            self._defer(request, outcome.deferral)
        elif outcome.state == UP_FOR_RETRY:
            self._retry(request, outcome)
        elif outcome.state == UP_FOR_RESCHEDULE:
            self._reschedule(request, outcome)
        elif outcome.state == AWAITING_INPUT:
            self._finish(request, FAILED, "it waits for a person's answer, which a test-run cannot ask for")
        else:
            self._finish(request, outcome.state, outcome.error)

    def _finish(self, request: TaskRequest, state: str, reason: str) -> None:
        self._state.set_state(request.key, state, reason=reason)
        if state == FAILED and self._state.dag.fail_fast:
            self._stop_the_rest(request.task_id)

    def _stop_the_rest(self, failed: str) -> None:
        """Skip what does not run, but for teardowns and the failed task's own instances: the Dag has ``fail_fast``."""
        for task in self._state.dag.tasks:
            if not task.is_teardown and task.task_id != failed:
                self._state.skip(self._state.keys_of(task.task_id))
        self._timers = [timer for timer in self._timers if self._state.state_of(timer[2].key) not in FINISHED]
        heapq.heapify(self._timers)

    def _defer(self, request: TaskRequest, deferral: Deferral) -> None:
        self._state.set_state(request.key, DEFERRED, reason=f"waits for {deferral.classpath.rpartition('.')[2]}")
        self._ready.append(Job(request, deferral))

    def _reschedule(self, request: TaskRequest, outcome: TaskOutcome) -> None:
        now = self._state.now()
        when = now if self._skip_delays or outcome.until is None else max(now, outcome.until)
        self._state.clear_xcoms(request.key)
        self._state.set_state(request.key, UP_FOR_RESCHEDULE, reason="looks again later", until=when)
        self._later(replace(request, reschedules=request.reschedules + 1, resume=None), when)

    def _retry(self, request: TaskRequest, outcome: TaskOutcome) -> None:
        now = self._state.now()
        delay = retry_delay(self._state.dag.by_id[request.task_id], request.try_number, outcome.retry_delay_seconds)
        when = now if self._skip_delays else now + delay
        self._state.clear_xcoms(request.key)
        self._state.set_state(request.key, UP_FOR_RETRY, reason=outcome.error, until=when)
        self._later(replace(request, reschedules=0, resume=None), when)


def retry_delay(task: TaskSpec, try_number: int, asked: float | None = None) -> timedelta:
    """Return the wait after a failed try.

    Parameters
    ----------
    try_number
        Of the try that failed, from 1.
    asked
        Seconds that the task's own retry policy asked for.

    Notes
    -----
    Airflow spreads the backoff by a hash of the task instance to keep many from retrying at once; a test-run of one Dag has
    no crowd, so it waits the plain ``retry_delay * multiplier ** (try_number - 1)``.
    """
    if asked is not None:
        return timedelta(seconds=asked)
    ceiling = min(task.max_retry_delay_seconds or MAX_RETRY_DELAY_SECONDS, MAX_RETRY_DELAY_SECONDS)
    if task.retry_multiplier in (0.0, 1.0):
        return timedelta(seconds=task.retry_delay_seconds)
    try:
        return timedelta(seconds=min(ceiling, task.retry_delay_seconds * task.retry_multiplier ** (try_number - 1)))
    except OverflowError:
        return timedelta(seconds=ceiling)


def final_state(state: RunState) -> str:
    """Return the run's state by Airflow's rule: its leaves decide; a teardown counts only where it says so.

    Task instances that could never start mean a deadlock, which Airflow calls failed.
    """
    instances = [key for task in state.dag.tasks for key in state.keys_of(task.task_id)]
    if any(state.state_of(key) not in FINISHED for key in instances):
        return FAILED
    leaves = _leaves(state.dag)
    ended = {state.state_of(key) for key in instances if key[0] in leaves}
    return FAILED if ended & {FAILED, UPSTREAM_FAILED} else SUCCESS


def _leaves(dag: DagSpec) -> set[str]:
    """Return the tasks whose states decide the run's."""

    def ignorable(task: TaskSpec) -> bool:
        return task.is_teardown and not task.on_failure_fail_dagrun

    leaves = {
        task.task_id
        for task in dag.tasks
        if not ignorable(task) and all(ignorable(dag.by_id[down]) for down in task.downstream if down in dag.by_id)
    }
    return leaves or {task.task_id for task in dag.tasks if not task.downstream}
