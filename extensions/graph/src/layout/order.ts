/** The order within each column, with few crossings: sweeps to and fro, each item at the mean of its neighbours. */
import type { IChains } from './chains.ts';
import { at, type IAdjacency } from './ranks.ts';

const SWEEPS = 10;
const PATIENCE = 4;
const LONG_COLUMN = 300;

/** The nodes of each column from top to bottom. */
export function ordered(
  chains: IChains,
  down: IAdjacency,
  up: IAdjacency
): number[][] {
  const position = new Float64Array(chains.count);
  const columns = atFirst(chains, down, up, position);
  let best = columns.map(column => [...column]);
  let least = crossings(columns, down, position);
  let patience = PATIENCE;
  for (let sweep = 0; sweep < SWEEPS && least > 0 && patience > 0; sweep++) {
    const forwards = sweep % 2 === 0;
    for (const column of forwards ? columns : [...columns].reverse()) {
      reorder(chains, column, forwards ? up : down, forwards, position);
    }
    const found = crossings(columns, down, position);
    patience--;
    if (found < least) {
      least = found;
      best = columns.map(column => [...column]);
      patience = PATIENCE;
    }
  }
  return best;
}

/** Columns in the order in which a walk along the arcs comes by. */
function atFirst(
  chains: IChains,
  down: IAdjacency,
  up: IAdjacency,
  position: Float64Array
): number[][] {
  const columns: number[][] = [];
  for (let u = 0; u < chains.count; u++) {
    (columns[at(chains.ranks, u)] ??= []).push(u);
  }
  for (let rank = 0; rank < columns.length; rank++) {
    columns[rank] ??= [];
  }
  const seen = new Uint8Array(chains.count);
  const next = new Int32Array(columns.length);
  const stack: number[] = [];
  for (let u = chains.count - 1; u >= 0; u--) {
    if (at(up.starts, u) === at(up.starts, u + 1)) {
      stack.push(u);
    }
  }
  for (let u = stack.pop(); u !== undefined; u = stack.pop()) {
    if (seen[u]) {
      continue;
    }
    seen[u] = 1;
    const rank = at(chains.ranks, u);
    position[u] = at(next, rank);
    next[rank] = at(next, rank) + 1;
    for (let k = at(down.starts, u + 1) - 1; k >= at(down.starts, u); k--) {
      stack.push(at(down.ends, k));
    }
  }
  for (const column of columns) {
    sortBy(column, position);
  }
  return columns;
}

function reorder(
  chains: IChains,
  column: number[],
  near: IAdjacency,
  forwards: boolean,
  position: Float64Array
): void {
  const offsets = forwards ? chains.fromDy : chains.toDy;
  const means = new Float64Array(column.length);
  for (let i = 0; i < column.length; i++) {
    const u = column[i] as number;
    const [first, end] = [at(near.starts, u), at(near.starts, u + 1)];
    let sum = 0;
    for (let k = first; k < end; k++) {
      const v = at(near.ends, k);
      const within =
        at(offsets, at(near.arcs, k)) / (at(chains.heights, v) + 1);
      sum += at(position, v) + within;
    }
    means[i] = end > first ? sum / (end - first) : at(position, u);
  }
  sortAlong(column, means);
  for (let i = 0; i < column.length; i++) {
    position[column[i] as number] = i;
  }
}

/** Sort nodes by their keys; equals stay in order. A column is nearly sorted from sweep to sweep, so insertion is quick. */
function sortAlong(column: number[], keys: Float64Array): void {
  if (column.length > LONG_COLUMN) {
    const order = Array.from(column, (_, i) => i);
    order.sort((a, b) => at(keys, a) - at(keys, b));
    const sorted = order.map(i => column[i] as number);
    sorted.forEach((u, i) => (column[i] = u));
    return;
  }
  for (let i = 1; i < column.length; i++) {
    const [u, key] = [column[i] as number, at(keys, i)];
    let k = i - 1;
    for (; k >= 0 && at(keys, k) > key; k--) {
      column[k + 1] = column[k] as number;
      keys[k + 1] = at(keys, k);
    }
    column[k + 1] = u;
    keys[k + 1] = key;
  }
}

function sortBy(column: number[], key: Float64Array): void {
  column.sort((a, b) => at(key, a) - at(key, b));
  for (let i = 0; i < column.length; i++) {
    key[column[i] as number] = i;
  }
}

/** How often the steps cross: for each, those before it that end behind it, counted in a Fenwick tree. */
export function crossings(
  columns: readonly (readonly number[])[],
  down: IAdjacency,
  position: Float64Array
): number {
  let total = 0;
  for (let rank = 0; rank + 1 < columns.length; rank++) {
    const size = (columns[rank + 1] as readonly number[]).length;
    const tree = new Int32Array(size + 2);
    let before = 0;
    for (const u of columns[rank] as readonly number[]) {
      const [first, end] = [at(down.starts, u), at(down.starts, u + 1)];
      for (let k = first; k < end; k++) {
        total += before - countUpTo(tree, at(position, at(down.ends, k)) + 1);
      }
      for (let k = first; k < end; k++) {
        count(tree, at(position, at(down.ends, k)) + 1);
      }
      before += end - first;
    }
  }
  return total;
}

function countUpTo(tree: Int32Array, place: number): number {
  let sum = 0;
  for (let i = place; i > 0; i -= i & -i) {
    sum += at(tree, i);
  }
  return sum;
}

function count(tree: Int32Array, place: number): void {
  for (let i = place; i < tree.length; i += i & -i) {
    tree[i] = at(tree, i) + 1;
  }
}
