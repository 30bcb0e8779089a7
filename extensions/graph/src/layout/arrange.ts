/**
 * The items of one room from left to right: columns, the order in them, heights, and the ways of the arcs.
 *
 * An arc bends only in the gaps between columns and runs level through a column, in a place of its own. So it meets no
 * box but the two it joins.
 */
import { chained, type IChains } from './chains.ts';
import { ordered } from './order.ts';
import { placed } from './place.ts';
import { at, outgoing, type Pin, ranksOf } from './ranks.ts';

const GAP = 44;
const WIDEST_GAP = 150;
/** The gap grows with how steep the arcs in it are. */
const STEEPNESS = 9;
const PORT_GAP = 16;

export interface ISizes {
  widths: readonly number[];
  heights: readonly number[];
  pins: readonly Pin[];
}

/** Arcs between items, without a cycle; the offsets say how far from the middle of an item an arc ends. */
export interface IArcs {
  from: readonly number[];
  to: readonly number[];
  fromDy: readonly number[];
  toDy: readonly number[];
}

/** Points as x, y, x, y, …: joined by level lines, and by curves where their heights differ. */
export type Route = readonly number[];

export interface IArrangement {
  /** The top left corners. */
  x: Float64Array;
  y: Float64Array;
  routes: Route[];
  width: number;
  height: number;
}

export function arrange(sizes: ISizes, arcs: IArcs): IArrangement {
  const items = sizes.widths.length;
  const chains = chained(sizes, ranksOf(sizes.pins, arcs), arcs);
  const down = outgoing(chains.count, chains.from, chains.to);
  const up = outgoing(chains.count, chains.to, chains.from);
  const columns = ordered(chains, down, up);
  const middles = placed(chains, columns, down, up, items);
  const top = levelled(middles, chains);
  const { lefts, rights } = acrossColumns(sizes, chains, columns, middles);
  const x = new Float64Array(items);
  const y = new Float64Array(items);
  let height = 0;
  for (let u = 0; u < chains.count; u++) {
    const h = at(chains.heights, u);
    middles[u] = at(middles, u) - top;
    height = Math.max(height, at(middles, u) + h / 2);
    if (u < items) {
      x[u] = at(lefts, at(chains.ranks, u));
      y[u] = at(middles, u) - h / 2;
    }
  }
  const routes = chains.ways.map((way, arc) =>
    routeOf(sizes, arcs, arc, way, chains, middles, lefts, rights)
  );
  return { x, y, routes, width: rights.at(-1) ?? 0, height };
}

function levelled(middles: Float64Array, chains: IChains): number {
  let top = Infinity;
  for (let u = 0; u < chains.count; u++) {
    top = Math.min(top, at(middles, u) - at(chains.heights, u) / 2);
  }
  return top === Infinity ? 0 : top;
}

/** The left and the right side of every column. */
function acrossColumns(
  sizes: ISizes,
  chains: IChains,
  columns: readonly (readonly number[])[],
  middles: Float64Array
): { lefts: number[]; rights: number[] } {
  const steepest = new Float64Array(columns.length);
  for (let i = 0; i < chains.from.length; i++) {
    const [a, b] = [at(chains.from, i), at(chains.to, i)];
    const rise =
      at(middles, b) +
      at(chains.toDy, i) -
      at(middles, a) -
      at(chains.fromDy, i);
    const rank = at(chains.ranks, a);
    steepest[rank] = Math.max(at(steepest, rank), Math.abs(rise));
  }
  const lefts: number[] = [];
  const rights: number[] = [];
  let x = 0;
  for (const [rank, column] of columns.entries()) {
    let width = 0;
    for (const u of column) {
      width = Math.max(width, sizes.widths[u] ?? 0);
    }
    lefts.push(x);
    rights.push(x + width);
    const least = width === 0 ? PORT_GAP : GAP;
    x += width + Math.min(WIDEST_GAP, least + at(steepest, rank) / STEEPNESS);
  }
  return { lefts, rights };
}

function routeOf(
  sizes: ISizes,
  arcs: IArcs,
  arc: number,
  way: readonly number[],
  chains: IChains,
  middles: Float64Array,
  lefts: readonly number[],
  rights: readonly number[]
): Route {
  const [from, to] = [at(arcs.from, arc), at(arcs.to, arc)];
  const start = at(middles, from) + at(arcs.fromDy, arc);
  const rank = at(chains.ranks, from);
  const points = [at(lefts, rank) + at(sizes.widths, from), start];
  points.push(at(rights, rank), start);
  for (const node of way) {
    const passed = at(chains.ranks, node);
    const y = at(middles, node);
    points.push(at(lefts, passed), y, at(rights, passed), y);
  }
  const end = at(middles, to) + at(arcs.toDy, arc);
  points.push(at(lefts, at(chains.ranks, to)), end);
  return points;
}
