/**
 * The height of every node: as near to its neighbours as the order in its column and the room between allow.
 *
 * In one column that is isotonic regression: what each node wants, less the room above it, must not fall. Pooling
 * adjacent violators gives the least-squares answer in one pass.
 */
import type { IChains } from './chains.ts';
import { at, type IAdjacency } from './ranks.ts';

const BETWEEN = 16;
const BETWEEN_LINES = 7;
const PASSES = 6;
/** How much more a line wants to be straight than a box wants to stand in the middle. */
const STRAIGHT = 3;
const IDLE = 0.05;
const SLIGHT = 14;

/** The middle of each node. */
export function placed(
  chains: IChains,
  columns: readonly (readonly number[])[],
  down: IAdjacency,
  up: IAdjacency,
  items: number
): Float64Array {
  const y = new Float64Array(chains.count);
  const offsets = columns.map(column => stacked(chains, column, items));
  for (const [rank, column] of columns.entries()) {
    const own = offsets[rank] as Float64Array;
    const middle = at(own, column.length - 1) / 2;
    column.forEach((u, i) => (y[u] = at(own, i) - middle));
  }
  const wish = wishes(chains, down, up, items, y);
  for (let pass = 0; pass < PASSES; pass++) {
    const forwards = pass % 2 === 0;
    const last = pass === PASSES - 1;
    for (let i = 0; i < columns.length; i++) {
      const rank = forwards ? i : columns.length - 1 - i;
      settle(
        columns[rank] as readonly number[],
        offsets[rank] as Float64Array,
        u => wish(u, forwards || last, !forwards || last),
        y
      );
    }
  }
  straighten(chains, columns, offsets, up, y);
  return y;
}

/** Where little is wanting, go on at the height of the one node upstream: a slight bend looks like a mistake. */
function straighten(
  chains: IChains,
  columns: readonly (readonly number[])[],
  offsets: readonly Float64Array[],
  up: IAdjacency,
  y: Float64Array
): void {
  for (const [rank, column] of columns.entries()) {
    const own = offsets[rank] as Float64Array;
    for (const [i, u] of column.entries()) {
      const first = at(up.starts, u);
      if (at(up.starts, u + 1) - first !== 1) {
        continue;
      }
      const arc = at(up.arcs, first);
      const level =
        at(y, at(up.ends, first)) +
        at(chains.fromDy, arc) -
        at(chains.toDy, arc);
      if (Math.abs(level - at(y, u)) > SLIGHT) {
        continue;
      }
      const above = column[i - 1];
      const below = column[i + 1];
      const least =
        above === undefined
          ? -Infinity
          : at(y, above) + at(own, i) - at(own, i - 1);
      const most =
        below === undefined
          ? Infinity
          : at(y, below) - at(own, i + 1) + at(own, i);
      if (level >= least && level <= most) {
        y[u] = level;
      }
    }
  }
}

/** How far each node of a column is below the first when they stand as close as they may. */
function stacked(
  chains: IChains,
  column: readonly number[],
  items: number
): Float64Array {
  const offsets = new Float64Array(Math.max(column.length, 1));
  for (let i = 1; i < column.length; i++) {
    const [a, b] = [column[i - 1] as number, column[i] as number];
    const half = (at(chains.heights, a) + at(chains.heights, b)) / 2;
    const gap = a >= items && b >= items ? BETWEEN_LINES : BETWEEN;
    offsets[i] = at(offsets, i - 1) + half + gap;
  }
  return offsets;
}

interface IWish {
  y: number;
  weight: number;
}

type Wisher = (u: number, ofUp: boolean, ofDown: boolean) => IWish;

/** Where a node would stand if it were alone in its column. */
function wishes(
  chains: IChains,
  down: IAdjacency,
  up: IAdjacency,
  items: number,
  y: Float64Array
): Wisher {
  let sum = 0;
  let weights = 0;
  const pull = (
    u: number,
    near: IAdjacency,
    own: readonly number[],
    far: readonly number[]
  ): void => {
    for (let k = at(near.starts, u); k < at(near.starts, u + 1); k++) {
      const v = at(near.ends, k);
      const arc = at(near.arcs, k);
      const weight = u >= items && v >= items ? STRAIGHT : 1;
      sum += weight * (at(y, v) + at(far, arc) - at(own, arc));
      weights += weight;
    }
  };
  return (u, ofUp, ofDown) => {
    sum = weights = 0;
    if (ofUp) {
      pull(u, up, chains.toDy, chains.fromDy);
    }
    if (ofDown) {
      pull(u, down, chains.fromDy, chains.toDy);
    }
    return weights
      ? { y: sum / weights, weight: weights }
      : { y: at(y, u), weight: IDLE };
  };
}

function settle(
  column: readonly number[],
  offsets: Float64Array,
  wish: (u: number) => IWish,
  y: Float64Array
): void {
  const values: number[] = [];
  const weights: number[] = [];
  const sizes: number[] = [];
  for (let i = 0; i < column.length; i++) {
    const wanted = wish(column[i] as number);
    let value = wanted.y - at(offsets, i);
    let weight = wanted.weight;
    let size = 1;
    while (values.length && at(values, values.length - 1) > value) {
      const before = weights.pop() as number;
      value =
        ((values.pop() as number) * before + value * weight) /
        (before + weight);
      weight += before;
      size += sizes.pop() as number;
    }
    values.push(value);
    weights.push(weight);
    sizes.push(size);
  }
  let i = 0;
  for (let block = 0; block < values.length; block++) {
    for (let k = 0; k < at(sizes, block); k++, i++) {
      y[column[i] as number] = at(values, block) + at(offsets, i);
    }
  }
}
