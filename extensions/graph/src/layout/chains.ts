/**
 * Long arcs cut into steps from column to column, so that each has a place of its own in every column it passes.
 *
 * Arcs that leave one port share their way as long as they can: fewer lines, fewer crossings, less work.
 */
import type { IArcs, ISizes } from './arrange.ts';
import { at } from './ranks.ts';

/** How many places on the way there may be; arcs beyond that are drawn straight. */
const MOST = 60_000;
const LINE = 5;

/** Items and the places on the way (all from the number of items on), with the steps between them. */
export interface IChains {
  count: number;
  ranks: number[];
  heights: number[];
  /** One step: from node to node, with the offsets of its ends from their middles. */
  from: number[];
  to: number[];
  fromDy: number[];
  toDy: number[];
  /** By arc, the places on its way. */
  ways: (readonly number[])[];
}

export function chained(
  sizes: ISizes,
  ranks: Int32Array,
  arcs: IArcs
): IChains {
  const chains: IChains = {
    count: ranks.length,
    ranks: [...ranks],
    heights: [...sizes.heights],
    from: [],
    to: [],
    fromDy: [],
    toDy: [],
    ways: []
  };
  const shared = new Map<number, number[]>();
  for (let i = 0; i < arcs.from.length; i++) {
    chains.ways.push(way(chains, shared, arcs, i));
  }
  return chains;
}

function way(
  chains: IChains,
  shared: Map<number, number[]>,
  arcs: IArcs,
  arc: number
): readonly number[] {
  const [from, to] = [at(arcs.from, arc), at(arcs.to, arc)];
  const [fromDy, toDy] = [at(arcs.fromDy, arc), at(arcs.toDy, arc)];
  const start = at(chains.ranks, from);
  const between = at(chains.ranks, to) - start - 1;
  if (between === 0) {
    step(chains, from, to, fromDy, toDy);
    return [];
  }
  const port = from * 100_003 + fromDy;
  const chain = shared.get(port) ?? [];
  shared.set(port, chain);
  while (chain.length < between) {
    if (chains.count > MOST) {
      return [];
    }
    const before = chain.at(-1);
    const node = chains.count++;
    chains.ranks.push(start + chain.length + 1);
    chains.heights.push(LINE);
    step(chains, before ?? from, node, before === undefined ? fromDy : 0, 0);
    chain.push(node);
  }
  step(chains, at(chain, between - 1), to, 0, toDy);
  return chain.slice(0, between);
}

function step(
  chains: IChains,
  from: number,
  to: number,
  fromDy: number,
  toDy: number
): void {
  chains.from.push(from);
  chains.to.push(to);
  chains.fromDy.push(fromDy);
  chains.toDy.push(toDy);
}
