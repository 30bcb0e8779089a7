/**
 * The painter: it keeps in the document only what is seen, in as much detail as can be seen.
 *
 * Near, every box and line in sight (and a little around it) has elements of its own. From afar, or with more boxes in
 * sight than anyone could read, all boxes of one state are one path. The box that has the focus is always there.
 *
 * The SVG is larger than its window, and is moved in it by a transform, which costs no painting.
 */
import {
  type IPalette,
  itemOf,
  paintBox,
  paintRoom,
  repaintBox
} from './boxes.ts';
import { type Camera, type IRect, type ISize, scaleOf } from './camera.ts';
import { heaped, paintFar } from './far.ts';
import type { Route } from './layout/arrange.ts';
import type { ILayout } from './layout/nest.ts';
import { boundsOf, curve, head, polyline } from './lines.ts';
import type { IBox, ILink, IScene } from './scene.ts';
import type { IMarks } from './selection.ts';
import { svgElement as el } from './svg.ts';

/** Above this many units to a pixel, nobody can read a name. */
const FAR = 4.5;
/** More boxes in sight than these are painted as if from afar. */
const CROWD = 260;
/** From this scale on an icon would be a dot. */
const ICONS_TO = 11;
const AROUND = 0.3;
const SHEET = 1 + 2 * AROUND;

interface IPlacedLink {
  link: ILink;
  route: Route;
  bounds: IRect;
}

export class Painter {
  constructor(svg: SVGSVGElement, palette: IPalette) {
    this._svg = svg;
    this._palette = palette;
    svg.append(this._rooms, this._edges, this._far, this._tasks);
  }

  /** Show another scene. */
  show(scene: IScene, layout: ILayout, palette: IPalette): void {
    this._palette = palette;
    this._scene = scene;
    this._layout = layout;
    this._links = scene.links.map((link, i) => {
      const route = layout.routes[i] as Route;
      return { link, route, bounds: boundsOf(route) };
    });
    this._byKey = new Map(scene.links.map(link => [link.key, link]));
    this._boxes = [...scene.boxes.values()].map(box => [
      box,
      layout.boxes.get(box.key) as IRect
    ]);
    this._nodes.clear();
    this._lines.clear();
    for (const layer of [this._rooms, this._edges, this._far, this._tasks]) {
      layer.replaceChildren();
    }
    this._rooms.append(
      ...scene.rooms.map(room =>
        paintRoom(room, layout.rooms.get(room.key) as IRect, palette.t)
      )
    );
    this._painted = undefined;
  }

  /** Show what a camera sees. */
  look(camera: Camera, port: ISize): void {
    this._camera = camera;
    this._port = port;
    const scale = scaleOf(camera, port);
    const sheet = this._sheet;
    if (
      sheet?.width !== camera.width * SHEET ||
      sheet.height !== camera.height * SHEET ||
      !holds(sheet, camera)
    ) {
      const { x, y, width, height } = grown(camera);
      this._sheet = {
        x,
        y,
        width: camera.width * SHEET,
        height: camera.height * SHEET
      };
      this._svg.setAttribute('viewBox', `${x} ${y} ${width} ${height}`);
    }
    const { x, y } = this._sheet as IRect;
    const [dx, dy] = [(x - camera.x) / scale, (y - camera.y) / scale];
    this._svg.style.transform = `translate(${dx}px, ${dy}px)`;
    if (!this._painted || !covers(this._painted, camera, port)) {
      this._paint();
    }
  }

  /** Show other marks. */
  mark(marks: IMarks): void {
    const searched = marks.found !== this._marks.found;
    this._marks = marks;
    if (this._isFar && searched) {
      this._paint();
      return;
    }
    this._keepCurrent();
    for (const [key, node] of this._nodes) {
      this._markBox(key, node);
    }
    for (const [key, line] of this._lines) {
      this._markLine(key, line);
    }
    if (this._isFar) {
      this._paintNearLines();
    }
  }

  /** Paint some boxes anew: their states are others now. */
  refresh(keys: ReadonlySet<string>): void {
    for (const key of keys) {
      const [node, box] = [this._nodes.get(key), this._scene?.boxes.get(key)];
      if (node && box) {
        repaintBox(node, box, this._palette);
      }
    }
    if (this._isFar && keys.size) {
      this._paintHeaps();
    }
  }

  /** Give a box the focus, if it is painted. */
  focus(key: string): void {
    const node = this._nodes.get(key);
    if (node) {
      itemOf(node).focus({ preventScroll: true });
    }
  }

  get isFar(): boolean {
    return this._isFar;
  }

  /** Everything in full detail, for a file. */
  everything(): SVGGElement[] {
    const rooms = this._rooms.cloneNode(true) as SVGGElement;
    const edges = el('g', {}, ...this._links.map(paintLine));
    const palette = { ...this._palette, connects: false };
    const boxes = this._boxes.map(([box, rect]) =>
      paintBox(box, rect, palette)
    );
    return [rooms, edges, el('g', {}, ...boxes)];
  }

  private _paint(): void {
    if (!this._camera || !this._port) {
      return;
    }
    const seen = grown(this._camera);
    const scale = scaleOf(this._camera, this._port);
    this._painted = { ...seen, scale };
    const boxes = this._boxes.filter(([, rect]) => meets(rect, seen));
    this._isFar = scale > FAR || boxes.length > CROWD;
    this._svg.classList.toggle('mk-far', this._isFar);
    this._seen = boxes;
    const links = this._links.filter(link => meets(link.bounds, seen));
    if (this._isFar) {
      this._paintFar(links);
    } else {
      this._paintNear(links);
    }
    this._keepCurrent();
  }

  private _paintNear(links: readonly IPlacedLink[]): void {
    this._far.replaceChildren();
    this._edges.querySelector('.mk-all')?.remove();
    this._edges.querySelector('.mk-touching')?.remove();
    const keep = new Set(this._seen.map(([box]) => box.key));
    this._drop(this._nodes, keep);
    this._drop(this._lines, new Set(links.map(({ link }) => link.key)));
    for (const [box, rect] of this._seen) {
      this._add(box, rect);
    }
    const fresh = links.filter(({ link }) => !this._lines.has(link.key));
    const lines = fresh.map(placed => {
      const line = paintLine(placed);
      this._lines.set(placed.link.key, line);
      this._markLine(placed.link.key, line);
      return line;
    });
    this._edges.append(...lines);
  }

  private _paintFar(links: readonly IPlacedLink[]): void {
    this._drop(this._nodes, new Set());
    this._drop(this._lines, new Set());
    const d = links.map(({ route }) => polyline(route)).join('');
    const dim = this._marks.found ? ' mk-dim' : '';
    this._edges.replaceChildren(
      el('path', { class: `mk-all${dim}`, d }),
      el('path', { class: 'mk-touching' })
    );
    this._paintHeaps();
    this._paintNearLines();
  }

  private _paintHeaps(): void {
    const icons = (this._painted?.scale ?? 0) < ICONS_TO;
    const isDim = (key: string): boolean => this._isDim(key);
    const heaps = heaped(this._seen, this._palette.model, isDim, icons);
    paintFar(this._far, heaps);
  }

  /** From afar, the lines of what is selected over all others. */
  private _paintNearLines(): void {
    const touching = this._links.filter(({ link }) => this._touches(link));
    const d = touching.map(({ route }) => polyline(route)).join('');
    this._edges.querySelector('.mk-touching')?.setAttribute('d', d);
  }

  private _keepCurrent(): void {
    const { current, selected } = this._marks;
    for (const key of [current, selected]) {
      const box = key === null ? undefined : this._scene?.boxes.get(key);
      if (box) {
        this._add(box, this._layout?.boxes.get(box.key) as IRect);
      }
    }
    if (this._isFar) {
      this._drop(this._nodes, new Set());
    }
  }

  private _add(box: IBox, rect: IRect): void {
    if (this._nodes.has(box.key)) {
      return;
    }
    const node = paintBox(box, rect, this._palette);
    this._nodes.set(box.key, node);
    this._markBox(box.key, node);
    this._tasks.append(node);
  }

  /** Take out what is not kept; what has the focus or is selected stays. */
  private _drop(
    painted: Map<string, SVGGElement>,
    keep: ReadonlySet<string>
  ): void {
    const { current, selected } = this._marks;
    for (const [key, node] of painted) {
      if (!keep.has(key) && key !== current && key !== selected) {
        node.remove();
        painted.delete(key);
      }
    }
  }

  private _isDim(key: string): boolean {
    const { found, selected } = this._marks;
    return found !== null && !found.has(key) && key !== selected;
  }

  private _touches(link: ILink): boolean {
    const { selected, link: chosen } = this._marks;
    return (
      link.key === chosen ||
      (selected !== null && (link.from === selected || link.to === selected))
    );
  }

  private _markBox(key: string, node: SVGGElement): void {
    const { current, selected, target } = this._marks;
    node.classList.toggle('mk-selected', key === selected);
    node.classList.toggle('mk-target', key === target);
    node.classList.toggle('mk-dim', this._isDim(key));
    const item = itemOf(node);
    item.setAttribute('aria-selected', String(key === selected));
    item.setAttribute('tabindex', key === current ? '0' : '-1');
  }

  private _markLine(key: string, line: SVGGElement): void {
    const link = this._byKey.get(key);
    line.classList.toggle('mk-near', link !== undefined && this._touches(link));
    line.classList.toggle('mk-dim', this._marks.found !== null);
  }

  private readonly _svg: SVGSVGElement;
  private _palette: IPalette;
  private readonly _rooms = el('g', { role: 'none' });
  private readonly _edges = el('g', { 'aria-hidden': 'true' });
  private readonly _far = el('g', { 'aria-hidden': 'true' });
  private readonly _tasks = el('g', { role: 'none' });
  private _scene: IScene | undefined;
  private _layout: ILayout | undefined;
  private _boxes: [IBox, IRect][] = [];
  private _seen: [IBox, IRect][] = [];
  private _links: IPlacedLink[] = [];
  private _byKey: ReadonlyMap<string, ILink> = new Map();
  private readonly _nodes = new Map<string, SVGGElement>();
  private readonly _lines = new Map<string, SVGGElement>();
  private _camera: Camera | undefined;
  private _port: ISize | undefined;
  /** The part of the drawing that the SVG shows: larger than the window, so that it need only be moved in it. */
  private _sheet: IRect | undefined;
  private _painted: (IRect & { scale: number }) | undefined;
  private _isFar = false;
  private _marks: IMarks = {
    current: null,
    selected: null,
    link: null,
    found: null,
    target: null
  };
}

function paintLine({ link, route }: IPlacedLink): SVGGElement {
  const d = curve(route);
  const asset = link.edges.length ? '' : ' mk-asset-edge';
  return el(
    'g',
    { class: `mk-edge${asset}`, 'data-link': link.key },
    el('path', { class: 'mk-reach', d }),
    el('path', { class: 'mk-line', d }),
    el('path', { class: 'mk-head', d: head(route) })
  );
}

function meets(a: IRect, b: IRect): boolean {
  return (
    a.x <= b.x + b.width &&
    b.x <= a.x + a.width &&
    a.y <= b.y + b.height &&
    b.y <= a.y + a.height
  );
}

function grown({ x, y, width, height }: IRect): IRect {
  return {
    x: x - width * AROUND,
    y: y - height * AROUND,
    width: width * SHEET,
    height: height * SHEET
  };
}

/** Whether what was painted is enough for a camera: it holds all that is seen, at about the same scale. */
function covers(
  painted: IRect & { scale: number },
  camera: Camera,
  port: ISize
): boolean {
  const ratio = scaleOf(camera, port) / painted.scale;
  return ratio < 1.05 && ratio > 0.8 && holds(painted, camera);
}

function holds(outer: IRect, inner: IRect): boolean {
  return (
    outer.x <= inner.x &&
    outer.y <= inner.y &&
    outer.x + outer.width >= inner.x + inner.width &&
    outer.y + outer.height >= inner.y + inner.height
  );
}
