/** The golden files, which the Python tests write and compare: what a view is really given. */
import { readFileSync } from 'node:fs';

import type { IDagDocument } from '../src/wire.ts';

const folder = new URL('../../../tests/drawing/golden/', import.meta.url);

export function golden<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as T;
}

/** The first Dag of a document of `draw --format json`. */
export function goldenDag(name: string): IDagDocument {
  const [dag] = golden<{ dags: IDagDocument[] }>(`${name}.json`).dags;
  if (!dag) {
    throw new Error(`${name}.json holds no Dag`);
  }
  return dag;
}
