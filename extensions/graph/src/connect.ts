/** Drawing an edge: drag from the port of a task to another task. */
import { svgElement as el } from './svg.ts';

export interface IPoint {
  x: number;
  y: number;
}

/** The graph an edge is drawn on. */
export interface IConnectGround {
  readonly svg: SVGSVGElement;
  /** A place of the window as a place of the drawing. */
  pointAt(clientX: number, clientY: number): IPoint;
  taskAt(point: IPoint): string | null;
  /** Show what would be joined while the edge is drawn. */
  aim(upstream: string, downstream: string | null): void;
  /** The edge is drawn; with null it was given up. */
  drawn(upstream: string, downstream: string | null): void;
}

export function listenForEdges(
  ground: IConnectGround,
  signal: AbortSignal
): void {
  const start = (event: PointerEvent): void => {
    const port = (event.target as Element).closest('.mk-port');
    const task = port?.closest<SVGGElement>('[data-task-id]');
    if (port && task && event.button === 0) {
      event.stopImmediatePropagation();
      event.preventDefault();
      drag(ground, task.dataset['taskId'] ?? '', event, signal);
    }
  };
  ground.svg.addEventListener('pointerdown', start, { signal, capture: true });
}

function drag(
  ground: IConnectGround,
  upstream: string,
  event: PointerEvent,
  ended: AbortSignal
): void {
  const { svg } = ground;
  const from = ground.pointAt(event.clientX, event.clientY);
  const line = svg.appendChild(el('path', { class: 'mk-drawing' }));
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, ended]);
  signal.addEventListener('abort', () => line.remove(), { once: true });
  svg.setPointerCapture(event.pointerId);
  const taskAt = (e: PointerEvent): string | null =>
    ground.taskAt(ground.pointAt(e.clientX, e.clientY));
  const move = (e: PointerEvent): void => {
    const to = ground.pointAt(e.clientX, e.clientY);
    const middle = (from.x + to.x) / 2;
    line.setAttribute(
      'd',
      `M${from.x} ${from.y}C${middle} ${from.y} ${middle} ${to.y} ${to.x} ${to.y}`
    );
    ground.aim(upstream, ground.taskAt(to));
  };
  const end = (target: string | null): void => {
    over.abort();
    ground.drawn(upstream, target);
  };
  svg.addEventListener('pointermove', move, { signal });
  svg.addEventListener('pointerup', e => end(taskAt(e)), { signal });
  svg.addEventListener('pointercancel', () => end(null), { signal });
  svg.ownerDocument.addEventListener(
    'keydown',
    e => {
      if (e.key === 'Escape') {
        e.stopPropagation();
        end(null);
      }
    },
    { signal, capture: true }
  );
}
