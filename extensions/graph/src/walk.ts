/** Where an arrow key leads: along an edge to the left and right, within the column up and down. */
import type { IRect } from './camera.ts';

export type Direction = 'left' | 'right' | 'up' | 'down';

/** What can be walked on: boxes by key, and who is directly upstream and downstream of each. */
export interface IGround {
  boxes: ReadonlyMap<string, IRect>;
  upstream(key: string): readonly string[];
  downstream(key: string): readonly string[];
}

/** The nearest box in a direction. `free`: without an edge there, the next column will do. */
export function neighbour(
  ground: IGround,
  key: string,
  direction: Direction,
  free = false
): string | undefined {
  const from = ground.boxes.get(key);
  if (!from) {
    return undefined;
  }
  const near = nearest(ground, from, reachable(ground, key, from, direction));
  return near ?? (free ? across(ground, from, direction) : undefined);
}

function reachable(
  ground: IGround,
  key: string,
  from: IRect,
  direction: Direction
): readonly string[] {
  switch (direction) {
    case 'left':
      return ground.upstream(key);
    case 'right':
      return ground.downstream(key);
    case 'up':
      return keysWhere(ground, b => sameColumn(b, from) && b.y < from.y);
    case 'down':
      return keysWhere(ground, b => sameColumn(b, from) && b.y > from.y);
  }
}

function across(
  ground: IGround,
  from: IRect,
  direction: Direction
): string | undefined {
  return nearest(
    ground,
    from,
    keysWhere(ground, b =>
      direction === 'left'
        ? b.x + b.width <= from.x
        : direction === 'right' && b.x >= from.x + from.width
    )
  );
}

function keysWhere(ground: IGround, fits: (box: IRect) => boolean): string[] {
  return [...ground.boxes].filter(([, box]) => fits(box)).map(([key]) => key);
}

function nearest(
  ground: IGround,
  from: IRect,
  keys: readonly string[]
): string | undefined {
  let best: string | undefined;
  let least = Infinity;
  for (const key of keys) {
    const box = ground.boxes.get(key);
    if (box && distance(from, box) < least) {
      [best, least] = [key, distance(from, box)];
    }
  }
  return best;
}

function sameColumn(a: IRect, b: IRect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width;
}

/** How far it is from box to box: the next column is nearer than the same height farther on. */
function distance(a: IRect, b: IRect): number {
  const [dx, dy] = [
    a.x + a.width / 2 - b.x - b.width / 2,
    a.y + a.height / 2 - b.y - b.height / 2
  ];
  return Math.abs(dx) + Math.abs(dy);
}
