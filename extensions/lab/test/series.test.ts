import assert from 'node:assert/strict';
import { test } from 'node:test';

import { pathOf, rangeOf, seriesOf } from '../src/tabs/series.ts';

test('columns of numbers are drawn, those of anything else are not', () => {
  const series = seriesOf({
    kind: 'table',
    columns: ['name', 'spend', 'part', 'flag', 'once'],
    rows: [
      ['a', 3, null, true, 1],
      ['b', '7', '0.5', false, null],
      ['c', '5', '25e-2', true, 'nan']
    ],
    total_rows: 3
  });
  assert.deepEqual(series, [
    { name: 'spend', values: [3, 7, 5] },
    { name: 'part', values: [null, 0.5, 0.25] }
  ]);
  assert.deepEqual(rangeOf(series), [0.25, 7]);
});

test('a list of numbers is drawn; a text, an object, a single number and NaN are not', () => {
  const drawn = [[1, 2], [1], ['a', '2'], { a: 1 }, 3, [1, 'NaN', 2]].map(
    value => seriesOf({ kind: 'json', value }).length
  );
  assert.deepEqual(drawn, [1, 0, 0, 0, 0, 0]);
  const texts = ['[1,\n 2]', '[1, 2', 'a text', "[array('d')]"];
  assert.deepEqual(
    texts.map(text => seriesOf({ kind: 'text', text }).length),
    [1, 0, 0, 0]
  );
});

test('the greatest number is at the top, a missing one leaves a gap, equal ones lie in the middle', () => {
  const path = (...values: (number | null)[]): string =>
    pathOf({ name: '', values }, rangeOf([{ name: '', values }]), 100, 10);
  assert.deepEqual(
    [path(0, 10, 5), path(1, null, 3, 2), path(4, 4)],
    ['M0 10L50 0L100 5', 'M0 10M66.7 0L100 5', 'M0 5L100 5']
  );
});
