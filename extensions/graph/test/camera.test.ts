import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fit, pan, resized, reveal, scaleOf, zoom } from '../src/camera.ts';

const port = { width: 800, height: 400 };
const drawing = { x: 0, y: 0, width: 1600, height: 200 };

test('a drawing wider than the window is made to fit', () => {
  assert.deepEqual(fit(drawing, port), {
    x: 0,
    y: -300,
    width: 1600,
    height: 800
  });
});

test('a small drawing is not magnified', () => {
  const small = { x: 0, y: 0, width: 100, height: 100 };
  assert.deepEqual(fit(small, port), { x: -350, y: -150, ...port });
});

test('zooming keeps the point under the pointer where it is', () => {
  const camera = fit(drawing, port);
  const nearer = zoom(camera, port, 2, 200, 100);
  const at = (c: typeof camera) => c.x + 200 * scaleOf(c, port);
  assert.equal(at(nearer), at(camera));
  assert.equal(scaleOf(nearer, port), 1);
});

test('there is a nearest and a farthest', () => {
  const camera = fit(drawing, port);
  assert.equal(scaleOf(zoom(camera, port, 1e6, 0, 0), port), 0.4);
  assert.equal(scaleOf(zoom(camera, port, 1e-6, 0, 0), port), 60);
});

test('panning moves the drawing with the pointer', () => {
  assert.deepEqual(pan(fit(drawing, port), port, 10, -5), {
    x: -20,
    y: -290,
    width: 1600,
    height: 800
  });
});

test('a box in view is left where it is, one outside is brought in', () => {
  const camera = { x: 0, y: 0, ...port };
  const seen = { x: 100, y: 100, width: 120, height: 46 };
  assert.deepEqual(reveal(camera, port, seen), camera);
  assert.deepEqual(reveal(camera, port, { ...seen, x: 1000 }), {
    ...camera,
    x: 1000 + 120 + 24 - 800
  });
});

test('a box too small to read is brought near', () => {
  const far = { x: 0, y: 0, width: 8000, height: 4000 };
  const box = { x: 100, y: 100, width: 120, height: 46 };
  assert.equal(scaleOf(reveal(far, port, box), port), 1);
});

test('another window keeps the middle and the scale', () => {
  const camera = { x: 0, y: 0, ...port };
  assert.deepEqual(resized(camera, port, { width: 400, height: 400 }), {
    x: 200,
    y: 0,
    width: 400,
    height: 400
  });
});
