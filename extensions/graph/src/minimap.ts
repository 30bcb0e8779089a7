/** The whole Dag in a corner, with the part that is seen; a click or a drag there goes there. */
import type { Camera, IRect } from './camera.ts';
import { heaped, paintFar } from './far.ts';
import type { ILooker } from './gestures.ts';
import type { DagModel } from './model.ts';
import type { IBox } from './scene.ts';
import { svgElement as el } from './svg.ts';

const WIDTH = 168;
const HEIGHT = 110;
const MARGIN = 20;

export class Minimap {
  constructor(looker: ILooker, signal: AbortSignal) {
    this._looker = looker;
    this.node.addEventListener('pointerdown', e => this._press(e), { signal });
    this.node.addEventListener('pointermove', e => this._press(e), { signal });
  }

  readonly node = el('svg', {
    class: 'mk-map',
    width: WIDTH,
    height: HEIGHT,
    'aria-hidden': 'true'
  });

  show(boxes: [IBox, IRect][], drawing: IRect): void {
    this._boxes = boxes;
    this._drawing = {
      x: drawing.x - MARGIN,
      y: drawing.y - MARGIN,
      width: drawing.width + 2 * MARGIN,
      height: drawing.height + 2 * MARGIN
    };
    const { x, y, width, height } = this._drawing;
    const scale = Math.max(width / WIDTH, height / HEIGHT);
    this.node.setAttribute(
      'width',
      String(Math.max(40, Math.round(width / scale)))
    );
    this.node.setAttribute(
      'height',
      String(Math.max(16, Math.round(height / scale)))
    );
    this.node.setAttribute('viewBox', `${x} ${y} ${width} ${height}`);
  }

  /** Paint the boxes in the colours of their states. */
  refresh(model: DagModel): void {
    if (!this.node.hasAttribute('hidden')) {
      paintFar(
        this._layer,
        heaped(this._boxes, model, () => false, false)
      );
    }
    this._stale = this.node.hasAttribute('hidden');
  }

  /** Show what a camera sees; there is no need for a map where all of it is seen. */
  look(camera: Camera, model: DagModel): void {
    const whole = covers(camera, this._drawing) || !this._boxes.length;
    this.node.toggleAttribute('hidden', whole);
    if (!whole && this._stale) {
      this.refresh(model);
    }
    for (const name of ['x', 'y', 'width', 'height'] as const) {
      this._window.setAttribute(name, String(camera[name]));
    }
  }

  private _press(event: PointerEvent): void {
    if (!(event.buttons & 1)) {
      return;
    }
    event.preventDefault();
    this.node.setPointerCapture(event.pointerId);
    const bounds = this.node.getBoundingClientRect();
    const { camera } = this._looker;
    const { x, y, width, height } = this._drawing;
    const atX = x + ((event.clientX - bounds.left) / bounds.width) * width;
    const atY = y + ((event.clientY - bounds.top) / bounds.height) * height;
    this._looker.look({
      ...camera,
      x: atX - camera.width / 2,
      y: atY - camera.height / 2
    });
  }

  private readonly _looker: ILooker;
  private readonly _layer = this.node.appendChild(el('g'));
  private readonly _window = this.node.appendChild(
    el('rect', { class: 'mk-window' })
  );
  private _boxes: [IBox, IRect][] = [];
  private _drawing: IRect = { x: 0, y: 0, width: 1, height: 1 };
  private _stale = true;
}

function covers(camera: Camera, { x, y, width, height }: IRect): boolean {
  return (
    camera.x <= x + MARGIN &&
    camera.y <= y + MARGIN &&
    camera.x + camera.width >= x + width - MARGIN &&
    camera.y + camera.height >= y + height - MARGIN
  );
}
