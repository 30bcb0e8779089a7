import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RunState } from '../src/runstate.ts';
import type { IEnvelope, IEvent, IJob } from '../src/wire.ts';

const JOB: IJob = {
  id: '0123456789ab',
  kind: 'run',
  path: 'churn.ipynb',
  state: 'running',
  started_at: '2026-01-01T00:00:00Z',
  ended_at: null,
  last: 0,
  first: 0,
  dag_id: null,
  run_id: null,
  cancelling: false,
  error: null,
  request: {}
};

function fed(events: IEvent[]): RunState {
  const run = new RunState(JOB);
  events.forEach((event, at) => {
    const envelope: IEnvelope = {
      op: 'event',
      job: JOB.id,
      kind: 'run',
      seq: at + 1,
      event
    };
    run.take(envelope);
    run.take(envelope); // an event that comes twice, as after a reload, counts once
  });
  return run;
}

const state = (
  task_id: string,
  word: string,
  at: string,
  map_index = -1
): IEvent => ({
  event: 'task_state',
  task_id,
  map_index,
  try_number: 1,
  state: word,
  at: `2026-01-01T00:00:${at}Z`
});

test('states are counted by task, each instance once', () => {
  const run = fed([
    { event: 'run_started', dag_id: 'churn', run_id: 'r', tasks: ['a', 'b'] },
    state('a', 'running', '01'),
    state('a', 'success', '02'),
    state('b', 'running', '02', 0),
    state('b', 'failed', '03', 0),
    state('b', 'running', '02', 1)
  ]);
  assert.deepEqual(run.counts(), {
    a: { success: 1 },
    b: { failed: 1, running: 1 }
  });
});

test('a task that runs again keeps its first start and its last end', () => {
  const run = fed([
    state('a', 'running', '01'),
    state('a', 'up_for_retry', '02'),
    state('a', 'running', '05'),
    state('a', 'success', '09')
  ]);
  const [one] = run.of('a');
  assert.equal((one?.ended ?? 0) - (one?.started ?? 0), 8000);
});

test('the end of a run says how each instance ended, and which were reused', () => {
  const run = fed([
    state('a', 'running', '01'),
    {
      event: 'run_finished',
      state: 'failed',
      cancelled: true,
      task_instances: [
        { task_id: 'a', map_index: -1, state: 'success', reused: true },
        { task_id: 'b', map_index: -1, state: null }
      ]
    }
  ]);
  assert.deepEqual(
    [run.state, run.counts(), run.of('a')[0]?.reused],
    ['cancelled', { a: { success: 1 }, b: { none: 1 } }, true]
  );
});

test('an instance that failed says what to do next, until it runs again', () => {
  const events = [
    state('a', 'running', '01'),
    { ...state('a', 'failed', '02'), hint: 'write it down' },
    state('a', 'running', '03')
  ];
  assert.deepEqual(
    [1, 2, 3].map(count => fed(events.slice(0, count)).of('a')[0]?.hint),
    ['', 'write it down', '']
  );
});

test('a flood of log keeps its end, and says how much went before', () => {
  const lines = Array.from({ length: 5_003 }, (_, at) => ({
    event: 'log',
    task_id: 'a',
    message: `line ${at}`
  }));
  const run = fed(lines);
  assert.deepEqual(
    [run.log.length, run.dropped, run.log[0]?.message],
    [5_000, 3, 'line 3']
  );
});

test('of a run that the server forgot, the record says how it ended', () => {
  const run = fed([
    state('a', 'running', '01'),
    state('b', 'running', '01', 0),
    state('c', 'running', '01')
  ]);
  const ended = { map_index: -1, try_number: 1 };
  run.lose({
    state: 'failed',
    cancelled: true,
    task_instances: [
      { ...ended, task_id: 'a', state: 'success' },
      { ...ended, task_id: 'c', state: 'running' },
      { ...ended, task_id: 'd', state: null }
    ]
  });
  assert.deepEqual(
    [run.state, run.counts(), run.job.error?.name],
    [
      'cancelled',
      {
        a: { success: 1 },
        b: { failed: 1 },
        c: { failed: 1 },
        d: { none: 1 }
      },
      'LostError'
    ]
  );
});
