/** What the server really says, in the files that the tests of the server write and compare. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import type { TranslationBundle } from '@jupyterlab/translation';

import {
  graphWords,
  newerWords,
  replacesWords
} from '../src/dialogs/planwords.ts';
import { documentOf } from '../src/panel/graphdoc.ts';
import { RunState } from '../src/runstate.ts';
import { seriesOf } from '../src/tabs/series.ts';
import type { IEnvelope, IJob, ILive, IPlan, IValue } from '../src/wire.ts';

/** English, as it stands in the code. */
const trans = {
  __: (message: string, ...values: unknown[]) =>
    message.replace(/%(\d)/g, (_, n: string) => String(values[Number(n) - 1])),
  _n: (one: string, many: string, n: number) =>
    (n === 1 ? one : many).replace('%1', String(n))
} as TranslationBundle;

function golden<T>(name: string): T {
  const file = new URL(
    `../../../tests/server/golden/${name}.json`,
    import.meta.url
  );
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}

/** A run of which nothing is known yet but its id. */
function jobOf(message: IEnvelope | undefined): IJob {
  return {
    id: message?.job ?? '',
    kind: 'run',
    path: 'churn.ipynb',
    state: 'running',
    started_at: '2026-01-01T00:00:00+00:00',
    ended_at: null,
    last: 0,
    first: 1,
    dag_id: null,
    run_id: null,
    cancelling: false,
    error: null,
    request: {}
  };
}

test('the events of a run come to its states, values and log', () => {
  const messages = golden<IEnvelope[]>('run');
  const run = new RunState(jobOf(messages[0]));
  assert.deepEqual(
    messages.map(one => run.take(one)),
    messages.map(() => true)
  );
  assert.deepEqual(
    {
      state: run.state,
      dag: run.dagId,
      tasks: run.tasks,
      counts: run.counts(),
      left: run.left.map(one => [one.task_id, one.type, one.bytes]),
      log: run.log.map(one => one.message).filter(one => /^Done/.test(one)),
      unfinished: [...run.instances.values()].filter(
        one => one.started === null || one.ended === null
      )
    },
    {
      state: 'success',
      dag: 'churn',
      tasks: ['load', 'features', 'score'],
      counts: {
        load: { success: 1 },
        features: { success: 1 },
        score: { success: 1 }
      },
      left: [
        ['load', 'builtins.list', 71],
        ['features', 'builtins.list', 15],
        ['score', 'builtins.float', 3]
      ],
      log: [
        "Done. Returned value was: [{'id': 0, 'spend': 0}, {'id': 1, 'spend': 10}, {'id': 2, 'spend': 20}]",
        'Done. Returned value was: [0.0, 1.0, 2.0]',
        'Done. Returned value was: 3.0'
      ],
      unfinished: []
    }
  );
});

test('what is told of a notebook comes to a picture of its Dag and a badge for each cell', () => {
  const live = golden<ILive>('live');
  const [dag] = live.dags;
  assert.ok(dag);
  const { tasks, edges } = documentOf(dag);
  assert.deepEqual(
    {
      tasks: tasks.map(one => [one.task_id, one.operator, one.cell]),
      edges: edges.map(one => [one.upstream, one.downstream, one.names]),
      cells: live.cells.map(one => [one.role, one.task_ids, one.shipped]),
      reasons: live.cells.flatMap(one => one.takes.map(take => take.reason))
    },
    {
      tasks: [
        ['load', '@task', 3],
        ['features', '@task', 5],
        ['score', '@task', 6]
      ],
      edges: [
        ['load', 'features', ['rows']],
        ['features', 'score', ['X']]
      ],
      cells: [
        ['library', [], true],
        ['params', [], true],
        ['task', ['load'], true],
        ['exploration', [], false],
        ['task', ['features'], true],
        ['taskflow', ['score'], true],
        ['dag', [], true]
      ],
      reasons: [
        "'n' is a param of the Dag",
        "'rows' written in cell 3 line 2, read in cell 5 line 2",
        "'X' written in cell 5 line 2, read in cell 6 line 2"
      ]
    }
  );
});

test('a question is open until its task goes on, whatever else happens', () => {
  const asked = golden<IEnvelope>('question');
  const run = new RunState(jobOf(asked));
  const questions = (): string[] =>
    run.questions.map(one => `${one.task_id}: ${one.subject}`);
  const later = (seq: number, task_id: string, state: string): IEnvelope => ({
    ...asked,
    seq,
    event: { event: 'task_state', task_id, map_index: -1, state }
  });
  run.take(asked);
  const found = [questions()];
  run.take(later(asked.seq + 1, 'pick', 'awaiting_input'));
  run.take(later(asked.seq + 2, 'other', 'success'));
  found.push(questions());
  run.take(later(asked.seq + 3, 'pick', 'running'));
  found.push(questions());
  assert.deepEqual(found, [['pick: Which?'], ['pick: Which?'], []]);
});

test('what is told of a value comes to the lines of its columns', () => {
  assert.deepEqual(seriesOf(golden<IValue>('value').preview), [
    { name: 'id', values: [0, 1, 2] },
    { name: 'spend', values: [0, 10, 20] }
  ]);
});

test('a plan says in words what it changes, whose release it replaces, and what stands in its way', () => {
  const { graph, behaviour, newer } = golden<IPlan>('plan');
  const at = new Date('2026-01-01T00:00:00+00:00').toLocaleString();
  assert.ok(behaviour.replaces);
  assert.deepEqual(
    [
      ...Object.values(graph).map(one => graphWords(one, trans)),
      replacesWords(behaviour.replaces, trans),
      ...(newer ?? []).map(one => newerWords(one, trans))
    ],
    [
      '1 task, 0 edges',
      `It replaces release 111111111111, published ${at} by maria.`,
      `dags/journey_team.py was written at ${at} by maria; release 444444444444 was published since this folder published 333333333333. Take over what changed there, then publish over it.`
    ]
  );
});
