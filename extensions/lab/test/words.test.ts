import assert from 'node:assert/strict';
import { test } from 'node:test';

import { sentence } from '../src/words.ts';

test('a message goes on from where it happened, as on the command line', () => {
  const problem = { name: 'ReadError', message: 'is not published.' };
  assert.deepEqual(
    [
      sentence(problem),
      sentence({ ...problem, path: null, cell: null, line: null }),
      sentence({ ...problem, path: '/home/ada/nb.ipynb' }),
      sentence({ ...problem, path: 'C:\\dags\\nb.ipynb', cell: 3, line: 4 })
    ],
    [
      'is not published.',
      'is not published.',
      'nb.ipynb: is not published.',
      'nb.ipynb, cell 3, line 4: is not published.'
    ]
  );
});
