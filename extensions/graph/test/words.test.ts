import assert from 'node:assert/strict';
import { test } from 'node:test';

import { actionOf } from '../src/keys.ts';
import { english } from '../src/gettext.ts';
import { glyph } from '../src/glyphs.ts';
import { shortened, visible } from '../src/lettering.ts';
import { curve, head } from '../src/lines.ts';
import { DagModel } from '../src/model.ts';
import { refusalOf } from '../src/refusal.ts';
import { inOrder, looks } from '../src/states.ts';
import { taskName } from '../src/words.ts';
import { golden, goldenDag } from './support.ts';

const nameIn = (dag: string, taskId: string): string => {
  const model = new DagModel(goldenDag(dag));
  const task = model.task(taskId);
  assert.ok(task);
  return taskName(model, task, english);
};

test('a task is named with its state and what is up and down of it', () => {
  assert.equal(
    nameIn('run', 'two'),
    'task two, failed, @task, 1 upstream, 1 downstream'
  );
});

test('the name of a mapped task counts its task instances', () => {
  assert.equal(
    nameIn('run', 'many'),
    'task many, 2 failed, 2 running, 8 success, @task, mapped, 1 upstream, 0 downstream'
  );
});

test('a name tells what is out of the ordinary', () => {
  assert.equal(
    nameIn('nested', 'drop'),
    'task drop, @task, teardown, 2 upstream, 0 downstream'
  );
  assert.equal(
    nameIn('churn', 'score'),
    'task score, @task, cell 7, all_done, 2 upstream, 0 downstream'
  );
});

test('every state looks as the drawing in Python has it', () => {
  const python = Object.entries(
    golden<Record<string, { ascii?: string }>>('states.json')
  );
  for (const [, look] of python) {
    delete look.ascii;
  }
  assert.deepEqual(looks(), python);
});

test('letters are spelled out and shortened as Python does', () => {
  const cases =
    golden<{ text: string; visible: string; shortened: string }[]>(
      'lettering.json'
    );
  assert.deepEqual(
    cases.map(({ text }) => ({
      text,
      visible: visible(text),
      shortened: shortened(visible(text), 120, 13)
    })),
    cases
  );
});

test('states are ordered by how much they want a look, unknown ones first', () => {
  assert.deepEqual(
    inOrder({ success: 2, failed: 1, brand_new: 1, queued: 0 }),
    [
      { state: 'brand_new', count: 1 },
      { state: 'failed', count: 1 },
      { state: 'success', count: 2 }
    ]
  );
});

test('an icon can stand anywhere in any size', () => {
  assert.equal(glyph('success', 100, 50, 32), 'M109.2 66.8l4.6 4.6 9 -10');
  assert.match(
    glyph('unknown state', 0, 0, 16),
    /^M5\.8 6\.2a2\.2 2\.2 0 1 1 3 2c/
  );
});

test('a line bends between columns and ends where its head begins', () => {
  assert.equal(
    curve([0, 10, 20, 10, 60, 30]),
    'M0 10H20C37.2 10 37.2 30 54.4 30'
  );
  assert.equal(head([0, 10, 20, 10, 60, 30]), 'M60 30l-7 -3.6v7.2z');
});

test('an edge that is there, or would close a cycle, is refused with the reason', () => {
  const model = new DagModel(goldenDag('churn'));
  assert.deepEqual(
    [
      ['load', 'load'],
      ['load', 'features'],
      ['score', 'load'],
      ['wait', 'score']
    ].map(([up, down]) =>
      refusalOf(model, up as string, down as string, english)
    ),
    [
      'A task cannot wait for itself.',
      'features waits for load already.',
      'score waits for load already: that would be a cycle.',
      null
    ]
  );
});

test('keys mean something only by themselves', () => {
  const key = (name: string, ctrlKey = false) => ({
    key: name,
    ctrlKey,
    metaKey: false,
    altKey: false
  });
  assert.deepEqual(actionOf(key('ArrowUp')), { do: 'walk', direction: 'up' });
  assert.deepEqual(actionOf(key('Enter')), { do: 'open' });
  assert.equal(actionOf(key('0', true)), undefined);
  assert.equal(actionOf(key('constructor')), undefined);
});
