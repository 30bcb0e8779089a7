/** Pan by dragging, zoom by the wheel: what the pointer does to a camera over an SVG. */
import * as camera from './camera.ts';

const DRAG_FROM = 4;

/** Whose camera it is. */
export interface ILooker {
  readonly camera: camera.Camera;
  readonly port: camera.ISize;
  look(next: camera.Camera): void;
}

export class Gestures {
  /**
   * `frame`: the window the SVG is seen through. `wheelZooms`: the wheel zooms at once; else only with Ctrl or Cmd, and
   * the page scrolls.
   */
  constructor(
    svg: SVGSVGElement,
    frame: Element,
    looker: ILooker,
    options: { wheelZooms: boolean; signal: AbortSignal }
  ) {
    this._svg = svg;
    this._frame = frame;
    this._looker = looker;
    const { signal } = options;
    svg.addEventListener('pointerdown', e => this._grab(e, signal), { signal });
    svg.addEventListener('wheel', e => this._wheel(e, options.wheelZooms), {
      signal,
      passive: false
    });
  }

  /** Whether the pointer moved since it was last put down: then it was no click. */
  dragged = false;

  /** Follow the pointer until it is let go; a short move is a click. */
  private _grab(event: PointerEvent, ended: AbortSignal): void {
    if (event.button !== 0) {
      return;
    }
    const svg = this._svg;
    const start = { x: event.clientX, y: event.clientY };
    const from = this._looker.camera;
    const drag = new AbortController();
    const signal = AbortSignal.any([drag.signal, ended]);
    this.dragged = false;
    const move = (e: PointerEvent): void => {
      const [dx, dy] = [e.clientX - start.x, e.clientY - start.y];
      if (!this.dragged && Math.hypot(dx, dy) < DRAG_FROM) {
        return;
      }
      if (!this.dragged) {
        this.dragged = true;
        svg.setPointerCapture(e.pointerId);
      }
      this._looker.look(camera.pan(from, this._looker.port, dx, dy));
    };
    svg.addEventListener('pointermove', move, { signal });
    for (const end of ['pointerup', 'pointercancel'] as const) {
      svg.addEventListener(end, () => drag.abort(), { signal });
    }
  }

  private _wheel(event: WheelEvent, wheelZooms: boolean): void {
    if (!wheelZooms && !event.ctrlKey && !event.metaKey) {
      return;
    }
    event.preventDefault();
    const bounds = this._frame.getBoundingClientRect();
    const turn = Math.max(-0.4, Math.min(0.4, -event.deltaY * 0.002));
    const [x, y] = [event.clientX - bounds.left, event.clientY - bounds.top];
    const { camera: now, port } = this._looker;
    this._looker.look(camera.zoom(now, port, Math.exp(turn), x, y));
  }

  private readonly _svg: SVGSVGElement;
  private readonly _frame: Element;
  private readonly _looker: ILooker;
}

export function portOf(frame: Element): camera.ISize {
  const { width, height } = frame.getBoundingClientRect();
  return { width: Math.max(width, 1), height: Math.max(height, 1) };
}
