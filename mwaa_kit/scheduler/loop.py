"""The loop: ask what is ready, hand it out, take what ended, until nothing is left.

One class in a little more than 300 lines: each method is one step of the loop.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from mwaa_kit.engine.protocol import Deferral, TaskOutcome, TaskRequest
from mwaa_kit.engine.world import Answer, Pending
from mwaa_kit.errors import MwaaKitError
from mwaa_kit.model.run import (
    AWAITING_INPUT,
    DEFERRED,
    FAILED,
    FINISHED,
    RUNNING,
    SKIPPED,
    SUCCESS,
    UP_FOR_RESCHEDULE,
    UP_FOR_RETRY,
    TaskInstance,
    TaskKey,
)
from mwaa_kit.model.spec import TaskSpec
from mwaa_kit.scheduler import standing
from mwaa_kit.scheduler.ending import final_state
from mwaa_kit.scheduler.executors import RESUMED, Executor, Job
from mwaa_kit.scheduler.frontier import Frontier
from mwaa_kit.scheduler.queueing import ReadyQueue
from mwaa_kit.scheduler.retrying import retry_delay
from mwaa_kit.scheduler.standing import FindStandIn
from mwaa_kit.scheduler.state import RunState

LISTEN_SECONDS = 0.2
"""How often it is looked for the answer of somebody who has been asked."""


class Loop:
    """Runs one Dag run to its end.

    Parameters
    ----------
    skip_delays
        Retry delays and sensor intervals pass at once.
    find_stand_in
        Says which instances need not run; None lets all run.
    pools
        The slots of each pool.
    """

    def __init__(
        self,
        state: RunState,
        executor: Executor,
        *,
        skip_delays: bool = False,
        find_stand_in: FindStandIn = lambda key, state: None,
        pools: Mapping[str, int] | None = None,
    ) -> None:
        self._state = state
        self._executor = executor
        self._skip_delays = skip_delays
        self._find_stand_in = find_stand_in
        self._frontier = Frontier(state)
        self._queue = ReadyQueue(state.dag, pools or {})
        self._timers: list[tuple[datetime, int, TaskRequest]] = []
        self._tie = itertools.count()
        self._asked: dict[TaskKey, tuple[TaskRequest, Deferral]] = {}
        self._call_back_at_end = True
        limit = state.dag.dagrun_timeout_seconds
        self._deadline = None if limit is None else state.now() + timedelta(seconds=limit)

    def run(self) -> str:
        """Run until nothing is left to do; return the run's state, ``success`` or ``failed``.

        Notes
        -----
        Decisions are taken over what is there when all that was ready has been handed out, not after each task: a task
        below one that skips and one that fails, both ready together, sees both, as with Airflow's own scheduler.
        """
        while True:
            if not self._queue.can_start():
                for key in self._frontier.next_keys():
                    self._enqueue(self._begin(key))
                self._wake()
            while self._executor.free > 0 and (job := self._queue.pop()) is not None:
                self._hand_out(job)
            if self._state.dirty and not self._queue.can_start() and self._executor.free > 0:
                continue
            if not (self._executor.busy or self._timers or self._queue or self._asked):
                return self._end()
            if self._deadline is not None and self._state.now() >= self._deadline:
                return self._time_out()
            for job, outcome in self._executor.wait(self._patience()):
                self._queue.release(job.key)
                self._take(job, outcome)

    def cancel(self) -> None:
        """Stop everything; what was running has failed."""
        begun = [job.key for job in self._executor.cancel()]
        begun += [*(request.key for _, _, request in self._timers), *self._asked]
        begun += [job.key for job in self._queue if self._state.state_of(job.key) is not None]
        begun += [key for key, state in self._state.task_states().items() if state == RUNNING]  # on its way to a hand
        for key in dict.fromkeys(begun):
            self._state.set_state(key, FAILED, reason="cancelled")
            self._queue.release(key)
        self._let_go()

    def _let_go(self) -> None:
        """Nothing waits any more."""
        self._timers.clear()
        self._queue.clear()
        self._asked.clear()

    def tear_down(self) -> None:
        """After a cancel, run the teardowns whose setups succeeded; nothing else begins any more."""
        states = self._state.task_states()
        waiting = [task.task_id for task in self._state.dag.tasks if task.is_teardown and self._is_set_up(task)]
        if not waiting:
            return
        for key, state in states.items():
            if state not in FINISHED and key[0] not in waiting:
                self._state.set_state(key, SKIPPED, reason="the run was cancelled")
        self._deadline = None
        self._run_the_rest()

    def _is_set_up(self, teardown: TaskSpec) -> bool:
        """Whether a teardown has not run, and one of its setups has; one without setups cleans up after all tasks."""
        if any(self._state.state_of(key) is not None for key in self._state.keys_of(teardown.task_id)):
            return False
        by_id = self._state.dag.by_id
        setups = [up for up in teardown.upstream if up in by_id and by_id[up].is_setup]
        return not setups or any(self._state.finished[up][SUCCESS] for up in setups)

    def _run_the_rest(self) -> None:
        """Run what is ready by now, without the callbacks of a run that ends by itself."""
        callbacks, self._call_back_at_end = self._call_back_at_end, False
        try:
            self.run()
        finally:
            self._call_back_at_end = callbacks

    def _end(self) -> str:
        """Return how the run ended, after the Dag's callbacks have run."""
        outcome = final_state(self._state)
        stuck = any(state not in FINISHED for state in self._state.task_states().values())
        reason = "success" if outcome == SUCCESS else "all_tasks_deadlocked" if stuck else "task_failure"
        if not self._state.blocked:  # on Airflow a run that the past holds up goes on waiting
            self._call_back(outcome, reason)
        return outcome

    def _time_out(self) -> str:
        """End a run that took longer than its Dag allows: as in Airflow, what is not finished is skipped."""
        self._executor.cancel()
        self._let_go()
        seconds = self._state.dag.dagrun_timeout_seconds or 0
        for key, state in self._state.task_states().items():
            if state not in FINISHED:
                self._state.set_state(
                    key, SKIPPED, reason=f"the run took longer than its dagrun_timeout of {seconds:g} s"
                )
                self._queue.release(key)
        self._call_back(FAILED, "timed_out")
        return FAILED

    def _call_back(self, outcome: str, reason: str) -> None:
        """Run the Dag's callbacks, as one more job; what they write belongs to the last task that decided."""
        kind = "success" if outcome == SUCCESS else "failure"
        if kind not in self._state.dag.callbacks or not self._call_back_at_end:
            return
        ended = [one for one in self._state.instances.values() if one.state == outcome and one.end_date]
        first = TaskInstance(self._state.dag.tasks[0].task_id)
        last = max(ended, key=lambda one: (one.end_date is not None, one.end_date), default=first)
        request = self._begin(last.key).request
        self._executor.submit(Job(replace(request, try_number=last.try_number, callback=kind, reason=reason)))
        while self._executor.busy:
            self._executor.wait(None)

    def _patience(self) -> float | None:
        """How long the executor may wait before something is due; None when nothing is."""
        due = [self._timers[0][0]] if self._timers else []
        due += [self._deadline] if self._deadline else []
        due += [self._state.now() + timedelta(seconds=LISTEN_SECONDS)] if self._asked else []
        return max(0.0, (min(due) - self._state.now()).total_seconds()) if due else None

    def _enqueue(self, job: Job) -> None:
        """Queue a job; one that could never start has failed."""
        task = self._state.dag.by_id[job.key[0]]
        if reason := self._queue.why_never(task):
            self._finish(job.request, FAILED, reason)
        else:
            self._queue.push(job)

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
            job = Job(replace(job.request, try_number=instance.try_number))
            self._state.set_state(job.key, RUNNING)
            self._queue.occupy(job.key)
        self._executor.submit(job)

    def _wake(self) -> None:
        """Make ready what is due by now."""
        now = self._state.now()
        while self._timers and self._timers[0][0] <= now:
            request = heapq.heappop(self._timers)[2]
            self._asked.pop(request.key, None)
            self._queue.push(Job(request))
        for request, waits in list(self._asked.values()):
            self._hear(request, waits)

    def _later(self, request: TaskRequest, when: datetime) -> None:
        heapq.heappush(self._timers, (when, next(self._tie), request))

    def _take(self, job: Job, outcome: TaskOutcome) -> None:
        """Take note of how a job ended, and of what comes next."""
        request = job.request
        if outcome.state == RESUMED and outcome.deferral is not None:
            self._queue.push(Job(replace(request, resume=outcome.deferral)))
        elif outcome.state == DEFERRED and outcome.deferral is not None:
            self._defer(request, outcome.deferral)
        elif outcome.state == UP_FOR_RETRY:
            self._retry(request, outcome)
        elif outcome.state == UP_FOR_RESCHEDULE:
            self._reschedule(request, outcome)
        elif outcome.state == AWAITING_INPUT and outcome.deferral is not None:
            self._ask(request, outcome.deferral)
        else:
            self._finish(request, outcome.state, outcome.error)

    def _finish(self, request: TaskRequest, state: str, reason: str) -> None:
        self._state.set_state(request.key, state, reason=reason)
        if state == FAILED and self._state.dag.fail_fast:
            self._stop_the_rest(request.task_id)

    def _stop_the_rest(self, failed: str) -> None:
        """End all but teardowns and the failed task's own instances, for the Dag has ``fail_fast``.

        As in Airflow what runs has failed, and what does not run is skipped.
        """
        others = [task.task_id for task in self._state.dag.tasks if not task.is_teardown and task.task_id != failed]
        keys = [key for task_id in others for key in self._state.keys_of(task_id)]
        reason = f"{failed!r} failed, and the Dag has fail_fast"
        for job in self._executor.cancel(frozenset(keys)):
            self._queue.release(job.key)
            if self._state.state_of(job.key) == RUNNING:
                self._state.set_state(job.key, FAILED, reason=reason)
        self._state.skip(keys, reason)
        self._timers = [timer for timer in self._timers if self._state.state_of(timer[2].key) not in FINISHED]
        heapq.heapify(self._timers)
        self._asked = {key: asked for key, asked in self._asked.items() if self._state.state_of(key) not in FINISHED}

    def _defer(self, request: TaskRequest, deferral: Deferral) -> None:
        self._state.set_state(request.key, DEFERRED, reason=f"waits for {deferral.classpath.rpartition('.')[2]}")
        self._queue.push(Job(request, deferral))

    def _ask(self, request: TaskRequest, waits: Deferral) -> None:
        """Ask a person, while the other tasks go on."""
        subject = self._subject_of(request)
        self._state.set_state(request.key, AWAITING_INPUT, reason=subject)
        self._asked[request.key] = (request, waits)
        self._hear(request, waits)
        if request.key in self._asked and waits.timeout_seconds is not None:
            self._take_defaults(request, waits, self._state.now() + timedelta(seconds=waits.timeout_seconds), subject)

    def _hear(self, request: TaskRequest, waits: Deferral) -> None:
        """Go on with an instance whose person has answered, or that nobody will answer."""
        try:
            answer = self._state.find_answer(*request.key)
        except MwaaKitError as error:
            self._unask(request.key)
            self._finish(request, FAILED, f"{error}; {error.hint}" if error.hint else str(error))
            return
        if isinstance(answer, Pending):
            return
        self._unask(request.key)
        if answer is not None:
            self._queue.push(Job(replace(request, resume=replace(waits, answer=answer))))
        elif waits.timeout_seconds is not None:
            now = self._state.now()
            when = now if self._skip_delays else now + timedelta(seconds=waits.timeout_seconds)
            self._take_defaults(request, waits, when, "nobody answers here")
        else:
            reason = f"nobody answered: {self._subject_of(request)!r}; give an answer with --answer {request.task_id}=…"
            self._finish(request, FAILED, reason)

    def _subject_of(self, request: TaskRequest) -> str:
        question = self._state.question_of(request.key)
        return question.subject if question else "a person's answer"

    def _take_defaults(self, request: TaskRequest, waits: Deferral, when: datetime, reason: str) -> None:
        """When the time is over, go on with the defaults, or with the news that there is no answer."""
        question = self._state.question_of(request.key)
        defaults = Answer(question.defaults, question.values) if question and question.defaults else None
        self._state.set_state(request.key, AWAITING_INPUT, reason=reason, until=when)
        self._later(replace(request, resume=replace(waits, answer=defaults)), when)

    def _unask(self, key: TaskKey) -> None:
        """Whoever was asked is waited for no more, nor the time when that would be over."""
        del self._asked[key]
        self._timers = [timer for timer in self._timers if timer[2].key != key]
        heapq.heapify(self._timers)

    def _reschedule(self, request: TaskRequest, outcome: TaskOutcome) -> None:
        now = self._state.now()
        when = now if self._skip_delays or outcome.until is None else max(now, outcome.until)
        self._state.clear_xcoms(request.key)
        self._state.set_state(request.key, UP_FOR_RESCHEDULE, reason="looks again later", until=when)
        self._later(replace(request, reschedules=request.reschedules + 1, resume=None), when)

    def _retry(self, request: TaskRequest, outcome: TaskOutcome) -> None:
        now = self._state.now()
        delay = retry_delay(
            self._state.dag.by_id[request.task_id],
            request.try_number,
            outcome.retry_delay_seconds,
            dag_id=request.run.dag_id,
            logical_date=request.run.logical_date,
        )
        when = now if self._skip_delays else now + delay
        self._state.clear_xcoms(request.key)
        self._state.set_state(request.key, UP_FOR_RETRY, reason=outcome.error, until=when)
        self._later(replace(request, reschedules=0, resume=None), when)
