/** The column of each item: as far left as what it waits for allows, sources next to what waits for them. */
import type { IArcs } from './arrange.ts';

/** Where an item must stand: before (-1) or behind (1) all others, or anywhere (0). */
export type Pin = -1 | 0 | 1;

/** A column for each item; every arc leads to a later column. The arcs must form no cycle. */
export function ranksOf(pins: readonly Pin[], arcs: IArcs): Int32Array {
  const count = pins.length;
  const first = pins.includes(-1) ? 1 : 0;
  const out = outgoing(count, arcs.from, arcs.to);
  const waiting = new Int32Array(count);
  for (const to of arcs.to) {
    waiting[to] = at(waiting, to) + 1;
  }
  const sources = Uint8Array.from(waiting, w => (w === 0 ? 1 : 0));
  const ranks = Int32Array.from(pins, pin => (pin < 0 ? 0 : first));
  const queue: number[] = [];
  for (let i = 0; i < count; i++) {
    if (sources[i]) {
      queue.push(i);
    }
  }
  for (const u of queue) {
    for (let k = at(out.starts, u); k < at(out.starts, u + 1); k++) {
      const v = at(out.ends, k);
      ranks[v] = Math.max(at(ranks, v), at(ranks, u) + 1);
      waiting[v] = at(waiting, v) - 1;
      if (waiting[v] === 0) {
        queue.push(v);
      }
    }
  }
  let last = 0;
  for (let i = 0; i < count; i++) {
    last = pins[i] === 1 ? last : Math.max(last, at(ranks, i));
  }
  for (let u = 0; u < count; u++) {
    if (pins[u] === 1) {
      ranks[u] = last + 1;
    }
  }
  for (let u = 0; u < count; u++) {
    if (sources[u] && pins[u] === 0) {
      ranks[u] = closest(u, ranks, out);
    }
  }
  return ranks;
}

/** The column right before the first that waits for a source. */
function closest(u: number, ranks: Int32Array, out: IAdjacency): number {
  let next = Infinity;
  for (let k = at(out.starts, u); k < at(out.starts, u + 1); k++) {
    next = Math.min(next, at(ranks, at(out.ends, k)));
  }
  return next === Infinity ? at(ranks, u) : next - 1;
}

/** The arcs that leave each item, in one array: those of `u` from `starts[u]` up to `starts[u + 1]`. */
export interface IAdjacency {
  starts: Int32Array;
  ends: Int32Array;
  /** Which arc each one is. */
  arcs: Int32Array;
}

export function outgoing(
  count: number,
  from: readonly number[],
  to: readonly number[]
): IAdjacency {
  const starts = new Int32Array(count + 1);
  for (const u of from) {
    starts[u + 1] = at(starts, u + 1) + 1;
  }
  for (let u = 0; u < count; u++) {
    starts[u + 1] = at(starts, u + 1) + at(starts, u);
  }
  const ends = new Int32Array(from.length);
  const arcs = new Int32Array(from.length);
  const next = starts.slice();
  for (let i = 0; i < from.length; i++) {
    const u = from[i] as number;
    const slot = at(next, u);
    next[u] = slot + 1;
    ends[slot] = to[i] as number;
    arcs[slot] = i;
  }
  return { starts, ends, arcs };
}

/** A number of a typed array, which the compiler cannot know to be there. */
export function at(numbers: ArrayLike<number>, index: number): number {
  return numbers[index] as number;
}
