/** The Dag seen from afar: all boxes of one state are one path, all lines another. Pure but for `paintFar`. */
import type { IRect } from './camera.ts';
import { glyph } from './glyphs.ts';
import type { DagModel } from './model.ts';
import type { IBox } from './scene.ts';
import { lookName } from './states.ts';
import { svgElement as el } from './svg.ts';

/** Boxes of one look. */
export interface IHeap {
  /** Empty without a state. */
  state: string;
  dim: boolean;
  outline: string;
  icons: string;
}

const ICON = 34;

/** Boxes in heaps by state, and whether they are dimmed. `icons`: whether they are large enough to show one. */
export function heaped(
  boxes: Iterable<[IBox, IRect]>,
  model: DagModel,
  isDim: (key: string) => boolean,
  icons: boolean
): IHeap[] {
  const heaps = new Map<string, IHeap>();
  for (const [box, rect] of boxes) {
    const state = firstState(model, box);
    const dim = isDim(box.key);
    const key = `${dim} ${state}`;
    let heap = heaps.get(key);
    if (!heap) {
      heaps.set(key, (heap = { state, dim, outline: '', icons: '' }));
    }
    heap.outline += outline(rect);
    if (icons && state) {
      const x = rect.x + (rect.width - ICON) / 2;
      const y = rect.y + (rect.height - ICON) / 2;
      heap.icons += glyph(state, x, y, ICON);
    }
  }
  return [...heaps.values()];
}

export function outline({ x, y, width, height }: IRect): string {
  const [w, h] = [Math.round(width), Math.round(height)];
  return `M${Math.round(x)} ${Math.round(y)}h${w}v${h}h${-w}z`;
}

export function paintFar(layer: SVGGElement, heaps: readonly IHeap[]): void {
  layer.replaceChildren(
    ...heaps.map(heap => {
      const look = heap.state ? ` mk-state mk-s-${lookName(heap.state)}` : '';
      return el(
        'g',
        {
          class: `mk-heap${look}${heap.dim ? ' mk-dim' : ''}`,
          'data-state': heap.state
        },
        el('path', { class: 'mk-box', d: heap.outline }),
        heap.icons ? el('path', { class: 'mk-glyph', d: heap.icons }) : null
      );
    })
  );
}

function firstState(model: DagModel, box: IBox): string {
  switch (box.kind) {
    case 'task':
      return model.statesOf(box.id)[0]?.state ?? '';
    case 'group':
      return model.statesWithin(box.id)[0]?.state ?? '';
    case 'asset':
      return '';
  }
}
