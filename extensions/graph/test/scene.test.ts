import assert from 'node:assert/strict';
import { test } from 'node:test';

import { english } from '../src/gettext.ts';
import { DagModel } from '../src/model.ts';
import { closedAtFirst, sceneOf } from '../src/scene.ts';
import { Shown } from '../src/shown.ts';
import { goldenDag } from './support.ts';
import { randomDag, task } from './random_dags.ts';

const nested = goldenDag('nested');
const sceneWith = (...closed: string[]) =>
  sceneOf(new DagModel(nested), new Set(closed), english);
const pairs = (links: readonly { from: string; to: string }[]) =>
  links.map(link => `${link.from} > ${link.to}`);

test('with all groups open every task has a box', () => {
  const scene = sceneWith();
  assert.deepEqual(
    [...scene.boxes.keys()],
    [
      'task:create',
      'task:start',
      'task:outer.a',
      'task:outer.inner.b',
      'task:end',
      'task:drop'
    ]
  );
  assert.deepEqual(
    scene.rooms.map(room => [room.key, room.parent]),
    [
      ['group:outer', null],
      ['group:empty', null],
      ['group:outer.inner', 'group:outer']
    ]
  );
});

test('a closed group is one box, and its edges are joined', () => {
  const scene = sceneWith('outer');
  assert.deepEqual(
    [...scene.boxes.keys()],
    ['group:outer', 'task:create', 'task:start', 'task:end', 'task:drop']
  );
  assert.deepEqual(pairs(scene.links), [
    'task:create > task:start',
    'task:start > group:outer',
    'group:outer > task:end',
    'task:start > task:end',
    'task:create > task:drop',
    'task:end > task:drop'
  ]);
});

test('a group within a closed one is not seen', () => {
  assert.deepEqual(
    sceneWith('outer', 'outer.inner').boxes.has('group:outer.inner'),
    false
  );
  assert.deepEqual(
    sceneWith('outer.inner').boxes.get('group:outer.inner')?.parent,
    'group:outer'
  );
});

test('assets stand at the sides; one that starts the Dag leads to its first tasks', () => {
  const scene = sceneOf(new DagModel(goldenDag('assets')), new Set(), english);
  assert.deepEqual(
    [...scene.boxes.values()]
      .filter(box => box.kind === 'asset')
      .map(box => [box.key, box.pin]),
    [
      ['asset-in:orders', -1],
      ['asset-in:late_orders', -1],
      ['asset-in:rates', -1],
      ['asset-out:s3://bucket/clean.parquet', 1]
    ]
  );
  assert.deepEqual(pairs(scene.links).slice(-5), [
    'asset-in:orders > task:read',
    'asset-in:late_orders > task:read',
    'asset-in:rates > task:read',
    'task:clean > asset-out:s3://bucket/clean.parquet',
    'task:append > asset-out:s3://bucket/clean.parquet'
  ]);
});

test('groups are closed at first when there would be too many boxes', () => {
  const groups = [
    { group_id: 'g', label: 'g', parent: null, mapped: false, tooltip: '' }
  ];
  const of = (count: number) =>
    closedAtFirst(new DagModel({ ...randomDag(count), groups }));
  assert.deepEqual([of(300), of(301)], [new Set(), new Set(['g'])]);
});

test('another document of the same Dag keeps closed groups closed', () => {
  const shown = new Shown(nested, english);
  shown.close(['outer']);
  shown.update({ ...nested, tasks: [...nested.tasks, task('late')] });
  assert.deepEqual([...shown.closed], ['outer']);
  assert.equal(shown.keyOf('outer.inner.b'), 'group:outer');
  shown.update({ ...nested, dag_id: 'another' });
  assert.deepEqual([...shown.closed], []);
});

test('new words on boxes of the same size leave the layout as it is', () => {
  const shown = new Shown(nested, english);
  const before = shown.layout;
  shown.update({
    ...nested,
    tasks: nested.tasks.map(t => ({ ...t, doc: 'new' }))
  });
  assert.equal(shown.layout, before);
  assert.equal(shown.model.task('end')?.doc, 'new');
});

test('states change the boxes that show the tasks', () => {
  const shown = new Shown(nested, english);
  shown.close(['outer']);
  assert.deepEqual(
    shown.setStates({ 'outer.a': { running: 1 }, end: { success: 1 } }),
    new Set(['group:outer', 'task:end'])
  );
  assert.deepEqual(shown.setStates({ end: { success: 1 } }), new Set());
});
