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
import {
  type Camera,
  grown,
  holds,
  type IRect,
  type ISize,
  meets,
  scaleOf
} from './camera.ts';
import { heaped, paintFar } from './far.ts';
import type { ILayout } from './layout/nest.ts';
import { LineLayer } from './linelayer.ts';
import type { IBox, IScene } from './scene.ts';
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

export class Painter {
  constructor(svg: SVGSVGElement, palette: IPalette) {
    this._svg = svg;
    this._palette = palette;
    svg.append(this._rooms, this._lines.node, this._far, this._tasks);
  }

  /** Show another scene. */
  show(scene: IScene, layout: ILayout, palette: IPalette): void {
    this._palette = palette;
    this._scene = scene;
    this._layout = layout;
    this._lines.show(scene, layout);
    this._boxes = [...scene.boxes.values()].map(box => [
      box,
      layout.boxes.get(box.key) as IRect
    ]);
    this._nodes.clear();
    for (const layer of [this._rooms, this._far, this._tasks]) {
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
      const { x, y, width, height } = grown(camera, AROUND);
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
    this._lines.mark(marks);
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
    const palette = { ...this._palette, connects: false };
    const boxes = this._boxes.map(([box, rect]) =>
      paintBox(box, rect, palette)
    );
    return [rooms, this._lines.everything(), el('g', {}, ...boxes)];
  }

  private _paint(): void {
    if (!this._camera || !this._port) {
      return;
    }
    const seen = grown(this._camera, AROUND);
    const scale = scaleOf(this._camera, this._port);
    this._painted = { ...seen, scale };
    const boxes = this._boxes.filter(([, rect]) => meets(rect, seen));
    this._isFar = scale > FAR || boxes.length > CROWD;
    this._svg.classList.toggle('mk-far', this._isFar);
    this._seen = boxes;
    this._drop(new Set(this._isFar ? [] : boxes.map(([box]) => box.key)));
    if (this._isFar) {
      this._lines.paintFar(seen, this._marks);
      this._paintHeaps();
    } else {
      this._far.replaceChildren();
      this._lines.paintNear(seen, this._marks);
      for (const [box, rect] of boxes) {
        this._add(box, rect);
      }
    }
    this._keepCurrent();
  }

  private _paintHeaps(): void {
    const icons = (this._painted?.scale ?? 0) < ICONS_TO;
    const isDim = (key: string): boolean => this._isDim(key);
    const heaps = heaped(this._seen, this._palette.model, isDim, icons);
    paintFar(this._far, heaps);
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
      this._drop(new Set());
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
  private _drop(keep: ReadonlySet<string>): void {
    const { current, selected } = this._marks;
    for (const [key, node] of this._nodes) {
      if (!keep.has(key) && key !== current && key !== selected) {
        node.remove();
        this._nodes.delete(key);
      }
    }
  }

  private _isDim(key: string): boolean {
    const { found, selected } = this._marks;
    return found !== null && !found.has(key) && key !== selected;
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

  private readonly _svg: SVGSVGElement;
  private _palette: IPalette;
  private readonly _rooms = el('g', { role: 'none' });
  private readonly _lines = new LineLayer();
  private readonly _far = el('g', { 'aria-hidden': 'true' });
  private readonly _tasks = el('g', { role: 'none' });
  private _scene: IScene | undefined;
  private _layout: ILayout | undefined;
  private _boxes: [IBox, IRect][] = [];
  private _seen: [IBox, IRect][] = [];
  private readonly _nodes = new Map<string, SVGGElement>();
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

/** Whether what was painted is enough for a camera: it holds all that is seen, at about the same scale. */
function covers(
  painted: IRect & { scale: number },
  camera: Camera,
  port: ISize
): boolean {
  const ratio = scaleOf(camera, port) / painted.scale;
  return ratio < 1.05 && ratio > 0.8 && holds(painted, camera);
}
