/** The graph in its window: camera, painter, gestures, minimap and tip around one SVG. */
import type { IPalette } from './boxes.ts';
import * as camera from './camera.ts';
import type { IPoint } from './connect.ts';
import { Gestures, type ILooker, portOf } from './gestures.ts';
import type { ILayout } from './layout/nest.ts';
import { middleOf } from './lines.ts';
import { Minimap } from './minimap.ts';
import { Painter } from './paint.ts';
import type { IBox, ILink, IScene } from './scene.ts';
import type { IMarks } from './selection.ts';
import { htmlElement, svgElement } from './svg.ts';
import { Tip } from './tip.ts';
import type { IGround } from './walk.ts';

export interface IStageOptions {
  wheelZooms: boolean;
  minimap: boolean;
  signal: AbortSignal;
}

export class Stage implements ILooker {
  constructor(palette: IPalette, options: IStageOptions) {
    this._palette = palette;
    this._painter = new Painter(this.svg, palette);
    this.gestures = new Gestures(this.svg, this.node, this, options);
    this._map = new Minimap(this, options.signal);
    this.node.append(this.svg, this._nothing, this.tip.node);
    if (options.minimap) {
      this.node.append(this._map.node);
    }
    const resizing = new ResizeObserver(() => this.resize());
    resizing.observe(this.node);
    options.signal.addEventListener('abort', () => resizing.disconnect());
  }

  readonly svg = svgElement('svg', { class: 'jp-MwaaKit-graph' });
  readonly node = htmlElement('div', { class: 'mk-canvas' });
  readonly tip = new Tip();
  readonly gestures: Gestures;

  get camera(): camera.Camera {
    return this._camera;
  }

  get port(): camera.ISize {
    return this._port;
  }

  get drawing(): camera.IRect {
    return {
      x: 0,
      y: 0,
      width: this._layout.width,
      height: this._layout.height
    };
  }

  get isFar(): boolean {
    return this._painter.isFar;
  }

  /** Show a scene; the box `anchor` stays where it is in the window, and a whole Dag stays whole. */
  show(
    scene: IScene,
    layout: ILayout,
    palette: IPalette,
    anchor: string | null
  ): void {
    const before = anchor === null ? undefined : this._layout.boxes.get(anchor);
    const port = portOf(this.node);
    this._camera = camera.resized(this._camera, this._port, port);
    this._port = port;
    this._palette = palette;
    this._scene = scene;
    this._layout = layout;
    this._painter.show(scene, layout, palette);
    this._map.show(this._placed(), this.drawing);
    this._map.refresh(palette.model);
    this._nothing.hidden = scene.boxes.size > 0 || scene.rooms.length > 0;
    this._nothing.textContent = palette.t('This Dag has no tasks.');
    const after = anchor === null ? undefined : layout.boxes.get(anchor);
    if (this._fitted) {
      this.fit();
    } else if (before && after) {
      const x = this._camera.x + after.x - before.x;
      const y = this._camera.y + after.y - before.y;
      this.look({ ...this._camera, x, y });
    } else {
      this.look(this._camera);
    }
  }

  look(next: camera.Camera): void {
    this._camera = next;
    this._fitted = false;
    this.tip.hide();
    this._painter.look(next, this._port);
    this._map.look(next, this._palette.model);
  }

  fit(): void {
    const { x, y, width, height } = this.drawing;
    const margin = 16;
    const drawing = {
      x: x - margin,
      y: y - margin,
      width: width + 2 * margin,
      height: height + 2 * margin
    };
    this.look(camera.fit(drawing, this._port));
    this._fitted = true;
  }

  /** Nearer by a factor, the middle staying where it is. */
  zoom(factor: number): void {
    const { width, height } = this._port;
    this.look(
      camera.zoom(this._camera, this._port, factor, width / 2, height / 2)
    );
  }

  reveal(key: string): void {
    const box = this._layout.boxes.get(key);
    if (!box) {
      return;
    }
    const seen = camera.reveal(this._camera, this._port, box);
    if (seen.x !== this._camera.x || seen.y !== this._camera.y) {
      this.look(seen);
    }
  }

  mark(marks: IMarks): void {
    this._painter.mark(marks);
  }

  /** Paint some boxes anew. */
  refresh(keys: ReadonlySet<string>): void {
    this._painter.refresh(keys);
    this._map.refresh(this._palette.model);
  }

  /** Whether the keyboard is in the graph. */
  get hasFocus(): boolean {
    return this.svg.matches(':focus-within');
  }

  focus(key: string): void {
    this._painter.focus(key);
  }

  /** Everything in full detail, for a file. */
  everything(): SVGElement[] {
    return this._painter.everything();
  }

  /** A place of the window as a place of the drawing. */
  pointAt(clientX: number, clientY: number): IPoint {
    const bounds = this.node.getBoundingClientRect();
    const scale = camera.scaleOf(this._camera, this._port);
    return {
      x: this._camera.x + (clientX - bounds.left) * scale,
      y: this._camera.y + (clientY - bounds.top) * scale
    };
  }

  /** The box at a place of the drawing. */
  boxAt({ x, y }: IPoint): IBox | undefined {
    for (const [box, rect] of this._placed()) {
      if (
        x >= rect.x &&
        x <= rect.x + rect.width &&
        y >= rect.y &&
        y <= rect.y + rect.height
      ) {
        return box;
      }
    }
    return undefined;
  }

  /** The box nearest to the middle of the window. */
  nearestToMiddle(): string | null {
    const x = this._camera.x + this._camera.width / 2;
    const y = this._camera.y + this._camera.height / 2;
    let best: string | null = null;
    let least = Infinity;
    for (const [key, rect] of this._layout.boxes) {
      const away = Math.hypot(
        rect.x + rect.width / 2 - x,
        rect.y + rect.height / 2 - y
      );
      if (away < least) {
        [best, least] = [key, away];
      }
    }
    return best;
  }

  /** Show lines in the middle of a link. */
  tipAt(link: ILink, lines: readonly string[]): void {
    const index = this._scene.links.indexOf(link);
    const route = this._layout.routes[index];
    if (route) {
      const { x, y } = middleOf(route);
      const scale = camera.scaleOf(this._camera, this._port);
      this.tip.show(
        lines,
        (x - this._camera.x) / scale,
        (y - this._camera.y) / scale
      );
    }
  }

  /** What arrow keys walk on. */
  ground(): IGround {
    const { links } = this._scene;
    return {
      boxes: this._layout.boxes,
      upstream: key => links.filter(l => l.to === key).map(l => l.from),
      downstream: key => links.filter(l => l.from === key).map(l => l.to)
    };
  }

  private _placed(): [IBox, camera.IRect][] {
    return [...this._scene.boxes.values()].map(box => [
      box,
      this._layout.boxes.get(box.key) as camera.IRect
    ]);
  }

  /** Follow the window to its present size. */
  resize(): void {
    const port = portOf(this.node);
    if (port.width === this._port.width && port.height === this._port.height) {
      return;
    }
    const before = this._port;
    this._port = port;
    if (this._fitted) {
      this.fit();
    } else {
      this.look(camera.resized(this._camera, before, port));
    }
  }

  private _palette: IPalette;
  private readonly _painter: Painter;
  private readonly _map: Minimap;
  private readonly _nothing = htmlElement('p', { class: 'mk-nothing' });
  private _scene: IScene = { boxes: new Map(), rooms: [], links: [] };
  private _layout: ILayout = {
    boxes: new Map(),
    rooms: new Map(),
    routes: [],
    width: 0,
    height: 0
  };
  private _port: camera.ISize = { width: 1, height: 1 };
  private _camera: camera.Camera = { x: 0, y: 0, width: 1, height: 1 };
  private _fitted = true;
}
