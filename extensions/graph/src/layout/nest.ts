/**
 * Where everything is: boxes, the rooms around them, and the ways of the links.
 *
 * Rooms are laid out from the innermost, each then one box among its siblings. A link that leaves or enters a room
 * passes its border through a port, which stands in the first or last column of the room. Two rooms may wait for each
 * other though no two boxes do; then the links one way are laid out as if turned round, and run from right to left.
 */
import type { IRect } from '../camera.ts';
import { type IArrangement, type Route } from './arrange.ts';
import { backwards, pair } from './cycles.ts';
import { Room } from './room.ts';

export interface ILayoutBox {
  key: string;
  /** The room it lies in; null for the outermost. */
  parent: string | null;
  width: number;
  height: number;
  /** How far below its middle its links end. */
  linkDy?: number;
  /** Stands before (-1) or behind (1) all others in its room. */
  pin?: -1 | 0 | 1;
}

export interface ILayoutRoom {
  key: string;
  parent: string | null;
  leastWidth: number;
}

export interface ILayoutLink {
  from: string;
  to: string;
}

export interface ILayout {
  boxes: Map<string, IRect>;
  rooms: Map<string, IRect>;
  /** One for each link, from its one end to the other. */
  routes: Route[];
  width: number;
  height: number;
}

const ROOT = '';

/** Lay out boxes in rooms; the rooms must be given before the rooms in them, and all in written order. */
export function layOut(
  boxes: readonly ILayoutBox[],
  rooms: readonly ILayoutRoom[],
  links: readonly ILayoutLink[]
): ILayout {
  const byKey = new Map<string, Room>([[ROOT, new Room(ROOT, null, 0)]]);
  const parents = new Map<string, string>();
  for (const { key, parent, leastWidth } of rooms) {
    const outer = byKey.get(parent ?? ROOT) as Room;
    byKey.set(key, new Room(key, outer, leastWidth));
    parents.set(key, outer.key);
    outer.add(key, 0, 0, 0, 0);
  }
  for (const box of boxes) {
    const room = byKey.get(box.parent ?? ROOT) as Room;
    parents.set(box.key, room.key);
    room.add(box.key, box.width, box.height, box.pin ?? 0, box.linkDy ?? 0);
  }
  const ways = waysOf(links, byKey, parents);
  for (const room of [...byKey.values()].reverse()) {
    room.layOut(byKey);
  }
  return assembled(boxes, rooms, ways, byKey);
}

/** The path of one link: through the rooms it leaves, across the room that holds both ends, into those it enters. */
interface IWay {
  steps: { room: Room; arc: number }[];
  turned: boolean;
}

interface IMeeting {
  room: Room;
  /** What in that room holds the one end and the other. */
  from: string;
  to: string;
}

function waysOf(
  links: readonly ILayoutLink[],
  rooms: ReadonlyMap<string, Room>,
  parents: ReadonlyMap<string, string>
): IWay[] {
  const meetings = links.map(link => meeting(link, rooms, parents));
  const against = againstTheFlow(meetings);
  return links.map((link, i) => {
    const met = meetings[i] as IMeeting;
    const turned = against.get(met.room)?.has(pair(met.from, met.to)) ?? false;
    const [from, to] = turned ? [link.to, link.from] : [link.from, link.to];
    return { steps: stepsOf(from, to, met.room, rooms, parents), turned };
  });
}

function meeting(
  link: ILayoutLink,
  rooms: ReadonlyMap<string, Room>,
  parents: ReadonlyMap<string, string>
): IMeeting {
  let [from, to] = [link.from, link.to];
  const roomOf = (key: string): Room =>
    rooms.get(parents.get(key) ?? ROOT) as Room;
  while (roomOf(from) !== roomOf(to)) {
    if (roomOf(from).depth >= roomOf(to).depth) {
      from = roomOf(from).key;
    } else {
      to = roomOf(to).key;
    }
  }
  return { room: roomOf(from), from, to };
}

function againstTheFlow(meetings: readonly IMeeting[]): Map<Room, Set<string>> {
  const arcs = new Map<Room, Map<string, string[]>>();
  for (const { room, from, to } of meetings) {
    let own = arcs.get(room);
    if (!own) {
      arcs.set(room, (own = new Map()));
    }
    const ends = own.get(from);
    if (ends) {
      ends.push(to);
    } else {
      own.set(from, [to]);
    }
  }
  const against = new Map<Room, Set<string>>();
  for (const [room, own] of arcs) {
    const found = backwards(room.keys, own);
    if (found.size) {
      against.set(room, found);
    }
  }
  return against;
}

function stepsOf(
  from: string,
  to: string,
  met: Room,
  rooms: ReadonlyMap<string, Room>,
  parents: ReadonlyMap<string, string>
): IWay['steps'] {
  const roomOf = (key: string): Room =>
    rooms.get(parents.get(key) ?? ROOT) as Room;
  const steps: IWay['steps'] = [];
  let [here, port] = [from, ''];
  for (let room = roomOf(from); room !== met; room = roomOf(room.key)) {
    steps.push({ room, arc: room.leave(here, port, from) });
    [here, port] = [room.key, from];
  }
  const entering: IWay['steps'] = [];
  let [there, entry] = [to, ''];
  for (let room = roomOf(to); room !== met; room = roomOf(room.key)) {
    entering.push({ room, arc: room.enter(there, entry, to) });
    [there, entry] = [room.key, to];
  }
  steps.push({ room: met, arc: met.join(here, port, there, entry) });
  return [...steps, ...entering.reverse()];
}

function assembled(
  boxes: readonly ILayoutBox[],
  rooms: readonly ILayoutRoom[],
  ways: readonly IWay[],
  byKey: ReadonlyMap<string, Room>
): ILayout {
  const found: ILayout = {
    boxes: new Map(),
    rooms: new Map(),
    routes: [],
    width: 0,
    height: 0
  };
  for (const { key, parent } of rooms) {
    const room = byKey.get(key) as Room;
    const rect = (byKey.get(parent ?? ROOT) as Room).rectOf(key);
    room.moveTo(rect.x, rect.y);
    found.rooms.set(key, rect);
  }
  for (const { key, parent } of boxes) {
    found.boxes.set(key, (byKey.get(parent ?? ROOT) as Room).rectOf(key));
  }
  found.routes = ways.map(way => {
    const [first] = way.steps;
    const route =
      way.steps.length === 1 && first
        ? first.room.routeOf(first.arc)
        : way.steps.flatMap(({ room, arc }) => room.routeOf(arc));
    return way.turned ? turnedRound(route) : route;
  });
  const root = (byKey.get(ROOT) as Room).inside as IArrangement;
  return { ...found, width: root.width, height: root.height };
}

function turnedRound(route: Route): Route {
  const points: number[] = [];
  for (let i = route.length - 2; i >= 0; i -= 2) {
    points.push(route[i] as number, route[i + 1] as number);
  }
  return points;
}
