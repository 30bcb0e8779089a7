import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { IRect } from '../src/camera.ts';
import type { IDrawnTask } from '../src/drawn.ts';
import { DagModel, type IDagData } from '../src/model.ts';
import { type Direction, neighbour } from '../src/walk.ts';
import { golden, goldenDag } from './support.ts';

// What the drawn page really carries.
const churn = golden<IDagData<IDrawnTask>>('churn.page.json');
const model = new DagModel(churn);
const walk = (from: string, direction: Direction) =>
  neighbour(
    {
      boxes: new Map(churn.tasks.map(task => [task.task_id, task])),
      upstream: id => model.incoming(id).map(edge => edge.upstream),
      downstream: id => model.outgoing(id).map(edge => edge.downstream)
    },
    from,
    direction
  );
const ids = (tasks: { task_id: string }[]) => tasks.map(t => t.task_id);

test('an arrow to the right follows an edge to the nearest downstream task', () => {
  assert.equal(walk('wait', 'right'), 'load');
});

test('an arrow to the left follows an edge back', () => {
  assert.equal(walk('features', 'left'), 'load');
});

test('at the last task an arrow to the right leads nowhere', () => {
  assert.equal(walk('score', 'right'), undefined);
});

test('while an edge is drawn, an arrow leads to the next column where no edge does', () => {
  const box = (x: number): IRect => ({ x, y: 0, width: 100, height: 46 });
  const row = {
    boxes: new Map([
      ['a', box(0)],
      ['b', box(150)],
      ['c', box(300)]
    ]),
    upstream: () => [],
    downstream: () => []
  };
  assert.equal(neighbour(row, 'a', 'right', true), 'b');
  assert.equal(neighbour(row, 'c', 'left', true), 'b');
  assert.equal(neighbour(row, 'c', 'left'), undefined);
});

test('arrows up and down stay within the column', () => {
  const box = (x: number, y: number): IRect => ({
    x,
    y,
    width: 100,
    height: 46
  });
  const column = {
    boxes: new Map([
      ['a', box(0, 0)],
      ['b', box(10, 60)],
      ['c', box(0, 120)]
    ]),
    upstream: () => [],
    downstream: () => []
  };
  assert.equal(neighbour(column, 'c', 'up'), 'b');
  assert.equal(neighbour(column, 'a', 'down'), 'b');
  assert.equal(neighbour(column, 'a', 'up'), undefined);
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

test('states are taken over, and only what changed is named', () => {
  const run = new DagModel(goldenDag('run'));
  assert.deepEqual(
    run.setStates({
      one: { success: 1 },
      two: { running: 1 },
      gone: { failed: 1 }
    }),
    ['two']
  );
  assert.deepEqual(run.statesOf('two'), [{ state: 'running', count: 1 }]);
  assert.deepEqual(ids(run.search('running')), ['two', 'many']);
});

test('the states of a whole run leave none on a task that is not named', () => {
  const run = new DagModel(goldenDag('run'));
  assert.deepEqual(
    run.showStates({ one: { success: 1 }, two: { failed: 1 } }),
    ['three', 'many']
  );
  assert.deepEqual(run.statesOf('three'), []);
});

test('the states of a group are those of all tasks in it, the most urgent first', () => {
  const nested = new DagModel(goldenDag('nested'));
  nested.setStates({
    'outer.a': { success: 1 },
    'outer.inner.b': { success: 3, failed: 1 }
  });
  assert.deepEqual(nested.statesWithin('outer'), [
    { state: 'failed', count: 1 },
    { state: 'success', count: 4 }
  ]);
});

test('groups that lie in one another come to an end', () => {
  const group = (group_id: string, parent: string) => ({
    group_id,
    parent,
    label: group_id,
    mapped: false,
    tooltip: ''
  });
  const round = new DagModel({
    dag_id: 'round',
    tasks: [],
    edges: [],
    groups: [group('a', 'b'), group('b', 'a')]
  });
  assert.deepEqual(
    round.around('a').map(g => g.group_id),
    ['a', 'b']
  );
});

test('who waits for whom is followed over other tasks', () => {
  assert.equal(model.leadsTo('wait', 'score'), true);
  assert.equal(model.leadsTo('score', 'wait'), false);
});
