import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { DagModel, type IDagDocument, type ITask } from '../src/model.ts';

// Written by the Python tests: what the page really carries.
const golden = new URL(
  '../../../tests/drawing/golden/churn.page.json',
  import.meta.url
);
const churn = JSON.parse(readFileSync(golden, 'utf8')) as IDagDocument;
const model = new DagModel(churn);
const ids = (tasks: { task_id: string }[]) => tasks.map(t => t.task_id);

test('an arrow to the right follows an edge to the nearest downstream task', () => {
  assert.equal(model.neighbour('wait', 'right')?.task_id, 'load');
});

test('an arrow to the left follows an edge back', () => {
  assert.equal(model.neighbour('features', 'left')?.task_id, 'load');
});

test('at the last task an arrow to the right leads nowhere', () => {
  assert.equal(model.neighbour('score', 'right'), undefined);
});

test('arrows up and down stay within the column', () => {
  const box = { width: 100, height: 46 };
  const task = (task_id: string, x: number, y: number) => ({
    ...(churn.tasks[0] as ITask),
    ...box,
    task_id,
    x,
    y
  });
  const column = new DagModel({
    dag_id: 'column',
    tasks: [task('a', 0, 0), task('b', 10, 60), task('c', 0, 120)],
    edges: []
  });
  assert.equal(column.neighbour('c', 'up')?.task_id, 'b');
  assert.equal(column.neighbour('a', 'down')?.task_id, 'b');
  assert.equal(column.neighbour('a', 'up'), undefined);
});

test('a search finds every word of it in id, operator, cell or state', () => {
  assert.deepEqual(ids(model.search('s3 WAIT')), ['wait']);
  assert.deepEqual(ids(model.search('cell 4')), ['load']);
  assert.deepEqual(ids(model.search('@task')), [
    'load',
    'features',
    'train',
    'score'
  ]);
  assert.deepEqual(model.search('  '), []);
  assert.deepEqual(model.search('nowhere'), []);
});

test('an edge keeps the names of the values and the reason', () => {
  assert.deepEqual(model.incoming('features'), [
    {
      upstream: 'load',
      downstream: 'features',
      names: ['rows'],
      reason: "'rows' written in cell 4 line 1, read in cell 5 line 2"
    }
  ]);
  assert.deepEqual(model.outgoing('score'), []);
});
