import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fieldOf, valueOf } from '../src/dialogs/params.ts';
import { joined } from '../src/tabs/joining.ts';
import { FIELDS, pythonOf, textOf } from '../src/tabs/optionfields.ts';
import { barsOf } from '../src/tabs/timeline.ts';
import { RunState } from '../src/runstate.ts';
import type { IFinding, IJob, IParamSchema } from '../src/wire.ts';

const field = (name: string) => {
  const found = FIELDS.find(one => one.name === name);
  assert.ok(found);
  return found;
};

test('what is typed becomes Python, or is refused', () => {
  const typed: [string, string, string | null | undefined][] = [
    ['retries', '2', '2'],
    ['retries', 'two', undefined],
    ['retries', ' ', null],
    ['retry_delay', '30', 'timedelta(seconds=30)'],
    ['retry_delay', 'timedelta(minutes=5)', 'timedelta(minutes=5)'],
    ['retry_delay', 'soon', undefined],
    ['pool', 'ml"; import os', '"ml\\"; import os"'],
    ['depends_on_past', 'true', 'True'],
    ['trigger_rule', 'all_done', '"all_done"']
  ];
  assert.deepEqual(
    typed.map(([name, text]) => pythonOf(field(name), text)),
    typed.map(([, , python]) => python)
  );
});

test('a text option is shown without its quotes', () => {
  assert.deepEqual(
    [textOf(field('pool'), '"ml"'), textOf(field('retries'), 2)],
    ['ml', '2']
  );
});

test('a param goes out as what its default is, and comes back', () => {
  const usual = {
    n: 6,
    name: 'x',
    list: [1, 2],
    flag: true,
    nothing: null,
    object: { a: 1 }
  };
  const fields = Object.entries(usual).map(([name, one]) => fieldOf(name, one));
  assert.deepEqual(
    fields.map(field => valueOf(field, field.shown)),
    Object.values(usual)
  );
  assert.deepEqual(
    fields.map(field => field.kind),
    ['number', 'text', 'json', 'flag', 'json', 'json']
  );
});

test('what is typed for a param is a value of its kind, or none', () => {
  const typed: [unknown, IParamSchema | undefined, string, unknown][] = [
    [6, undefined, '7.5', 7.5],
    [6, undefined, 'six', undefined],
    [6, { type: 'integer' }, '7.5', undefined],
    [6, { type: 'integer' }, '8', 8],
    [6, { type: ['null', 'integer'] }, ' ', null],
    [6, undefined, '', undefined],
    ['eu', { enum: ['eu', 'us'] }, 'us', 'us'],
    [1, { enum: [1, 2, null] }, '2', 2],
    [1, { enum: [1, 2, null] }, '', null],
    ['x', undefined, '12', '12'],
    ['x', undefined, '', ''],
    [null, { type: ['null', 'string'] }, 'a', 'a'],
    [null, { type: ['null', 'string'] }, '', null],
    [[1], undefined, '[2, 3]', [2, 3]],
    [[1], undefined, '2, 3', undefined],
    [{ a: 1 }, undefined, '[]', undefined],
    [null, undefined, 'soon', 'soon'],
    [null, undefined, '[1]', [1]]
  ];
  assert.deepEqual(
    typed.map(([usual, schema, text]) =>
      valueOf(fieldOf('p', usual, schema), text)
    ),
    typed.map(([, , , value]) => value)
  );
});

test('a finding that both the notebook and the check know is listed once, errors first', () => {
  const finding = (code: string, severity: IFinding['severity']): IFinding => ({
    code,
    name: '',
    severity,
    message: code,
    path: 'a.ipynb',
    cell: 1,
    execution_count: null,
    line: 1,
    column: null,
    hint: '',
    fix: null
  });
  const live = [finding('MK201', 'warning')];
  const checked = [finding('MK201', 'warning'), finding('MK301', 'error')];
  assert.deepEqual(
    joined(live, checked).map(one => one.code),
    ['MK301', 'MK201']
  );
});

test('bars fill the run from its first start to its last end', () => {
  const run = new RunState({ kind: 'run', state: 'success' } as IJob);
  const instance = (task_id: string, started: number, ended: number) =>
    run.instances.set(task_id, {
      task_id,
      map_index: -1,
      try_number: 1,
      state: 'success',
      reason: '',
      hint: '',
      reused: false,
      started,
      ended
    });
  instance('a', 1000, 2000);
  instance('b', 2000, 5000);
  assert.deepEqual(
    barsOf(run, 0).map(({ from, width, span }) => [from, width, span]),
    [
      [0, 25, 1000],
      [25, 75, 3000]
    ]
  );
});
