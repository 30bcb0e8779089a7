/** One room while a layout is made: what lies in it, the ports on its borders, the arcs in it, then their places. */
import type { IRect } from '../camera.ts';
import { arrange, type IArrangement, type Route } from './arrange.ts';
import { at, type Pin } from './ranks.ts';

const PADDING = 14;
const HEADING = 28;
const EMPTY = 34;
const PORT = 4;
const MOST_ITEMS = 2 ** 26;

export class Room {
  constructor(key: string, outer: Room | null, leastWidth: number) {
    this.key = key;
    this.outer = outer;
    this.depth = outer ? outer.depth + 1 : 0;
    this._leastWidth = leastWidth;
  }

  readonly key: string;
  /** The room around it; null for the outermost. */
  readonly outer: Room | null;
  readonly depth: number;
  /** Of everything in it, in written order; not of its ports. */
  readonly keys: string[] = [];
  inside: IArrangement | undefined;
  width = 0;
  height = 0;

  add(
    key: string,
    width: number,
    height: number,
    pin: Pin,
    linkDy: number
  ): void {
    this.keys.push(key);
    this._linkDys[this._add(key, width, height, pin)] = linkDy;
  }

  /** The arc from a box, or from a port of a room in this one, to the port through which `owner` leaves. */
  leave(from: string, port: string, owner: string): number {
    const out = this._port(`out\0${owner}`, 1);
    return this._arc(this._index.get(from) as number, port, out, '');
  }

  /** The arc from the port through which `owner` is reached to a box, or to a port of a room in this one. */
  enter(to: string, port: string, owner: string): number {
    const entry = this._port(`in\0${owner}`, -1);
    return this._arc(entry, '', this._index.get(to) as number, port);
  }

  join(from: string, port: string, to: string, entry: string): number {
    const [a, b] = [this._index.get(from), this._index.get(to)];
    return this._arc(a as number, port, b as number, entry);
  }

  /** Arrange what is in it; the rooms in it must have been laid out before. */
  layOut(rooms: ReadonlyMap<string, Room>): void {
    for (const key of this.keys) {
      const room = rooms.get(key);
      if (room) {
        const index = this._index.get(key) as number;
        this._widths[index] = room.width;
        this._heights[index] = room.height;
      }
    }
    const offset = (index: number, port: string, side: string): number =>
      port === ''
        ? (this._linkDys[index] ?? 0)
        : (rooms.get(this._names[index] as string) as Room)._portAt(
            `${side}\0${port}`
          );
    this.inside = arrange(
      { widths: this._widths, heights: this._heights, pins: this._pins },
      {
        from: this._from,
        to: this._to,
        fromDy: this._from.map((u, i) =>
          offset(u, this._fromPorts[i] as string, 'out')
        ),
        toDy: this._to.map((u, i) =>
          offset(u, this._toPorts[i] as string, 'in')
        )
      }
    );
    const { width, height } = this.inside;
    this._padding = this.outer ? PADDING : 0;
    this.width = Math.max(width + 2 * this._padding, this._leastWidth);
    this.height =
      Math.max(height, EMPTY) + this._padding + (this.outer ? HEADING : 0);
  }

  moveTo(x: number, y: number): void {
    this._x = x + this._padding;
    this._y = y + HEADING;
    this._left = x;
  }

  rectOf(key: string): IRect {
    const index = this._index.get(key) as number;
    const inside = this.inside as IArrangement;
    return {
      x: this._x + at(inside.x, index),
      y: this._y + at(inside.y, index),
      width: at(this._widths, index),
      height: at(this._heights, index)
    };
  }

  /** The points of an arc; one that ends in a port ends on the border. */
  routeOf(arc: number): Route {
    const route = (this.inside as IArrangement).routes[arc] as Route;
    const points = new Array<number>(route.length);
    for (let i = 0; i < route.length; i += 2) {
      points[i] = at(route, i) + this._x;
      points[i + 1] = at(route, i + 1) + this._y;
    }
    if (this._ports.has(at(this._from, arc))) {
      points[0] = this._left;
    }
    if (this._ports.has(at(this._to, arc))) {
      points[points.length - 2] = this._left + this.width;
    }
    return points;
  }

  private _add(key: string, width: number, height: number, pin: Pin): number {
    const index = this._names.length;
    this._index.set(key, index);
    this._names.push(key);
    this._widths.push(width);
    this._heights.push(height);
    this._pins.push(pin);
    return index;
  }

  private _port(name: string, pin: Pin): number {
    const index = this._index.get(name) ?? this._add(name, 0, PORT, pin);
    this._ports.add(index);
    return index;
  }

  private _arc(from: number, port: string, to: number, entry: string): number {
    const key =
      port || entry
        ? `${from}\0${port}\0${to}\0${entry}`
        : from * MOST_ITEMS + to;
    const known = this._arcs.get(key);
    if (known !== undefined) {
      return known;
    }
    this._arcs.set(key, this._from.length);
    this._from.push(from);
    this._fromPorts.push(port);
    this._to.push(to);
    this._toPorts.push(entry);
    return this._from.length - 1;
  }

  /** How far below the middle of the room a port of it is. */
  private _portAt(name: string): number {
    const index = this._index.get(name) as number;
    const middle = at((this.inside as IArrangement).y, index) + PORT / 2;
    return middle + HEADING - this.height / 2;
  }

  private readonly _leastWidth: number;
  private readonly _index = new Map<string, number>();
  private readonly _names: string[] = [];
  private readonly _widths: number[] = [];
  private readonly _heights: number[] = [];
  private readonly _pins: Pin[] = [];
  private readonly _linkDys: number[] = [];
  private readonly _ports = new Set<number>();
  private readonly _arcs = new Map<string | number, number>();
  private readonly _from: number[] = [];
  private readonly _fromPorts: string[] = [];
  private readonly _to: number[] = [];
  private readonly _toPorts: string[] = [];
  private _padding = 0;
  private _x = 0;
  private _y = 0;
  private _left = 0;
}
