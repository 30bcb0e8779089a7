import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { IRect } from '../src/camera.ts';
import {
  type ILayout,
  type ILayoutBox,
  type ILayoutLink,
  type ILayoutRoom,
  layOut
} from '../src/layout/nest.ts';
import { randomNumbers } from './random_dags.ts';

interface ICase {
  boxes: ILayoutBox[];
  rooms: ILayoutRoom[];
  links: ILayoutLink[];
}

const box = (key: string, parent: string | null = null): ILayoutBox => ({
  key,
  parent,
  width: 112,
  height: 46
});
const links = (...pairs: string[]): ILayoutLink[] =>
  pairs.map(pair => {
    const [from, to] = pair.split('>') as [string, string];
    return { from, to };
  });
const laidOut = (c: ICase): ILayout => layOut(c.boxes, c.rooms, c.links);

/** Boxes of several sizes in nested rooms, with links in any direction but for the order of the boxes. */
function randomCase(seed: number): ICase {
  const random = randomNumbers(seed);
  const upTo = (n: number): number => Math.floor(random() * n);
  const rooms: ILayoutRoom[] = Array.from({ length: upTo(5) }, (_, i) => ({
    key: `g${i}`,
    parent: i > 0 && random() < 0.5 ? `g${upTo(i)}` : null,
    leastWidth: 60 + upTo(300)
  }));
  const boxes = Array.from({ length: 2 + upTo(30) }, (_, i) => ({
    key: `t${i}`,
    parent: rooms.length && random() < 0.6 ? `g${upTo(rooms.length)}` : null,
    width: 112 + 16 * upTo(8),
    height: 46 + 6 * upTo(2)
  }));
  const pairs = new Set<string>();
  for (let i = 1; i < boxes.length; i++) {
    for (let k = upTo(4); k > 0; k--) {
      pairs.add(`t${upTo(i)}>t${i}`);
    }
  }
  return { boxes, rooms, links: links(...pairs) };
}

const overlap = (a: IRect, b: IRect): boolean =>
  a.x < b.x + b.width &&
  b.x < a.x + a.width &&
  a.y < b.y + b.height &&
  b.y < a.y + a.height;

/** Points along the drawn line, as the painter draws it. */
function* along(route: readonly number[]): Generator<[number, number]> {
  for (let i = 0; i + 3 < route.length; i += 2) {
    const [x0, y0, x1, y1] = route.slice(i, i + 4) as [
      number,
      number,
      number,
      number
    ];
    for (let t = 0; t <= 1; t += 0.1) {
      const s = 1 - t;
      const middle = (x0 + x1) / 2;
      yield [
        s ** 3 * x0 +
          3 * s * s * t * middle +
          3 * s * t * t * middle +
          t ** 3 * x1,
        (s ** 3 + 3 * s * s * t) * y0 + (3 * s * t * t + t ** 3) * y1
      ];
    }
  }
}

const inside = (rect: IRect, [x, y]: [number, number]): boolean =>
  x > rect.x + 0.5 &&
  x < rect.x + rect.width - 0.5 &&
  y > rect.y + 0.5 &&
  y < rect.y + rect.height - 0.5;

test('a chain runs from left to right on one line', () => {
  const { boxes, routes } = laidOut({
    boxes: [box('a'), box('b'), box('c')],
    rooms: [],
    links: links('a>b', 'b>c')
  });
  assert.deepEqual(
    [...boxes.values()].map(({ x, y }) => [x, y]),
    [
      [0, 0],
      [156, 0],
      [312, 0]
    ]
  );
  assert.deepEqual(routes[0], [112, 23, 112, 23, 156, 23]);
});

test('nothing, one box and an empty room have a place', () => {
  assert.deepEqual(laidOut({ boxes: [], rooms: [], links: [] }).width, 0);
  const room = { key: 'g', parent: null, leastWidth: 90 };
  const found = laidOut({ boxes: [box('a')], rooms: [room], links: [] });
  assert.equal(found.rooms.get('g')?.width, 90);
});

test('a source stands next to what waits for it', () => {
  const { boxes } = laidOut({
    boxes: [box('a'), box('b'), box('c'), box('late')],
    rooms: [],
    links: links('a>b', 'b>c', 'late>c')
  });
  assert.equal(boxes.get('late')?.x, boxes.get('b')?.x);
});

test('what is pinned stands before or behind all others', () => {
  const pinned = { ...box('in'), pin: -1 as const };
  const last = { ...box('out'), pin: 1 as const };
  const { boxes } = laidOut({
    boxes: [pinned, box('a'), box('b'), box('c'), last],
    rooms: [],
    links: links('a>b', 'b>c', 'in>c', 'a>out')
  });
  const xs = [...boxes.values()].map(b => b.x);
  assert.deepEqual(
    xs.map(x => [...new Set(xs)].sort((a, b) => a - b).indexOf(x)),
    [0, 1, 2, 3, 4]
  );
});

test('rooms that wait for each other have one link from right to left', () => {
  const { boxes, routes } = laidOut({
    boxes: [box('x', 'a'), box('y', 'b'), box('z', 'a')],
    rooms: [
      { key: 'a', parent: null, leastWidth: 60 },
      { key: 'b', parent: null, leastWidth: 60 }
    ],
    links: links('x>y', 'y>z')
  });
  const back = routes[1] as readonly number[];
  const right = (boxes.get('x')?.x ?? 0) + 112;
  assert.ok((routes[0]?.at(-2) ?? 0) > right);
  assert.equal(back[0], boxes.get('y')?.x);
  assert.equal(back.at(-2), (boxes.get('z')?.x ?? 0) + 112);
});

test('a cycle of tasks is drawn all the same', () => {
  const { routes } = laidOut({
    boxes: [box('a'), box('b')],
    rooms: [],
    links: links('a>b', 'b>a')
  });
  assert.deepEqual(
    routes[1],
    [...(routes[0] as number[])]
      .reverse()
      .flatMap((_, i, r) => (i % 2 ? [] : [r[i + 1] as number, r[i] as number]))
  );
});

test('no box meets another, and every box lies in its room', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const given = randomCase(seed);
    const { boxes, rooms } = laidOut(given);
    const rects = new Map([...boxes, ...rooms]);
    for (const a of [...given.boxes, ...given.rooms]) {
      const own = rects.get(a.key) as IRect;
      const outer = a.parent === null ? undefined : rects.get(a.parent);
      assert.ok(!outer || overlap(own, outer), `${seed} ${a.key}`);
      for (const b of [...given.boxes, ...given.rooms]) {
        if (a.key < b.key && a.parent === b.parent) {
          assert.ok(
            !overlap(own, rects.get(b.key) as IRect),
            `${seed} ${a.key} ${b.key}`
          );
        }
      }
    }
  }
});

test('every link joins its two boxes and meets no other', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const given = randomCase(seed);
    const { boxes, routes } = laidOut(given);
    for (const [i, { from, to }] of given.links.entries()) {
      const route = routes[i] as number[];
      const [a, b] = [boxes.get(from) as IRect, boxes.get(to) as IRect];
      const onSide = (rect: IRect, x: number, y: number): boolean =>
        [rect.x, rect.x + rect.width].some(side => Math.abs(side - x) < 0.01) &&
        y > rect.y &&
        y < rect.y + rect.height;
      assert.ok(
        onSide(a, route[0] as number, route[1] as number),
        `${seed} ${from}>${to}`
      );
      assert.ok(
        onSide(b, route.at(-2) as number, route.at(-1) as number),
        `${seed} ${from}>${to}`
      );
      for (const point of along(route)) {
        for (const [key, rect] of boxes) {
          assert.ok(
            !inside(rect, point),
            `${seed} ${from}>${to} crosses ${key} at ${point}`
          );
        }
      }
    }
  }
});

test('the same Dag is laid out the same way twice', () => {
  assert.deepEqual(laidOut(randomCase(7)), laidOut(randomCase(7)));
});
